"""Revenue from the as-of date to fiscal year end, as it stands and with a driver moved.

Money flows week by week: what is created or open passes the early phase, then is won, along the
peers' competing-risk curves, bent by the team's own levels. A deal created after *year end − cycle*
has no time left to be won, so it adds almost nothing: that is all the timing there is to know.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """The open pipeline, one entry a deal: money, age in its phase in weeks, and which phase.

    ``proposed``: whether its money is settled. Where phases are unknown every deal counts as
    ``late`` and the stage it is in today tells this alone.
    """

    amount: Floats
    age: Floats
    late: Bools
    proposed: Bools


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

    def expected(self, times: int) -> Course:
        """The mean course, as so many draws."""
        means = (getattr(self, field.name).mean(axis=0, keepdims=True) for field in fields(self))
        return Course(*(mean.repeat(times, axis=0) for mean in means))

    def shares(self, other: Course, *quantities: str) -> bool:
        """Whether these quantities are the very same arrays in both."""
        return all(getattr(self, name) is getattr(other, name) for name in quantities)


_TIMING = ("speed", "pace")
_WINNING = (*_TIMING, "winning")
_EARNING = (*_WINNING, "passing", "proposing")
"""What of a course decides when deals leave, how many are won, and what a deal brings."""


@dataclass(frozen=True, slots=True, eq=False)
class Leaving:
    """When deals leave one phase, at one course's speed, if all goes as it does for the peers.

    Parts of the curve (week, draw) that fall into each week to year end: ``entering``, of what
    enters the phase in each of the weeks, from that week on; ``staying``, of what is open in it
    now, for each age. Open deals of one age, to the week, share their fate: ``ages`` are these,
    ``age_of`` is the place of each open deal of the phase among them. ``now`` is the curve as it
    stands today.
    """

    now: Curve
    entering: list[Floats]
    staying: list[Floats]
    ages: Floats
    age_of: npt.NDArray[np.intp]

    @classmethod
    def of(cls, curve: Curve, now: Curve, course: Course, age: Floats) -> Leaving:
        """Of a phase with open deals of these ages, in weeks."""
        elapsed = _elapsed(course.speed)
        middle = (elapsed[:, :-1] + elapsed[:, 1:]) / 2
        ages, age_of = np.unique(np.round(age), return_inverse=True)
        since = ages * course.pace
        staying = _by_week(curve, since, elapsed, [0] * len(ages))
        if now is not curve:
            now = Curve(np.minimum(now.passed, curve.passed), now.lost, now.n)
            for part, agreed in zip(staying, _agreed(curve, now, since).T, strict=True):
                part[0] += agreed
        entering = _by_week(curve, -middle, elapsed, range(middle.shape[1]))
        return cls(now, entering, staying, ages, age_of)

    def new(self, weight: Floats) -> Floats:
        """For what enters in each week (draw, week): the sum over the weeks in which it may pass,
        of the chance to pass then times ``weight``."""
        return _weighed(self.entering, weight)

    def open(self, ratio: Floats, weight: Floats, pace: Floats) -> Floats:
        """The same for each open deal (draw, deal), of those still open at its age."""
        left = _still_open(self.now, ratio[:, :1], self.ages * pace)
        return np.asarray((_weighed(self.staying, weight) / left)[:, self.age_of])


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What a course brings until year end.

    ``early``, ``late``: when deals leave the phases; ``from_week``: chance (draw, week) that what
    enters the late phase then is won, ``chance`` (draw, deal) that what is open in it is;
    ``per_new`` and ``per_open``: part of its money that a deal
    created in a week (draw, week), and that each open deal (draw, deal), is expected to bring;
    ``new`` and ``open``: money a draw.
    """

    course: Course
    early: Leaving
    late: Leaving
    from_week: Floats
    chance: Floats
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
    """The two phases' curves; without phases, the early one passes all at once.

    Wins crowd before a quarter's end: ``late`` is the late phase as it stands on a day like the
    course's last, ``late_now`` on a day like today.
    """

    early: Curve
    late: Curve
    late_now: Curve

    def outlook(self, course: Course, deals: OpenDeals, before: Outlook | None = None) -> Outlook:
        """Revenue until the course's last week.

        Of ``before``, the outlook of another course of the same deals, whatever the change leaves
        untouched is taken over, not computed anew.
        """

        def kept(*quantities: str) -> Outlook | None:
            return before if before and course.shares(before.course, *quantities) else None

        timed, won, all_same = kept(*_TIMING), kept(*_WINNING), kept(*_EARNING)
        early = (
            timed.early
            if timed
            else Leaving.of(self.early, self.early, course, deals.age[~deals.late])
        )
        late = (
            timed.late
            if timed
            else Leaving.of(self.late, self.late_now, course, deals.age[deals.late])
        )
        winning = _passing(self.late, course.winning)
        from_week = won.from_week if won else late.new(winning)
        chance = won.chance if won else late.open(winning, winning, course.pace)
        if all_same:
            per_new, per_open = all_same.per_new, all_same.per_open
        else:
            passing = _passing(self.early, course.passing)
            proposed = passing * from_week * course.proposing
            per_new = early.new(proposed)
            per_open = np.empty((len(from_week), len(deals.amount)))
            per_open[:, ~deals.late] = early.open(passing, proposed, course.pace)
            per_open[:, deals.late] = np.minimum(chance, 1.0)
            if (rest := deals.late & ~deals.proposed).any():
                raised = late.open(winning, winning * course.proposing, course.pace)
                per_open[:, rest] *= (raised / np.maximum(chance, 1e-12))[:, rest[deals.late]]
        new = (course.created * course.size * per_new).sum(axis=1)
        open_ = per_open @ deals.amount
        return Outlook(course, early, late, from_week, chance, per_new, per_open, new, open_)


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
    days = age * 7.0
    gone = ratio * _on_day(_daily(curve.passed), days) + fewer * _on_day(_daily(curve.lost), days)
    return np.asarray(np.maximum(1.0 - gone, 1e-3))


