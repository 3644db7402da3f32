"""The benchmarks of a run, computed once from the book of all its teams."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesgap.crm.book import Book
from salesgap.gaps.natural import Levels
from salesgap.gaps.threshold import calibrate
from salesgap.measures.attainment import valued_wins
from salesgap.measures.calendar import days_like, past_quarters
from salesgap.measures.curves import (
    AT_ONCE,
    Curve,
    closing_seen_on,
    early_curve,
    late_curve,
    whole_curve,
)
from salesgap.measures.drivers import has_phases
from salesgap.measures.mix import DIMENSIONS, MOST_VALUES, checkpoint_window, margin, shares
from salesgap.measures.peers import LEAST_TEAMS, Benchmarks, StoredCurve
from salesgap.measures.pipeline import due_yield, late_share, slow_days, slowest_won_days
from salesgap.measures.seats import (
    ALL_PEERS,
    Window,
    active,
    ramped_months,
)
from salesgap.params import Params

_MIN_DEALS_A_CURVE = 400
_MIN_DEALS_A_MONTH = 30
_LEAST_REP_MONTHS = 1.0


def compute(
    book: Book,
    groups: pd.DataFrame,
    statistics: pd.DataFrame,
    levels: Levels,
    window: Window,
    params: Params,
) -> Benchmarks:
    """The benchmarks of a run, from the book of all its teams.

    ``groups``: every seat with its ``group``; ``statistics``: their rows of
    :func:`~salesgap.measures.drivers.seat_statistics` over ``window``; ``levels``: all teams' level
    of each driver in them.
    """
    phases = has_phases(book.deals)
    grouped = _with_group(book.deals, groups)
    late = _curves(grouped, window.end, early=False, phases=phases)

    def seen(day: pd.Timestamp) -> dict[str, StoredCurve]:
        first = grouped["created_date"].min()
        return _seen_on(days_like(day, params, first, window.end), grouped, late, phases=phases)

    teams = int(groups.loc[active(groups, window.end), "manager_id"].nunique())
    won = valued_wins(book.deals, checkpoint_window(window.end))
    return Benchmarks(
        teams=teams,
        phases=phases,
        window_months=window.months,
        levels=levels,
        early=_stored(_curves(grouped, window.end, early=True, phases=phases)),
        late=seen(pd.Timestamp(params.year_end)),
        late_now=seen(window.end),
        season=_season(book.deals, window),
        mean_over_typical=_mean_over_typical(grouped, window),
        revenue_per_month=_revenue_per_month(grouped, groups, window),
        typical_deal=_typical_deal(book.deals, window),
        second_moment=_second_moment(grouped, window),
        thresholds=calibrate(statistics, levels, params.method),
        slow_days=slow_days(book.deals, book.stage_history),
        slowest_won_days=slowest_won_days(book.deals),
        due_yield=due_yield(book, past_quarters(params, window)),
        late_share=late_share(book.deals),
        mix=_mix(won) if teams >= LEAST_TEAMS else {},
        margin=margin(won) if teams >= LEAST_TEAMS else None,
    )


def _mix(won: pd.DataFrame) -> dict[str, dict[str, float]]:
    """By dimension that the export tells: the part of each of the largest values."""
    found = {dimension: list(shares(won, dimension).items()) for dimension in DIMENSIONS}
    return {dimension: dict(parts[:MOST_VALUES]) for dimension, parts in found.items() if parts}


def _with_group(deals: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    by_owner = groups.drop_duplicates("person_id", keep="last").set_index("person_id")["group"]
    return deals.assign(group=deals["owner_id"].map(by_owner).fillna(ALL_PEERS))


def _curves(
    deals: pd.DataFrame, as_of: pd.Timestamp, *, early: bool, phases: bool
) -> dict[str, Curve]:
    """A curve for all, and one for each group with enough deals for its own."""
    if early and not phases:
        return {ALL_PEERS: AT_ONCE}
    estimate = early_curve if early else late_curve if phases else whole_curve
    curves = {ALL_PEERS: estimate(deals, as_of)}
    curves |= {str(group): estimate(own, as_of) for group, own in deals.groupby("group")}
    return {
        group: curve
        for group, curve in curves.items()
        if group == ALL_PEERS or curve.n >= _MIN_DEALS_A_CURVE
    }


def _seen_on(
    days: pd.DatetimeIndex, deals: pd.DataFrame, usual: dict[str, Curve], *, phases: bool
) -> dict[str, StoredCurve]:
    """Of each usual curve, the one as it stands on these days."""
    own = {
        group: deals if group == ALL_PEERS else deals[deals["group"] == group] for group in usual
    }
    return _stored(
        {g: closing_seen_on(days, own[g], curve, phases=phases) for g, curve in usual.items()}
    )


def _stored(curves: dict[str, Curve]) -> dict[str, StoredCurve]:
    return {group: StoredCurve.of(curve) for group, curve in curves.items()}


def _season(deals: pd.DataFrame, window: Window) -> tuple[float, ...]:
    """Creation in each month of the last year ÷ the mean; even where a month has too few deals.

    Even too where the export does not reach back a quarter further: its first months are thin,
    because of the deals of then it holds only those that were open when it began.
    """
    year = Window(max(window.start, window.end - pd.DateOffset(years=1)), window.end)
    if not deals["created_date"].min() <= year.start - pd.DateOffset(months=3):
        return (1.0,) * 12
    created = deals.loc[year.holds(deals["created_date"]), "created_date"]
    counts = created.dt.month.value_counts().reindex(range(1, 13), fill_value=0)
    if year.months < 11.5 or int(counts.min()) < _MIN_DEALS_A_MONTH:
        return (1.0,) * 12
    return tuple(float(c) for c in counts / counts.mean())


def _mean_over_typical(deals: pd.DataFrame, window: Window) -> dict[str, float]:
    won = valued_wins(deals, window)
    groups = {ALL_PEERS: won} | {str(group): own for group, own in won.groupby("group")}
    return {
        group: float(own["amount"].mean() / np.exp(np.log(own["amount"]).mean()))
        for group, own in groups.items()
        if len(own) >= _MIN_DEALS_A_MONTH or (group == ALL_PEERS and len(own))
    }


def _revenue_per_month(
    deals: pd.DataFrame, groups: pd.DataFrame, window: Window
) -> dict[str, float]:
    sums = _won_and_months(deals, groups, window, ["group"])
    rate = (sums["won"] / sums["months"])[sums["months"] > 0]
    return {str(group): float(value) for group, value in rate.items()}


def revenue_of_others(
    book: Book, groups: pd.DataFrame, window: Window
) -> dict[str, dict[str, float]]:
    """Won per ramped rep-month by group, to each manager: of the other teams only.

    A group that no other team has is not in it.
    """
    deals = _with_group(book.deals, groups)
    own = _won_and_months(deals, groups, window, ["manager_id", "group"])
    others = own.groupby(level="group").transform("sum") - own
    rates = (others["won"] / others["months"])[others["months"] > _LEAST_REP_MONTHS]
    found: dict[str, dict[str, float]] = {}
    for row in rates.rename("rate").reset_index().to_dict("records"):
        found.setdefault(str(row["manager_id"]), {})[str(row["group"])] = float(row["rate"])
    return found


def _won_and_months(
    deals: pd.DataFrame, groups: pd.DataFrame, window: Window, keys: list[str]
) -> pd.DataFrame:
    """By ``keys``: what was won in the window, and the ramped rep-months it took."""
    won = valued_wins(deals, window).groupby(keys)["amount"].sum()
    months = groups.assign(months=ramped_months(groups, window)).groupby(keys)["months"].sum()
    return pd.DataFrame({"won": won, "months": months}).fillna(0.0)


def _typical_deal(deals: pd.DataFrame, window: Window) -> float:
    won = valued_wins(deals, window)["amount"]
    return float(won.median()) if len(won) else 0.0


def _second_moment(deals: pd.DataFrame, window: Window) -> float:
    """Mean of squares ÷ square of the mean, of amounts within their group."""
    won = valued_wins(deals, window)
    if won.empty:
        return 1.0
    relative = won["amount"] / won.groupby("group")["amount"].transform("mean")
    return float((relative**2).mean())
