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
Bools = npt.NDArray[np.bool_]

_HIGHEST = 0.97
"""No share of deals passed is moved above this, whatever a lift would say."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenDeals:
    """The open pipeline, one entry a deal: money, age in its phase in weeks, and which phase."""

    amount: Floats
    age: Floats
    late: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How a team goes on, for each draw (rows) and week to year end (columns).

    ``created``: new opportunities a week; ``size``: money of a new one, the same in every week;
    ``proposing``: what that money is multiplied by when it is proposed; ``passing``, ``winning``:
    multipliers of the curves' shares; ``speed``: process weeks a calendar week. Each may change
    from week to week, so that a gap can close gradually; ``pace`` is the speed up to now.
    """

    created: Floats
    size: Floats
    proposing: Floats
    passing: Floats
    winning: Floats
    speed: Floats
    pace: Floats

    def lifted(self, **factors: Floats) -> Course:
        """The course with some of its quantities multiplied."""
        return replace(self, **{name: getattr(self, name) * f for name, f in factors.items()})

    def expected(self) -> Course:
        """The mean course, as a single draw."""
        means = (getattr(self, field.name).mean(axis=0, keepdims=True) for field in fields(self))
        return Course(*means)

    def shares(self, other: Course, *quantities: str) -> bool:
        """Whether these quantities are the very same arrays in both."""
        return all(getattr(self, name) is getattr(other, name) for name in quantities)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What a course brings until year end.

    ``from_week``: chance (draw, week) that what enters the late phase then is won; ``per_new``
    and ``per_open``: part of its money that a deal created in a week (draw, week), and that each
    open deal (draw, deal), is expected to bring; ``new`` and ``open``: money a draw.
    """

    course: Course
    from_week: Floats
    per_new: Floats
    per_open: Floats
    new: Floats
    open: Floats

    @property
    def total(self) -> Floats:
        """Money a draw, new and open together."""
        return np.asarray(self.new + self.open)


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """The two phases' curves; without phases, the early one passes all at once."""

    early: Curve
    late: Curve

    def outlook(self, course: Course, deals: OpenDeals, before: Outlook | None = None) -> Outlook:
        """Revenue until the course's last week.

        Of ``before``, the outlook of another course of the same deals, whatever the change leaves
        untouched is taken over, not computed anew.
        """
        same = before is not None and course.shares(before.course, "winning", "speed")
        from_week = before.from_week if same and before else self._from_week(course)
        if same and before and course.shares(before.course, "passing", "proposing"):
            per_new, per_open = before.per_new, before.per_open
        else:
            per_new = self._per_new(course, from_week)
            per_open = self._per_open(course, deals, from_week)
        new = (course.created * course.size * per_new).sum(axis=1)
        return Outlook(course, from_week, per_new, per_open, new, per_open @ deals.amount)

    def _from_week(self, course: Course) -> Floats:
        return _leaving_from(self.late, _passing(self.late, course.winning), course, 1.0)

    def _per_new(self, course: Course, from_week: Floats) -> Floats:
        ratio = _passing(self.early, course.passing)
        return _leaving_from(self.early, ratio, course, from_week * course.proposing)

    def _per_open(self, course: Course, deals: OpenDeals, from_week: Floats) -> Floats:
        """Deals of one phase and age, to the week, share their fate."""
        value = np.zeros((len(from_week), len(deals.amount)))
        weeks = np.round(deals.age)
        for late in (False, True):
            after = 1.0 if late else from_week * course.proposing
            for age in np.unique(weeks[deals.late == late]):
                mine = (weeks == age) & (deals.late == late)
                value[:, mine] = self._of_age(float(age), late, course, after)[:, None]
        return value

    def _of_age(self, age: float, late: bool, course: Course, after: Floats | float) -> Floats:
        curve, lift = (self.late, course.winning) if late else (self.early, course.passing)
        ratio = _passing(curve, lift)
        start = age * course.pace
        left = _still_open(curve, ratio[:, :1], start)
        leaving = np.diff(_look_up(curve.passed, start + _elapsed(course.speed)), axis=1)
        return np.asarray((leaving * ratio * after / left).sum(axis=1))


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


def _leaving_from(curve: Curve, ratio: Floats, course: Course, after: Floats | float) -> Floats:
    """For a deal that enters the phase in each week (draw, week): the sum over the weeks in which
    it may pass, of the chance to pass then times what is worth ``after`` passing then."""
    elapsed = _elapsed(course.speed)
    middle = (elapsed[:, :-1] + elapsed[:, 1:]) / 2
    weight = ratio * after
    total = np.empty_like(weight)
    for week in range(weight.shape[1]):
        age = np.maximum(elapsed[:, week:] - middle[:, week, None], 0.0)
        leaving = np.diff(_look_up(curve.passed, age), axis=1)
        total[:, week] = np.einsum("dw,dw->d", leaving, weight[:, week:])
    return total


_DAYS = np.arange(WEEKS * 7 + 1)


def _look_up(curve: Floats, weeks: Floats) -> Floats:
    """A cumulative curve at any age, to the day."""
    daily = np.interp(_DAYS / 7.0, np.arange(WEEKS + 1), curve)
    return np.asarray(daily[np.minimum(weeks * 7.0, _DAYS[-1]).astype(np.int32)])
