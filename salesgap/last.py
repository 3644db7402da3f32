"""The last run: what its packs named, and what became of it.

Read from the facts files of the last run's output folder, each manager's own; what other teams did
since goes into the judgement as numbers only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from salesgap.crm.book import Book
from salesgap.errors import DataError, ParamsError
from salesgap.facts import Driver, Evidence, GapKind, LastGap, Person, Range
from salesgap.gaps.evidence import Evidence as SeatEvidence
from salesgap.gaps.evidence import evidence_by_team
from salesgap.gaps.progress import SEATS, Change, Progress, change, judge
from salesgap.measures.drivers import DRIVERS, FORMER, has_phases, seat_statistics
from salesgap.measures.peers import PeerLevel
from salesgap.measures.seats import Window, trailing_window
from salesgap.params import Params

_MANIFEST = "manifest.json"


class _Gap(BaseModel):
    driver: Driver
    kind: GapKind
    people: tuple[Person, ...]
    impact: Range | None
    evidence: tuple[Evidence, ...]


class _Judged(LastGap):
    model_config = ConfigDict(extra="ignore")

    closed_before: tuple[_Judged, ...] = ()


class _Manager(BaseModel):
    id: str


class LastPack(BaseModel):
    """What is needed of a facts file; the rest may be of another version."""

    schema_version: Literal["1.0"]
    manager: _Manager
    as_of: date
    gap: _Gap
    last_gap: _Judged | None = None

    @property
    def closed(self) -> tuple[LastGap, ...]:
        """The gaps of packs before this one that had closed by then."""
        last = self.last_gap
        if last is None:
            return ()
        closed = (last, *last.closed_before) if last.outcome == "closed" else last.closed_before
        return tuple(LastGap(**gap.model_dump(exclude={"closed_before"})) for gap in closed)


def read_last_run(folder: Path, as_of: date) -> dict[str, LastPack]:
    """The packs of the run in ``folder``, by manager; one that was not made is not in it.

    Raises ``ParamsError`` if the folder holds no run, ``DataError`` for a facts file that cannot be
    read or is not of before ``as_of``.
    """
    packs = [_read(folder / name, as_of) for name in _facts_files(folder)]
    return {pack.manager.id: pack for pack in packs}


def _facts_files(folder: Path) -> list[str]:
    try:
        records = json.loads((folder / _MANIFEST).read_text("utf-8"))["records"]
        names = [name for r in records if r["kind"] == "pack" for name in r["files"]]
        return [name for name in names if name.endswith(".json")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ParamsError(
            f"last_run: holds no {_MANIFEST} that can be read",
            where=str(folder),
            do="name the output folder of the last batch, or leave last_run out",
        ) from None


def _read(path: Path, as_of: date) -> LastPack:
    try:
        pack = LastPack.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        why = ".".join(map(str, first["loc"])) + f": {first['msg']}" if first else str(error)
        raise DataError(
            f"last_run: is no facts file of this version ({why})",
            where=str(path),
            do="make that pack again, or leave last_run out",
        ) from None
    if pack.as_of >= as_of:
        raise DataError(
            f"last_run: is as of {pack.as_of}, which is not before {as_of}",
            where=str(path),
            do="name the folder of an earlier run",
        )
    return pack


# ── what became of it ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Windows:
    """Every team's evidence of one driver, in the window before the last pack and since it."""

    before: dict[str, SeatEvidence]
    since: dict[str, SeatEvidence]

    def teams(self, but: Iterable[str], peers: PeerLevel) -> list[Change]:
        """The change of each team, ``but`` some."""
        kept = self.before.keys() & self.since.keys() - set(but)
        return [change(self.before[m], self.since[m], peers) for m in sorted(kept)]

    def seats(self, but: Iterable[str], peers: PeerLevel) -> list[Change]:
        """The change of each seat of these teams that is in both windows."""
        kept = self.before.keys() & self.since.keys() - set(but)
        return [
            change(_only(self.before[m], {seat}), _only(self.since[m], {seat}), peers)
            for m in sorted(kept)
            for seat in sorted(set(self.before[m].seats) & set(self.since[m].seats) - {FORMER})
        ]


