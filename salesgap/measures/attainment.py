"""Closed won of the fiscal year against quota, ramp-adjusted and pro-rated by day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.measures.seats import presence, ramp_share

Floats = npt.NDArray[np.float64]


def won_between(deals: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The deals won from ``start`` to ``end``, both days included."""
    closed = (deals["close_date"] >= start) & (deals["close_date"] <= end)
    return deals[(deals["status"] == "won") & closed]


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
    daily = _daily_quota(revenue_quotas(quotas), days)
    weights = ramp_share(seats, days) if ramped else presence(seats, days)
    totals = [
        float(daily[person] @ weights[row]) if person in daily else np.nan
        for row, person in enumerate(seats["person_id"])
    ]
    return np.array(totals)


def _daily_quota(quotas: pd.DataFrame, days: pd.DatetimeIndex) -> dict[str, Floats]:
    """Each person's quota a day: a period's amount spread evenly over its days."""
    daily: dict[str, Floats] = {}
    for row in quotas.to_dict("records"):
        start, end, person = row["period_start"], row["period_end"], str(row["person_id"])
        inside = np.asarray((days >= start) & (days <= end))
        if inside.any():
            a_day = row["amount"] / ((end - start).days + 1)
            daily[person] = daily.get(person, np.zeros(len(days))) + inside * a_day
    return daily
