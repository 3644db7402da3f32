"""One table while it is being checked: the rows still standing, and what was found of the others.

Rules look at rows that have passed so far, so that a row is not blamed for what follows from its
first fault; all faults of one round are reported together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import pandas as pd
import pandera.pandas as pa
import pyarrow.compute as pc

from salesgap.crm.checking.parse import parse
from salesgap.crm.frames import arrow_text, sorted_by
from salesgap.crm.reading.read import ERROR, LEFT_OUT, RawTable, findings
from salesgap.crm.tables import STAGE_HISTORY, Column, Kind, Table, conform

_LIMITS: dict[str, tuple[float, float, str]] = {
    "amount": (0, float("inf"), "amount is negative"),
    "list_price": (0, float("inf"), "list_price is negative"),
    "score": (0, 5, "score is not between 0 and 5"),
    "margin": (-10, 1, "margin is no share of the amount (1 is all of it)"),
}
_DAYS = pd.Timestamp(1970, 1, 1), pd.Timestamp(2101, 1, 1)
_ROUNDED = r"\d(?:[.,]\d+)?E\+\d+"
# May lie far ahead: exports write 9999-12-31 for "no end".
_OPEN_ENDED = {"close_date", "end_date", "period_end"}
_MISSING = {("opportunities", "owner_id"): "the deal has no owner"}
_DEFAULTS = {"quotas": {"measure": "revenue"}}


class Sheet:
    """A raw table with its typed rows (index: source row) and the findings so far.

    ``sound`` says of each row whether nothing was found of it.
    """

    def __init__(self, raw: RawTable) -> None:
        self.raw = raw
        typed, faults, self.written = parse(raw)
        self.typed = (
            typed.fillna(defaults) if (defaults := _DEFAULTS.get(self.table.name)) else typed
        )
        self._findings = [raw.set_aside, faults]
        self.sound = ~typed.index.isin(faults["row"])
        self.find(_column_faults(raw.table, self.typed, faults), *_implausible(self))
        self.find(*_rounded(self))

    @property
    def table(self) -> Table:
        """Which canonical table it is."""
        return self.raw.table

    @property
    def findings(self) -> pd.DataFrame:
        """Every finding, columns ``FINDINGS``; a row may have several."""
        return pd.concat(self._findings, ignore_index=True)

    @property
    def rows(self) -> pd.DataFrame:
        """The typed rows nothing was found of."""
        return self.typed if self.sound.all() else self.typed[self.sound]

    def column(self, name: str) -> pd.Series:
        """One column of :attr:`rows`, without the cost of the others."""
        return self.typed[name] if self.sound.all() else self.typed[name][self.sound]

    def find(self, *found: pd.DataFrame) -> None:
        """Set rows aside."""
        self._findings.extend(found)
        for rows in (entry["row"] for entry in found if len(entry)):
            places = self.typed.index.get_indexer(pd.Index(rows))
            self.sound[places[places >= 0]] = False

    def accepted(self) -> pd.DataFrame:
        """The rows that passed, dates without their time of day."""
        rows = self.rows
        if self.table is STAGE_HISTORY:  # the time of day is gone after this, so the order stays
            rows = sorted_by(rows, "opportunity_id", "changed_at")
        dates = {c.name: rows[c.name].dt.normalize() for c in self.table.columns if _is_date(c)}
        return conform(self.table, rows.assign(**dates)).reset_index(drop=True)

    def fate(self) -> pd.Series:
        """What became of each key: '' if accepted, else why not. For tables with one key."""
        (key,) = self.table.key
        first = self.findings.drop_duplicates("row").set_index("row")
        why = first["class"].map({ERROR: "was quarantined", LEFT_OUT: "was left out"})
        reasons = (why + f" ({self.raw.file}, row " + first.index.astype("str") + ")").astype("str")
        ids = self.raw.frame[key][lambda text: text != ""]
        fate = reasons.reindex(ids.index).fillna("").set_axis(ids)
        if ids.is_unique:
            return fate
        return fate.sort_values(kind="stable").groupby(level=0).first()

    def drop_repeats(self, one_change: tuple[str, ...]) -> None:
        """Set aside all but one of the rows that repeat each other, in three degrees."""
        if one_change:  # a change that is written twice is one
            rows = self.rows
            first = rows.duplicated(list(one_change), keep="last")
            text = "the same change is written again later, row {}"
            self.find(_repeats(rows, list(one_change), first, text, LEFT_OUT))
        key = list(self.table.key)
        alike = self._alike(key)
        if not one_change and len(alike):
            text = "exact duplicate of another, row {}"
            # The last one stays: a value that changed and changed back counts as it is now.
            again = alike.duplicated(keep="last")
            self.find(_repeats(alike, list(alike.columns), again, text))
            alike = self._alike(key)
        if len(alike):
            text = f"the same {' and '.join(key)} as a later one that differs and counts, row {{}}"
            self.find(_repeats(alike, key, alike.duplicated(key, keep="last"), text))

    def _alike(self, key: list[str]) -> pd.DataFrame:
        """The rows that share their key with another; none without a key."""
        if not key:
            return self.typed.iloc[:0]
        keys = pd.DataFrame({name: self.column(name) for name in key})
        return self.typed.loc[keys.index[keys.duplicated(keep=False)]]


def _implausible(sheet: Sheet) -> Iterator[pd.DataFrame]:
    """Dates that can only be a slip or a stand-in for a missing one."""
    first, end = _DAYS
    for column in sheet.table.columns:
        if column.kind is Kind.DATE:
            name, days = column.name, sheet.typed[column.name]
            yield findings(days.index[days < first], name, f"{name} is before 1970")
            if name not in _OPEN_ENDED:
                yield findings(days.index[days >= end], name, f"{name} is after 2100")


def _rounded(sheet: Sheet) -> Iterator[pd.DataFrame]:
    """Ids that a spreadsheet took for numbers: several may have become one."""
    for column in sheet.table.columns:
        if column.kind is Kind.ID and column.required:
            ids = sheet.column(column.name).dropna()
            near = ids[pc.match_substring(arrow_text(ids), "E+").to_numpy(zero_copy_only=False)]
            hit = near[near.str.fullmatch(_ROUNDED)]
            reasons = hit.map(repr) + " is an id that a spreadsheet rounded; export it again as CSV"
            yield findings(hit.index, column.name, reasons)


def _repeats(
    rows: pd.DataFrame, key: list[str], again: pd.Series, text: str, kind: str = ERROR
) -> pd.DataFrame:
    """Findings of the rows ``again``; ``text`` names the row of the same key that is kept."""
    if not again.any():
        return findings([], "", "")
    group = rows.groupby(key, dropna=False, sort=False).ngroup()
    kept = pd.Series(rows.index[~again], index=group[~again].to_numpy())
    kept_row = group[again].map(kept[~kept.index.duplicated()])
    reasons = kept_row.map(text.format)
    return findings(rows.index[again], key[0], reasons, kind)


def _column_faults(table: Table, typed: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Required cells that are empty and numbers out of bounds, all at once."""
    try:
        _schema(table).validate(typed, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["index", "column", "check"]]
        return _worded(table, cases, faults)
    return findings([], "", "")


def _worded(table: Table, cases: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    empty = cases["check"] == "not_nullable"
    usual = cases["column"].map(
        lambda name: _MISSING.get((table.name, str(name)), f"{name} is missing")
    )
    reasons = usual.where(empty, cases["check"])
    found = pd.DataFrame(
        {"row": cases["index"], "column": cases["column"], "reason": reasons, "class": ERROR}
    ).astype({"row": "int64", "column": "str", "reason": "str", "class": "str"})
    known = pd.MultiIndex.from_frame(faults[["row", "column"]])
    return found[~pd.MultiIndex.from_frame(found[["row", "column"]]).isin(known)]


@cache
def _schema(table: Table) -> pa.DataFrameSchema:
    checks: Mapping[str, pa.Check] = {
        name: pa.Check.in_range(low, high, error=text)
        for name, (low, high, text) in _LIMITS.items()
    }
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(nullable=not column.required, checks=checks.get(column.name))
            for column in table.columns
        }
    )


def _is_date(column: Column) -> bool:
    return column.kind is Kind.DATE
