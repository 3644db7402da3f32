"""One manager's pack: every fact it is set from, made from one team and the peers' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from salesgap.coaching.cadence import cadence, first_round
from salesgap.coaching.checkpoint import checkpoint, mix
from salesgap.coaching.commitments import commitments, of_late
from salesgap.coaching.execution import execution_drivers
from salesgap.coaching.exercise import exercise
from salesgap.coaching.one_to_one import one_to_ones, topics
from salesgap.coaching.plays import actions
from salesgap.coaching.signs import signs
from salesgap.facts import (
    Assumption,
    Attainment,
    Candidate,
    Coaching,
    Evidence,
    Gap,
    OneToOne,
    Pack,
    Person,
    RepRank,
    Shortfall,
)
from salesgap.gaps.candidates import value_candidates
from salesgap.gaps.choose import candidate, choose, mark_closed, team_level
from salesgap.gaps.impact import OpenDeals
from salesgap.gaps.outlook import TeamOutlook, look_ahead
from salesgap.gaps.shortfall import shortfall
from salesgap.health import deals_to_talk_about, pipeline
from salesgap.measures.attainment import won_between
from salesgap.measures.pipeline import open_deals
from salesgap.measures.seats import Window, ramped_months, trailing_window
from salesgap.params import Method, Params
from salesgap.role_fit import role_fit
from salesgap.standing import attainment, manager_rank, rep_ranks
from salesgap.team import Team

_FOCUS = 2
"""Reps that the gap's play is worked on with first."""

_LATE_WEEKS = 2
"""The actions take two weeks; with no more left, what they open closes next year."""


def coaching_pack(team: Team) -> Pack:
    """All facts of a manager's pack."""
    params = team.params
    outlook = team_outlook(team, params.year_end)
    attained = attainment(team, outlook)
    candidates, gap = _gap(team, outlook, _business(attained))
    ranks = rep_ranks(team.places, team.book.people)
    opened = open_deals(team.book.deals)
    at_risk = deals_to_talk_about(team, opened)
    rank = manager_rank(team.place, team.managers)
    focus = _focus(gap, team, outlook)
    sheets = one_to_ones(team, outlook, ranks, opened, at_risk, gap, focus)
    return Pack(
        manager=team.manager,
        reps=len(team.places),
        ramping=int(team.places["ramping"].sum()),
        as_of=params.as_of,
        fiscal_year_start=params.year_start,
        fiscal_year_end=params.year_end,
        currency=params.currency,
        attainment=attained,
        gap=gap,
        candidates=candidates,
        last_gap=team.last_gap,
        shortfall=_shortfall(team, outlook),
        stack_rank=ranks,
        manager_rank=rank,
        strategy=team.strategy,
        role_fit=role_fit(team, outlook, rank),
        pipeline=pipeline(team, opened, _conversions(team, outlook), at_risk),
        coaching=_coaching(team, outlook, ranks, sheets, gap, focus, attained),
        assumptions=_assumptions(params),
        data_quality=team.quality,
    )


# ── the outlook and the gap ───────────────────────────────────────────────────────────────


def team_outlook(team: Team, until: date) -> TeamOutlook:
    """The team's evidence, and how it goes on from the as-of date to ``until``."""
    params = team.params
    return look_ahead(
        team.statistics,
        team.seats,
        open_pipeline(team),
        team.benchmarks,
        params.method,
        pd.Timestamp(params.as_of),
        pd.Timestamp(until),
    )


_OF_OPEN = ["status", "phase", "created_date", "late_date", "amount"]


def open_pipeline(team: Team) -> OpenDeals:
    """The team's open deals; one without an amount counts at the typical won deal of the run."""
    opened = open_deals(team.book.deals[_OF_OPEN])
    as_of = pd.Timestamp(team.params.as_of)
    proposed = (opened["phase"] == "late").to_numpy(bool)
    late = proposed | (not team.benchmarks.phases)
    entered = opened["late_date"].where(late & team.benchmarks.phases, opened["created_date"])
    age = (as_of - entered.fillna(opened["created_date"])).dt.days / 7.0
    amount = opened["amount"].fillna(team.benchmarks.typical_deal)
    return OpenDeals(amount.to_numpy(float), age.to_numpy(float), late, proposed)


def _business(attained: Attainment) -> float:
    """Money of the team's year: its quota, or without one what is won so far."""
    return attained.won if attained.quota_year is None else attained.quota_year


