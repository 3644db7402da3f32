"""What closing a gap changes in a team's course, and what that is worth before year end."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from salesgap.gaps.evidence import Floats
from salesgap.gaps.outlook import TeamOutlook
from salesgap.gaps.people import risen, seats_added, seats_refilled
from salesgap.measures.peers import Benchmarks
from salesgap.params import Method

_QUANTITY = {
    "pipeline_creation": "created",
    "conversion_early": "passing",
    "conversion_late": "winning",
    "conversion": "winning",
    "deal_size": "proposing",
    "cycle_time": "speed",
}
"""What of a team's course a driver multiplies."""

CONDITIONS = tuple(_QUANTITY)

PEOPLE_WAYS = ("coached", "refilled")

SEATS_FILLED = ("capacity", "refilled")
"""Ways that fill a seat after its vacancy, rather than move a level week by week."""

_MODEL_ERROR = 0.12
"""How far the worth of a gap is off if its size is known: standard deviation of the log. Measured
on simulated organisations with the planted gap put in: 0.11 in the plain world, 0.16 where quarters
are bunched."""


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
    drivers = [driver for driver in CONDITIONS if driver in team.levels]
    row = np.arange(len(drivers) + 1)[:, None]  # the last one stays as it is
    tenth = {_QUANTITY[driver]: np.where(row == at, 1.1, 1.0) for at, driver in enumerate(drivers)}
    courses = team.course.expected(len(row)).lifted(**tenth)
    total = team.process.outlook(courses, team.deals).total
    return dict(zip(drivers, (total[:-1] - total[-1]).tolist(), strict=True))


def _factors(
    team: TeamOutlook, way: str, closing: Closing, benchmarks: Benchmarks, method: Method
) -> dict[str, Floats]:
    """What a gap that closes multiplies the quantities of the course by."""
    if way in SEATS_FILLED:
        created = _filled(team, way, closing, benchmarks, method)
        return {"created": created / np.maximum(team.course.created, 1e-12)}
    path = closing.path(team.course.created.shape[1])
    if way == "coached":
        return _coached(team, path)
    return _lift(way, team.levels[way].gap[:, None] * path)


def _filled(
    team: TeamOutlook, way: str, closing: Closing, benchmarks: Benchmarks, method: Method
) -> Floats:
    """What is created (draw, week) if seats are filled once the weeks are over."""
    vacant = closing.start + closing.weeks
    if way == "capacity":
        return seats_added(team, closing.share, vacant, benchmarks, method)
    gone = replace(closing, weeks=0).path(team.course.created.shape[1])
    return seats_refilled(team, closing.share, gone, vacant, benchmarks, method)


def _coached(team: TeamOutlook, path: Floats) -> dict[str, Floats]:
    """Weak seats rise towards their team in every driver they are low in."""
    lifted = risen(team, path)
    return {_QUANTITY[driver]: factor for driver, factor in lifted.items() if driver in _QUANTITY}


def _lift(driver: str, logs: Floats) -> dict[str, Floats]:
    return {_QUANTITY[driver]: np.exp(logs)}
