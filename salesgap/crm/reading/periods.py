"""The periods that quota sheets name: months, quarters and years, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesgap.crm.reading.dates import month_numbers
from salesgap.crm.reading.shape import SOURCE_ROW, first_present
from salesgap.crm.words import words_of

_YEAR = r"(?:fy|gj)?\s*(?P<year>\d{4}|\d{2})"
_QUARTER = r"[qt]\s*(?P<quarter>[1-4])"
_SEP = r"[\s\-_/.,']*"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_QUARTER}(?:{_SEP}{_YEAR})?",
        rf"{_YEAR}{_SEP}{_QUARTER}",
        r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})(?:[-/.]0?1(?:[ t]00:00(?::00)?)?)?",
        r"(?P<year>(?:19|20)\d{2})(?P<number>0[1-9]|1[0-2])",
        r"(?P<number>\d{1,2})[-/.](?P<year>\d{4})",
        rf"(?P<month>[^\W\d_]{{3,}})\.?(?:{_SEP}{_YEAR})?",
        rf"(?P<year>\d{{4}}){_SEP}(?P<month>[^\W\d_]{{3,}})\.?",
        r"(?:fy|gj)\s*(?P<year>\d{4}|\d{2})|(?P<plain>(?:19|20)\d{2})",
    )
)
_ANNUAL = {"annual", "year", "full year", "yearly", "fy", "jahr", "gesamtjahr", "ano", "annee",
           "annual quota", "annual target", "year total"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A period as it is written: ``unit`` month, quarter or year; ``number`` of it in the year.

    ``year`` is none where the label has none. Quarters and years are the fiscal ones.
    """

    unit: str
    number: int
    year: int | None


def label_of(text: str) -> Label | None:
    """The period that ``text`` names; none if it names none."""
    plain = text.strip().casefold()
    if " ".join(words_of(plain)) in _ANNUAL:
        return Label("year", 1, None)
    for form in _FORMS:
        hit = form.fullmatch(plain)
        label = _label(hit) if hit else None
        if label is not None:
            return label
    return None


def _label(hit: re.Match[str]) -> Label | None:
    parts = hit.groupdict()
    year = parts.get("year") or parts.get("plain")
    whole = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    if parts.get("quarter"):
        return Label("quarter", int(parts["quarter"]), whole)
    if parts.get("month") or parts.get("number"):
        said = parts.get("number")
        number = int(said) if said else int(month_numbers().get(parts.get("month") or "", 0))
        return Label("month", number, whole) if 1 <= number <= 12 else None
    return None if whole is None else Label("year", 1, whole)


def days_of(label: Label, year_start: date) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day of a period.

    ``year_start`` is the first day of the run's fiscal year: labels without a year lie in it. A
    fiscal year is called after the calendar year that it ends in.
    """
    begins = pd.Timestamp(year_start)
    if label.unit == "month":
        first = _month(label, begins)
        return first, first + pd.offsets.MonthEnd(0)
    if label.year is not None:
        ends = (begins + pd.DateOffset(years=1, days=-1)).year
        begins = begins + pd.DateOffset(years=label.year - ends)
    if label.unit == "year":
        return begins, begins + pd.DateOffset(years=1, days=-1)
    first = begins + pd.DateOffset(months=3 * (label.number - 1))
    return first, first + pd.DateOffset(months=3, days=-1)


def _month(label: Label, begins: pd.Timestamp) -> pd.Timestamp:
    if label.year is not None:
        return pd.Timestamp(label.year, label.number, 1)
    later = label.number < begins.month
    return pd.Timestamp(begins.year + later, label.number, 1)


def period_columns(headers: Iterable[object]) -> list[str]:
    """The headers that name periods, if they make a wide table: two or more, or a year alone."""
    labels = {str(header): label_of(str(header)) for header in headers}
    annual = [header for header, label in labels.items() if label and label.unit == "year"]
    # A year's total beside its months or quarters is their sum, not one more target.
    parts = [header for header, label in labels.items() if label and header not in annual]
    return parts if len(parts) > 1 else annual


def one_a_row(
    cells: pd.DataFrame, amount: tuple[str, ...], period_end: tuple[str, ...]
) -> pd.DataFrame:
    """Quota ``cells`` with one period a row: columns that are periods become rows.

    ``amount``, ``period_end``: the headers these may have. A last day that no column tells is
    empty; the column ``SOURCE_ROW`` says where a row stood.
    """
    if first_present(cells, amount) is None and (wide := period_columns(cells.columns)):
        cells = _unfolded(cells, wide)
    if first_present(cells, period_end) is None:
        cells = cells.assign(period_end="")
    return cells


def _unfolded(cells: pd.DataFrame, wide: list[str]) -> pd.DataFrame:
    rest = cells.loc[:, [name not in wide for name in cells.columns]]
    parts = [
        rest.assign(
            **{SOURCE_ROW: cells.index.astype("str")},
            period_start=header,
            amount=cells.iloc[:, list(cells.columns).index(header)],
        )
        for header in wide
    ]
    rows = pd.concat(parts)
    rows = rows[rows["amount"].str.strip() != ""].sort_index(kind="stable")
    return rows.set_axis(pd.RangeIndex(1, len(rows) + 1)).astype("str")
