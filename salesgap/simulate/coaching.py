"""How teams are run: scores, commitments, more goals than revenue, fields left empty."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesgap.simulate.clock import Clock
from salesgap.simulate.deals import Life
from salesgap.simulate.roster import Roster
from salesgap.simulate.spec import (
    CREATION,
    EARLY,
    LATE,
    LEVELS,
    SIZE,
    SPEED,
    Driver,
    Ints,
)
from salesgap.simulate.staff import Staff

_SKILLS: Final = {
    "Prospecting": CREATION,
    "Discovery and qualification": EARLY,
    "Closing and negotiation": LATE,
    "Selling on value": SIZE,
    "Opportunity planning": SPEED,
}
_MANAGEMENT: Final = (
    "goal clarity",
    "tactical prescription",
    "performance metrics",
    "CRM visibility",
    "leadership training",
    "joint calls",
    "performance process",
    "culture",
)
_ACTIONS: Final[dict[Driver, tuple[str, ...]]] = {
    "pipeline_creation": (
        "Block two prospecting mornings a week in every calendar",
        "Review the target account list in each one-to-one",
    ),
    "conversion_early": (
        "Role-play the discovery call before every first meeting",
        "Check the qualification criteria of each new opportunity together",
    ),
    "conversion_late": (
        "Join two late-stage calls a week and debrief the same day",
        "Write a mutual close plan for every proposal",
    ),
    "deal_size": (
        "Bring the business case to every proposal review",
        "Agree the discount limit before each negotiation",
    ),
    "cycle_time": (
        "Set a dated next step in every open deal",
        "Review deals older than the usual cycle every other week",
    ),
    "capacity": ("Brief the recruiter and meet three candidates",),
    "underperformance": ("Hold a weekly coaching hour with each rep behind plan",),
}
_QUARTERS = 4  # of skill scores
_WITH_COMMITMENTS = 0.8  # of managers with a planted gap
_OF_THE_OTHERS = 0.2
_KEPT: Final = (0.5, 0.4, 0.1)  # of commitments: done, open, dropped
_KEPT_BY_WHO_CLOSED: Final = (0.9, 0.1, 0.0)
_ANSWERING = 0.8  # of managers, the eight drivers
_OF_PEOPLE: Final = ("capacity", "underperformance")
_GOALS: Final = {"new logos": 2, "multi-year deals": 1, "add-ons": 3, "meetings held": 60}
_MORE_GOALS: Final = (0.4, 0.25, 0.2, 0.05, 0.1)  # of managers, by how many beside revenue
_OFTEN_EMPTY: Final = ("type", "margin")
_LEFT_EMPTY = 0.12  # of these, in a usual team


def assessments_table(life: Life, staff: Staff) -> pd.DataFrame:
    """Skill scores of reps at each of the last quarter ends, and most managers' driver scores."""
    roster, clock, rng = life.roster, life.clock, life.generator(7)
    ends = clock.quarter_ends[(clock.quarter_ends >= 0) & (clock.quarter_ends <= clock.as_of)]
    blocks = [_skills(roster, staff, int(day), clock, rng) for day in ends[-_QUARTERS:]]
    blocks += [_driver_scores(life, staff, ends[-1:], rng)]
    return pd.concat(blocks, ignore_index=True)


def commitments_table(life: Life, staff: Staff) -> pd.DataFrame:
    """What some managers took on in an earlier pack, all due by ``as_of``."""
    rng = life.generator(8)
    real = {gap.manager: gap.driver for gap in life.gaps}
    drivers = list(_ACTIONS)
    rows = [
        row
        for manager in range(len(staff.manager_ids))
        if rng.random() < (_WITH_COMMITMENTS if manager in real else _OF_THE_OTHERS)
        for row in _commitments(
            manager, real.get(manager, drivers[rng.integers(5)]), life, staff, rng
        )
    ]
    columns = ["manager_id", "gap", "action", "owner_id", "due_date", "status"]
    return pd.DataFrame(rows, columns=columns)


