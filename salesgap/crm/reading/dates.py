"""Dates as text to timestamps: one order of day and month a column, decided by all of its cells.

A time of day is kept as it is written, whatever its time zone: the day is the one that the export
shows.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import Final, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from babel.dates import get_month_names

from salesgap.crm.frames import arrow_text
from salesgap.crm.reading.style import Reading, Style
from salesgap.errors import SourceError

_TYPE: Final = "datetime64[us]"
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")
_ISO_LENGTHS = pa.array([10, 16, 19], pa.int64())  # a day; with hours and minutes; with seconds
_ISO = "year first (2026-03-31)"
_BEHIND = r"(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?$"  # what may follow the seconds
_SPLIT = (
    r"^(?P<day>.+?)(?:[T ,]+(?:at )?(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$"
)
_NUMBERS = re.compile(r"^(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})$")
_SIGNED = re.compile(r"^(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]$")  # East Asian
_MONTH = r"(?P<month>[^\W\d_]{3,})\.?"
_NAMED = tuple(
    re.compile(rf"^(?:[^\W\d_]+\.?,? )?{form}$")
    for form in (
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-/ ]*{_MONTH}[-/, ]*(?P<year>\d{{4}}|\d{{2}})",
        rf"{_MONTH}[- ]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-, ]+(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[-/ ]{_MONTH}[-/ ](?P<day>\d{{1,2}})",
    )
)
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")


def plain_dates(text: pd.Series) -> Reading | None:
    """The values, if every cell is written as in ISO 8601; none if any is not."""
    cells = arrow_text(text)
    if not _as_long_as_iso(cells):
        cells = pc.replace_substring_regex(cells, r"(:\d{2})" + _BEHIND, r"\1")
        if not _as_long_as_iso(cells):
            return None
    try:
        values = pc.cast(cells, pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    return Reading(
        pd.Series(values.to_numpy(zero_copy_only=False), index=text.index), "a date", _ISO
    )


def _as_long_as_iso(cells: pa.Array) -> bool:
    found: bool = pc.all(pc.is_in(pc.binary_length(cells), _ISO_LENGTHS)).as_py()
    return found


def read_dates(text: pd.Series, where: str, style: Style) -> Reading:
    """The timestamps of distinct texts, which ``where`` has.

    Raises ``SourceError`` if they leave open which comes first, the day or the month.
    """
    if len(text) and text.str.match(_SERIAL).all():
        days = pd.to_timedelta(text.astype("float64"), unit="D").dt.round("s")
        return Reading((_EXCEL_EPOCH + days).astype(_TYPE), "a date", "Excel's serial numbers")
    parts = pc.extract_regex(arrow_text(text), _SPLIT)
    day_of, day_parts = _distinct(parts, "day")
    clock_of, clock_parts = _distinct(parts, "time", "half")
    values, how = _days(day_parts["day"], where, style)
    result = values.to_numpy()[day_of] + _clock(clock_parts).to_numpy()[clock_of]
    return Reading(pd.Series(result, index=text.index).astype(_TYPE), "a date", how)


def _distinct(parts: pa.StructArray, *fields: str) -> tuple[np.ndarray, pd.DataFrame]:
    """For each row which of the distinct rows of these fields it is, and those rows."""
    frame = pd.DataFrame({name: parts.field(name).to_pandas().astype("str") for name in fields})
    group = frame.groupby(list(fields), sort=False).ngroup().to_numpy()
    return group, frame.drop_duplicates().reset_index(drop=True)


def _days(text: pd.Series, where: str, style: Style) -> tuple[pd.Series, str]:
    parts = text.str.replace(_SIGNED, r"\g<1>-\g<2>-\g<3>", regex=True).str.extract(_NUMBERS)
    year_first = parts["a"].str.len().eq(4)
    by_dots = text.str.fullmatch(r"\d+\.\d+\.\d+") & ~year_first
    other = parts["a"].notna() & ~year_first
    day_first = _day(parts["c"], parts["b"], parts["a"])
    month_first = _day(parts["c"], parts["a"], parts["b"])
    slashed = other & ~by_dots
    order = style.dates or _order(
        text[slashed], day_first[slashed], month_first[slashed], where, style
    )
    by_order = slashed & (order == "month first")
    named = _named_month(text)
    kinds = {
        _ISO: _day(parts["a"], parts["b"], parts["c"]).where(year_first),
        "day first": day_first.where(other & ~by_order),
        "month first": month_first.where(by_order),
        "month by its name": named,
    }
    result = pd.Series(pd.NaT, index=text.index, dtype=_TYPE)
    for values in kinds.values():
        result = result.fillna(values)
    how = [_said(kind, text[values.notna()]) for kind, values in kinds.items()]
    return result, " and ".join(text for text in how if text)


def _said(kind: str, cells: pd.Series) -> str:
    if cells.empty:
        return ""
    return kind if kind == _ISO else f"{kind} ({cells.iloc[0]})"


def _order(
    text: pd.Series, day_first: pd.Series, month_first: pd.Series, where: str, style: Style
) -> str:
    only_day = text[day_first.notna() & month_first.isna()]
    only_month = text[month_first.notna() & day_first.isna()]
    both = text[day_first.notna() & month_first.notna() & day_first.ne(month_first)]
    if len(only_day) and len(only_month):
        what = f"{only_day.iloc[0]!r} has the day first and {only_month.iloc[0]!r} the month"
        raise SourceError(what, where=where, do="export the dates as YYYY-MM-DD")
    if len(both) and not len(only_day) and not len(only_month):
        raise SourceError(
            f"{both.iloc[0]!r} may have the day or the month first, and no other cell tells",
            where=where,
            do=f"set {style.key}.dates to 'day first' or 'month first'",
        )
    return "month first" if len(only_month) else "day first"


def _day(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    full = year.where(year.str.len() != 2, "20" + year)
    text = full.str.zfill(4) + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype(_TYPE)


def _clock(parts: pd.DataFrame) -> pd.Series:
    """The time of day as a duration; missing if there is no such time."""
    time = parts["time"].str.extract(r"^(\d+):(\d+)(?::(\d+))?$").astype("float64").fillna(0)
    hours, minutes, seconds = (time[place] for place in range(3))
    half = parts["half"].str.lower().str[:1]
    known = half.eq("") | hours.between(1, 12)
    hours = hours.where(half.eq(""), hours % 12 + 12 * half.eq("p"))
    valid = known & (hours < 24) & (minutes < 60) & (seconds < 60)
    return pd.to_timedelta((hours * 3600 + minutes * 60 + seconds).where(valid), unit="s")


def _named_month(text: pd.Series) -> pd.Series:
    months = month_numbers()
    result = pd.Series(pd.NaT, index=text.index, dtype=_TYPE)
    rest = text[text.str.contains(r"[^\W\d_]{3}", regex=True)]
    for form in _NAMED if len(rest) else ():
        parts = rest.str.extract(form)
        number = parts["month"].str.casefold().map(months).astype("str")
        result = result.fillna(_day(parts["year"], number, parts["day"]))
    return result


@cache
def month_numbers() -> dict[str, str]:
    """The numbers of the months by their names, long and short, in several languages."""
    return {
        name.rstrip(".").casefold(): str(number)
        for language, width, context in product(_LANGUAGES, _WIDTHS, _CONTEXTS)
        for number, name in get_month_names(width, context, language).items()
    } | {"sept": "9"}
