"""Fiscal quarters: three months each, counted from the first day of the fiscal year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from salesgap.measures.seats import Bools, Window
from salesgap.params import Params


@dataclass(frozen=True, slots=True)
class Quarter:
    """One fiscal quarter; both days belong to it."""

    name: str
    start: pd.Timestamp
    end: pd.Timestamp

    def holds(self, dates: pd.Series) -> Bools:
        """Which dates lie in the quarter; a missing date does not."""
        days = dates.to_numpy()
        return (days >= self.start.to_datetime64()) & (days <= self.end.to_datetime64())


def quarter(year_start: pd.Timestamp, number: int) -> Quarter:
    """Quarter ``number`` of a fiscal year, from 0; past 3 and below 0 lie the years beside it."""
    start = year_start + pd.DateOffset(months=3 * number)
    end = year_start + pd.DateOffset(months=3 * number + 3, days=-1)
    return Quarter(f"Q{number % 4 + 1}", start, end)


def quarters_ahead(params: Params, count: int = 3) -> list[Quarter]:
    """The quarter that the as-of date lies in, and the next ones."""
    now, start = _current(params), pd.Timestamp(params.year_start)
    return [quarter(start, now + i) for i in range(count)]


def recent_quarters(params: Params, finished: int = 3) -> list[Quarter]:
    """The last finished quarters and the one that the as-of date lies in, oldest first."""
    now, start = _current(params), pd.Timestamp(params.year_start)
    return [quarter(start, now - i) for i in range(finished, -1, -1)]


def past_quarters(params: Params, window: Window) -> list[Quarter]:
    """The complete quarters inside a trailing window, latest first."""
    now, start = _current(params), pd.Timestamp(params.year_start)
    past = [quarter(start, now - i) for i in range(13)]
    return [q for q in past if q.end <= window.end and q.start > window.start]


def days_like(
    day: pd.Timestamp, params: Params, since: pd.Timestamp, until: pd.Timestamp
) -> pd.DatetimeIndex:
    """Days from ``since`` to ``until`` as far from their fiscal quarter's end as ``day`` is."""
    start = pd.Timestamp(params.year_start)
    ends = pd.DatetimeIndex([quarter(start, number).end for number in range(-12, 5)])
    days = ends - (ends[ends >= day].min() - day)
    return days[(since <= days) & (days <= until)]


def _current(params: Params) -> int:
    """The number of the quarter that the as-of date lies in."""
    start, day = pd.Timestamp(params.year_start), pd.Timestamp(params.as_of)
    return sum(quarter(start, number).end < day for number in range(4))
