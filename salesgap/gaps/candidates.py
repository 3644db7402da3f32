"""Candidate gaps of one team, each valued by the revenue it would bring before year end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesgap.gaps.evidence import Evidence, Floats, team_evidence
from salesgap.gaps.hypotheses import Levels, Verdict, draw_levels, eligible_seats, weigh
from salesgap.gaps.impact import Course, OpenDeals, Outlook, Process
from salesgap.measures.curves import Curve
from salesgap.measures.drivers import TEAM
from salesgap.measures.peers import Benchmarks, StoredCurve
from salesgap.measures.seats import ALL_PEERS, DAYS_PER_MONTH, active, ramp_share
from salesgap.params import Method

WEEKS_A_MONTH = DAYS_PER_MONTH / 7.0

CONDITIONS = (
    "pipeline_creation",
    "conversion_early",
    "conversion_late",
    "conversion",
    "deal_size",
    "cycle_time",
)


_YIELDING = ("conversion_early", "conversion_late", "conversion", "deal_size")
"""What decides how much one opportunity brings; a driver that a run does not have is level."""


_MODEL_ERROR = 0.12
"""How far the worth of a gap is off if its size is known: standard deviation of the log. Measured
on simulated organisations with the planted gap put in: 0.11 in the plain world, 0.16 where quarters
are bunched."""


@dataclass(frozen=True, slots=True)
class Valued:
    """A candidate: the probability that it is real, and draws of its in-year impact if it is."""

    driver: str
    probability: float
    impact: Floats
    seats: tuple[str, ...] = ()

    @property
    def expected(self) -> float:
        """Mean impact, whether it is real or not."""
        return self.probability * float(self.impact.mean())


@dataclass(frozen=True, slots=True)
class TeamOutlook:
    """One team's evidence, posterior levels and expected course until fiscal year end.

    ``created_by_seat``: new opportunities (draw, seat, week); ``yield_by_seat``: what one of them
    brings (draw, seat), as a multiple of what one brings at the peers' level.
    """

    evidence: dict[str, Evidence]
    verdict: Verdict
    levels: dict[str, Levels]
    seats: pd.DataFrame
    process: Process
    course: Course
    deals: OpenDeals
    outlook: Outlook
    created_by_seat: Floats
    yield_by_seat: Floats

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
        created,
        np.exp(sum(seat_levels.of(driver) for driver in _YIELDING)),
    )


def value_candidates(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """Every candidate of the team with the draws of its impact; the most to expect of first."""
    closing = _closing(method, team.course.created.shape[1])
    found = [
        Valued(
            driver,
            team.verdict.condition_gap(driver),
            _gain(team, _lift(driver, team.levels[driver].gap[:, None] * closing)),
        )
        for driver in CONDITIONS
        if driver in team.levels
    ]
    found += _capacity(team, benchmarks, method)
    found += _people(team, benchmarks, method, closing)
    off = _model_error(method)
    sized = [replace(valued, impact=valued.impact * off) for valued in found]
    return sorted(sized, key=lambda valued: -valued.expected)


def _model_error(method: Method) -> Floats:
    """What the truth is of what the flow of money says (draw,): the same for all candidates."""
    rng = np.random.default_rng([method.seed, 5])
    return rng.lognormal(-(_MODEL_ERROR**2) / 2, _MODEL_ERROR, method.draws)


def worth_of_a_tenth(team: TeamOutlook) -> dict[str, float]:
    """For each driver, the money a tenth more of it from now on brings before year end.

    Of the expected course only: to weigh drivers against each other, not to print.
    """
    expected = team.course.expected()
    before = team.process.outlook(expected, team.deals)
    tenth = np.full((1, expected.created.shape[1]), np.log(1.1))
    found = {}
    for driver in CONDITIONS:
        if driver in team.levels:
            lifted = expected.lifted(**_lift(driver, tenth))
            after = team.process.outlook(lifted, team.deals, before)
            found[driver] = float(after.total[0] - before.total[0])
    return found


def _closing(method: Method, weeks: int) -> Floats:
    """Part of a gap that is closed in each week from now, growing evenly to ``close_share``."""
    middle = np.arange(weeks) + 0.5
    grown = np.ones(weeks) if not method.close_weeks else np.minimum(middle / method.close_weeks, 1)
    return np.asarray(method.close_share * grown)


def _lift(driver: str, logs: Floats) -> dict[str, Floats]:
    quantity = {
        "pipeline_creation": "created",
        "conversion_early": "passing",
        "conversion_late": "winning",
        "conversion": "winning",
        "deal_size": "proposing",
        "cycle_time": "speed",
    }[driver]
    return {quantity: np.exp(logs)}


def _gain(team: TeamOutlook, factors: dict[str, Floats]) -> Floats:
    after = team.process.outlook(team.course.lifted(**factors), team.deals, team.outlook)
    return np.asarray(after.total - team.outlook.total)


# ── the course as it stands ───────────────────────────────────────────────────────────────


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
    rate = _peer_rate(here, benchmarks) / WEEKS_A_MONTH
    days = as_of + pd.to_timedelta(np.arange(weeks) * 7 + 3, unit="D")
    ramp = ramp_share(here, days)
    season = np.array(benchmarks.season)[days.month - 1]
    level = levels.of("pipeline_creation")
    return np.asarray(np.exp(level)[:, :, None] * (rate[:, None] * ramp * season)[None, :, :])


def _peer_rate(here: pd.DataFrame, benchmarks: Benchmarks) -> Floats:
    peers = benchmarks.levels.get("pipeline_creation")
    if peers is None:
        return np.zeros(len(here))
    return np.exp(here["group"].map(peers.levels).fillna(-np.inf).to_numpy(float))


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
    share = _shares(created)

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


def _shares(created: Floats) -> Floats:
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


# ── people ────────────────────────────────────────────────────────────────────────────────


def _capacity(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """Empty seats filled: nothing while they are vacant, then a ramp."""
    evidence = team.evidence.get("capacity")
    if evidence is None:
        return []
    planned = float(evidence.base.sum()) / max(benchmarks.window_months, 1e-9)
    usual = np.exp(benchmarks.levels["capacity"].levels[ALL_PEERS])
    missing = max(planned * usual - len(team.seats), 0.0)
    created = team.course.created + missing * _successor(team, benchmarks, method)
    factor = created / np.maximum(team.course.created, 1e-12)
    probability = team.verdict.condition_gap("capacity") if missing >= 0.5 else 0.0
    return [Valued("capacity", probability, _gain(team, {"created": factor}))]


def _people(
    team: TeamOutlook, benchmarks: Benchmarks, method: Method, closing: Floats
) -> list[Valued]:
    """The weak seats, by the better of two ways: coached where they are, or filled anew."""
    weak = team.verdict.weak_seats
    if not weak:
        return []
    ways = (_coached(team, closing), _refilled(team, benchmarks, method, weak))
    best = max(ways, key=lambda impact: float(impact.mean()))
    return [Valued("underperformance", team.verdict.people_gap, best, weak)]


def _coached(team: TeamOutlook, closing: Floats) -> Floats:
    """Weak seats rise towards their team in every driver they are low in."""
    share = _shares(_bringing(team))
    factors: dict[str, Floats] = {}
    for driver, levels in team.levels.items():
        drop = _seat_drops(levels.drop, team)
        if driver in CONDITIONS and drop.any():
            lifted = _risen(share, drop, closing)
            factors |= {quantity: lifted for quantity in _lift(driver, closing)}
    return _gain(team, factors) if factors else np.zeros(len(team.course.created))


def _risen(share: Floats, drop: Floats, closing: Floats) -> Floats:
    """What a team's quantity is multiplied by (draw, week), each seat risen by its ``drop``."""
    draw, seat = np.nonzero(drop)
    lifted = np.ones((len(drop), len(closing)))
    rise = np.expm1(drop[draw, seat, None] * closing)
    np.add.at(lifted, draw, share[draw, seat, None] * rise)
    return lifted


