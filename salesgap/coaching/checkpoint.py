"""The quarterly checkpoint: each leading indicator now, the quarter before, and peers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesgap.facts import Indicator
from salesgap.gaps.candidates import TeamOutlook
from salesgap.gaps.choose import team_level
from salesgap.measures.definitions import MEASURES
from salesgap.measures.drivers import DRIVERS, drivers_with, team_totals
from salesgap.measures.seats import Window
from salesgap.team import Team

_MONTHS = 3


def checkpoint(team: Team, outlook: TeamOutlook) -> tuple[Indicator, ...]:
    """The drivers over the last three months and the three before, beside the peers' level."""
    as_of = pd.Timestamp(team.params.as_of)
    now = _counted(team, as_of)
    last = _counted(team, as_of - pd.DateOffset(months=_MONTHS))
    levels = team.benchmarks.levels
    return tuple(
        Indicator(
            measure=driver,
            unit=MEASURES[driver].unit,
            now=_value(now, driver),
            last=_value(last, driver),
            peers=team_level(outlook.evidence[driver], levels[driver]).benchmark,
            count=_count(now, driver),
        )
        for driver in drivers_with(team.benchmarks.phases)
        if driver in outlook.evidence
    )


Sums = dict[str, tuple[float, float]]
"""Total and base of each driver."""


def _counted(team: Team, end: pd.Timestamp) -> Sums:
    window = Window(end - pd.DateOffset(months=_MONTHS), end)
    return team_totals(team.book, team.seats, window, phases=team.benchmarks.phases)


def _value(sums: Sums, driver: str) -> float | None:
    total, base = sums[driver]
    if base <= 0:
        return None
    return float(np.exp(total / base)) if DRIVERS[driver].level else total / base


def _count(sums: Sums, driver: str) -> int:
    total, base = sums[driver]
    return round(total if driver == "pipeline_creation" else base)
