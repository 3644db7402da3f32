"""Health of the open pipeline: coverage, yield, age, and what came in new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.calendar import Quarter
from salesgap.measures.peers import Yield


def open_deals(deals: pd.DataFrame) -> pd.DataFrame:
    """The deals that are open on the as-of date."""
    return deals[deals["status"] == "open"]


def late_share(deals: pd.DataFrame) -> float | None:
    """Part of the open amount that is in late stages; None where phases or amounts are unknown."""
    known = open_deals(deals[["status", "phase", "amount"]]).dropna()
    total = float(known["amount"].sum())
    return float(known.loc[known["phase"] == "late", "amount"].sum()) / total if total else None


def slowest_won_days(deals: pd.DataFrame) -> int | None:
    """Days from creation to close of the slowest deal ever won; None without a won deal."""
    won = deals[deals["status"] == "won"]
    days = (won["close_date"] - won["created_date"]).dt.days
    return int(days.max()) if days.notna().any() else None


def slow_days(deals: pd.DataFrame, history: pd.DataFrame) -> dict[str, float]:
    """For each stage, the days in it that 90 % of deals later won did not exceed."""
    won = deals.loc[deals["status"] == "won", "opportunity_id"]
    steps = stage_steps(history[history["opportunity_id"].isin(won)])
    days = (steps["until"] - steps["since"]).dt.days.dropna()
    limits = days.groupby(steps.loc[days.index, "stage"]).quantile(0.9)
    return {str(stage): float(limit) for stage, limit in limits.items()}


def stage_steps(history: pd.DataFrame) -> pd.DataFrame:
    """Each stay of a deal in a stage: opportunity_id, stage, since, until (missing: the last)."""
    rows = history.sort_values(["opportunity_id", "changed_at"], kind="stable")
    moved = rows["opportunity_id"].ne(rows["opportunity_id"].shift()) | rows["stage"].ne(
        rows["stage"].shift()
    )
    steps = rows[moved].rename(columns={"changed_at": "since"})
    same = steps["opportunity_id"].eq(steps["opportunity_id"].shift(-1))
    return steps.assign(until=steps["since"].shift(-1).where(same))[
        ["opportunity_id", "stage", "since", "until"]
    ]


def due_yield(book: Book, quarters: Sequence[Quarter]) -> Yield | None:
    """Pipeline due in each past quarter, as expected at its start, and what of it was won in it.

    None without stage history that tells the expected close dates of those days.
    """
    told = _told(book)
    parts = [_due_in(told, quarter) for quarter in quarters]
    total = math.fsum(amount for amount, _, _ in parts)
    if not total:
        return None
    return Yield(total, math.fsum(won for _, won, _ in parts), sum(count for _, _, count in parts))


@dataclass(frozen=True, slots=True)
class _Told:
    """Every change of a deal, the latest last: when it was, and what was told of it by then.

    ``deal`` is the deal's place, ``due`` the expected close date; ``status`` and ``closed`` are
    the deal's own, as of today.
    """

    day: npt.NDArray[np.datetime64]
    deal: npt.NDArray[np.intp]
    due: npt.NDArray[np.datetime64]
    amount: npt.NDArray[np.float64]
    status: npt.NDArray[np.str_]
    closed: npt.NDArray[np.datetime64]


def _told(book: Book) -> _Told:
    deals, history = book.deals, book.stage_history
    place = pd.Index(deals["opportunity_id"]).get_indexer(pd.Index(history["opportunity_id"]))
    day = history["changed_at"].to_numpy()
    order = np.argsort(day, kind="stable")
    order = order[place[order] >= 0]
    place = place[order]
    rows = history[["close_date", "amount"]].iloc[order]
    known = rows.groupby(place, sort=False).ffill()
    amount = known["amount"].to_numpy(float)
    return _Told(
        day=day[order],
        deal=place,
        due=known["close_date"].to_numpy(),
        amount=np.where(np.isnan(amount), deals["amount"].to_numpy(float)[place], amount),
        status=deals["status"].to_numpy(str)[place],
        closed=deals["close_date"].to_numpy()[place],
    )


def _due_in(told: _Told, quarter: Quarter) -> tuple[float, float, int]:
    """Of deals open at the quarter's start and then expected to close in it: amount, that of the
    ones won in it, and how many they are."""
    start, end = quarter.start.to_datetime64(), quarter.end.to_datetime64()
    before = int(np.searchsorted(told.day, start))
    newest = np.full(int(told.deal.max(initial=-1)) + 1, -1)
    newest[told.deal[:before]] = np.arange(before)  # the last one stays
    last = newest[newest >= 0]
    still_open = (told.status[last] == "open") | (told.closed[last] >= start)
    due = last[still_open & (told.due[last] >= start) & (told.due[last] <= end)]
    closed = told.closed[due]
    won = due[(told.status[due] == "won") & (closed >= start) & (closed <= end)]
    return float(np.nansum(told.amount[due])), float(np.nansum(told.amount[won])), len(due)


def net_new(deals: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """The deals created after ``since``, whether or not closed since.

    What was transferred in is :func:`salesgap.measures.waterfall.arrivals`.
    """
    return deals[deals["created_date"] > since]


def is_slow(deals: pd.DataFrame, limits: dict[str, float], as_of: pd.Timestamp) -> pd.Series:
    """Which open deals have been in their stage longer than 90 % of deals later won."""
    days = (as_of - deals["stage_date"]).dt.days
    limit = [limits.get(stage, math.nan) for stage in deals["stage"].tolist()]
    slow: pd.Series = days > np.array(limit, float)
    return slow
