"""Text to typed columns, each column as a whole.

A column has one order of day and month and one decimal sign, decided by all of its cells. If they
leave it open, the reader is asked; a guess could move every deal or multiply every amount.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from pandas.api.types import pandas_dtype

from salesgap.crm.reading.amounts import plain_amounts, read_money, read_numbers
from salesgap.crm.reading.dates import plain_dates, read_dates
from salesgap.crm.reading.read import RawTable, findings
from salesgap.crm.reading.style import UNSAID, Reading, Style
from salesgap.crm.tables import DTYPES, Kind, folded

# In English, German, French and Spanish, and as numbers that a spreadsheet made of them.
_TRUE = {*("1", "1.0", "true", "yes", "y", "t"), *("wahr", "ja", "vrai", "oui", "verdadero", "sí")}
_FALSE = {*("0", "0.0", "false", "no", "n", "f"), *("falsch", "nein", "faux", "non", "falso")}
# What ``folded`` changes: blanks that are no single space between words, and unseen signs.
_TO_FOLD = (
    r"[\x00-\x1f\x7f-\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}-\x{202f}\x{205f}\x{2066}-\x{2069}"
    r"\x{3000}]|  |^ | $"
)


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A column's values, why some cells have none (by row), and how it is written."""

    values: pd.Series
    faults: pd.Series
    how: str = ""


def parse(raw: RawTable) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """``raw.frame`` typed (absent columns missing), a finding for each cell that is not, and how
    each column of dates, amounts or numbers is written.

    Dates keep their time of day here. Raises ``SourceError`` if a column can be read in two ways.
    """
    typed: dict[str, pd.Series] = {}
    faults, written = [findings([], "", "")], {}
    frame = raw.frame if raw.set_aside.empty else raw.frame.drop(raw.set_aside["row"])
    for column in raw.table.columns:
        if column.name not in frame:
            typed[column.name] = pd.Series(index=frame.index, dtype=DTYPES[column.kind])
            continue
        where = f"{raw.file}, column {raw.headers.get(column.name, column.name)!r}"
        parsed = parse_column(frame[column.name], column.kind, where, raw.style)
        typed[column.name] = parsed.values
        faults.append(findings(parsed.faults.index, column.name, parsed.faults))
        if parsed.how:
            written[column.name] = parsed.how
    return pd.DataFrame(typed, index=frame.index), pd.concat(faults, ignore_index=True), written


def parse_column(text: pd.Series, kind: Kind, where: str, style: Style = UNSAID) -> Parsed:
    """The values of a column of text, and the reasons why some cells have none.

    An empty cell is missing. ``where`` names the column in the error raised when the cells
    leave open how they are to be read.
    """
    if kind in (Kind.ID, Kind.TEXT):
        cells = _folded(text) if kind is Kind.TEXT else text
        filled = cells != ""
        return Parsed(cells if filled.all() else cells.where(filled), text.iloc[:0])
    told = text != ""
    filled = text if told.all() else text[told]
    read = _plainly(filled, kind, style) or _by_distinct_cells(filled, kind, where, style)
    found = read.values.astype(pandas_dtype(DTYPES[kind]))
    bad = filled[found.isna().to_numpy()]
    reasons = bad.map(lambda cell: f"{_short(cell)} is not {read.noun}").astype("str")
    return Parsed(
        found if len(found) == len(text) else found.reindex(text.index), reasons, read.how
    )


def _folded(text: pd.Series) -> pd.Series:
    rough = text[text.str.contains(_TO_FOLD, regex=True)]
    if rough.empty:
        return text
    told = text.copy()
    told[rough.index] = rough.map({cell: folded(cell) for cell in rough.unique()})
    return told


def _plainly(filled: pd.Series, kind: Kind, style: Style) -> Reading | None:
    """The values of a column without anything to decide, all at once."""
    if kind is Kind.DATE:
        return plain_dates(filled)
    noun = {Kind.MONEY: "an amount", Kind.NUMBER: "a number"}.get(kind)
    return plain_amounts(filled, style, noun) if noun else None


def _by_distinct_cells(filled: pd.Series, kind: Kind, where: str, style: Style) -> Reading:
    codes, distinct = pd.factorize(filled)
    read = _READERS[kind](pd.Series(distinct, dtype="str"), where, style)
    return read._replace(values=read.values.take(codes).set_axis(filled.index))


def _flags(text: pd.Series, where: str, style: Style) -> Reading:
    known = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return Reading(text.str.lower().map(known).astype("boolean"), "yes or no")


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:39]}…")


_READERS: dict[Kind, Callable[[pd.Series, str, Style], Reading]] = {
    Kind.DATE: read_dates,
    Kind.MONEY: read_money,
    Kind.NUMBER: read_numbers,
    Kind.FLAG: _flags,
}