def last_gaps(
    last: dict[str, LastPack],
    book: Book,
    seats: pd.DataFrame,
    levels: dict[str, PeerLevel],
    params: Params,
) -> dict[str, LastGap]:
    """What became of each manager's last gap, by manager.

    What had closed earlier is judged anew, with all that came since, for as long as a verdict
    looks back to before it. ``seats``: those of all teams, with their ``group``.
    """
    phases, as_of = has_phases(book.deals), pd.Timestamp(params.as_of)
    months = params.method.lookback_months
    reach = trailing_window(book, as_of, months).start
    past = {
        m: [gap for gap in pack.closed if pd.Timestamp(gap.since) > reach]
        for m, pack in last.items()
    }
    named = {m: _named(pack) for m, pack in last.items()}

    @cache
    def counted(day: date) -> tuple[pd.DataFrame, pd.DataFrame]:
        end = pd.Timestamp(day)
        spans = (trailing_window(book, end, months), Window(end, as_of))
        before, since = (seat_statistics(book, seats, span, phases=phases) for span in spans)
        return before, since

    def judged(manager: str, gap: LastGap) -> LastGap:
        peers = levels.get(_measure(gap))
        if peers is None:
            return gap
        both = (rows[rows["driver"] == peers.driver] for rows in counted(gap.since))
        windows = Windows(*(evidence_by_team(rows, peers) for rows in both))
        busy = {m for m in last if _measure(gap) in map(_measure, (named[m], *past[m]))}
        return _judged(manager, gap, windows, busy | {manager}, peers)

    def told(manager: str) -> LastGap:
        latest, *again = (
            _of_own_people(judged(manager, gap), manager, leads)
            for gap in (named[manager], *past[manager])
        )
        still = tuple(gap for gap in again if gap.outcome == "closed")
        return latest.model_copy(update={"closed_before": still})

    leads = dict(zip(book.people["person_id"], book.people["manager_id"], strict=True))
    return {manager: told(manager) for manager in last}


def _named(pack: LastPack) -> LastGap:
    """The gap that a pack named, as long as nothing is known of what became of it."""
    shown = pack.gap.evidence[0] if pack.gap.evidence else None
    return LastGap(
        driver=pack.gap.driver,
        kind=pack.gap.kind,
        people=pack.gap.people,
        impact=pack.gap.impact,
        since=pack.as_of,
        measure=shown.measure if shown else "",
        unit=shown.unit if shown else "count",
        then=shown.value if shown else None,
        now=None,
        count=0,
        others=None,
        chance=None,
        outcome="unknown",
    )


def _measure(gap: LastGap) -> str:
    """The driver a gap is judged by: that of seats by what they create."""
    return "pipeline_creation" if gap.driver == "underperformance" else gap.driver


def _of_own_people(gap: LastGap, manager: str, leads: dict[str, str]) -> LastGap:
    """Without who is in another team by now: a pack names nobody else's people."""
    own = tuple(person for person in gap.people if leads.get(person.id) == manager)
    return gap.model_copy(update={"people": own})


def _judged(
    manager: str, gap: LastGap, windows: Windows, busy: set[str], peers: PeerLevel
) -> LastGap:
    """``busy``: the teams that were working on this driver, this one among them."""
    before, since = windows.before.get(manager), windows.since.get(manager)
    if before is None or since is None:
        return gap
    if gap.kind != "people" or gap.driver == "capacity":
        own, others = change(before, since, peers), windows.teams(busy, peers)
        return _told(gap, judge(own, others, peers.between_teams), since)
    seats = {person.id for person in gap.people}
    before, since = _only(before, seats), _only(since, seats)
    natural = float(np.hypot(peers.between_teams, peers.between_reps))
    own, others = change(before, since, peers), windows.seats(busy, peers)
    return _told(gap, judge(own, others, natural, SEATS), since)


def _only(evidence: SeatEvidence, seats: set[str]) -> SeatEvidence:
    return evidence.of([i for i, seat in enumerate(evidence.seats) if seat in seats])


def _told(gap: LastGap, progress: Progress, since: SeatEvidence) -> LastGap:
    return gap.model_copy(
        update={
            "now": _value(since) if gap.measure else None,
            "count": _count(since),
            "others": None if progress.others is None else float(np.expm1(progress.others)),
            "chance": progress.chance,
            "outcome": progress.outcome,
        }
    )


def _value(since: SeatEvidence) -> float | None:
    total, base = float(since.total.sum()), float(since.base.sum())
    if base <= 0:
        return None
    return float(np.exp(total / base)) if DRIVERS[since.driver].level else total / base


def _count(since: SeatEvidence) -> int:
    counted = since.total if since.driver == "pipeline_creation" else since.base
    return round(float(counted.sum()))
