"""Revenue from the as-of date to fiscal year end, as it stands and with a driver moved.

Money flows week by week: what is created or open passes the early phase, then is won, along the
peers' competing-risk curves, bent by the team's own levels. A deal created after *year end − cycle*
has no time left to be won, so it adds almost nothing: that is all the timing there is to know.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from salesgap.measures.curves import WEEKS, Curve

Floats = npt.NDArray[np.float64]

_DAYS = np.arange(WEEKS * 7 + 1)
_HIGHEST = 0.97
"""No share of deals passed is moved above this, whatever a lift would say."""


@dataclass(frozen=True, slots=True)
class OpenDeals:
    """The open pipeline, one entry a deal: money, age in its phase in weeks, and which phase."""

    amount: Floats
    age: Floats
    late: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Course:
    """How a team goes on, for each draw (rows) and week to year end (columns).

    ``created``: new opportunities a week; ``size``: money of a new one; ``passing`` and ``winning``:
    multipliers of the curves' shares; ``speed``: process weeks a calendar week. Each may change from
    week to week, so that a gap can close gradually.
    """

    created: Floats
    size: Floats
    passing: Floats
    winning: Floats
    speed: Floats

    def lifted(self, **factors: Floats) -> Course:
        """The course with some of its quantities multiplied."""
        return replace(self, **{name: getattr(self, name) * f for name, f in factors.items()})

    def expected(self) -> Course:
        """The mean course, as a single draw."""
        return Course(
            *(
                getattr(self, field.name).mean(axis=0, keepdims=True)
                for field in fields(self)
            )
        )


@dataclass(frozen=True, slots=True)
class Outlook:
    """The expected revenue of a course until year end, draw by draw, and where it comes from."""

    new: Floats
    open: Floats

    @property
    def total(self) -> Floats:
        return np.asarray(self.new + self.open)


@dataclass(frozen=True, slots=True)
class Process:
    """The two phases' curves, looked up by day; no early phase: ``early`` passes all at once."""

    early: Curve
    late: Curve

    def outlook(self, course: Course, deals: OpenDeals) -> Outlook:
        """Revenue until the course's last week; see :class:`Course` for shapes."""
        elapsed = _elapsed(course.speed)
        early, late = _passing(self.early, course.passing), _passing(self.late, course.winning)
        won_from = _won_by_end(self.late, late, elapsed)
        value = _value_of_new(self.early, early, elapsed, won_from)
        new = (course.created * course.size * value).sum(axis=1)
        chance = self._chances(course, deals, elapsed, won_from)
        return Outlook(new=new, open=chance @ deals.amount)

    def chances(self, course: Course, deals: OpenDeals) -> Floats:
        """Chance (draw, deal) that each open deal is won by the course's last week."""
        elapsed = _elapsed(course.speed)
        won_from = _won_by_end(self.late, _passing(self.late, course.winning), elapsed)
        return self._chances(course, deals, elapsed, won_from)

    def _chances(
        self, course: Course, deals: OpenDeals, elapsed: Floats, won_from: Floats
    ) -> Floats:
        chance = np.zeros((len(elapsed), len(deals.amount)))
        ages, at = np.unique(np.round(deals.age * 2) / 2, return_inverse=True)
        for late in (False, True):
            for index in np.unique(at[deals.late == late]):
                mine = (at == index) & (deals.late == late)
                chance[:, mine] = self._chance(
                    float(ages[index]), late, course, elapsed, won_from
                )[:, None]
        return chance

    def _chance(
        self, age: float, late: bool, course: Course, elapsed: Floats, won_from: Floats
    ) -> Floats:
        """Of one deal that has been open for ``age`` weeks of its phase."""
        curve, lift = (
            (self.late, course.winning) if late else (self.early, course.passing)
        )
        start = age * course.speed[:, :1]
        ratio = _passing(curve, lift)
        left = _still_open(curve, ratio[:, :1], start)
        leaving = np.diff(_look_up(curve.passed, start + elapsed), axis=1) * ratio / left
        return np.asarray((leaving if late else leaving * won_from).sum(axis=1))


def _elapsed(speed: Floats) -> Floats:
    """Process weeks gone at each week's start, and at the end: (draw, week + 1)."""
    return np.concatenate([np.zeros((len(speed), 1)), speed.cumsum(axis=1)], axis=1)


def _passing(curve: Curve, lift: Floats) -> Floats:
    """``lift``, but so that no more than nearly all deals pass."""
    return np.minimum(lift, max(_HIGHEST, curve.share) / max(curve.share, 1e-9))


def _still_open(curve: Curve, ratio: Floats, age: Floats) -> Floats:
    """Share of deals still in the phase at ``age``, if ``ratio`` times as many pass it."""
    lost_in_the_end = max(float(curve.lost[-1]), 1e-9)
    never = max(1.0 - curve.share - lost_in_the_end, 0.0)
    fewer = np.maximum(1.0 - ratio * curve.share - never, 0.0) / lost_in_the_end
    gone = ratio * _look_up(curve.passed, age) + fewer * _look_up(curve.lost, age)
    return np.asarray(np.maximum(1.0 - gone, 1e-3))


def _won_by_end(late: Curve, ratio: Floats, elapsed: Floats) -> Floats:
    """Chance (draw, week) that a deal entering the late phase in that week is won by the end."""
    weeks = ratio.shape[1]
    middle = (elapsed[:, :-1] + elapsed[:, 1:]) / 2
    won = np.empty((len(ratio), weeks))
    for week in range(weeks):
        at = _look_up(late.passed, np.maximum(elapsed[:, week:] - middle[:, week, None], 0.0))
        won[:, week] = (np.diff(at, axis=1) * ratio[:, week:]).sum(axis=1)
    return won


def _value_of_new(early: Curve, ratio: Floats, elapsed: Floats, won_from: Floats) -> Floats:
    """Chance (draw, week) that a deal created in that week is won by the end."""
    weeks = ratio.shape[1]
    middle = (elapsed[:, :-1] + elapsed[:, 1:]) / 2
    value = np.empty((len(ratio), weeks))
    for week in range(weeks):
        at = _look_up(early.passed, np.maximum(elapsed[:, week:] - middle[:, week, None], 0.0))
        value[:, week] = (np.diff(at, axis=1) * ratio[:, week:] * won_from[:, week:]).sum(axis=1)
    return value


def _look_up(curve: Floats, weeks: Floats) -> Floats:
    """A cumulative curve at any age, to the day."""
    daily = np.interp(_DAYS / 7.0, np.arange(WEEKS + 1), curve)
    return np.asarray(daily[np.minimum(weeks * 7.0, _DAYS[-1]).astype(np.int32)])
