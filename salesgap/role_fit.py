"""A manager who may be a good seller miscast: the facts of a conversation about role.

The manager's seat stays open for about a quarter, and a territory gains a seller who need not be
ramped. What that seller brings before year end is what peers win a ramped rep-month, in the weeks
after the handover, less what has no time left to be won.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from salesgap.facts import ManagerRank, Range, RoleFit
from salesgap.gaps.choose import interval
from salesgap.gaps.evidence import Floats
from salesgap.gaps.impact import Course, OpenDeals
from salesgap.gaps.outlook import WEEKS_A_MONTH, TeamOutlook, midweeks, season_on
from salesgap.measures.peers import Benchmarks
from salesgap.rank import ROLE_FIT_CHANCE
from salesgap.team import Team

SEAT_OPEN_DAYS = 90
HANDOVER_WEEKS = 4
"""From the conversation until the territory is worked."""

_OF_A_SELLER = ("pipeline_creation", "conversion_early", "conversion_late", "conversion")
_NOTHING_OPEN = OpenDeals(np.zeros(0), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))


def role_fit(team: Team, outlook: TeamOutlook, rank: ManagerRank | None) -> RoleFit | None:
    """The conversation's facts, if the bottom tenth of all managers is likely."""
    if rank is None or rank.chance_bottom_tenth < ROLE_FIT_CHANCE:
        return None
    return RoleFit(
        chance=rank.chance_bottom_tenth,
        seat_open_until=team.params.as_of + timedelta(days=SEAT_OPEN_DAYS),
        territory_value=territory_value(team, outlook),
    )


def territory_value(team: Team, outlook: TeamOutlook) -> Range | None:
    """Revenue before year end of one more ramped seller at the level of the team's peers; None
    where nothing can be said of what is to come, or of what peers win."""
    benchmarks = team.benchmarks
    rate = _peers_revenue_a_week(outlook.seats, benchmarks)
    if rate == 0 or not benchmarks.compares:
        return None
    weeks = outlook.course.created.shape[1]
    season = season_on(midweeks(pd.Timestamp(team.params.as_of), weeks), benchmarks)
    mean = _in_time(outlook, rate * season * _working(weeks))
    rng = np.random.default_rng([team.params.method.seed, 6])
    return interval(_chance(mean, benchmarks, team.params.method.draws, rng))


def _peers_revenue_a_week(here: pd.DataFrame, benchmarks: Benchmarks) -> float:
    """What peers of the team's seats win a ramped rep-week; 0 where none is known."""
    rates = here["group"].map(benchmarks.revenue_per_month).dropna()
    return float(rates.mean()) / WEEKS_A_MONTH if len(rates) else 0.0


def _working(weeks: int) -> Floats:
    """1 in each week after the handover, 0 before."""
    return (np.arange(weeks) >= HANDOVER_WEEKS).astype(float)


def _in_time(outlook: TeamOutlook, revenue: Floats) -> float:
    """Of the revenue that each week's new opportunities bring in the end (week,), what is won
    before year end at the peers' pace."""
    process = outlook.process
    flat = np.ones((1, len(revenue)))
    in_the_end = max(process.early.share * process.late.share, 1e-9)
    one = np.ones((1, 1))
    course = Course(
        created=revenue[None, :],
        size=one / in_the_end,
        proposing=flat,
        passing=flat,
        winning=flat,
        speed=flat,
        pace=one,
    )
    return float(process.outlook(course, _NOTHING_OPEN).new[0])


def _chance(mean: float, benchmarks: Benchmarks, draws: int, rng: np.random.Generator) -> Floats:
    """Draws of one seller's revenue: sellers differ, and so do the deals of any one of them."""
    levels = [benchmarks.levels[d] for d in _OF_A_SELLER if d in benchmarks.levels]
    spread = float(np.sqrt(sum(level.between_reps**2 for level in levels)))
    sellers = mean * rng.lognormal(-(spread**2) / 2, spread, draws)
    variance = np.maximum(sellers * benchmarks.typical_deal * benchmarks.second_moment, 1e-9)
    shape = np.maximum(sellers**2 / variance, 1e-9)
    return rng.gamma(shape, variance / np.maximum(sellers, 1e-9))
