"""From params to prepared teams: the snapshot, the benchmarks, and one folder a manager.

    <folder>/snapshot/            the frozen export
    <folder>/benchmarks.json      what peers do; no names
    <folder>/teams/<manager>/     one manager's own rows

A manager's notebook opens its own team folder and the benchmarks, and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from salesgap.across import Across, across, sums_of
from salesgap.coaching.plays import Play, load_plays
from salesgap.crm.asof import book_as_of, outline_as_of
from salesgap.crm.book import Book
from salesgap.crm.freeze import Snapshot, take_snapshot, write_snapshot
from salesgap.crm.reading.memory import memory_kept
from salesgap.crm.team import managers_of, team_of
from salesgap.errors import DataError, ParamsError, nearest
from salesgap.facts import DataQuality, LastGap, Manager, StrategyVerdict, TableCount
from salesgap.gaps.benchmarks import compute, revenue_of_others
from salesgap.gaps.natural import Peers, peers_of
from salesgap.last import LastPack, last_gaps, read_last_run
from salesgap.measures.activities import activity_levels
from salesgap.measures.drivers import has_phases, seat_statistics
from salesgap.measures.peers import Benchmarks, save_benchmarks
from salesgap.measures.seats import peer_groups, seats, trailing_window
from salesgap.params import Params, load_params
from salesgap.paths import file_keys
from salesgap.quality import QualityReport
from salesgap.rank import League, league
from salesgap.resources import workbook_of
from salesgap.strategy import is_early, verdict_of_run
from salesgap.team import Team, load_team, save_team

BENCHMARKS = "benchmarks.json"
SNAPSHOT = "snapshot"
TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class ManagerEntry:
    """One manager of the run and where their team lies. ``key`` is a safe file name."""

    person_id: str
    name: str
    region: str
    region_key: str
    reps: int
    key: str
    team_folder: Path


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything the packs of a run are made from."""

    folder: Path
    managers: tuple[ManagerEntry, ...]
    quality: QualityReport
    content_hash: str

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that have a manager, in order of name."""
        return tuple(sorted({manager.region for manager in self.managers}))


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The run as a whole, before it is cut into teams."""

    params: Params
    book: Book
    benchmarks: Benchmarks
    league: League
    seats: pd.DataFrame
    statistics: pd.DataFrame
    peers: Peers
    revenue_of_others: dict[str, dict[str, float]]
    across: Across
    last_gaps: dict[str, LastGap]
    strategy: StrategyVerdict | None
    quality: DataQuality
    plays: dict[str, Play]


def prepare(params: Params, folder: Path, workbook: Path, wanted: Sequence[str] = ()) -> Prepared:
    """Freeze the export of ``params`` and write everything the packs need into ``folder``.

    ``workbook``: the folder whose ``templates/plays`` say what to do about a gap. ``wanted``: ids
    of managers who have to be there, looked for before anything long is done.

    Raises ``SourceError``, ``DataError`` or ``ParamsError`` if no pack can be made.
    """
    last = read_last_run(params.last_run, params.as_of) if params.last_run else None
    snapshot = take_snapshot(params)
    if wanted:
        refuse_unknown(wanted, managers_of(outline_as_of(snapshot, params))["person_id"])
    write_snapshot(snapshot, folder / SNAPSHOT)
    analysis = analyse(snapshot, params, load_plays(workbook / "templates" / "plays"), last)
    entries = manager_entries(analysis.book, folder)
    save_benchmarks(analysis.benchmarks, folder / BENCHMARKS)
    for entry in entries:
        save_team(team_in(analysis, entry), entry.team_folder)
    return Prepared(folder, entries, snapshot.report, snapshot.content_hash)


@memory_kept()
def analyse(
    snapshot: Snapshot,
    params: Params,
    plays: dict[str, Play],
    last: dict[str, LastPack] | None = None,
) -> Analysis:
    """What is computed once a run, over all teams. ``last``: the last run's packs by manager."""
    book = book_as_of(snapshot, params)
    window = trailing_window(book, pd.Timestamp(params.as_of), params.method.lookback_months)
    table = seats(book, params.method.ramp_months)
    table = table.assign(group=peer_groups(table))
    statistics = seat_statistics(book, table, window, phases=has_phases(book.deals))
    peers = peers_of(statistics)
    benchmarks = compute(book, table, statistics, peers.all, window, params)
    ranked = league(book, benchmarks, params)
    as_of, phases = pd.Timestamp(params.as_of), benchmarks.phases
    early = is_early(params.as_of, params.year_start, params.year_end)
    return Analysis(
        params=params,
        book=book,
        benchmarks=replace(
            benchmarks, activities=activity_levels(book, table, ranked.reps, as_of, phases=phases)
        ),
        league=ranked,
        seats=table,
        statistics=statistics,
        peers=peers,
        revenue_of_others=revenue_of_others(book, table, window),
        across=across(snapshot, book, params),
        last_gaps=last_gaps(last or {}, book, table, peers.all, params),
        strategy=verdict_of_run(ranked.managers, early=early),
        quality=_quality(snapshot.report),
        plays=plays,
    )


