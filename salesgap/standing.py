"""Where a team stands, as facts: attainment, its reps' places, the manager's own."""

from __future__ import annotations

from operator import itemgetter

import numpy as np
import pandas as pd

from salesgap.facts import Attainment, ManagerRank, Person, Range, RepRank
from salesgap.gaps.choose import interval
from salesgap.gaps.forecast import year_end
from salesgap.gaps.outlook import TeamOutlook
from salesgap.measures.attainment import Floats, quota_by_seat, won_between, won_in_seat
from salesgap.rank import ROLE_FIT_CHANCE, fiscal_days, peer_revenue
from salesgap.team import Team

_RESAMPLES = 2000
_OF_WON = ["owner_id", "status", "close_date", "amount"]


def attainment(team: Team, outlook: TeamOutlook) -> Attainment:
    """Closed won of the year to date, what it is measured against, and where the year ends."""
    params, benchmarks = team.params, team.benchmarks
    days = fiscal_days(params)
    year = pd.date_range(params.year_start, params.year_end)
    deals = won_between(team.book.deals[_OF_WON], days[0], days[-1])
    won = deals["amount"].fillna(0.0).to_numpy(float)
    year_quota = quota_by_seat(team.book.quotas, team.seats, year, ramped=False)
    to_date = quota_by_seat(team.book.quotas, team.seats, days, ramped=True)
    quota_year, quota_to_date = _total(year_quota), _total(to_date)
    peers = float(np.nansum(peer_revenue(team.seats, benchmarks, days)))
    carried = won_in_seat(_under_quota(deals, team.seats, to_date), team.seats)
    rng = np.random.default_rng([params.method.seed, 4])
    ending = year_end(outlook, float(won.sum()), benchmarks.second_moment, rng)
    return Attainment(
        won=float(won.sum()),
        won_deals=len(won),
        quota_year=quota_year,
        quota_to_date=quota_to_date,
        share=_bootstrap(
            carried["amount"].fillna(0.0).to_numpy(float),
            quota_to_date,
            benchmarks.typical_deal,
            rng,
        ),
        year_elapsed=len(days) / len(year),
        peer_won=peers if peers > 0 and benchmarks.compares else None,
        year_end=interval(ending) if benchmarks.forecasts else None,
        chance=float((ending >= quota_year).mean())
        if quota_year is not None and benchmarks.forecasts
        else None,
    )


def _under_quota(deals: pd.DataFrame, seats: pd.DataFrame, quotas: Floats) -> pd.DataFrame:
    """The deals that count towards attainment: a rep without a quota is on neither side of it, and
    who holds no seat (a manager's own deals) counts, since nobody carries a quota for it."""
    return deals[~deals["owner_id"].isin(seats["person_id"][np.isnan(quotas)])]


def _total(quotas: Floats) -> float | None:
    """Quota of all seats; None without any."""
    total = float(np.nansum(quotas))
    return total if total > 0 else None


def _bootstrap(
    won: Floats, quota: float | None, typical: float, rng: np.random.Generator
) -> Range | None:
    """Attainment with its 80 % interval: each deal might have come never, once or more often.

    Half a typical deal stands for the deals that a team with few or none did not happen to win.
    """
    if quota is None:
        return None
    weights = rng.gamma(1.0, size=(_RESAMPLES, len(won)))
    chance = rng.gamma(0.5, size=_RESAMPLES) * typical
    low, high = np.quantile((weights @ won + chance) / quota, [0.1, 0.9])
    expected = float(won.sum()) / quota
    return Range(expected=expected, low=min(float(low), expected), high=max(float(high), expected))


def rep_ranks(places: pd.DataFrame, people: pd.DataFrame) -> tuple[RepRank, ...]:
    """The team's reps in order of expected rank."""
    names = dict(zip(people["person_id"], people["name"], strict=True))
    rows = sorted(places.to_dict("records"), key=itemgetter("rank", "person_id"))
    return tuple(
        RepRank(
            person=Person(id=row["person_id"], name=names[row["person_id"]]),
            role=row["role"],
            ramping=row["ramping"],
            won=row["won"],
            won_deals=row["won_deals"],
            quota_to_date=None if np.isnan(row["quota"]) else row["quota"],
            attainment=_range(row["expected"], row["low"], row["high"]),
            expected_rank=row["rank"],
            rank_low=row["rank_low"],
            rank_high=row["rank_high"],
            band=row["band"],
            chance_bottom_tenth=row["bottom"],
            role_fit=row["bottom"] >= ROLE_FIT_CHANCE and not row["ramping"],
        )
        for row in rows
    )


def _range(expected: float, low: float, high: float) -> Range | None:
    return None if np.isnan(expected) else Range(expected=expected, low=low, high=high)


def manager_rank(place: pd.DataFrame, managers: int) -> ManagerRank | None:
    """The manager's place among ``managers``; None for one who has no seat to be ranked by."""
    if place.empty:
        return None
    row = place.iloc[0]
    return ManagerRank(
        managers=managers,
        expected_rank=float(row["rank"]),
        rank_low=int(row["rank_low"]),
        rank_high=int(row["rank_high"]),
        chance_bottom_tenth=float(row["bottom"]),
    )
