"""One manager's pack: every fact it is set from, made from one team and the peers' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.coaching.cadence import cadence
from salesgap.coaching.checkpoint import checkpoint
from salesgap.coaching.one_to_one import one_to_ones
from salesgap.coaching.plays import Play, actions
from salesgap.facts import (
    Assumption,
    Attainment,
    Candidate,
    Coaching,
    Evidence,
    Gap,
    ManagerRank,
    Pack,
    Person,
    Range,
    RepRank,
    Shortfall,
)
from salesgap.gaps.candidates import TeamOutlook, Valued, look_ahead, value_candidates
from salesgap.gaps.choose import candidate, choose, interval, team_level
from salesgap.gaps.forecast import year_end
from salesgap.gaps.impact import OpenDeals
from salesgap.gaps.shortfall import shortfall
from salesgap.health import pipeline
from salesgap.measures.attainment import quota_by_seat, won_between
from salesgap.measures.pipeline import open_deals
from salesgap.measures.seats import planned_seats, trailing_window
from salesgap.params import Method, Params
from salesgap.rank import ROLE_FIT_CHANCE, fiscal_days, peer_revenue
from salesgap.team import Team

_FOCUS = 3
"""Reps that the gap's play is worked on with first."""


def coaching_pack(team: Team) -> Pack:
    """All facts of a manager's pack."""
    params = team.params
    outlook = _outlook(team)
    valued, candidates, gap = _gap(team, outlook)
    ranks = stack_rank(team.places, team.book.people)
    focus = _focus(gap, team, outlook)
    play = team.plays[gap.play or "none"]
    return Pack(
        manager=team.manager,
        reps=len(team.places),
        ramping=int(team.places["ramping"].sum()),
        as_of=params.as_of,
        fiscal_year_start=params.year_start,
        fiscal_year_end=params.year_end,
        currency=params.currency,
        attainment=_attainment(team, outlook),
        gap=gap,
        candidates=tuple(candidates),
        shortfall=_shortfall(team, outlook),
        stack_rank=ranks,
        manager_rank=_manager_rank(team),
        pipeline=pipeline(team, _conversions(team, outlook)),
        coaching=_coaching(team, outlook, ranks, focus, play),
        assumptions=_assumptions(params),
        data_quality=team.quality,
    )


# ── the outlook and the gap ───────────────────────────────────────────────────────────────


def _outlook(team: Team) -> TeamOutlook:
    params = team.params
    return look_ahead(
        team.statistics,
        team.seats,
        open_pipeline(team),
        team.benchmarks,
        params.method,
        pd.Timestamp(params.as_of),
        pd.Timestamp(params.year_end),
    )


def open_pipeline(team: Team) -> OpenDeals:
    """The team's open deals; one without an amount counts at the typical won deal of the run."""
    opened = open_deals(team.book.deals)
    as_of = pd.Timestamp(team.params.as_of)
    late = (opened["phase"] == "late").to_numpy(bool) | (not team.benchmarks.phases)
    entered = opened["late_date"].where(late & team.benchmarks.phases, opened["created_date"])
    age = (as_of - entered.fillna(opened["created_date"])).dt.days / 7.0
    amount = opened["amount"].fillna(team.benchmarks.typical_deal)
    return OpenDeals(amount.to_numpy(float), age.to_numpy(float), late)


def _gap(team: Team, outlook: TeamOutlook) -> tuple[list[Valued], list[Candidate], Gap]:
    names = dict(zip(team.book.people["person_id"], team.book.people["name"], strict=True))
    benchmarks = team.benchmarks
    valued = value_candidates(outlook, benchmarks, team.params.method)
    candidates = [
        candidate(v, outlook, benchmarks.levels, benchmarks.threshold, names) for v in valued
    ]
    return valued, candidates, choose(valued, candidates, _last_gap(team))


def _last_gap(team: Team) -> str | None:
    """The driver of the last pack's commitments, if any."""
    past = team.book.commitments
    if past.empty:
        return None
    return str(past.sort_values("due_date", kind="stable")["gap"].iloc[-1])


def _conversions(team: Team, outlook: TeamOutlook) -> list[Evidence]:
    shown = ("conversion_early", "conversion_late", "conversion")
    levels = team.benchmarks.levels
    return [team_level(outlook.evidence[d], levels[d]) for d in shown if d in outlook.evidence]


def _shortfall(team: Team, outlook: TeamOutlook) -> Shortfall | None:
    """Against peers with the seats this team had; None where no peers' revenue is known."""
    as_of = pd.Timestamp(team.params.as_of)
    window = trailing_window(team.book, as_of, team.params.method.lookback_months)
    start = window.start + pd.Timedelta(days=1)
    actual = float(won_between(team.book.deals, start, as_of)["amount"].sum())
    peers = _peers_in_window(team, outlook)
    return shortfall(outlook, actual, peers, window.months) if peers > 0 else None


def _peers_in_window(team: Team, outlook: TeamOutlook) -> float:
    """What peers would have won with this team's ramped rep-months, all seats filled as theirs."""
    creation = team.statistics[team.statistics["driver"] == "pipeline_creation"]
    rate = creation["group"].map(team.benchmarks.revenue_per_month)
    revenue = float((creation["base"] * rate.fillna(0.0)).sum())
    capacity = outlook.evidence.get("capacity")
    if capacity is None or float(capacity.total.sum()) <= 0:
        return revenue
    return revenue * float(capacity.expected.sum()) / float(capacity.total.sum())


