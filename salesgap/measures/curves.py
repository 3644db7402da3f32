"""How deals leave a phase: competing risks on a weekly grid.

Aalen–Johansen cumulative incidence of the two ways out (passed, lost); a deal still in the phase is
censored at its age, not counted as lost. What is closed on a given kind of day, such as a quarter's
last, has a curve of its own (:func:`seen_on`), for wins crowd before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import isotonic_regression

Floats = npt.NDArray[np.float64]

WEEKS = 156
"""The grid's end: three years. What happens later is taken as never."""

_LEAST_SEEN = 100
"""Deals of one age on one kind of day, from which on their share is taken as such."""


_AGES = np.arange(WEEKS + 1.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Cumulative incidence by age: ``passed[k]`` within k weeks, ``lost[k]`` likewise.

    Both arrays have WEEKS + 1 entries and start at 0. ``n`` deals are behind them.
    """

    passed: Floats
    lost: Floats
    n: int

    @property
    def share(self) -> float:
        """Chance to pass in the end."""
        return float(self.passed[-1])


AT_ONCE = Curve(passed=np.r_[0.0, np.ones(WEEKS)], lost=np.zeros(WEEKS + 1), n=0)
"""The early phase of an organisation whose stages have none: everything passes at once."""


def cumulative_incidence(weeks: Floats, outcome: npt.NDArray[np.int_]) -> Curve:
    """The curve of deals that spent ``weeks`` in a phase; ``outcome`` 1 passed, 2 lost, 0 open.

    Within a week exits come after entries, and the open ones count as at risk for that week.
    """
    age = np.clip(np.floor(weeks), 0, WEEKS - 1).astype(int)
    passed = np.bincount(age[outcome == 1], minlength=WEEKS).astype(float)
    lost = np.bincount(age[outcome == 2], minlength=WEEKS).astype(float)
    gone = np.bincount(age, minlength=WEEKS).astype(float)
    at_risk = np.maximum(gone[::-1].cumsum()[::-1], 1e-12)
    survival = np.cumprod(1.0 - (passed + lost) / at_risk)
    before = np.r_[1.0, survival[:-1]]
    return Curve(
        passed=np.r_[0.0, np.cumsum(before * passed / at_risk)],
        lost=np.r_[0.0, np.cumsum(before * lost / at_risk)],
        n=int(age.size),
    )


def seen_on(
    days: pd.DatetimeIndex,
    start: pd.Series,
    left: pd.Series,
    outcome: npt.NDArray[np.int_],
    usual: Curve,
) -> Curve:
    """What has passed and what is lost by age, as it stands on ``days``, none of them later than
    the data reach.

    Every deal counts on every day that it has begun by: nothing is censored. Shares only grow with
    age (isotonic regression); where fewer than :data:`_LEAST_SEEN` are that old, they go on to
    where ``usual`` ends, if that is higher.
    """
    age = (days.to_numpy()[:, None] - start.to_numpy()[None, :]) / np.timedelta64(7, "D")
    begun = (age >= 0) & (age < WEEKS)
    gone = begun & (left.to_numpy()[None, :] <= days.to_numpy()[:, None])
    week = age[begun].astype(np.intp)
    seen = np.bincount(week, minlength=WEEKS).astype(float)
    many = np.flatnonzero(seen >= _LEAST_SEEN)
    if not many.size:
        return usual

    def by_age(way: int, usual: Floats) -> Floats:
        counted = np.bincount(week, (gone & (outcome == way))[begun], minlength=WEEKS)
        share = isotonic_regression(counted[many] / seen[many], weights=seen[many]).x
        knots = np.interp(_AGES, np.r_[0.0, many + 0.5], np.r_[0.0, share])
        still = usual[-1] - usual[many[-1]]
        done = (usual - usual[many[-1]]) / still if still > 0 else np.ones(WEEKS + 1)
        onwards = share[-1] + done * max(usual[-1] - share[-1], 0.0)
        return np.asarray(np.where(many[-1] < _AGES, onwards, knots))

    passed, lost = by_age(1, usual.passed), by_age(2, usual.lost)
    all_of_them = max(float(passed[-1] + lost[-1]), 1.0)
    return Curve(passed / all_of_them, lost / all_of_them, usual.n)


def closing_seen_on(
    days: pd.DatetimeIndex, deals: pd.DataFrame, usual: Curve, *, phases: bool
) -> Curve:
    """:func:`seen_on` from the late phase, or without phases from creation, to won or lost."""
    begun = deals[deals["late_date" if phases else "created_date"].notna()]
    won, lost = begun["status"] == "won", begun["status"] == "lost"
    return seen_on(
        days,
        begun["late_date" if phases else "created_date"],
        begun["close_date"].where(won | lost),
        np.where(won, 1, np.where(lost, 2, 0)),
        usual,
    )


def early_curve(deals: pd.DataFrame, as_of: pd.Timestamp) -> Curve:
    """From creation to the late phase, or to lost before it."""
    reached = deals["reached_late"].fillna(False).astype(bool)
    lost = ~reached & (deals["status"] == "lost")
    left = deals["late_date"].where(reached, deals["close_date"].where(lost))
    return _curve(deals["created_date"], left, reached, lost, as_of)


def late_curve(deals: pd.DataFrame, as_of: pd.Timestamp) -> Curve:
    """From the late phase to won or lost."""
    late = deals[deals["late_date"].notna()]
    return _closing(late, late["late_date"], as_of)


def whole_curve(deals: pd.DataFrame, as_of: pd.Timestamp) -> Curve:
    """From creation to won or lost, for an organisation without phases."""
    return _closing(deals, deals["created_date"], as_of)


def _closing(deals: pd.DataFrame, start: pd.Series, as_of: pd.Timestamp) -> Curve:
    won, lost = deals["status"] == "won", deals["status"] == "lost"
    return _curve(start, deals["close_date"].where(won | lost), won, lost, as_of)


def _curve(
    start: pd.Series, left: pd.Series, passed: pd.Series, lost: pd.Series, as_of: pd.Timestamp
) -> Curve:
    known = start.notna() & (left.notna() | ~(passed | lost))
    days = (left.fillna(as_of) - start).dt.days.clip(lower=0)
    outcome = np.where(passed, 1, np.where(lost, 2, 0))
    use = known.to_numpy(bool)
    return cumulative_incidence(days.to_numpy(float)[use] / 7.0, outcome[use])