def _bringing(team: TeamOutlook) -> Floats:
    """What the new opportunities of each seat and week bring, but for the time they take."""
    return np.asarray(team.created_by_seat * team.yield_by_seat[:, :, None])


def _refilled(
    team: TeamOutlook, benchmarks: Benchmarks, method: Method, weak: tuple[str, ...]
) -> Floats:
    """The weak seats fall empty, are filled after the vacancy, and ramp at the team's level."""
    at = team.seats["person_id"].isin(weak).to_numpy()
    lost = team.course.created * _shares(_bringing(team))[:, at].sum(axis=1, keepdims=True)
    gained = at.sum() * _successor(team, benchmarks, method)
    created = np.maximum(team.course.created - lost + gained, 0.0)
    return _gain(team, {"created": created / np.maximum(team.course.created, 1e-12)})


def _successor(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> Floats:
    """What one seat filled after the vacancy creates (draw, week) at the peers' level."""
    weeks = team.course.created.shape[1]
    since = np.maximum(np.arange(weeks) + 0.5 - method.vacancy_weeks, 0.0) / WEEKS_A_MONTH
    ramp = np.minimum(since / max(method.ramp_months, 1e-9), 1.0)
    rates = _peer_rate(team.seats, benchmarks)
    rate = float(rates[rates > 0].mean()) if (rates > 0).any() else 0.0
    return np.asarray(np.ones((len(team.course.created), 1)) * ramp * rate / WEEKS_A_MONTH)


def _seat_drops(drop: Floats, team: TeamOutlook) -> Floats:
    index = {seat: i for i, seat in enumerate(team.verdict.seats) if seat != TEAM}
    columns = [
        drop[:, index[s]] if s in index else np.zeros(len(drop)) for s in team.seats["person_id"]
    ]
    return np.column_stack(columns) if columns else np.zeros((len(drop), 0))
