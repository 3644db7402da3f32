"""References between tables: who is meant, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesgap.crm.frames import among, at
from salesgap.crm.notes import Note
from salesgap.crm.read import ERROR, LEFT_OUT, findings
from salesgap.crm.sheet import Sheet
from salesgap.crm.tables import folded

NOUNS = {
    "owner_id": "owner",
    "person_id": "person",
    "manager_id": "manager",
    "opportunity_id": "deal",
}


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What another table's keys stand for.

    ``fate``: index every key of it, value '' if accepted, else what became of it.
    ``names``: index every accepted person's name, value the id; empty for other tables.
    """

    table: str
    fate: pd.Series
    names: pd.Series

    def accepted(self) -> pd.Index:
        """The keys a row may refer to."""
        return self.fate.index[self.fate == ""]


def known(sheet: Sheet) -> Known:
    """The keys of a checked table, and the names of its rows if it holds people."""
    names = pd.Series(dtype="str")
    if "name" in sheet.typed and sheet.table.key == ("person_id",):
        names = sheet.rows.set_index("name")["person_id"]
    return Known(sheet.table.name, sheet.fate(), names)


def name_to_id(sheet: Sheet, column: str, others: Known) -> Note | None:
    """Put ids where ``column`` names people by a name that is one person's; a note if it did.

    A name that several people share is a finding: it cannot be told who is meant.
    """
    named = sheet.rows[column].dropna().map(folded)  # as names are
    named = named[~named.isin(others.fate.index) & named.isin(others.names.index)]
    shared = others.names.index[others.names.index.duplicated()]
    unclear = named[named.isin(shared)]
    reasons = NOUNS[column] + " " + unclear.map(repr) + " is several people's name; give the id"
    sheet.find(findings(unclear.index, column, reasons))
    named = named[~named.isin(shared)]
    if named.empty:
        return None
    ids = others.names[~others.names.index.isin(shared)]
    sheet.typed.loc[named.index, column] = at(ids, named)
    return Note(
        f"{sheet.table.name}: {NOUNS[column]} found by name, not by id ({len(named):,} rows)"
    )


def unknown(sheet: Sheet, column: str, others: Known) -> pd.DataFrame:
    """Findings of the rows whose ``column`` refers to no accepted row of another table."""
    cells = sheet.rows[column].dropna()
    cells = cells[~among(cells, others.accepted())]
    fate = at(others.fate, cells).fillna(f"is not in {others.table}")
    found = findings(cells.index, column, NOUNS[column] + " " + cells.map(repr) + " " + fate)
    scoped = fate.str.startswith("was left out")
    return found.assign(**{"class": [LEFT_OUT if scope else ERROR for scope in scoped]})
