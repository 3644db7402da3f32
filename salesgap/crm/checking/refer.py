"""References between tables: who is meant, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesgap.crm.checking.notes import Note, listed
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.checking.spelling import meant
from salesgap.crm.frames import among, at
from salesgap.crm.reading.read import ERROR, LEFT_OUT, findings
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
    ``names``: index the name of every accepted row, value its id; empty if rows have no name.
    """

    table: str
    fate: pd.Series
    names: pd.Series

    def accepted(self) -> pd.Index:
        """The keys a row may refer to."""
        return self.fate.index[self.fate == ""]


def known(sheet: Sheet) -> Known:
    """The keys of a checked table, and the names of its rows if they have any."""
    names = pd.Series(dtype="str")
    if "name" in sheet.typed:
        (key,) = sheet.table.key
        names = sheet.rows.dropna(subset=["name"]).set_index("name")[key]
    return Known(sheet.table.name, sheet.fate(), names)


def refer(sheet: Sheet, column: str, others: Known) -> tuple[Note | None, pd.DataFrame]:
    """Put ids where ``column`` names a row by a name that is one row's; a note if it did, and
    findings of the rows that refer to no accepted row all the same.

    A name that several share is found at once: it cannot be told who is meant. People's names may
    be spelt a little otherwise, see :mod:`salesgap.crm.checking.spelling`.
    """
    cells = sheet.typed[column]
    cells = cells[sheet.sound & ~among(cells, others.accepted())].dropna()
    named, slips = _named(sheet, column, others, cells)
    shared = others.names.index[others.names.index.duplicated()]
    unclear = named[named.isin(shared)]
    whose = "people's" if others.table == "people" else "rows'"
    reasons = NOUNS[column] + " " + unclear.map(repr) + f" is several {whose} name; give the id"
    sheet.find(findings(unclear.index, column, reasons))
    lost = _unknown(column, others, cells.drop(named.index))
    named = named.drop(unclear.index)
    if named.empty:
        return None, lost
    ids = others.names[~others.names.index.isin(shared)]
    sheet.typed.loc[named.index, column] = at(ids, named)
    text = f"{sheet.table.name}: {NOUNS[column]} found by name, not by id ({len(named):,} rows)"
    detail = f"{text}: {listed(slips)}" if slips else ""
    more = f"; {len(slips):,} names were spelt otherwise" if slips else ""
    return Note(text + more, detail), lost


def _named(
    sheet: Sheet, column: str, others: Known, cells: pd.Series
) -> tuple[pd.Series, list[str]]:
    """The cells that are no key but a name, as the others spell it, and which are spelt otherwise.

    Where the export writes the name beside an id that is nobody's, the name counts.
    """
    foreign = cells[~among(cells, others.fate.index)].map(folded)  # as names are
    beside = sheet.raw.names.get(column)
    if beside is not None:
        said = beside.reindex(foreign.index).fillna("").map(folded)
        foreign = foreign.mask(~among(foreign, others.names.index) & (said != ""), said)
    slips: dict[str, str] = {}
    if others.table == "people":
        strange = foreign[~among(foreign, others.names.index)]
        slips = meant(strange.unique(), others.names.index)
    foreign = foreign.map(lambda name: slips.get(name, name)).astype("str")
    named = foreign[among(foreign, others.names.index)]
    return named, [f"{text} is {name}" for text, name in sorted(slips.items())]


def _unknown(column: str, others: Known, cells: pd.Series) -> pd.DataFrame:
    fate = at(others.fate, cells).fillna(f"is not in {others.table}")
    found = findings(cells.index, column, NOUNS[column] + " " + cells.map(repr) + " " + fate)
    scoped = fate.str.startswith("was left out")
    return found.assign(**{"class": [LEFT_OUT if scope else ERROR for scope in scoped]})
