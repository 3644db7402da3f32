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

PEOPLE_WAYS = ("coached", "refilled")

SEATS_FILLED = ("capacity", "refilled")
"""Ways that fill a seat after its vacancy, rather than move a level week by week."""

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
class Closing:
    """How a gap closes: ``share`` of it, within ``weeks``, beginning ``start`` weeks from now.

    Empty seats are filled all at once when the weeks are over; every other gap closes evenly.
    """

    share: float
    weeks: int
    start: float = 0.0

    def path(self, weeks: int) -> Floats:
        """Part of the gap that is closed in each of so many weeks from now."""
        middle = np.maximum(np.arange(weeks) + 0.5 - self.start, 0.0)
        grown = np.minimum(middle / self.weeks, 1) if self.weeks else np.sign(middle)
        return np.asarray(self.share * grown)


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
    found = [
        Valued(
            driver,
            team.verdict.condition_gap(driver),
            worth(team, closed(team, driver, benchmarks, method), method),
        )
        for driver in CONDITIONS
        if driver in team.levels
    ]
    found += _capacity(team, benchmarks, method)
    found += _people(team, benchmarks, method)
    return sorted(found, key=lambda valued: -valued.expected)


def usual_closing(way: str, method: Method) -> Closing:
    """How a pack supposes that a gap closes in this way (see :func:`closed`)."""
    if way in SEATS_FILLED:
        return Closing(1.0, method.vacancy_weeks)
    return Closing(method.close_share, method.close_weeks)


def closed(
    team: TeamOutlook,
    way: str,
    benchmarks: Benchmarks,
    method: Method,
    closing: Closing | None = None,
) -> TeamOutlook:
    """The team as it goes on if a gap closes; ``closing`` left out: as packs suppose.

    ``way``: one of :data:`CONDITIONS`, ``capacity`` (empty seats are filled), or one of
    :data:`PEOPLE_WAYS` with the weak seats.
    """
    how = closing or usual_closing(way, method)
    course = team.course.lifted(**_factors(team, way, how, benchmarks, method))
    after = team.process.outlook(course, team.deals, team.outlook)
    return replace(team, course=course, outlook=after)


def worth(team: TeamOutlook, after: TeamOutlook, method: Method) -> Floats:
    """What the change from ``team`` to ``after`` brings before year end (draw,)."""
    return np.asarray((after.outlook.total - team.outlook.total) * _model_error(method))


def _model_error(method: Method) -> Floats:
    """What the truth is of what the flow of money says (draw,): the same for all candidates."""
    rng = np.random.default_rng([method.seed, 5])
    return rng.lognormal(-(_MODEL_ERROR**2) / 2, _MODEL_ERROR, method.draws)


def better_way(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> tuple[str, Floats]:
    """The better of two ways with weak seats, coached where they are or filled anew, and what it
    brings (draw,)."""
    ways = [(way, closed(team, way, benchmarks, method)) for way in PEOPLE_WAYS]
    valued = [(way, worth(team, after, method)) for way, after in ways]
    return max(valued, key=lambda one: float(one[1].mean()))


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


def _factors(
    team: TeamOutlook, way: str, closing: Closing, benchmarks: Benchmarks, method: Method
) -> dict[str, Floats]:
    """What a gap that closes multiplies the quantities of the course by."""
    if way in SEATS_FILLED:
        fill = _seats_added if way == "capacity" else _seats_refilled
        created = fill(team, closing, benchmarks, method)
        return {"created": created / np.maximum(team.course.created, 1e-12)}
    path = closing.path(team.course.created.shape[1])
    return (
        _coached(team, path)
        if way == "coached"
        else _lift(way, team.levels[way].gap[:, None] * path)
    )


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
    if "capacity" not in team.evidence:
        return []
    missing = _missing_seats(team, benchmarks)
    probability = team.verdict.condition_gap("capacity") if missing >= 0.5 else 0.0
    after = closed(team, "capacity", benchmarks, method)
    return [Valued("capacity", probability, worth(team, after, method))]


def _missing_seats(team: TeamOutlook, benchmarks: Benchmarks) -> float:
    """Seats empty today, beyond as many as peers usually have."""
    planned = float(team.evidence["capacity"].base.sum()) / max(benchmarks.window_months, 1e-9)
    usual = np.exp(benchmarks.levels["capacity"].levels[ALL_PEERS])
    return float(max(planned * usual - len(team.seats), 0.0))


def _seats_added(
    team: TeamOutlook, closing: Closing, benchmarks: Benchmarks, method: Method
) -> Floats:
    """What is created (draw, week) if empty seats are filled."""
    filled = closing.share * _missing_seats(team, benchmarks)
    return team.course.created + filled * _successor(team, closing, benchmarks, method)


def _people(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """The weak seats, by the better of two ways."""
    weak = team.verdict.weak_seats
    if not weak:
        return []
    _, impact = better_way(team, benchmarks, method)
    return [Valued("underperformance", team.verdict.people_gap, impact, weak)]


def _coached(team: TeamOutlook, path: Floats) -> dict[str, Floats]:
    """Weak seats rise towards their team in every driver they are low in."""
    share = _shares(_bringing(team))
    factors: dict[str, Floats] = {}
    for driver, levels in team.levels.items():
        drop = _seat_drops(levels.drop, team)
        if driver in CONDITIONS and drop.any():
            lifted = _risen(share, drop, path)
            factors |= {quantity: lifted for quantity in _lift(driver, path)}
    return factors


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


def _seats_refilled(
    team: TeamOutlook, closing: Closing, benchmarks: Benchmarks, method: Method
) -> Floats:
    """What is created (draw, week) if the weak seats fall empty, are filled after the vacancy, and
    ramp at the team's level."""
    at = team.seats["person_id"].isin(team.verdict.weak_seats).to_numpy()
    gone = replace(closing, weeks=0).path(team.course.created.shape[1])
    lost = team.course.created * _shares(_bringing(team))[:, at].sum(axis=1, keepdims=True) * gone
    gained = closing.share * at.sum() * _successor(team, closing, benchmarks, method)
    return np.asarray(np.maximum(team.course.created - lost + gained, 0.0))


def _successor(
    team: TeamOutlook, closing: Closing, benchmarks: Benchmarks, method: Method
) -> Floats:
    """What one seat filled after the vacancy creates (draw, week) at the peers' level."""
    weeks = team.course.created.shape[1]
    vacant = closing.start + closing.weeks
    since = np.maximum(np.arange(weeks) + 0.5 - vacant, 0.0) / WEEKS_A_MONTH
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
