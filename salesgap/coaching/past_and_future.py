"""A rep's past and future: the last quarters against quota, and the skills as assessed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pandas as pd

from salesgap.facts import Quarter, Skill
from salesgap.measures import calendar
from salesgap.measures.attainment import quota_by_period, won_between, won_in_seat
from salesgap.measures.seats import DAYS_PER_MONTH
from salesgap.team import Team

_OF_WON = ["owner_id", "status", "close_date", "amount"]
_CENT = 0.01


def quarters_by_rep(team: Team) -> dict[str, tuple[Quarter, ...]]:
    """The last three finished fiscal quarters and the one under way of each rep, oldest first.

    Left out are those from before the rep joined this team, and those that the deals of the run do
    not reach back to.
    """
    reached = _reached_back(team)
    shown = [q for q in calendar.recent_quarters(team.params) if q.start >= reached]
    if not shown:
        return {}
    won, quota = _won(team, shown), _quotas(team, shown)
    starts = zip(team.seats["start"], team.seats["person_id"], strict=True)
    joined = {person: start for start, person in sorted(starts, reverse=True)}
    return {
        person: tuple(
            _quarter(q, won.get((person, q.name), []), quota[person][at])
            for at, q in enumerate(shown)
            if since <= q.end
        )
        for person, since in joined.items()
    }


def _reached_back(team: Team) -> pd.Timestamp:
    """From when on the deals are known: those of the run, or this team's if they are older."""
    as_of = pd.Timestamp(team.params.as_of)
    days = round(team.benchmarks.window_months * DAYS_PER_MONTH) - 1
    run, own = as_of - pd.Timedelta(days=days), team.book.deals["created_date"].min()
    return run if pd.isna(own) else min(run, own)


Won = dict[tuple[str, str], list[float]]
"""By person_id and name of the quarter: the amounts of the deals won in it."""


def _won(team: Team, shown: list[calendar.Quarter]) -> Won:
    closed = won_between(team.book.deals[_OF_WON], shown[0].start, shown[-1].end)
    deals = won_in_seat(closed, team.seats)
    starts = pd.DatetimeIndex([q.start for q in shown])
    number = starts.searchsorted(deals["close_date"], side="right") - 1
    amounts = deals["amount"].fillna(0.0)
    found: Won = defaultdict(list)
    for owner, at, amount in zip(deals["owner_id"], number, amounts, strict=True):
        found[owner, shown[at].name].append(amount)
    return found


def _quotas(team: Team, shown: list[calendar.Quarter]) -> dict[str, list[float]]:
    """By person_id: the quota of each quarter, of all their seats in the team."""
    days = pd.date_range(shown[0].start, shown[-1].end)
    starts = pd.DatetimeIndex([q.start for q in shown])
    found: dict[str, list[float]] = {}
    quotas = quota_by_period(team.book.quotas, team.seats, days, starts).tolist()
    for person, row in zip(team.seats["person_id"], quotas, strict=True):
        before = found.get(person, [0.0] * len(shown))
        found[person] = [one + more for one, more in zip(before, row, strict=True)]
    return found


def _quarter(quarter: calendar.Quarter, won: list[float], quota: float) -> Quarter:
    return Quarter(
        quarter=quarter.name,
        start=quarter.start.date(),
        won=sum(won),
        won_deals=len(won),
        quota=round(quota, 2) if quota >= _CENT else None,
    )


def skills_by_rep(assessments: pd.DataFrame) -> dict[str, tuple[Skill, ...]]:
    """Each person's items as last assessed, with the score before; the lowest first."""
    history: dict[str, dict[str, list[tuple[date, float]]]] = defaultdict(dict)
    rows = assessments.sort_values("date", kind="stable")
    columns = (rows["person_id"], rows["item"], rows["date"].dt.date, rows["score"])
    for person, item, day, score in zip(*columns, strict=True):
        history[person].setdefault(item, []).append((day, score))
    return {
        person: tuple(
            sorted(
                (_skill(item, scores) for item, scores in items.items()),
                key=lambda skill: (skill.score, skill.item),
            )
        )
        for person, items in history.items()
    }


def _skill(item: str, scores: list[tuple[date, float]]) -> Skill:
    on, score = scores[-1]
    before = scores[-2][1] if len(scores) > 1 else None
    return Skill(item=item, score=score, on=on, before=before)