def _agreed(curve: Curve, now: Curve, age: Floats) -> Floats:
    """Share of deals of an age that are as good as won, but not closed on a day like today."""
    days = age * 7.0
    return _on_day(_daily(curve.passed), days) - _on_day(_daily(now.passed), days)


def _weighed(leaving: list[Floats], weight: Floats) -> Floats:
    """The sum over the weeks of each part times ``weight`` (draw, week): (draw, part)."""
    by_week = np.ascontiguousarray(weight.T)
    found = np.empty((len(leaving), len(weight)))
    for part, total in zip(leaving, found, strict=True):
        np.einsum("wd,wd->d", part, by_week[-len(part) :], out=total)
    return found.T


def _by_week(curve: Curve, since: Floats, elapsed: Floats, first: Iterable[int]) -> list[Floats]:
    """Part of a curve that falls into each week (week, draw), for deals that have been in the
    phase ``since`` so many weeks (draw, origin), or enter it in a week (below 0).

    ``first``: the week of each origin to begin with, before which there is nothing.
    """
    daily = _daily(curve.passed)
    days, before = (np.ascontiguousarray(weeks.T * 7.0) for weeks in (elapsed, since))
    starts = zip(first, before, strict=True)
    return [np.diff(_on_day(daily, days[week:] + age), axis=0) for week, age in starts]


_DAYS = np.arange(WEEKS * 7 + 1)


def _daily(curve: Floats) -> Floats:
    """A cumulative curve by the day."""
    return np.interp(_DAYS / 7.0, np.arange(WEEKS + 1), curve)


def _on_day(daily: Floats, days: Floats) -> Floats:
    """A daily curve at any age: 0 before the first day, its end after the last."""
    return np.take(daily, days.astype(np.intp), mode="clip")
