"""What an export's tables, columns, stages, last day and currency most likely are, and why.

Nothing is guessed in silence: each proposal says what it rests on, and what is not sure comes
with a question. :mod:`salesgap.crm.proposing.draft` writes it down as a params file to edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from salesgap.crm.checking.parse import parse_column
from salesgap.crm.proposing.columns import Keys, Mapped, Match, map_columns, text_under
from salesgap.crm.proposing.late import nearly_over
from salesgap.crm.proposing.stages import ProposedStage, probability_of, propose_stages
from salesgap.crm.reading.grid import read_grid
from salesgap.crm.reading.peek import peek
from salesgap.crm.reading.periods import period_columns
from salesgap.crm.reading.profile import GENERIC
from salesgap.crm.reading.read import files_in, find_file, read_table
from salesgap.crm.reading.recognise import recognise
from salesgap.crm.tables import OPPORTUNITIES, PEOPLE, QUOTAS, TABLES, Kind, Table
from salesgap.crm.words import column_words, table_words, words_of
from salesgap.errors import SalesgapError, SourceError
from salesgap.params import Source

_CONSTANTS = {
    "role": ("rep", "no column tells the role: all people are compared with each other"),
    "region": ("all", "no column tells the region: there will be one region summary"),
}
_REST = ("stage_history", "team_history", "activities", "quotas", "products")
_NO_PEOPLE = (
    "who works for whom? no file tells; complete data/people.csv, which 'salesgap init --from' "
    "made of the owners, or add one with person_id, name, manager_id, role, region"
)
_NO_DAY = "which day is the export of, like 2026-06-30? its dates cannot be read without doubt"
_NO_WON = "which stage means won? nothing tells; give one the status won"
_SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "$": "USD"}


@dataclass(frozen=True, slots=True, eq=False)
class ProposedTable:
    """One table: its file, its columns with their reasons, and one value for what it lacks."""

    table: Table
    file: str
    cells: pd.DataFrame
    columns: Mapping[str, Match]
    constants: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def text(self, column: str) -> pd.Series:
        """A canonical column as text; empty where the export has none."""
        if column not in self.columns:
            return pd.Series("", index=self.cells.index, dtype="str")
        return text_under(self.cells, self.columns[column].header)


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """``profile`` with the reason, or the tables' own columns; the rest as a run needs it.

    ``asks``: what only a person can say, a line by the key of the params file it is asked at.
    """

    profile: str
    why: str
    tables: tuple[ProposedTable, ...]
    stages: tuple[ProposedStage, ...]
    as_of: date | None
    currency: str
    currency_why: str
    asks: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_people(self) -> bool:
        """Whether a file tells who works for whom."""
        return any(table.table is PEOPLE for table in self.tables)

    @property
    def owners(self) -> pd.Series:
        """The deals' owners as the export writes them."""
        (deals,) = (table for table in self.tables if table.table is OPPORTUNITIES)
        return deals.text("owner_id")

    @property
    def is_sure(self) -> bool:
        """Whether a run can be made of it as it stands."""
        return not any(True for _ in self.questions())

    def questions(self) -> Iterator[str]:
        """All that is not sure."""
        yield from self.asks.values()
        for table in self.tables:
            for name, match in table.columns.items():
                if not match.sure:
                    yield f"is {match.header!r} in {table.file} the {name}? {match.why}"
        yield from (f"stage {stage.name!r}: {stage.ask}" for stage in self.stages if stage.ask)


def propose(folder: Path) -> Proposal:
    """A proposal for the export in ``folder``. Raises ``SourceError`` if nothing in it is deals."""
    files = files_in(folder)
    profile, why, by_name = _recognised(files, folder)
    if OPPORTUNITIES.name not in by_name:
        profile, why = GENERIC, "no profile fits, so the columns are named here"
        by_name = {table.table.name: table for table in _mapped(files)}
    if OPPORTUNITIES.name not in by_name:
        raise SourceError(
            f"no file holds deals: {', '.join(path.name for path in files) or 'no data file'}",
            where=str(folder),
            do="one file needs an id, an owner, a stage and a date of creation in each row",
        )
    return _proposal(profile, why, by_name)


