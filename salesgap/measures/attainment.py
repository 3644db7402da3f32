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
    closed = (deals["close_date"] >= start) & (deals["close_date"] <= end)
    return deals[(deals["status"] == "won") & closed]


def valued_wins(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The deals won in the window that have a value."""
    return deals[
        (deals["status"] == "won") & window.holds(deals["close_date"]) & (deals["amount"] > 0)
    ]


def won_in_seat(won: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    """Won deals less those closed before their owner's first day: a predecessor's, under a quota
    that is not the owner's."""
    joined = seats.groupby("person_id")["joined"].min().reindex(won["owner_id"])
    return won[~(won["close_date"].to_numpy() < joined.to_numpy())]


def revenue_quotas(quotas: pd.DataFrame) -> pd.DataFrame:
    """The quota rows that are of revenue, which a row is unless it says otherwise."""
    return quotas[quotas["measure"].fillna("revenue").str.lower() == "revenue"]


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
    persons, daily = _daily_quota(revenue_quotas(quotas), days)
    weights = ramp_share(seats, days) if ramped else presence(seats, days)
    at = persons.get_indexer(pd.Index(seats["person_id"].to_numpy(object)))
    known = at >= 0
    found = np.zeros((len(seats), len(days)))
    found[known] = daily[at[known]] * weights[known]
    return known, found


def _daily_quota(quotas: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[pd.Index, Floats]:
    """Who has a quota on any of the days, and each one's quota a day (person, day): a period's
    amount spread evenly over its days."""
    start, end = quotas["period_start"].to_numpy(), quotas["period_end"].to_numpy()
    here = (start <= days[-1].to_datetime64()) & (end >= days[0].to_datetime64())
    start, end = start[here], end[here]
    a_day = quotas["amount"].to_numpy(float)[here] / ((end - start) // np.timedelta64(1, "D") + 1)
    first = days.searchsorted(start)[:, None]
    last = days.searchsorted(end, side="right")[:, None]
    at, persons = pd.factorize(quotas["person_id"].to_numpy(object)[here])
    number = np.arange(len(days))
    daily = np.zeros((len(persons), len(days)))
    np.add.at(daily, at, ((first <= number) & (number < last)) * a_day[:, None])
    return pd.Index(persons), daily
