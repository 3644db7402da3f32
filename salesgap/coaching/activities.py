"""How much of which activity, a rep: what the attaining reps of that role do a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from salesgap.facts import ActivityTarget, Phase
from salesgap.measures.activities import (
    Counts,
    activity_counts,
    activity_window,
    folded,
    weeks_in_seat,
)
from salesgap.measures.peers import ActivityLevel
from salesgap.team import Team

AT_MOST = 3
_LEAST_A_WEEK = 0.25
"""What peers do less than once a month is no weekly target."""

_PHASE: Final[dict[str, Phase]] = {
    "pipeline_creation": "early",
    "conversion_early": "early",
    "conversion_late": "late",
    "cycle_time": "late",
    "deal_size": "late",
}
"""Where the activities are that move a driver."""


@dataclass(frozen=True, slots=True)
class Activities:
    """What the sheets' activities are made from.

    ``weeks`` in seat by person_id, of who logged anything; ``levels`` by role, of other teams' reps
    for the most part.
    """

    counts: Counts
    weeks: dict[str, float]
    levels: dict[str, list[ActivityLevel]]


def team_activities(team: Team) -> Activities:
    """One team's activities of the last weeks, and what they are compared with."""
    window = activity_window(pd.Timestamp(team.params.as_of))
    levels: dict[str, list[ActivityLevel]] = {}
    for level in team.benchmarks.activities:
        if level.a_week >= _LEAST_A_WEEK:
            levels.setdefault(level.role, []).append(level)
    attaining = team.places.loc[team.places["attaining"], "role"].value_counts()
    counts = activity_counts(team.book, window)
    logging = {person for person, _, _ in counts}
    return Activities(
        counts=counts,
        weeks={
            person: weeks
            for person, weeks in weeks_in_seat(team.seats, window).items()
            if person in logging and weeks > 0
        },
        levels={
            role: found
            for role, found in levels.items()
            if 2 * attaining.get(role, 0) <= found[0].reps
        },
    )


def activity_targets(
    person_id: str, role: str, driver: str, team: Activities
) -> tuple[ActivityTarget, ...]:
    """Three kinds at most, those first in which the rep does least of the target.

    None for who has logged nothing: that is no zero, but no log.
    """
    weeks = team.weeks.get(person_id)
    if weeks is None:
        return ()
    found = [
        ActivityTarget(
            kind=level.kind,
            phase=level.phase,
            now=team.counts[person_id, folded(level.kind), level.phase] / weeks,
            target=level.a_week,
            reps=level.reps,
        )
        for level in _of_phase(driver, team.levels.get(role, []))
    ]
    return tuple(sorted(found, key=lambda target: target.now / target.target)[:AT_MOST])


def _of_phase(driver: str, levels: list[ActivityLevel]) -> list[ActivityLevel]:
    """Those of the driver's phase, or where the run tells no phases, of all."""
    told = {level.phase for level in levels}
    phase = _PHASE.get(driver)
    return [level for level in levels if level.phase == (phase if phase in told else None)]
