"""The data-quality report: what was read, what was set aside and why, what a pack will lack."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from pydantic import BaseModel, ConfigDict

from salesgap.crm.check import Checked
from salesgap.crm.read import ERROR
from salesgap.crm.sheet import Sheet
from salesgap.crm.tables import TABLES
from salesgap.errors import SourceError

COSTS: dict[str, str] = {
    "people": "no pack can be made: nobody knows who works for whom",
    "opportunities": "no pack can be made: there are no deals",
    "quotas": "no attainment and no pacing; managers are ranked by revenue against peers",
    "stage_history": "no time in stage, no pushes; whether a lost deal got past the early stages "
    "is unknown",
    "activities": "no activity levels, no joint calls; silent deals show by their own date only",
    "team_history": "every deal counts for its owner's present manager",
    "assessments": "no skills, no eight-driver scores and no prioritisation answers",
    "commitments": "no follow-up of what was agreed in the last pack",
    "products": "an open deal without an amount stays without one",
}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Frozen):
    """Why rows were set aside. A row with several reasons is counted under each."""

    reason: str
    kind: str
    rows: int


class TableQuality(_Frozen):
    """One table: ``rows_in == accepted + quarantined + left_out``.

    ``quarantined`` rows are faulty, ``left_out`` rows sound but out of the run's scope;
    ``added`` rows were not in the export and are not in ``accepted``.
    """

    table: str
    file: str
    rows_in: int
    accepted: int
    quarantined: int
    left_out: int
    added: int = 0
    reasons: tuple[Reason, ...] = ()
    unmapped: tuple[str, ...] = ()


class Missing(_Frozen):
    """A table without which the packs are made, and what they lack.

    ``why`` is empty if the export does not have it, or says what keeps it from being used, and
    ``do`` how to mend that.
    """

    table: str
    cost: str
    why: str = ""
    do: str = ""

    def __str__(self) -> str:
        left_out = f" (left out: {self.why})" if self.why else ""
        return f"{self.table}: {self.cost}{left_out}"


class QualityReport(_Frozen):
    """All of it. ``problems`` are what makes packs impossible; each is one line.

    ``notes`` go into every pack and name nobody; ``details`` say who, and stay out of packs.
    """

    tables: tuple[TableQuality, ...]
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    unused_files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    def table(self, name: str) -> TableQuality:
        """The record of one table. Raises ``KeyError`` if the export has none."""
        return {entry.table: entry for entry in self.tables}[name]


def table_quality(sheet: Sheet, checked: Checked) -> TableQuality:
    """The account of one checked table."""
    found = sheet.findings
    faulty = found.loc[found["class"] == ERROR, "row"].nunique()
    rows = len(sheet.raw.cells)
    added = checked.added.get(sheet.table.name, 0)
    entry = TableQuality(
        table=sheet.table.name,
        file=sheet.raw.file,
        rows_in=rows,
        accepted=len(checked.tables[sheet.table.name]) - added,
        quarantined=faulty,
        left_out=found["row"].nunique() - faulty,
        added=added,
        reasons=_reasons(found),
        unmapped=sheet.raw.unmapped,
    )
    assert rows == entry.accepted + entry.quarantined + entry.left_out, sheet.table.name
    return entry


def missing_tables(
    sheets: Mapping[str, Sheet], left_out: Mapping[str, SourceError]
) -> tuple[Missing, ...]:
    """What the export lacks; ``left_out`` says why a table that is there cannot be used."""
    reasons = {
        name: {"why": f"{error.where}: {error.what}", "do": error.do}
        for name, error in left_out.items()
    }
    return tuple(
        Missing(table=name, cost=COSTS[name], **reasons.get(name, {}))
        for name in TABLES
        if name not in sheets
    )


def quarantine(sheets: Mapping[str, Sheet]) -> pd.DataFrame:
    """Every finding: table, file, row, column (the export's), reason, class, text of the row."""
    frames = [_with_text(sheet) for sheet in sheets.values()]
    columns = ["table", "file", "row", "column", "reason", "class", "text"]
    full = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return full[columns].astype({name: "str" for name in columns if name != "row"})


def _with_text(sheet: Sheet) -> pd.DataFrame:
    found = sheet.findings.sort_values("row", kind="stable")
    cells = sheet.raw.cells.loc[found["row"].unique()]
    text = {
        row: " | ".join(cells_) for row, cells_ in zip(cells.index, cells.to_numpy(), strict=True)
    }
    columns = found["column"].map(lambda name: sheet.raw.headers.get(name, name))
    return found.assign(
        table=sheet.table.name, file=sheet.raw.file, column=columns, text=found["row"].map(text)
    )


def _reasons(found: pd.DataFrame) -> tuple[Reason, ...]:
    # Row numbers and deals differ from finding to finding; the count is of the kind of fault.
    general = found["reason"].str.replace(r",? row \d+", "", regex=True)
    general = general.str.replace(r"^deal '.*' (is|was) ", r"its deal \1 ", regex=True)
    rows = pd.DataFrame({"reason": general, "kind": found["class"], "row": found["row"]})
    counts = rows.drop_duplicates().value_counts(["reason", "kind"]).reset_index(name="rows")
    ordered = counts.sort_values(["rows", "reason"], ascending=[False, True])
    return tuple(
        Reason(reason=reason, kind=kind, rows=rows)
        for reason, kind, rows in ordered.itertuples(index=False, name=None)
    )
