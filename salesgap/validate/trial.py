"""One simulated organisation through the whole method, held against its truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from salesgap.coaching.plays import load_plays
from salesgap.crm.freeze import Snapshot
from salesgap.crm.tables import TABLES, conform, empty
from salesgap.facts import Pack
from salesgap.measures.drivers import DRIVERS
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, Simulated, Source
from salesgap.prepare import Analysis, analyse, manager_entries, team_in
from salesgap.quality import QualityReport
from salesgap.resources import workbook_folder
from salesgap.simulate import (
    STAGES,
    Driver,
    Organisation,
    counterfactual,
    organisation,
    realised_revenue,
    true_attainment_level,
)
from salesgap.validate.worlds import AS_OF, MANAGERS, WORLDS, Planting

CONVERSIONS = ("conversion_early", "conversion_late")


@dataclass(frozen=True, slots=True)
class Trial:
    """One manager of one organisation: what was true, and what the pack said.

    ``planted``: what the pack should name, empty for nothing; ``kind``: the driver it was planted
    in; ``chances``, ``impacts`` by candidate; ``ratios``: team ÷ peers as counted, for the naive
    rules; ``worth``: the true in-year value of closing the planted gap as the params assume.
    """

    world: str
    planting: str
    seed: int
    as_of: date
    planted: str
    kind: str
    named: str
    chances: dict[str, float]
    impacts: dict[str, tuple[float, float, float]]
    ratios: dict[str, float]
    coverage: float | None
    worth: float
    chance_year: float | None
    made_year: bool | None
    rank_held: bool
    rep_ranks_held: int
    rep_ranks: int


def trials(world: str, planting: Planting, seed: int, method: Method) -> list[Trial]:
    """One simulated organisation: every manager of one without gaps, else those who have one."""
    as_of = AS_OF[seed % len(AS_OF)]
    gaps = planting.gaps(seed)
    simulated = WORLDS[world]
    org = organisation(seed=seed, as_of=as_of, managers=MANAGERS, world=simulated, gaps=gaps)
    analysis = analysed(org, method)
    planted = {org.manager_ids[gap.manager]: gap.driver for gap in gaps}
    known = _Truth.of(org)
    return [
        _trial(world, planting, seed, pack, planted.get(pack.manager.id), known)
        for pack in _packs(analysis, set(planted) or set(org.manager_ids))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Truth:
    """What only the simulator knows: true levels, true places of managers, the year as it went."""

    org: Organisation
    levels: pd.Series
    places: pd.Series
    revenue: pd.Series

    @classmethod
    def of(cls, org: Organisation) -> _Truth:
        levels = true_attainment_level(org)["to_date"]
        places = levels[list(org.manager_ids)].rank(ascending=False)
        return cls(org, levels, places, realised_revenue(org))


def analysed(org: Organisation, method: Method) -> Analysis:
    """The analysis of a simulated organisation's run."""
    params = Params(
        name="validate",
        as_of=org.as_of,
        source=Source(simulated=Simulated()),
        stages=STAGES,
        method=method,
    )
    return analyse(_frozen(org), params, load_plays(workbook_folder() / "templates" / "plays"))


def _frozen(org: Organisation) -> Snapshot:
    """The organisation's tables as a snapshot: they are sound, so they are not checked."""
    tables = {
        name: conform(table, org.tables[name]) if name in org.tables else empty(table)
        for name, table in TABLES.items()
    }
    return Snapshot(tables, pd.DataFrame(), QualityReport(tables=()))


def _packs(analysis: Analysis, managers: set[str]) -> Iterator[Pack]:
    for entry in manager_entries(analysis.book, Path()):
        if entry.person_id in managers:
            yield coaching_pack(team_in(analysis, entry))


def named_as(planted: Driver, phases: bool) -> str:
    """What a planted gap is called where the phases of deals are unknown, or are known."""
    return "conversion" if planted in CONVERSIONS and not phases else planted


def _trial(
    world: str,
    planting: Planting,
    seed: int,
    pack: Pack,
    planted: Driver | None,
    truth: _Truth,
) -> Trial:
    quota, rank = pack.attainment.quota_year, pack.manager_rank
    ending = pack.attainment.won + float(truth.revenue[pack.manager.id])
    place = float(truth.places[pack.manager.id])
    held, ranked = _rep_ranks(pack, truth.levels)
    return Trial(
        world=world,
        planting=planting.name,
        seed=seed,
        as_of=pack.as_of,
        planted=named_as(planted, truth.org.life.world.stage_history) if planted else "",
        kind=planted or "",
        named=str(pack.gap.driver),
        chances={str(c.driver): c.probability for c in pack.candidates},
        impacts={
            str(c.driver): (c.impact.expected, c.impact.low, c.impact.high)
            for c in pack.candidates
            if c.impact is not None
        },
        ratios=_ratios(pack),
        coverage=pack.pipeline.coverage[0].coverage_all,
        worth=_worth(truth.org, planted, pack),
        chance_year=pack.attainment.chance,
        made_year=None if quota is None else ending >= quota,
        rank_held=rank is not None and rank.rank_low <= place <= rank.rank_high,
        rep_ranks_held=held,
        rep_ranks=ranked,
    )


def _worth(org: Organisation, planted: Driver | None, pack: Pack) -> float:
    if planted is None:
        return 0.0
    manager = org.manager_ids.index(pack.manager.id)
    assumed = {a.name: float(a.value) for a in pack.assumptions}
    return counterfactual(org, manager, planted, assumed["close_share"], assumed["close_weeks"])


def _ratios(pack: Pack) -> dict[str, float]:
    """Team ÷ peers of each driver as counted; below 1 is worse, a cycle turned over."""
    found = {}
    for candidate in pack.candidates:
        evidence = candidate.evidence[0]
        if candidate.driver in DRIVERS and evidence.value and evidence.benchmark:
            ratio = evidence.value / evidence.benchmark
            found[str(candidate.driver)] = 1 / ratio if candidate.driver == "cycle_time" else ratio
    return found


def _rep_ranks(pack: Pack, truth: pd.Series) -> tuple[int, int]:
    """How many reps' true places lie in their 90 % intervals, of how many with a true level."""
    ranks = {rank.person.id: rank for rank in pack.stack_rank}
    known = truth.reindex(list(ranks)).dropna()
    if len(known) < len(ranks):
        return 0, 0
    places = known.rank(ascending=False)
    held = [
        ranks[str(person)].rank_low <= place <= ranks[str(person)].rank_high
        for person, place in places.items()
    ]
    return int(np.sum(held)), len(held)