def _gap(team: Team, outlook: TeamOutlook, business: float) -> tuple[tuple[Candidate, ...], Gap]:
    benchmarks, names = team.benchmarks, _names(team)
    compared = benchmarks.compares and len(team.seats) > 0
    valued = value_candidates(outlook, benchmarks, team.params.method) if compared else []
    found = [
        candidate(v, outlook, benchmarks.levels, benchmarks.thresholds, names, business)
        for v in valued
    ]
    candidates = mark_closed(found, team.last_gap)
    last, people = _last_gap(team)
    return candidates, choose(valued, candidates, last, people)


def _names(team: Team) -> dict[str, str]:
    return dict(zip(team.book.people["person_id"], team.book.people["name"], strict=True))


def _last_gap(team: Team) -> tuple[str | None, frozenset[str]]:
    """The driver of the last pack and the seats it was about: by its facts, else by the
    commitments."""
    last = team.last_gap
    if last is not None and last.driver == "underperformance" and not last.people:
        return None, frozenset()  # of nobody who is still here
    if last is not None:
        return last.driver, frozenset(p.id for p in last.people)
    past = of_late(team)
    return (None if past.empty else str(past["gap"].iloc[-1])), frozenset()


def _conversions(team: Team, outlook: TeamOutlook) -> list[Evidence]:
    shown = ("conversion_early", "conversion_late", "conversion")
    levels = team.benchmarks.levels
    return [team_level(outlook.evidence[d], levels[d]) for d in shown if d in outlook.evidence]


def _shortfall(team: Team, outlook: TeamOutlook) -> Shortfall | None:
    """Against peers with the seats this team had; None where no peers' revenue is known."""
    as_of = pd.Timestamp(team.params.as_of)
    window = trailing_window(team.book, as_of, team.params.method.lookback_months)
    start = window.start + pd.Timedelta(days=1)
    deals = team.book.deals[["close_date", "status", "amount"]]
    actual = float(won_between(deals, start, as_of)["amount"].sum())
    peers = _peers_in_window(team, outlook, window)
    compared = team.benchmarks.compares and peers > 0
    return shortfall(outlook, actual, peers, window.months) if compared else None


def _peers_in_window(team: Team, outlook: TeamOutlook, window: Window) -> float:
    """What peers would have won with this team's ramped rep-months, as many seats filled as
    theirs."""
    rate = team.seats["group"].map(team.benchmarks.revenue_per_month).fillna(0.0)
    revenue = float((ramped_months(team.seats, window) * rate).sum())
    capacity = outlook.evidence.get("capacity")
    if capacity is None or float(capacity.total.sum()) <= 0:
        return revenue
    return revenue * float(capacity.expected.sum()) / float(capacity.total.sum())


# ── coaching ──────────────────────────────────────────────────────────────────────────────


def _focus(gap: Gap, team: Team, outlook: TeamOutlook) -> tuple[Person, ...]:
    """The reps the gap's play starts with: its seats, or those furthest from the peers."""
    if gap.people:
        return gap.people
    if gap.driver not in outlook.levels or gap.driver == "capacity":
        return ()
    levels = outlook.levels[gap.driver].seat.mean(axis=0)
    names, here = _names(team), set(team.places["person_id"])
    sign = -1.0 if gap.driver == "cycle_time" else 1.0
    ordered = sorted(zip(sign * levels, outlook.verdict.seats, strict=True))
    seats = [seat for _, seat in ordered if seat in here]
    return tuple(Person(id=seat, name=names[seat]) for seat in seats[:_FOCUS])


def _coaching(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    sheets: tuple[OneToOne, ...],
    gap: Gap,
    focus: Sequence[Person],
    attained: Attainment,
) -> Coaching:
    as_of, play = team.params.as_of, team.plays[gap.play or "none"]
    reps = [rank.person for rank in ranks]
    ids, names = [person.id for person in focus], [person.name for person in focus]
    sessions = cadence(reps, as_of, play, ids, topics(sheets, team.plays))
    late = any(sheet.plan.weeks_left <= _LATE_WEEKS for sheet in sheets)
    drivers = execution_drivers(team, sheets)
    return Coaching(
        actions=actions(play, as_of, names, len(reps), first_round(sessions), late=late),
        one_to_ones=sheets,
        cadence=sessions,
        checkpoint=checkpoint(team, outlook),
        mix=mix(team),
        drivers=drivers,
        exercise=exercise(drivers, attained, gap, compared=team.benchmarks.compares),
        signs=signs(team, outlook),
        commitments=commitments(team),
        debrief=play.debrief,
    )


def _assumptions(params: Params) -> tuple[Assumption, ...]:
    fields = Method.model_fields
    return tuple(
        Assumption(name=name, value=str(value), meaning=fields[name].description or "")
        for name, value in params.method
        if name not in ("draws", "seed")
    )
