"""Strategy or execution: do most teams miss together, or some of them on their own?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Literal

import pandas as pd

from salesgap.facts import StrategyVerdict

MISSES_BELOW = 0.9
"""Part of its quota to date below which a team counts as behind."""

APART = 0.05
"""Part of a mean by which somebody must be off it to be asked why: less is no difference."""

_MOST = 0.7
MIN_TEAMS = 3
"""Of fewer teams it cannot be told what is common to them."""

_ENOUGH_OF_YEAR = 1 / 12
"""Before so much of the fiscal year is gone hardly a deal has closed, and every team misses."""


def is_early(as_of: date, year_start: date, year_end: date) -> bool:
    """Whether too little of the fiscal year is gone to judge attainment by."""
    gone, year = (as_of - year_start).days + 1, (year_end - year_start).days + 1
    return gone < _ENOUGH_OF_YEAR * year


def strategy_or_execution(levels: Sequence[float | None], *, early: bool) -> StrategyVerdict:
    """The verdict over teams, by the attainment of each; None for a team without a quota.

    ``early``: as of :func:`is_early`, and so the verdict is unknown.
    ``shared`` is the part of all shortfall in attainment up to the middle team's: 1 when all miss
    alike, 0 when half of the teams do not miss at all.
    """
    known = [level for level in levels if level is not None]
    if not known:
        return StrategyVerdict(verdict="unknown", shared=None, missing_teams=0, teams=len(levels))
    missing = sum(level < MISSES_BELOW for level in known)
    short = [max(1.0 - level, 0.0) for level in known]
    total, middle = math.fsum(short), median(short)
    shared = math.fsum(min(s, middle) for s in short) / total if total > 0 else 0.0
    told = len(known) >= MIN_TEAMS and not early
    return StrategyVerdict(
        verdict=_verdict(missing / len(known), shared) if told else "unknown",
        shared=shared,
        missing_teams=missing,
        teams=len(known),
    )


def verdict_of_run(managers: pd.DataFrame, *, early: bool) -> StrategyVerdict | None:
    """The verdict over all teams of a run, from the rows of
    :attr:`salesgap.rank.League.managers`; None where no team has a quota."""
    quota = managers["quota"]
    levels = (managers["won"] / quota)[quota > 0]
    return strategy_or_execution(levels.tolist(), early=early) if len(levels) else None


def _verdict(
    missing: float, shared: float
) -> Literal["on_track", "strategy", "execution", "mixed"]:
    if missing == 0:
        return "on_track"
    if missing >= _MOST and shared >= _MOST:
        return "strategy"
    return "execution" if missing < 0.5 else "mixed"
