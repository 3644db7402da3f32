"""Closed won of the fiscal year against quota, ramp-adjusted and pro-rated by day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.measures.seats import Window, presence, ramp_share

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def won_between(deals: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The deals won from ``start`` to ``end``, both days included."""
    day = deals["close_date"].to_numpy()
    closed = (day >= start.to_datetime64()) & (day <= end.to_datetime64())
    return deals[(deals["status"] == "won") & closed]


def valued_wins(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The deals won in the window that have a value."""
    valued = deals["amount"].to_numpy(float) > 0
    return deals[(deals["status"] == "won") & (window.holds(deals["close_date"]) & valued)]


def won_in_seat(won: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    """Won deals less those closed before their owner's first day: a predecessor's, under a quota
    that is not the owner's."""
    joined = seats.groupby("person_id")["joined"].min().reindex(won["owner_id"])
    return won[~(won["close_date"].to_numpy() < joined.to_numpy())]


def of_revenue(quotas: pd.DataFrame) -> Bools:
    """Which quota rows are of revenue, as a row is unless it says otherwise."""
    measures = quotas["measure"].fillna("revenue").tolist()
    return np.array([measure.lower() == "revenue" for measure in measures], bool)


def quota_by_seat(
    quotas: pd.DataFrame, seats: pd.DataFrame, days: pd.DatetimeIndex, *, ramped: bool
) -> Floats:
    """Quota of each seat on those days, while it was filled; NaN for who has none of those days.

    ``ramped``: days of the ramp count in proportion to it.
    """
    known, daily = _quota_days(quotas, seats, days, ramped=ramped)
    return np.where(known, daily.sum(axis=1), np.nan)


def quota_by_period(
    quotas: pd.DataFrame, seats: pd.DataFrame, days: pd.DatetimeIndex, starts: pd.DatetimeIndex
) -> Floats:
    """Quota of each seat (row) in each period of those days (column) while it was filled; nought
    for who has none. ``starts``: the periods' first days, that of the first one ``days[0]``."""
    _, daily = _quota_days(quotas, seats, days, ramped=False)
    return np.add.reduceat(daily, days.searchsorted(starts), axis=1)


def _quota_days(
    quotas: pd.DataFrame, seats: pd.DataFrame, days: pd.DatetimeIndex, *, ramped: bool
) -> tuple[Bools, Floats]:
    """Which seats have a quota on any of the days, and the quota of each on each day."""
    persons, daily = _daily_quota(quotas, days)
    weights = ramp_share(seats, days) if ramped else presence(seats, days)
    number = {person: row for row, person in enumerate(persons)}
    at = np.array([number.get(person, -1) for person in seats["person_id"].tolist()], np.intp)
    known = at >= 0
    found = np.zeros((len(seats), len(days)))
    found[known] = daily[at[known]] * weights[known]
    return known, found


def _daily_quota(quotas: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[list[str], Floats]:
    """Who has a quota on any of the days, and each one's quota a day (person, day): a period's
    amount spread evenly over its days."""
    start, end = quotas["period_start"].to_numpy(), quotas["period_end"].to_numpy()
    here = (start <= days[-1].to_datetime64()) & (end >= days[0].to_datetime64())
    here &= of_revenue(quotas)
    start, end = start[here], end[here]
    a_day = quotas["amount"].to_numpy(float)[here] / ((end - start) // np.timedelta64(1, "D") + 1)
    dates = days.to_numpy()
    first = dates.searchsorted(start)[:, None]
    last = dates.searchsorted(end, side="right")[:, None]
    at, persons = pd.factorize(quotas["person_id"].to_numpy(object)[here])
    number = np.arange(len(days))
    daily = np.zeros((len(persons), len(days)))
    np.add.at(daily, at, ((first <= number) & (number < last)) * a_day[:, None])
    return list(persons), daily
