"""Which column of an unfamiliar export is which: by its name, held against what is in it.

A name is looked up in a table of words (``words/columns.yml``); the content may veto it (a date
that is none, an id that repeats) or, where no name tells, speak for itself if only one column can
be meant. What is not said by a name is marked as unsure: it is for a person to confirm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from salesgap.crm.checking.parse import parse_column
from salesgap.crm.tables import OPPORTUNITIES, PEOPLE, Column, Kind, Table
from salesgap.crm.words import column_words, table_words, words_of
from salesgap.errors import SourceError

_MOST = 0.9
_PEEKED = 2000  # rows that a column is judged by


@dataclass(frozen=True, slots=True)
class Match:
    """A canonical column's header in the export, why it is that one, and whether that is sure."""

    header: str
    why: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Keys:
    """What is already known: the ids and names that columns of other tables may refer to."""

    people: frozenset[str] = frozenset()
    deals: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()

    def of(self, table: Table, column: str) -> frozenset[str]:
        """The values ``column`` refers to; empty if it refers to nothing that is known."""
        if column in ("owner_id", "person_id", "manager_id") and table is not PEOPLE:
            return self.people
        if column == "opportunity_id" and table is not OPPORTUNITIES:
            return self.deals
        if column == "stage" and table is not OPPORTUNITIES:
            return self.stages
        return self.products if column == "product" and table is OPPORTUNITIES else frozenset()


@dataclass(frozen=True, slots=True)
class Mapped:
    """The columns of a table that a file has, and those it needs and lacks."""

    columns: Mapping[str, Match]
    lacks: tuple[str, ...]
    score: float = field(default=0.0)


def map_columns(table: Table, cells: pd.DataFrame, keys: Keys) -> Mapped:
    """The columns of ``table`` in ``cells`` (text by header). Each header is used once."""
    cells = cells.head(_PEEKED)
    headers = [str(name) for name in dict.fromkeys(cells.columns) if str(name)]
    texts = {name: text_under(cells, name) for name in headers}
    ranked = [
        (_rank(table, column, header), place, column, header)
        for place, column in enumerate(table.columns)
        for header in headers
    ]
    ranked = [entry for entry in ranked if entry[0] > 0]
    found: dict[str, Match] = {}
    for rank, _, column, header in sorted(ranked, key=lambda entry: -entry[0]):
        taken = {match.header for match in found.values()}
        if column.name in found or header in taken:
            continue
        if fits(table, column, texts[header], keys):
            near = {entry[3] for entry in ranked if entry[2] is column}
            rivals = sorted(near - taken - {header})
            found[column.name] = _match(header, rivals if rank <= _LOOSE else None)
    _by_content(table, texts, keys, found)
    _names_for_ids(table, texts, found)
    lacks = tuple(name for name in table.required_columns if name not in found)
    return Mapped(found, lacks, len(found) + sum(match.sure for match in found.values()))


def text_under(cells: pd.DataFrame, header: str) -> pd.Series:
    """The text of a column, stripped; of several that are called alike the first."""
    first = cells.iloc[:, list(cells.columns).index(header)]
    return first.astype("str").str.strip()


def _match(header: str, rivals: list[str] | None) -> Match:
    """A header found by its whole name (``rivals`` none), or by a part of it: then it is sure if
    no other that is free comes near."""
    if rivals is None:
        return Match(header, f"called {header!r}")
    others = f"so do {', '.join(rivals)}" if rivals else "no other comes near"
    return Match(header, f"{header!r} holds its name; {others}", sure=not rivals)


def fits(table: Table, column: Column, text: pd.Series, keys: Keys) -> bool:
    """Whether what stands in a column can be that; an empty column can be anything optional."""
    filled = text[text != ""]
    if filled.empty:
        return not column.required
    known = keys.of(table, column.name)
    if known:
        return bool(filled.isin(known).mean() >= 0.5)
    if column.name in table.key and len(table.key) == 1:
        return bool(filled.is_unique and len(filled) == len(text))
    if column.kind in (Kind.DATE, Kind.MONEY, Kind.NUMBER, Kind.FLAG):
        return readable(filled, column.kind)
    if column.name == "stage":
        return 2 <= filled.nunique() <= 40 and not readable(filled, Kind.NUMBER)
    return not (column.kind is Kind.TEXT and readable(filled, Kind.DATE))


def readable(filled: pd.Series, kind: Kind) -> bool:
    """Whether nearly all cells are of ``kind``; cells that leave their order open are."""
    if kind is Kind.DATE and filled.str.fullmatch(r"\d{5}(\.\d+)?").all():
        days = pd.to_numeric(filled)
        return bool(days.between(32_000, 60_000).all())  # 1987 to 2064, as Excel counts
    try:
        return len(parse_column(filled, kind, "").faults) <= (1 - _MOST) * len(filled)
    except SourceError:
        return True


_LOOSE = 40.0


def _rank(table: Table, column: Column, header: str) -> float:
    """How well a header names a column; 0: not at all."""
    words = words_of(header)
    if header.strip().casefold() == column.name:
        return 200
    terms = column_words(table.name).get(column.name, ())
    bare = _without(words, table_words(table.name))
    for place, term in enumerate(terms):
        if sorted(words) == sorted(term):
            return 100 - place
        if bare and sorted(bare) == sorted(term):
            return 90 - place
    inside = [place for place, term in enumerate(terms) if set(term) <= set(words)]
    return max(1.0, _LOOSE - min(inside)) if inside and len(words) <= 4 else 0


def _without(words: tuple[str, ...], own: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    left = words
    for term in sorted(own, key=len, reverse=True):
        for start in range(len(left) - len(term) + 1):
            if left[start : start + len(term)] == term:
                left = left[:start] + left[start + len(term) :]
                break
    return left


def _by_content(
    table: Table, texts: Mapping[str, pd.Series], keys: Keys, found: dict[str, Match]
) -> None:
    """Required columns that no name tells, where exactly one column can be meant."""
    for column in table.columns:
        if column.name in found or not column.required:
            continue
        used = {match.header for match in found.values()}
        can = [
            header
            for header, text in texts.items()
            if header not in used and _speaks(table, column, text, keys)
        ]
        if len(can) == 1:
            known, filled = keys.of(table, column.name), texts[can[0]][texts[can[0]] != ""]
            sure = bool(known) and bool(filled.isin(known).all())
            why = "all its cells are known from" if sure else "by its content it can only be"
            told = f"no name tells; {why} {'the tables before it' if sure else repr(can[0])}"
            found[column.name] = Match(can[0], told, sure=sure)


def _speaks(table: Table, column: Column, text: pd.Series, keys: Keys) -> bool:
    """Whether the content alone can tell this column."""
    telling = column.kind in (Kind.DATE, Kind.MONEY) or bool(keys.of(table, column.name))
    key = column.name in table.key and len(table.key) == 1
    return (telling or key) and bool((text != "").any()) and fits(table, column, text, keys)


def _names_for_ids(table: Table, texts: Mapping[str, pd.Series], found: dict[str, Match]) -> None:
    """People without an id are known by their names, and the other way round."""
    if table is not PEOPLE:
        return
    for one, other in (("person_id", "name"), ("name", "person_id")):
        if one not in found and other in found and texts[found[other].header].is_unique:
            header = found[other].header
            found[one] = Match(header, f"the people have no {one} but {header!r}")
