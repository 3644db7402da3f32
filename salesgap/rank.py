"""Stack rank of reps and of managers, with how sure the places are.

Attainment is shrunk towards the run's mean by what chance alone would spread it; draws of the
shrunken attainment are ranked, so that a place comes with its 90 % interval and people who cannot
be told apart share a band. A low place opens a conversation held by people, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.attainment import quota_by_seat, won_between, won_in_seat
from salesgap.measures.peers import Benchmarks
from salesgap.measures.seats import (
    DAYS_PER_MONTH,
    active,
    peer_groups,
    ramp_share,
    seats,
)
from salesgap.params import Params

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

_MANY_DEALS = 30
_LEAST_BASE = 0.25
_WINDFALL, _WINDFALL_DEAL = 3.0, 100.0
"""Times the middle attainment, and times the median deal, from which on it is a windfall."""

_TYPICAL_SPREAD = 0.1

ROLE_FIT_CHANCE = 0.8
"""Chance of the bottom tenth from which on a role-fit conversation is suggested."""


@dataclass(frozen=True, slots=True)
class League:
    """Everybody's place, computed once a run.

    ``reps``: person_id, manager_id, role, ramping, attaining (ramped, and makes the number: won all
    of the quota to date; without quotas: of the upper third), won, won_deals, quota (to date,
    ramp-adjusted; NaN without), expected/low/high (attainment, 80 %; NaN without anything to
    measure against), rank, rank_low, rank_high (within the team, 90 %), band, bottom (chance of the
    bottom tenth of all reps). ``managers``: the same among managers, without role, ramping and
    attaining.
    """

    reps: pd.DataFrame
    managers: pd.DataFrame


def league(book: Book, benchmarks: Benchmarks, params: Params) -> League:
    """The run's league, from the book of all its teams."""
    rows = _rows(book, benchmarks, params)
    rng = np.random.default_rng([params.method.seed, 3])
    here = rows[rows["here"]].reset_index(drop=True)
    here = here.assign(attaining=_attaining(here))
    return League(
        reps=_placed(here, params, rng, within="manager_id"),
        managers=_placed(_by_manager(_led_now(rows)), params, rng, within=None),
    )


def _attaining(rows: pd.DataFrame) -> pd.Series:
    """Which reps make their number; against peers, where nobody has a quota, the upper third."""
    share = (rows["won"] / rows["base"])[(rows["base"] > 0) & ~rows["ramping"]]
    enough = 1.0 if rows["quota"].notna().any() or share.empty else share.quantile(2 / 3)
    return (share >= enough).reindex(rows.index, fill_value=False)


def fiscal_days(params: Params) -> pd.DatetimeIndex:
    """The days of the fiscal year up to the as-of date."""
    return pd.date_range(params.year_start, params.as_of)


def _rows(book: Book, benchmarks: Benchmarks, params: Params) -> pd.DataFrame:
    """Every rep and manager of the year: what was won, and what it is measured against."""
    as_of, days = pd.Timestamp(params.as_of), fiscal_days(params)
    table = seats(book, params.method.ramp_months)
    table = table.assign(group=peer_groups(table), here=active(table, as_of))
    quota = quota_by_seat(book.quotas, table, days, ramped=True)
    base = peer_revenue(table, benchmarks, days) if np.isnan(quota).all() else quota
    rows = _one_a_pair(table.assign(quota=quota, base=base, ramping=table["ramped"] > as_of))
    closed = won_in_seat(won_between(book.deals, days[0], as_of), table)
    won = closed.groupby(["owner_id", "manager_id"])["amount"]
    keys = pd.MultiIndex.from_frame(rows[["person_id", "manager_id"]])
    return rows.assign(
        lump=_lump(rows, book, params),
        won=won.sum().reindex(keys, fill_value=0.0).to_numpy(),
        won_deals=won.size().reindex(keys, fill_value=0).to_numpy(),
    )


def _one_a_pair(table: pd.DataFrame) -> pd.DataFrame:
    """One row a rep and manager, also of a rep who left the team and came back."""
    pairs = table.groupby(["person_id", "manager_id"], sort=False)
    sums = pairs[["quota", "base"]].sum(min_count=1)
    return pairs[["role", "group", "here", "ramping"]].last().join(sums).reset_index()


