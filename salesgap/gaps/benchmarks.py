"""The benchmarks of a run, computed once from the book of all its teams."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesgap.crm.book import Book
from salesgap.gaps.natural import peer_level
from salesgap.gaps.threshold import calibrate
from salesgap.measures.calendar import past_quarters
from salesgap.measures.curves import AT_ONCE, early_curve, late_curve, whole_curve
from salesgap.measures.drivers import DRIVERS, has_phases
from salesgap.measures.peers import Benchmarks, PeerLevel, StoredCurve
from salesgap.measures.pipeline import due_yield, late_share, slow_days, slowest_won_days
from salesgap.measures.seats import (
    ALL_PEERS,
    Window,
    ramped_months,
)
from salesgap.params import Params

_MIN_DEALS_A_CURVE = 400
_MIN_DEALS_A_MONTH = 30


def compute(
    book: Book, groups: pd.DataFrame, statistics: pd.DataFrame, window: Window, params: Params
) -> Benchmarks:
    """The benchmarks of a run, from the book of all its teams.

    ``groups``: every seat with its ``group``; ``statistics``: their rows of
    :func:`~salesgap.measures.drivers.seat_statistics` over ``window``.
    """
    as_of, phases = window.end, has_phases(book.deals)
    levels = _levels(statistics)
    grouped = _with_group(book.deals, groups)
    return Benchmarks(
        teams=int(groups["manager_id"].nunique()),
        phases=phases,
        window_months=window.months,
        levels=levels,
        early=_curves(grouped, as_of, early=True, phases=phases),
        late=_curves(grouped, as_of, early=False, phases=phases),
        season=_season(book.deals, window),
        mean_over_typical=_mean_over_typical(grouped, window),
        revenue_per_month=_revenue_per_month(grouped, groups, window),
        typical_deal=_typical_deal(book.deals, window),
        second_moment=_second_moment(grouped, window),
        threshold=calibrate(statistics, levels, params.method),
        slow_days=slow_days(book.deals, book.stage_history),
        slowest_won_days=slowest_won_days(book.deals),
        due_yield=due_yield(book, past_quarters(params, window)),
        late_share=late_share(book.deals),
    )


def _levels(statistics: pd.DataFrame) -> dict[str, PeerLevel]:
    found = {driver: peer_level(statistics, driver) for driver in DRIVERS}
    return {driver: level for driver, level in found.items() if level is not None}


def _with_group(deals: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    by_owner = groups.drop_duplicates("person_id", keep="last").set_index("person_id")["group"]
    return deals.assign(group=deals["owner_id"].map(by_owner).fillna(ALL_PEERS))


def _curves(
    deals: pd.DataFrame, as_of: pd.Timestamp, *, early: bool, phases: bool
) -> dict[str, StoredCurve]:
    """A curve for all, and one for each group with enough deals for its own."""
    if early and not phases:
        return {ALL_PEERS: StoredCurve.of(AT_ONCE)}
    estimate = early_curve if early else late_curve if phases else whole_curve
    curves = {ALL_PEERS: estimate(deals, as_of)}
    curves |= {str(group): estimate(own, as_of) for group, own in deals.groupby("group")}
    return {
        group: StoredCurve.of(curve)
        for group, curve in curves.items()
        if group == ALL_PEERS or curve.n >= _MIN_DEALS_A_CURVE
    }


def _season(deals: pd.DataFrame, window: Window) -> tuple[float, ...]:
    """Creation in each month of the last year ÷ the mean; even where a month has too few deals."""
    year = Window(max(window.start, window.end - pd.DateOffset(years=1)), window.end)
    created = deals.loc[year.holds(deals["created_date"]), "created_date"]
    counts = created.dt.month.value_counts().reindex(range(1, 13), fill_value=0)
    if year.months < 11.5 or int(counts.min()) < _MIN_DEALS_A_MONTH:
        return (1.0,) * 12
    return tuple(float(c) for c in counts / counts.mean())


def _mean_over_typical(deals: pd.DataFrame, window: Window) -> dict[str, float]:
    won = _won(deals, window)
    groups = {ALL_PEERS: won} | {str(group): own for group, own in won.groupby("group")}
    return {
        group: float(own["amount"].mean() / np.exp(np.log(own["amount"]).mean()))
        for group, own in groups.items()
        if len(own) >= _MIN_DEALS_A_MONTH or (group == ALL_PEERS and len(own))
    }


def _revenue_per_month(
    deals: pd.DataFrame, groups: pd.DataFrame, window: Window
) -> dict[str, float]:
    won = _won(deals, window).groupby("group")["amount"].sum()
    months = groups.assign(m=ramped_months(groups, window)).groupby("group")["m"].sum()
    rate = (won.reindex(months.index, fill_value=0.0) / months)[months > 0]
    return {str(group): float(value) for group, value in rate.items()}


def _typical_deal(deals: pd.DataFrame, window: Window) -> float:
    won = _won(deals, window)["amount"]
    return float(won.median()) if len(won) else 0.0


def _second_moment(deals: pd.DataFrame, window: Window) -> float:
    """Mean of squares ÷ square of the mean, of amounts within their group."""
    won = _won(deals, window)
    if won.empty:
        return 1.0
    relative = won["amount"] / won.groupby("group")["amount"].transform("mean")
    return float((relative**2).mean())


def _won(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    return deals[
        (deals["status"] == "won") & window.holds(deals["close_date"]) & (deals["amount"] > 0)
    ]