def _recognised(files: list[Path], folder: Path) -> tuple[str, str, dict[str, ProposedTable]]:
    """The profile, why it is that one, and its tables; no table if none fits."""
    try:
        found = recognise({path.name: peek(path) for path in files})
    except SourceError:
        return GENERIC, "", {}
    tables = {table.table.name: table for table in _as_profiled(found.profile, folder)}
    return found.profile, found.why, tables


def _proposal(profile: str, why: str, tables: Mapping[str, ProposedTable]) -> Proposal:
    deals = tables[OPPORTUNITIES.name]
    history = _history(tables.get("stage_history"))
    stages = propose_stages(deals.text("stage"), history, probability_of(deals.cells))
    ends = {stage.name for stage in stages if stage.status != "open"}
    day = _last_day(tables, ends)
    code, source, sure = _currency(deals)
    asks = {
        "source": "" if PEOPLE.name in tables else _NO_PEOPLE,
        "as_of": "" if day else _NO_DAY,
        "fiscal_year_start_month": nearly_over(day, date(day.year, 12, 31)) if day else "",
        "currency": "" if sure else _no_currency(deals),
        "stages": "" if any(stage.status == "won" for stage in stages) else _NO_WON,
    }
    asked = {key: question for key, question in asks.items() if question}
    return Proposal(profile, why, tuple(tables.values()), stages, day, code, source, asked)


def _no_currency(deals: ProposedTable) -> str:
    if deals.text("currency").str.upper().replace("", None).nunique() > 1:
        return "what is each currency worth? give the `rates` of those that are not the run's"
    return "which currency are the amounts in? nothing tells"


def _as_profiled(profile: str, folder: Path) -> list[ProposedTable]:
    """The tables as a known profile reads them, under canonical names."""
    source = Source(profile=profile, folder=folder)
    found = []
    for table in TABLES.values():
        try:
            path = find_file(table, source)
            raw = None if path is None else read_table(table, path, source)
        except SalesgapError:
            continue  # 'salesgap check' tells what is wrong with it
        if raw is not None:
            frame = raw.frame.drop(raw.set_aside["row"])
            # What no canonical column holds may tell too: a probability, signs of a currency.
            others = raw.cells.loc[frame.index, [name for name in raw.unmapped if name]]
            cells = pd.concat([frame, others.loc[:, ~others.columns.isin(frame.columns)]], axis=1)
            columns = {name: Match(name, "as the profile has it") for name in frame.columns}
            found.append(ProposedTable(table, raw.file, cells, columns))
    return found


def _mapped(files: list[Path]) -> list[ProposedTable]:
    """The tables of an unfamiliar export: deals, then who owns them, then what refers to both."""
    grids = dict(_grids(files))
    deals = _best(OPPORTUNITIES, grids, Keys())
    if deals is None:
        return []
    del grids[deals.file]
    people = _people(grids, deals)
    found = [deals]
    keys = Keys(
        deals=frozenset(deals.text("opportunity_id")) - {""},
        stages=frozenset(deals.text("stage")) - {""},
        products=frozenset(deals.text("product")) - {""},
    )
    if people is not None:
        del grids[people.file]
        ids = frozenset(people.text("person_id")) | frozenset(people.text("name"))
        keys = replace(keys, people=ids - {""})
        again = map_columns(OPPORTUNITIES, deals.cells, Keys(people=keys.people))
        deals = deals if again.lacks else replace(deals, columns=again.columns)
        found = [people, deals]
    if "owner_id" not in deals.columns:
        return []
    for name in _REST:
        table = _best(TABLES[name], grids, keys)
        if table is not None:
            del grids[table.file]
            found.append(table)
    return sorted(found, key=lambda table: list(TABLES).index(table.table.name))


def _grids(files: list[Path]) -> Iterator[tuple[str, pd.DataFrame]]:
    terms = [term for table in TABLES for group in column_words(table).values() for term in group]
    known = frozenset(sign.join(term) for term in terms for sign in (" ", "_", "", "-"))
    for path in files:
        try:
            yield path.name, read_grid(path, known)
        except SourceError:
            continue  # 'salesgap check' tells what is wrong with it