def peer_revenue(table: pd.DataFrame, benchmarks: Benchmarks, days: pd.DatetimeIndex) -> Floats:
    """What peers would have won with the seat's ramp-weighted months of the year."""
    months = ramp_share(table, days).sum(axis=1) * table["known"].to_numpy() / DAYS_PER_MONTH
    rate = table["group"].map(benchmarks.revenue_per_month).to_numpy(float)
    return np.asarray(months * rate)


def _led_now(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the managers who lead somebody on the as-of date; their leavers stay."""
    return rows[rows["manager_id"].isin(rows.loc[rows["here"], "manager_id"])]


def _by_manager(rows: pd.DataFrame) -> pd.DataFrame:
    weight = rows["base"].fillna(0.0).clip(lower=0.0)
    weighed = rows.assign(weight=weight, lump=rows["lump"] * weight)
    sums = weighed.groupby("manager_id")[["won", "won_deals", "quota", "base"]].sum(min_count=1)
    lumps = weighed.groupby("manager_id")[["lump", "weight"]].sum()
    sums["lump"] = (lumps["lump"] / lumps["weight"]).fillna(rows["lump"].mean())
    return sums.reset_index().rename(columns={"manager_id": "person_id"})


def _lump(rows: pd.DataFrame, book: Book, params: Params) -> pd.Series:
    """How much one deal more or less moves a total: mean of amount² ÷ mean of amount, of the like
    (of all, where they have won few)."""
    since = pd.Timestamp(params.as_of) - pd.DateOffset(months=params.method.lookback_months)
    won = won_between(book.deals, since, pd.Timestamp(params.as_of))
    groups = rows.drop_duplicates("person_id").set_index("person_id")["group"]
    most = _WINDFALL_DEAL * float(won["amount"].median()) if len(won) else 0.0
    won = won.assign(amount=won["amount"].clip(upper=most)) if most > 0 else won
    amounts = pd.DataFrame({"group": won["owner_id"].map(groups), "amount": won["amount"]}).dropna()
    sums = amounts.assign(square=amounts["amount"] ** 2).groupby("group")[["amount", "square"]]
    own = (sums.sum()["square"] / sums.sum()["amount"])[sums.size() >= _MANY_DEALS]
    total = float(won["amount"].sum())
    usual = float((won["amount"] ** 2).sum()) / total if total > 0 else 0.0
    return rows["group"].map(own).fillna(usual)


def _placed(
    rows: pd.DataFrame,
    params: Params,
    rng: np.random.Generator,
    *,
    within: str | None,
) -> pd.DataFrame:
    """Rows with shrunken attainment and places; nothing to measure against: no attainment."""
    draws = _draws(rows, params, rng)
    low, high = np.quantile(draws, [0.1, 0.9], axis=0)
    attainment = pd.DataFrame(
        {"expected": draws.mean(axis=0), "low": low, "high": high}, index=rows.index
    ).where(rows["base"] > 0)
    together = rows[within] if within else pd.Series("all", index=rows.index)
    groups = together.groupby(together).indices.values() if len(rows) else [np.arange(0)]
    found = [places(draws[:, at], np.asarray(at)) for at in groups]
    return rows.join(attainment).assign(bottom=_bottom_tenth(draws)).join(pd.concat(found))


def _draws(rows: pd.DataFrame, params: Params, rng: np.random.Generator) -> Floats:
    """Posterior draws (draw, row) of attainment: Normal around the run's mean, Normal sampling.

    Won is a sum of chance many deals, so its variance is its mean times ``lump``, a deal's size.
    Reps on their ramp have a mean of their own: what they open is not closed yet.
    """
    won, base, lump = (rows[name].to_numpy(float) for name in ("won", "base", "lump"))
    known = (base > 0) & np.isfinite(base)
    safe, lump = np.where(known, base, 1.0), np.maximum(lump, 1e-6)
    ramping = rows["ramping"].to_numpy(bool) if "ramping" in rows else np.zeros(len(rows), bool)
    ratio = np.where(known, won / safe, 0.0)
    settled = known & ~ramping
    # Measured against next to nothing, one inherited deal is a hundredfold attainment.
    settled &= safe >= _LEAST_BASE * np.median(safe[settled]) if settled.any() else settled
    mean = _mean_attainment(ratio[settled], base[settled])
    theirs, error = _pooled(won, base, lump, known & ramping, mean)
    usual = np.where(ramping, theirs, mean)
    variance = np.where(known, np.maximum(usual, 1e-6) * lump / safe, np.inf)
    usual_ratio = np.minimum(ratio[settled], _WINDFALL * max(mean, 1e-6))
    natural = _between(usual_ratio, variance[settled])
    centre = _weighted_mean(usual_ratio, variance[settled] + natural, mean)
    centres = np.where(ramping, theirs, centre)
    between = np.where(ramping, natural + error, natural)
    pull = np.where(known, between / (between + variance), 0.0)
    spread = np.sqrt(between * (1.0 - pull))
    noise = rng.standard_normal((params.method.draws, len(won)))
    return np.asarray(centres + pull * (ratio - centres) + spread * noise)


def _mean_attainment(ratio: Floats, base: Floats) -> float:
    """Of all together, without what lies far above the middle: one windfall is not everybody's."""
    if not len(ratio):
        return 1.0
    middle = float(np.median(ratio))
    usual = np.minimum(ratio, _WINDFALL * middle) if middle > 0 else ratio
    return float(usual @ base / base.sum())


def _pooled(
    won: Floats, base: Floats, lump: Floats, rows: Bools, usual: float
) -> tuple[float, float]:
    """Attainment of some rows together, pulled to the usual one by the worth of one deal, and the
    variance of that."""
    if not rows.any():
        return usual, 0.0
    one = float(lump[rows].mean())
    measured = float(base[rows].sum()) + one
    mean = (float(won[rows].sum()) + usual * one) / measured
    return mean, mean * one / measured


def _weighted_mean(x: Floats, variance: Floats, fallback: float) -> float:
    weight = 1.0 / np.maximum(variance, 1e-12)
    return float(weight @ x / weight.sum()) if len(x) else fallback


def _between(x: Floats, variance: Floats) -> float:
    """Variance between rows beyond chance: posterior mean on a grid of its root, under a prior
    that keeps a few rows alike by chance from being taken for rows that never differ."""
    grid = np.linspace(0.0, 1.5, 151)[1:]
    total = variance[None, :] + grid[:, None] ** 2
    weight = 1.0 / np.maximum(total, 1e-12)
    sums = np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    centre = (weight * x).sum(axis=1, keepdims=True) / sums
    logs = 0.5 * (np.log(weight) - weight * (x - centre) ** 2).sum(axis=1)
    logs += np.log(grid) - grid / _TYPICAL_SPREAD
    share = np.exp(logs - logs.max())
    return float(share @ grid**2 / share.sum())


def places(draws: Floats, at: npt.NDArray[np.intp]) -> pd.DataFrame:
    """Of draws (draw, person): rank, rank_low, rank_high (90 %) and band, on the index ``at``.

    Rank 1 is the highest; people whose intervals reach the first one of a band share it.
    """
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, high = _shortest(ranks, 0.9)
    found = pd.DataFrame({"rank": ranks.mean(axis=0), "rank_low": low, "rank_high": high}, index=at)
    return found.assign(band=_bands(found))


def _shortest(ranks: Ints, mass: float) -> tuple[Ints, Ints]:
    """Of drawn ranks (draw, person), the fewest neighbouring places that hold ``mass`` of them.

    Places are whole, so the usual quantiles would hold more than they say.
    """
    count = ranks.shape[1]
    reached = (ranks[:, :, None] <= np.arange(count + 1)).sum(axis=0)
    low = np.ones(count, dtype=np.intp)
    high = np.full(count, count, dtype=np.intp)
    for width in range(count, 0, -1):
        held = reached[:, width:] - reached[:, :-width]
        best = held.argmax(axis=1)
        enough = held[np.arange(count), best] >= mass * len(ranks)
        low, high = np.where(enough, best + 1, low), np.where(enough, best + width, high)
    return low, high


def _bands(ranks: pd.DataFrame) -> pd.Series:
    """A new band starts where an interval no longer reaches the first of the band before."""
    ordered = ranks.sort_values("rank")
    bands: list[int] = []
    band, reach = 0, 0
    for low, high in zip(ordered["rank_low"], ordered["rank_high"], strict=True):
        if low > reach:
            band, reach = band + 1, high
        bands.append(band)
    return pd.Series(bands, index=ordered.index).reindex(ranks.index)


def _bottom_tenth(draws: Floats) -> Floats:
    """Chance of each row to be in the lowest tenth of all; of fewer than ten, nobody is."""
    count = draws.shape[1] // 10
    ranks = draws.argsort(axis=1).argsort(axis=1)
    return np.asarray((ranks < count).mean(axis=0))
