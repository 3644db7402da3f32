"""The data-quality report: what was read, what was set aside and why, what a pack will lack."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesgap.crm.checking.check import Checked
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.reading.read import ERROR
from salesgap.crm.tables import OPPORTUNITIES, TABLES
from salesgap.errors import SourceError
from salesgap.params import Params
from salesgap.quality import Lacking, Missing, Offender, Reason, TableQuality

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


COLUMN_COSTS: dict[tuple[str, str], str] = {
    ("people", "segment"): "peers are told apart by role alone",
    ("people", "start_date"): "who is on their ramp is unknown; seats without a deal do not count",
    ("people", "end_date"): "who has left is not known; vacancies cannot be counted",
    ("opportunities", "close_date"): "no forecast by quarter; closed deals are set aside",
    ("opportunities", "amount"): "no pipeline value; won deals need a list price",
    ("opportunities", "account"): "deals are called by their names or ids",
    ("opportunities", "type"): "new business and renewals are not told apart",
    ("opportunities", "product"): "which products are won is unknown",
    ("opportunities", "margin"): "the margin of what is won is unknown",
    ("opportunities", "next_step"): "whether deals have a next step is unknown",
    ("opportunities", "last_activity_date"): "silent deals are known by their activities only",
    ("stage_history", "amount"): "what a deal was worth on an earlier day is unknown",
    ("stage_history", "close_date"): "pushed close dates are not counted",
    ("activities", "opportunity_id"): "which deals are worked on is unknown",
    ("activities", "with_manager"): "joint calls are not counted",
}

_OPEN_COSTS = {
    "amount": "they count at the list price of their product; without one their worth is unknown",
    "close_date": "no forecast by quarter, and none is seen to be overdue",
}
_WHOSE = {"opportunities": "owner_id", "quotas": "person_id", "activities": "person_id"}
_WORST = 10
_MANY, _NEARLY_ALL = 10, 0.9  # rows at fault, and their share in one stage, that tell a pattern


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
        written={sheet.raw.headers.get(name, name): how for name, how in sheet.written.items()},
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


def lacking_columns(
    sheets: Mapping[str, Sheet], deals: pd.DataFrame, params: Params
) -> tuple[Lacking, ...]:
    """The columns that the packs would use and no row has anything in, or hardly an open deal.

    ``deals``: the accepted opportunities.
    """
    empty = [
        Lacking(table=table, column=column, cost=cost)
        for (table, column), cost in COLUMN_COSTS.items()
        if table in sheets and not sheets[table].typed[column].notna().any()
    ]
    told = {(one.table, one.column) for one in empty}
    opened = deals[deals["stage"].isin([s.name for s in params.stages if s.status == "open"])]
    few = [
        _of_open_deals(opened, column, cost)
        for column, cost in _OPEN_COSTS.items()
        if ("opportunities", column) not in told
    ]
    return (*empty, *(one for one in few if one))


def _of_open_deals(opened: pd.DataFrame, column: str, cost: str) -> Lacking | None:
    without = int(opened[column].isna().sum())
    if 2 * without <= len(opened):
        return None
    text = f"{without:,} of {len(opened):,} open deals have none: {cost}"
    return Lacking(table="opportunities", column=column, cost=text)


def offenders(sheets: Mapping[str, Sheet]) -> tuple[Offender, ...]:
    """Whose rows are faulty most often, at most ten people and tables."""
    found = [
        one
        for name, column in _WHOSE.items()
        if name in sheets
        for one in _offenders(sheets[name], column, _names(sheets))
    ]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.table, one.person))[:_WORST])


def _offenders(sheet: Sheet, column: str, names: Mapping[str, str]) -> list[Offender]:
    found = sheet.findings
    faulty = pd.Index(found["row"][found["class"] == ERROR].unique())
    stage = _telling_stage(sheet, faulty)
    if stage is not None:
        return [stage]
    people = sheet.raw.frame[column]
    counts = people.reindex(faulty).fillna("").value_counts().head(_WORST)
    totals = people[people.isin(counts.index)].value_counts().to_dict()
    return [
        Offender(
            table=sheet.table.name,
            person=str(person),
            name=names.get(str(person), ""),
            rows=int(rows),
            total=int(totals[person]),
        )
        for person, rows in counts.items()
    ]


def _telling_stage(sheet: Sheet, faulty: pd.Index) -> Offender | None:
    """The stage of nearly all deals at fault, if it is more than what most deals are in."""
    if sheet.table is not OPPORTUNITIES or len(faulty) < _MANY:
        return None
    stages = sheet.raw.frame["stage"]
    counts = stages.reindex(faulty).fillna("").value_counts()
    stage, rows = str(counts.index[0]), int(counts.iloc[0])
    total = int((stages == stage).sum())
    if not stage or rows < _NEARLY_ALL * len(faulty) or total > len(stages) / 2:
        return None
    return Offender(table=sheet.table.name, person="", stage=stage, rows=rows, total=total)


def _names(sheets: Mapping[str, Sheet]) -> dict[str, str]:
    if "people" not in sheets:
        return {}
    known = sheets["people"].typed[["person_id", "name"]].dropna()
    return dict(zip(known["person_id"], known["name"], strict=True))


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
