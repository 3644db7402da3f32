"""One team as it stands: its levels, and the course they set for the rest of the fiscal year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.gaps.evidence import Evidence, Floats, team_evidence
from salesgap.gaps.hypotheses import Levels, Verdict, draw_levels, eligible_seats, weigh
from salesgap.gaps.impact import Course, OpenDeals, Outlook, Process
from salesgap.measures.curves import Curve
from salesgap.measures.peers import Benchmarks, StoredCurve
from salesgap.measures.seats import ALL_PEERS, DAYS_PER_MONTH, active, ramp_share
from salesgap.params import Method

WEEKS_A_MONTH = DAYS_PER_MONTH / 7.0

_YIELDING = ("conversion_early", "conversion_late", "conversion", "deal_size")
"""What decides how much one opportunity brings; a driver that a run does not have is level."""


@dataclass(frozen=True, slots=True)
class TeamOutlook:
    """One team's evidence, posterior levels and expected course until fiscal year end.

    ``share_by_seat``: each seat's part (draw, seat) of what the new opportunities bring, but for
    the time they take.
    """

    evidence: dict[str, Evidence]
    verdict: Verdict
    levels: dict[str, Levels]
    seats: pd.DataFrame
    process: Process
    course: Course
    deals: OpenDeals
    outlook: Outlook
    share_by_seat: Floats

    @property
    def chances(self) -> Floats:
        """Chance (draw, deal) of each open deal to be won before year end."""
        return self.outlook.per_open


def look_ahead(
    statistics: pd.DataFrame,
    seats: pd.DataFrame,
    open_deals: OpenDeals,
    benchmarks: Benchmarks,
    method: Method,
    as_of: pd.Timestamp,
    year_end: pd.Timestamp,
) -> TeamOutlook:
    """The course of one team as it stands.

    ``statistics``: its rows of :func:`seat_statistics`; ``seats``: its seats with their ``group``.
    """
    evidence = team_evidence(statistics, benchmarks.levels)
    verdict = weigh(evidence, benchmarks.levels, eligible_seats(evidence))
    rng = np.random.default_rng([method.seed, 2])
    levels = draw_levels(evidence, benchmarks.levels, verdict, method.draws, rng)
    here = seats[active(seats, as_of)].reset_index(drop=True)
    weeks = max(int(np.ceil((year_end - as_of).days / 7.0)), 1)
    part = (year_end - as_of).days / 7.0 / weeks
    curves = (benchmarks.early, benchmarks.late, benchmarks.late_now)
    process = Process(*(_mean_curve(by_group, here) for by_group in curves))
    seat_levels = _SeatLevels(levels, verdict, here["person_id"].tolist(), method.draws)
    created = _created_by_seat(here, benchmarks, seat_levels, as_of, weeks) * part
    course = _course(here, benchmarks, seat_levels, created, part)
    return TeamOutlook(
        {e.driver: e for e in evidence},
        verdict,
        levels,
        here,
        process,
        course,
        open_deals,
        process.outlook(course, open_deals),
        shares_of(created * np.exp(sum(seat_levels.of(d) for d in _YIELDING))[:, :, None]),
    )


def _mean_curve(curves: dict[str, StoredCurve], here: pd.DataFrame) -> Curve:
    """The peers' curve for a team: the mean of its seats' groups."""
    groups = [g if g in curves else ALL_PEERS for g in here["group"]] or [ALL_PEERS]
    stored = [curves[g].curve() for g in groups]
    return Curve(
        np.mean([c.passed for c in stored], axis=0),
        np.mean([c.lost for c in stored], axis=0),
        stored[0].n,
    )


def _created_by_seat(
    here: pd.DataFrame,
    benchmarks: Benchmarks,
    levels: _SeatLevels,
    as_of: pd.Timestamp,
    weeks: int,
) -> Floats:
    """New opportunities (draw, seat, week) if everything goes on as it is."""
    rate = peer_rate(here, benchmarks) / WEEKS_A_MONTH
    days = midweeks(as_of, weeks)
    ramp, season = ramp_share(here, days), season_on(days, benchmarks)
    level = levels.of("pipeline_creation")
    return np.asarray(np.exp(level)[:, :, None] * (rate[:, None] * ramp * season)[None, :, :])


def midweeks(as_of: pd.Timestamp, weeks: int) -> pd.DatetimeIndex:
    """A day in the middle of each of so many weeks from now."""
    return as_of + pd.to_timedelta(np.arange(weeks) * 7 + 3, unit="D")


def season_on(days: pd.DatetimeIndex, benchmarks: Benchmarks) -> Floats:
    """Creation on each of these days ÷ the mean day."""
    return np.array(benchmarks.season)[days.month - 1]


def peer_rate(here: pd.DataFrame, benchmarks: Benchmarks) -> Floats:
    """New opportunities a month of each seat, at its peers' level; 0 where they have none."""
    peers = benchmarks.levels.get("pipeline_creation")
    if peers is None:
        return np.zeros(len(here))
    return np.exp([peers.levels.get(group, -np.inf) for group in here["group"]])


@dataclass(frozen=True, slots=True)
class _SeatLevels:
    """The posterior levels of the seats filled now, in the order of ``persons``."""

    levels: dict[str, Levels]
    verdict: Verdict
    persons: list[str]
    draws: int

    def of(self, driver: str) -> Floats:
        """Log level (draw, seat): a seat without history is at its team's, an unknown driver at
        the peers'."""
        if driver not in self.levels or not self.persons:
            return np.zeros((self.draws, len(self.persons)))
        draws = self.levels[driver].seat
        at = {seat: column for column, seat in enumerate(self.verdict.seats)}
        team = draws.mean(axis=1)
        return np.column_stack([draws[:, at[p]] if p in at else team for p in self.persons])


def _course(
    here: pd.DataFrame,
    benchmarks: Benchmarks,
    levels: _SeatLevels,
    created: Floats,
    part: float,
) -> Course:
    share = shares_of(created)

    def team(driver: str) -> Floats:
        level = (share * np.exp(levels.of(driver))).sum(axis=1, keepdims=True)
        return np.asarray(np.log(np.maximum(level, 1e-9)))

    weeks = created.shape[2]
    flat = np.ones((len(created), weeks))
    winning = team("conversion_late" if benchmarks.phases else "conversion")
    pace = np.exp(-team("cycle_time"))
    return Course(
        created=created.sum(axis=1),
        size=np.exp(team("deal_size")) * _typical_size(here, benchmarks),
        proposing=flat,
        passing=flat * np.exp(team("conversion_early")),
        winning=flat * np.exp(winning),
        speed=flat * pace * part,
        pace=pace,
    )


def shares_of(created: Floats) -> Floats:
    """Each seat's part (draw, seat) of what the team creates."""
    by_seat = created.sum(axis=2)
    total = by_seat.sum(axis=1, keepdims=True)
    even = np.full_like(by_seat, 1.0 / max(by_seat.shape[1], 1))
    return np.asarray(np.where(total > 0, by_seat / np.maximum(total, 1e-12), even))


def _typical_size(here: pd.DataFrame, benchmarks: Benchmarks) -> float:
    """Mean money of a deal at the peers' level: geometric mean times mean ÷ geometric mean."""
    peers = benchmarks.levels.get("deal_size")
    if peers is None or here.empty:
        return 0.0
    everyone = benchmarks.mean_over_typical[ALL_PEERS]
    sizes = [
        np.exp(peers.levels[group]) * benchmarks.mean_over_typical.get(group, everyone)
        for group in here["group"]
        if group in peers.levels
    ]
    return float(np.mean(sizes)) if sizes else 0.0
