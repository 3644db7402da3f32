"""Text to typed columns, each column as a whole.

A column has one order of day and month and one decimal sign, decided by all of its cells. If they
leave it open, the reader is asked; a guess could move every deal or multiply every amount.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype

from salesgap.crm.read import RawTable, findings
from salesgap.crm.tables import DTYPES, Kind, folded
from salesgap.errors import SourceError

_DATE = re.compile(
    r"^(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})"
    r"(?:[T ,]+(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)? ?(?P<half>[AaPp][Mm])?"
    r" ?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?$"
)
_NAMED_MONTHS = ("%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")
_CURRENCY = re.compile(
    r"^[A-Z]{3} ?(?=[-(\d])|(?<=[\d)]) ?[A-Z]{3}$|[$€£¥₹]|[\s\u00a0\u202f'\u2019]"
)
_ENOUGH = 12  # amounts that all end in three digits: then the sign groups thousands
_TRUE, _FALSE = {"1", "true", "yes", "y", "t"}, {"0", "false", "no", "n", "f"}

Parsed = tuple[pd.Series, str]  # values by distinct text, and what a cell that has none is not


def parse(raw: RawTable) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``raw.frame`` typed (absent columns missing), and a finding for each cell that is not.

    Dates keep their time of day here. Raises ``SourceError`` if a column can be read in two ways.
    """
    typed: dict[str, pd.Series] = {}
    faults = [findings([], "", "")]
    frame = raw.frame.drop(raw.set_aside["row"])
    for column in raw.table.columns:
        if column.name not in frame:
            typed[column.name] = pd.Series(index=frame.index, dtype=DTYPES[column.kind])
            continue
        where = f"{raw.file}, column {raw.headers.get(column.name, column.name)!r}"
        values, bad = parse_column(frame[column.name], column.kind, where)
        typed[column.name] = values
        faults.append(findings(bad.index, column.name, bad))
    return pd.DataFrame(typed, index=frame.index), pd.concat(faults, ignore_index=True)


def parse_column(text: pd.Series, kind: Kind, where: str) -> tuple[pd.Series, pd.Series]:
    """The values of a column of text, and the reasons why some cells have none.

    An empty cell is missing. ``where`` names the column in the error raised when the cells
    leave open how they are to be read.
    """
    filled = text[text != ""]
    if kind is Kind.TEXT:
        text = text.map({cell: folded(cell) for cell in text.unique()})
    if kind in (Kind.ID, Kind.TEXT):
        return text.where(text != "").astype("str"), filled.iloc[:0]
    codes, distinct = pd.factorize(filled)
    values, noun = _PARSERS[kind](pd.Series(distinct, dtype="str"), where)
    found = values.astype(pandas_dtype(DTYPES[kind])).take(codes).set_axis(filled.index)
    parsed = found.reindex(text.index)
    bad = filled[found.isna()]
    reasons = bad.map(lambda cell: f"{_short(cell)} is not {noun}")
    return parsed, reasons.astype("str")


def _dates(text: pd.Series, where: str) -> Parsed:
    if len(text) and text.str.match(_SERIAL).all():
        days = pd.to_timedelta(text.astype("float64"), unit="D").dt.round("s")
        return (_EXCEL_EPOCH + days).astype("datetime64[us]"), "a date"
    parts = text.str.extract(_DATE)
    year_first = parts["a"].str.len().eq(4)
    written_dot = text.str.match(r"^\d+\.")
    result = _day(parts["a"], parts["b"], parts["c"]).where(year_first)
    other = parts["a"].notna() & ~year_first
    day_first = _day(parts["c"], parts["b"], parts["a"])
    month_first = _day(parts["c"], parts["a"], parts["b"])
    open_order = other & ~written_dot
    order = _order(text[open_order], day_first[open_order], month_first[open_order], where)
    result = result.fillna(day_first.where(other & (written_dot | (order == "day first"))))
    result = result.fillna(month_first.where(open_order & (order == "month first")))
    return (result + _time(parts)).fillna(_named_month(text)), "a date"


def _order(text: pd.Series, day_first: pd.Series, month_first: pd.Series, where: str) -> str:
    only_day = text[day_first.notna() & month_first.isna()]
    only_month = text[month_first.notna() & day_first.isna()]
    both = text[day_first.notna() & month_first.notna() & day_first.ne(month_first)]
    if len(only_day) and len(only_month):
        raise SourceError(
            f"{only_day.iloc[0]!r} has the day first and {only_month.iloc[0]!r} the month",
            where=where,
            do="export the dates as YYYY-MM-DD",
        )
    if len(both) and not len(only_day) and not len(only_month):
        raise SourceError(
            f"{both.iloc[0]!r} may have the day or the month first, and no other cell tells",
            where=where,
            do="export the dates as YYYY-MM-DD",
        )
    return "month first" if len(only_month) else "day first"