# ── attainment and ranks ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Quota:
    year: float | None
    to_date: float | None


def _quota(team: Team) -> _Quota:
    year = pd.date_range(team.params.year_start, team.params.year_end)
    return _Quota(
        _known_sum(quota_by_seat(team.book.quotas, team.seats, year, ramped=False)),
        _known_sum(
            quota_by_seat(team.book.quotas, team.seats, fiscal_days(team.params), ramped=True)
        ),
    )


def _known_sum(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.sum()) if known.size and known.sum() > 0 else None


def _attainment(team: Team, outlook: TeamOutlook) -> Attainment:
    days = fiscal_days(team.params)
    won = won_between(team.book.deals, days[0], days[-1])["amount"].fillna(0.0).to_numpy(float)
    quota = _quota(team)
    rng = np.random.default_rng([team.params.method.seed, 4])
    ending = year_end(outlook, float(won.sum()), team.benchmarks.second_moment, rng)
    length = (team.params.year_end - team.params.year_start).days + 1
    peers = float(np.nansum(peer_revenue(team.seats, team.benchmarks, days)))
    return Attainment(
        won=float(won.sum()),
        won_deals=len(won),
        quota_year=quota.year,
        quota_to_date=quota.to_date,
        share=_bootstrap(won, quota.to_date, team.benchmarks.typical_deal, rng),
        year_elapsed=len(days) / length,
        peer_won=peers if peers > 0 else None,
        year_end=interval(ending),
        chance=float((ending >= quota.year).mean()) if quota.year is not None else None,
    )


def _bootstrap(
    won: np.ndarray, quota: float | None, typical: float, rng: np.random.Generator
) -> Range | None:
    """Attainment with its 80 % interval: each deal might have come never, once or more often.

    Half a typical deal stands for the deals that a team with few or none did not happen to win.
    """
    if quota is None:
        return None
    weights = rng.gamma(1.0, size=(2000, len(won)))
    chance = rng.gamma(0.5, size=2000) * typical
    low, high = np.quantile((weights @ won + chance) / quota, [0.1, 0.9])
    expected = float(won.sum()) / quota
    return Range(expected=expected, low=min(float(low), expected), high=max(float(high), expected))


def stack_rank(places: pd.DataFrame, people: pd.DataFrame) -> tuple[RepRank, ...]:
    """The team's reps in order of expected rank."""
    names = people.set_index("person_id")["name"]
    return tuple(
        RepRank(
            person=Person(id=str(row.person_id), name=str(names[row.person_id])),
            role=str(row.role),
            ramping=bool(row.ramping),
            won=float(row.won),
            won_deals=int(row.won_deals),
            quota_to_date=None if np.isnan(row.quota) else float(row.quota),
            attainment=Range(expected=row.expected, low=row.low, high=row.high),
            expected_rank=float(row.rank),
            rank_low=int(row.rank_low),
            rank_high=int(row.rank_high),
            band=int(row.band),
            chance_bottom_tenth=float(row.bottom),
            role_fit=bool(row.bottom >= ROLE_FIT_CHANCE and not row.ramping),
        )
        for row in places.sort_values(["rank", "person_id"]).itertuples()
    )


def _manager_rank(team: Team) -> ManagerRank | None:
    if team.place.empty:
        return None
    row = team.place.iloc[0]
    return ManagerRank(
        managers=team.managers,
        expected_rank=float(row["rank"]),
        rank_low=int(row["rank_low"]),
        rank_high=int(row["rank_high"]),
        chance_bottom_tenth=float(row["bottom"]),
    )


# ── coaching ──────────────────────────────────────────────────────────────────────────────


def _focus(gap: Gap, team: Team, outlook: TeamOutlook) -> tuple[Person, ...]:
    """The reps the gap's play starts with: its seats, or those furthest from the peers."""
    if gap.people:
        return gap.people
    if gap.driver not in outlook.levels or gap.driver == "capacity":
        return ()
    levels = outlook.levels[gap.driver].seat.mean(axis=0)
    names = dict(zip(team.book.people["person_id"], team.book.people["name"], strict=True))
    here = set(team.places["person_id"])
    sign = -1.0 if gap.driver == "cycle_time" else 1.0
    ordered = sorted(zip(sign * levels, outlook.verdict.seats, strict=True))
    seats = [seat for _, seat in ordered if seat in here]
    return tuple(Person(id=seat, name=names[seat]) for seat in seats[: min(2, _FOCUS)])


def _coaching(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    focus: Sequence[Person],
    play: Play,
) -> Coaching:
    as_of = team.params.as_of
    reps = [rank.person for rank in ranks]
    return Coaching(
        actions=actions(play, as_of, [p.name for p in focus], len(reps)),
        one_to_ones=one_to_ones(team, outlook, ranks),
        cadence=cadence(reps, as_of, play, [person.id for person in focus]),
        checkpoint=checkpoint(team, outlook),
    )


def _assumptions(params: Params) -> tuple[Assumption, ...]:
    fields = Method.model_fields
    return tuple(
        Assumption(name=name, value=str(value), meaning=fields[name].description or "")
        for name, value in params.method
        if name not in ("draws", "seed")
    )
