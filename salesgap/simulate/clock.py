"""Days of a simulated organisation as integers, counted from the first of its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesgap.simulate.spec import Floats, Ints, World

NEVER = 10**6  # a day after every other
_MARGIN = 400  # days after the year end for which quarter ends are known


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Day numbers; day 0 is ``first``.

    ``month_starts`` has one more entry than there are months up to ``year_end``, the day
    after it. ``creation_rate`` gives, for each day up to ``year_end``, the share of a mean
    month's creation that falls on it. ``quarter_ends`` are the last days of fiscal quarters.
    """

    first: pd.Timestamp
    as_of: int
    year_start: int
    year_end: int
    month_starts: Ints
    season: Floats
    creation_rate: Floats
    quarter_ends: Ints

    @property
    def quarter_start(self) -> int:
        """First day of the fiscal quarter of ``as_of``."""
        at = int(np.searchsorted(self.quarter_ends, self.as_of))
        return int(self.quarter_ends[at - 1]) + 1

    def dates(self, days: Ints) -> pd.DatetimeIndex:
        """Timestamps of ``days``; ``NEVER`` becomes missing."""
        shown = np.where(days >= NEVER, 0, days)
        stamps = np.datetime64(self.first, "D") + shown.astype("timedelta64[D]")
        stamps[days >= NEVER] = np.datetime64("NaT")
        return pd.DatetimeIndex(stamps.astype("datetime64[us]"))

    def workday(self, days: Ints) -> Ints:
        """Saturdays and Sundays moved to the Friday before; order is kept."""
        weekday = (days + self.first.weekday()) % 7
        return days - np.maximum(weekday - 4, 0)

    def quarter_end(self, days: Ints) -> Ints:
        """Last day of the fiscal quarter of each day; far in the future, the day itself."""
        at = np.searchsorted(self.quarter_ends, days)
        ends = np.append(self.quarter_ends, NEVER)[at]
        return np.where(ends == NEVER, days, ends)


def clock_of(as_of: date, fiscal_year_start_month: int, world: World) -> Clock:
    """The clock of a history of ``world.months`` months that ends on ``as_of``."""
    today = pd.Timestamp(as_of)
    first = (today.to_period("M") - (world.months - 1)).to_timestamp()
    year = today.year - (today.month < fiscal_year_start_month)
    year_start = pd.Timestamp(year, fiscal_year_start_month, 1)
    after_year = year_start + pd.DateOffset(years=1)
    months = pd.date_range(first, after_year, freq="MS")
    starts = _days(months, first)
    factors = np.array(world.seasonality) / np.mean(world.seasonality)
    season = factors[months[:-1].month - 1]
    quarters = pd.date_range(
        year_start - pd.DateOffset(years=4), after_year + pd.Timedelta(days=_MARGIN), freq="3MS"
    )
    return Clock(
        first=first,
        as_of=(today - first).days,
        year_start=(year_start - first).days,
        year_end=int(starts[-1]) - 1,
        month_starts=starts,
        season=season,
        creation_rate=np.repeat(season / np.diff(starts), np.diff(starts)),
        quarter_ends=_days(quarters, first) - 1,
    )


def _days(stamps: pd.DatetimeIndex, first: pd.Timestamp) -> Ints:
    return np.asarray((stamps - first).days, dtype=np.int64)