def team_in(analysis: Analysis, entry: ManagerEntry) -> Team:
    """One manager's part of the analysis."""
    mine = entry.person_id
    book = team_of(analysis.book, mine)

    def own(frame: pd.DataFrame, column: str = "manager_id") -> pd.DataFrame:
        return frame[frame[column] == mine].reset_index(drop=True)

    return Team(
        params=analysis.params,
        manager=Manager(id=mine, name=entry.name, region=entry.region),
        managers=len(analysis.league.managers),
        book=book,
        benchmarks=analysis.benchmarks.seen_by(
            analysis.peers.without.get(mine, {}), analysis.revenue_of_others.get(mine, {})
        ),
        places=own(analysis.league.reps),
        place=own(analysis.league.managers, "person_id"),
        seats=own(analysis.seats),
        statistics=own(analysis.statistics),
        quality=analysis.quality,
        plays=analysis.plays,
        last_gap=analysis.last_gaps.get(mine),
        strategy=analysis.strategy,
        **sums_of(analysis.across, mine, book.deals),
    )


def open_team(params_file: str, manager_id: str = "", team_folder: str = "") -> Team:
    """The team of a notebook: a prepared one, or prepared now from the params file.

    ``manager_id`` left empty means the first manager. Raises ``ParamsError`` for an unknown one.
    """
    if team_folder:
        folder = Path(team_folder)
        return load_team(folder, folder.parent.parent / BENCHMARKS)
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        path = Path(params_file)
        prepared = prepare(load_params(path), Path(scratch), workbook_of(path))
        return load_prepared_team(prepared, choose(prepared, manager_id))


def load_prepared_team(prepared: Prepared, entry: ManagerEntry) -> Team:
    """One prepared team."""
    return load_team(entry.team_folder, prepared.folder / BENCHMARKS)


def choose(prepared: Prepared, manager_id: str) -> ManagerEntry:
    """The entry of a manager, or the first one's for an empty id."""
    for entry in prepared.managers:
        if manager_id in ("", entry.person_id):
            return entry
    known = ", ".join(entry.person_id for entry in prepared.managers)
    raise ParamsError(f"no manager {manager_id!r} with a team", do=f"choose one of: {known}")


def refuse_unknown(ids: Sequence[str], known: Iterable[str]) -> None:
    """Raise ``DataError`` for the first of ``ids`` that no manager has, with some like it."""
    there = sorted(known)
    for id in ids:
        if there and id not in there:
            near = nearest([id], there, most=3) or there[:3]
            raise DataError(f"no manager has the id {id}", do=f"try one like {', '.join(near)}")


def manager_entries(book: Book, folder: Path) -> tuple[ManagerEntry, ...]:
    """Who gets a pack, and the folder of each one's team below ``folder``."""
    managers = managers_of(book)
    if managers.empty:
        raise _no_manager(book.people)
    keys = file_keys(managers["person_id"])
    regions = file_keys(managers["region"])
    return tuple(
        ManagerEntry(
            person_id=row["person_id"],
            name=row["name"],
            region=row["region"],
            region_key=regions[row["region"]],
            reps=row["reps"],
            key=keys[row["person_id"]],
            team_folder=folder / TEAMS / keys[row["person_id"]],
        )
        for row in managers.to_dict("records")
    )


def _no_manager(people: pd.DataFrame) -> DataError:
    reps = people[people["manager_id"].notna() & ~people["person_id"].isin(people["manager_id"])]
    if len(reps):  # all of them left, or they would be somebody's team
        return DataError(
            f"every one of the {len(reps):,} reps has an end_date on or before as_of",
            where="people",
            do="check as_of and the end dates",
        )
    return DataError(
        "nobody manages a team",
        where="people",
        do="give each rep the person_id of a manager in manager_id",
    )


def _quality(report: QualityReport) -> DataQuality:
    return DataQuality(
        tables=tuple(
            TableCount(
                table=entry.table,
                rows_in=entry.rows_in,
                accepted=entry.accepted,
                quarantined=entry.quarantined + entry.left_out,
                left_out=entry.left_out,
            )
            for entry in report.tables
        ),
        notes=report.notes,
        missing=tuple(map(str, report.missing)),
    )
