"""The five-minute exercise: what the manager's own scores point to, held against the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from salesgap.coaching.execution import GAP_SCORE
from salesgap.facts import Attainment, ExecutionDriver, Exercise, Gap

PointsTo = Literal["condition", "people", "none", "unknown"]

_MANY, _FEW = 3, 1

_SITTING = timedelta(days=14)
"""Answers so many days before the latest are of another sitting, and of another mood."""


def exercise(
    drivers: Sequence[ExecutionDriver], attainment: Attainment, gap: Gap, *, compared: bool
) -> Exercise:
    """The answers of the last sitting in sum.

    ``compared``: the data could tell a gap, so that none is an answer.
    """
    scored = _last_sitting(drivers)
    gaps = sum(driver.score <= GAP_SCORE for driver in scored if driver.score is not None)
    behind = None if attainment.share is None else attainment.share.expected < 1.0
    points = points_to(gaps, len(drivers) - len(scored), behind=behind)
    return Exercise(
        answered_on=max((d.scored_on for d in scored if d.scored_on), default=None),
        answered=len(scored),
        process_gaps=gaps,
        behind=behind,
        points_to=points,
        agrees=points == gap.kind if compared and points != "unknown" else None,
    )


def _last_sitting(drivers: Sequence[ExecutionDriver]) -> list[ExecutionDriver]:
    """The drivers scored within 14 days of the latest score."""
    days = {driver.id: driver.scored_on for driver in drivers if driver.scored_on is not None}
    latest = max(days.values(), default=None)
    return [
        driver
        for driver in drivers
        if latest is not None and driver.id in days and latest - days[driver.id] <= _SITTING
    ]


def points_to(gaps: int, unanswered: int, *, behind: bool | None) -> PointsTo:
    """Where to look first.

    ==================  ==========  =========================================================
    process gaps        number      points to
    ==================  ==========  =========================================================
    three or more       any         condition: low-hanging fruit, which helps every rep at once
    at most one         behind      people: the process is sound and the results are not
    at most one         not behind  none: nothing to mend before the next quarter
    two, or not known   any         unknown: the talk decides
    ==================  ==========  =========================================================

    A question left open may be a gap, so it counts as one where there should be few.
    """
    if gaps >= _MANY:
        return "condition"
    if behind is None or gaps + unanswered > _FEW:
        return "unknown"
    return "people" if behind else "none"