def _best(table: Table, grids: Mapping[str, pd.DataFrame], keys: Keys) -> ProposedTable | None:
    """The file that is most likely ``table``; none if no file has all it needs."""
    ranked = []
    for file, cells in grids.items():
        mapped = map_columns(table, cells, keys)
        if _enough(table, mapped, cells, keys):
            ranked.append((mapped.score + 5 * _named(table, file), file, mapped))
    if not ranked:
        return None
    _, file, mapped = max(ranked, key=lambda entry: (entry[0], entry[1]))
    return ProposedTable(table, file, grids[file], mapped.columns)


def _enough(table: Table, mapped: Mapped, cells: pd.DataFrame, keys: Keys) -> bool:
    if table is OPPORTUNITIES and not keys.people:
        return set(mapped.lacks) <= {"owner_id"}  # whom a column names shows beside the people
    if table is not QUOTAS:
        return not mapped.lacks
    # Periods may stand as columns, and their ends follow from their starts.
    wide = bool(period_columns(cells.columns))
    may_lack = {"period_start", "period_end", "amount"} if wide else {"period_end"}
    return bool(keys.people) and set(mapped.lacks) <= may_lack


def _people(grids: Mapping[str, pd.DataFrame], deals: ProposedTable) -> ProposedTable | None:
    """The file whose ids or names are those of the deals' owners."""
    best, share = None, 0.5
    for file, cells in grids.items():
        mapped = map_columns(PEOPLE, cells, Keys())
        if set(mapped.lacks) - set(_CONSTANTS):
            continue
        constants = {name: _CONSTANTS[name] for name in mapped.lacks}
        table = ProposedTable(PEOPLE, file, cells, mapped.columns, constants)
        known = {*table.text("person_id"), *table.text("name")} - {""}
        held = max(
            (_held(deals.cells.iloc[:, place], known) for place in range(deals.cells.shape[1])),
            default=0.0,
        )
        if held > share:
            best, share = table, held
    return best


def _held(column: pd.Series, known: set[str]) -> float:
    filled = column[column != ""]
    return float(filled.isin(list(known)).mean()) if len(filled) else 0.0


def _named(table: Table, file: str) -> bool:
    words = words_of(Path(file).stem)
    return any(set(term) <= set(words) for term in table_words(table.name))


def _history(table: ProposedTable | None) -> pd.DataFrame | None:
    if table is None:
        return None
    days = _days(table.text("changed_at"))
    if days is None:
        return None
    texts = {name: table.text(name) for name in ("opportunity_id", "stage")}
    return pd.DataFrame(texts | {"changed_at": days}).dropna()


def _days(text: pd.Series) -> pd.Series | None:
    try:
        return parse_column(text, Kind.DATE, "").values
    except SourceError:
        return None


def _last_day(tables: Mapping[str, ProposedTable], ends: set[str]) -> date | None:
    """The last day on which anything was done: nothing that is only expected counts."""
    deals = tables[OPPORTUNITIES.name]
    closed = deals.text("stage").isin(list(ends))
    texts = [deals.text("created_date"), deals.text("close_date").where(closed, "")]
    for name, column in (("stage_history", "changed_at"), ("activities", "date")):
        texts += [tables[name].text(column)] if name in tables else []
    days = [found.max() for text in texts if (found := _days(text)) is not None]
    known = [day for day in days if not pd.isna(day)]
    return max(known).date() if len(days) == len(texts) and known else None


def _currency(deals: ProposedTable) -> tuple[str, str, bool]:
    """The currency, what tells it, and whether that is sure."""
    codes = deals.text("currency").str.upper().replace("", None).dropna()
    if len(codes):
        most = codes.mode().iloc[0]
        rest = codes.nunique() - 1
        return most, "most deals are in it" if rest else "all deals are in it", not rest
    amounts = deals.text("amount")
    for sign, code in _SIGNS.items():
        if amounts.str.contains(sign, regex=False).any():
            return code, f"the amounts carry {sign}", True
    header = deals.columns["amount"].header if "amount" in deals.columns else ""
    inside = [word for word in header.replace("(", " ").replace(")", " ").split() if word.isupper()]
    if inside and len(inside[-1]) == 3:
        return inside[-1], f"the amount is called {header!r}", True
    return "EUR", "nothing tells it", False