def with_more_goals(quotas: pd.DataFrame, life: Life, staff: Staff) -> pd.DataFrame:
    """The quotas, and in some teams goals beside revenue for each rep and quarter of the year."""
    roster, clock, rng = life.roster, life.clock, life.generator(12)
    count = rng.choice(len(_MORE_GOALS), len(roster.group), p=_MORE_GOALS)
    here = roster.active(clock.as_of)
    carried = dict(
        zip(staff.person_ids[roster.person[here]], count[roster.team[here]], strict=True)
    )
    this_year = quotas["period_start"] >= clock.dates(np.array([clock.year_start]))[0]
    goals = quotas["person_id"].map(carried).fillna(0)
    more = [
        quotas[this_year & (goals > number)].assign(amount=float(amount), measure=measure)
        for number, (measure, amount) in enumerate(_GOALS.items())
    ]
    return pd.concat([quotas, *more], ignore_index=True)


def with_fields_left_empty(deals: pd.DataFrame, life: Life) -> pd.DataFrame:
    """The opportunities as their teams keep them: some fill in less than others."""
    roster, rng = life.roster, life.generator(13)
    team = roster.team[life.deals.stint[: len(deals)]]
    share = np.minimum(_LEFT_EMPTY * rng.exponential(1.0, len(roster.group)), 0.6)
    empty = {name: rng.random(len(deals)) < share[team] for name in _OFTEN_EMPTY}
    return deals.assign(**{name: deals[name].mask(rows) for name, rows in empty.items()})


def _commitments(
    manager: int,
    driver: Driver,
    life: Life,
    staff: Staff,
    rng: np.random.Generator,
) -> list[tuple[str, str, str, str, pd.Timestamp, str]]:
    roster, clock = life.roster, life.clock
    due = clock.dates(clock.workday(clock.as_of - rng.integers(0, 30, 3)))
    reps = roster.person[roster.active(clock.as_of) & (roster.team == manager)]
    closed = any(gap.manager == manager and gap.worked_off for gap in life.gaps)
    kept = _KEPT_BY_WHO_CLOSED if closed else _KEPT
    owners = [staff.manager_ids[manager], staff.person_ids[reps[rng.integers(len(reps))]]]
    return [
        (
            staff.manager_ids[manager],
            driver,
            action,
            owners[index],
            due[index],
            str(rng.choice(["done", "open", "dropped"], p=kept)),
        )
        for index, action in enumerate(_ACTIONS[driver])
    ]


def _skills(
    roster: Roster, staff: Staff, day: int, clock: Clock, rng: np.random.Generator
) -> pd.DataFrame:
    rows = np.flatnonzero(roster.active(day))
    columns = list(_SKILLS.values())
    ability = (roster.levels[rows] - roster.team_levels[roster.team[rows]])[:, columns]
    score = 3.2 + 3 * ability + rng.normal(0, 0.5, (len(rows), LEVELS))
    return _scores(staff.person_ids[roster.person[rows]], tuple(_SKILLS), score, day, clock)


def _driver_scores(life: Life, staff: Staff, days: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Where a condition holds a team back, its manager sees more wrong with the process."""
    ids = np.array(staff.manager_ids, dtype=object)
    asked = rng.random(len(ids)) < _ANSWERING
    usual = np.full(len(ids), 3.0)
    for gap in life.gaps:
        usual[gap.manager] = 3.3 if gap.driver in _OF_PEOPLE else 2.5
    score = rng.normal(0, 0.9, (asked.sum(), len(_MANAGEMENT))) + usual[asked, None]
    day = int(days[0]) if len(days) else life.clock.as_of
    return _scores(ids[asked], _MANAGEMENT, score, day, life.clock)


def _scores(
    people: np.ndarray[tuple[int], np.dtype[np.object_]],
    items: tuple[str, ...],
    score: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    day: int,
    clock: Clock,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": np.repeat(people, len(items)),
            "date": clock.dates(np.full(len(people) * len(items), day)),
            "item": np.tile(np.array(items, dtype=object), len(people)),
            "score": (np.round(2 * np.clip(score, 0, 5)) / 2).ravel(),
        }
    )