def _day(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    full = year.where(year.str.len() != 2, "20" + year)
    text = full.str.zfill(4) + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")


def _time(parts: pd.DataFrame) -> pd.Series:
    hours = parts["h"].astype("float64").fillna(0)
    half = parts["half"].str.lower()
    hours = hours.where(half.isna(), hours % 12 + 12 * (half == "pm"))
    minutes, seconds = (parts[name].astype("float64").fillna(0) for name in "ms")
    total = hours * 3600 + minutes * 60 + seconds
    valid = (hours < 24) & (minutes < 60) & (seconds < 60)
    return pd.to_timedelta(total.where(valid), unit="s")


def _named_month(text: pd.Series) -> pd.Series:
    result = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    rest = text[text.str.contains("[A-Za-z]{3}", regex=True)]
    for pattern in _NAMED_MONTHS if len(rest) else ():
        dates = pd.to_datetime(rest, format=pattern, errors="coerce").astype("datetime64[us]")
        result = result.fillna(dates)
    return result


def _money(text: pd.Series, where: str) -> Parsed:
    return _amounts(text, where, ask=True), "an amount"


def _numbers(text: pd.Series, where: str) -> Parsed:
    percent = text.str.endswith("%")
    values = _amounts(text.str.removesuffix("%"), where, ask=False)
    return values.where(~percent, values / 100), "a number"


def _amounts(text: pd.Series, where: str, *, ask: bool) -> pd.Series:
    plain = text.str.replace(_CURRENCY, "", regex=True)
    negative = plain.str.match(r"^\(.*\)$|^-.*|.*-$")
    plain = plain.str.replace(r"^[-+(]+|[-)]+$", "", regex=True)
    number = plain.str.match(r"^\d[\d.,]*([eE][-+]?\d+)?$|^[.,]\d+$")
    decimal = _decimal_sign(plain[number], where, ask=ask)
    grouping = "." if decimal == "," else ","
    groups_of_three = rf"^\d+(?:\{decimal}\d*)?(?:[eE][-+]?\d+)?$|^\{decimal}\d+$"
    grouped = rf"^\d{{1,3}}(?:\{grouping}\d{{2,3}})*\{grouping}\d{{3}}(?:\{decimal}\d*)?$"
    sound = plain.str.match(groups_of_three) | plain.str.match(grouped)
    digits = plain.str.replace(grouping, "", regex=False).str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(digits.where(number & sound), errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    return values.where(~negative, -values)


def _decimal_sign(text: pd.Series, where: str, *, ask: bool) -> str:
    """Which sign separates decimals, by the cells that leave no doubt."""
    evidence = {sign: text[_sure(text, sign)] for sign in ".,"}
    if all(len(cells) for cells in evidence.values()):
        raise SourceError(
            f"{evidence[','].iloc[0]!r} has a decimal comma and {evidence['.'].iloc[0]!r} a "
            "decimal point",
            where=where,
            do="export the amounts with one decimal sign",
        )
    for sign, cells in evidence.items():
        if len(cells):
            return sign
    unsure = text[text.str.match(r"^\d{1,3}[.,]\d{3}$")]
    signs = set(unsure.str.replace(r"\d", "", regex=True))
    if not ask or not signs:
        return "."
    if len(signs) > 1 or len(unsure) < _ENOUGH:
        raise SourceError(
            f"{unsure.iloc[0]!r} may have a decimal or a thousands separator, and no other cell "
            "tells",
            where=where,
            do="export the amounts without thousands separators",
        )
    return "," if signs == {"."} else "."


def _sure(text: pd.Series, sign: str) -> pd.Series:
    other = "," if sign == "." else "."
    return text.str.match(
        rf"^\d*\{sign}(\d{{0,2}}|\d{{4,}})$"  # not followed by three digits
        rf"|^(0|\d{{4,}})\{sign}\d+$"  # no group of three before it
        rf"|^[\d{other}]*\{other}\d{{3}}\{sign}\d*$"  # after the other sign
        rf"|^\d+(\{other}\d{{2,3}}){{2,}}$"  # the other sign twice
    )


def _flags(text: pd.Series, where: str) -> Parsed:
    lower = text.str.lower()
    known = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return lower.map(known).astype("boolean"), "yes or no"


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:39]}…")


_PARSERS: dict[Kind, Callable[[pd.Series, str], Parsed]] = {
    Kind.DATE: _dates,
    Kind.MONEY: _money,
    Kind.NUMBER: _numbers,
    Kind.FLAG: _flags,
}
