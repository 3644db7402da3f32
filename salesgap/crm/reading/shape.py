"""What a CRM's layout needs beyond other names: outcomes beside stages, columns that are rows …

Each function does what one key of a profile says; see :mod:`salesgap.crm.reading.profile`. All work
on an export's cells, text by header, before anything is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from salesgap.crm.reading.profile import FromColumns, Only, Outcome, TableProfile

SOURCE_ROW = "row of the export"


def first_present(cells: pd.DataFrame, headers: Iterable[str]) -> pd.Series | None:
    """The column with the first of ``headers`` that there is, stripped; none without any."""
    by_fold = {str(name).casefold(): place for place, name in reversed([*enumerate(cells.columns)])}
    for header in headers:
        if header.casefold() in by_fold:
            return cells.iloc[:, by_fold[header.casefold()]].str.strip()
    return None


def with_outcome(frame: pd.DataFrame, cells: pd.DataFrame, layout: TableProfile) -> pd.DataFrame:
    """``frame`` (canonical columns) with what the outcome of each row says."""
    told = first_present(cells, layout.outcome.column) if layout.outcome else None
    if told is None or layout.outcome is None:
        return frame
    return frame.assign(**_cases(frame, cells, layout, layout.outcome, told.str.casefold()))


def _cases(
    frame: pd.DataFrame,
    cells: pd.DataFrame,
    layout: TableProfile,
    outcome: Outcome,
    told: pd.Series,
) -> dict[str, pd.Series]:
    changed = {"stage": frame["stage"]} if "stage" in frame else {}
    for case in outcome.cases:
        holds = told.isin(case.values)
        if "stage" in changed:
            changed["stage"] = changed["stage"].mask(holds, case.stage)
        for name, headers in case.columns.items():
            usual = changed.get(name, frame.get(name, pd.Series("", index=frame.index)))
            own = first_filled(cells, layout.spelt(headers)).where(holds, "")
            changed[name] = usual.mask(own != "", own)
    return changed


def first_filled(cells: pd.DataFrame, headers: Iterable[str]) -> pd.Series:
    """Row by row, the first of those columns that is not empty."""
    filled = pd.Series("", index=cells.index, dtype="str")
    for header in headers:
        column = first_present(cells, [header])
        if column is not None:
            filled = filled.mask(filled == "", column)
    return filled


def without_suffix(text: pd.Series, cells: pd.DataFrame, headers: tuple[str, ...]) -> pd.Series:
    """``text`` without `` (x)`` at its end, where x is a value of the first of those columns."""
    owners = first_present(cells, headers)
    if owners is None:
        return text
    known = set(owners.unique()) - {""}
    short = {cell: without_any(cell, known) for cell in text.unique()}
    return text.map(short).astype("str")


def without_any(text: str, known: set[str]) -> str:
    """``text`` without one of ``known`` in brackets at its end."""
    found = re.fullmatch(r"(.*\S)\s*\((.*)\)", text)
    return found[1] if found and found[2].strip() in known else text


def not_counted(cells: pd.DataFrame, only: Only | None) -> tuple[pd.Index, str]:
    """The rows that are of something else, and the column that says so."""
    column = first_present(cells, only.column) if only else None
    if only is None or column is None:
        return cells.index[:0], ""
    return cells.index[~column.str.casefold().isin(only.values)], str(column.name)


def unfolded(
    cells: pd.DataFrame, rule: FromColumns, origin: TableProfile, suffix_of: tuple[str, ...]
) -> pd.DataFrame:
    """The cells of the columns that ``rule`` means, one a row, under canonical names.

    ``origin`` is the layout of the table they stand in. The column ``SOURCE_ROW`` says where;
    without any such column there are no columns at all.
    """
    pattern = re.compile(rule.header, re.IGNORECASE)
    found = [(place, hit["name"]) for place, hit in _matches(cells.columns, pattern)]
    if not found:
        return pd.DataFrame()
    kept = {name: first_present(cells, origin.headers(name)) for name in rule.keep}
    known = first_present(cells, suffix_of)
    owners = set() if known is None else set(known.unique()) - {""}
    parts = [
        pd.DataFrame(
            {
                SOURCE_ROW: cells.index.astype("str"),
                **{name: column for name, column in kept.items() if column is not None},
                rule.name: without_any(name, owners),
                rule.value: cells.iloc[:, place].str.strip(),
            }
        )
        for place, name in found
    ]
    rows = pd.concat(parts)
    rows = rows[rows[rule.value] != ""].sort_index(kind="stable")
    return rows.set_axis(pd.RangeIndex(1, len(rows) + 1)).astype("str")


def _matches(headers: pd.Index, pattern: re.Pattern[str]) -> Iterable[tuple[int, re.Match[str]]]:
    hits = ((place, pattern.search(str(header))) for place, header in enumerate(headers))
    return ((place, hit) for place, hit in hits if hit)
