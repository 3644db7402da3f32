"""The quarterly checkpoint: each leading indicator now, the quarter before, and peers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from salesgap.facts import Indicator, Mix
from salesgap.gaps.choose import team_level
from salesgap.gaps.outlook import TeamOutlook
from salesgap.measures.attainment import valued_wins
from salesgap.measures.definitions import MEASURES
from salesgap.measures.drivers import DRIVERS, drivers_with, team_totals
from salesgap.measures.mix import (
    DIMENSIONS,
    MOST_VALUES,
    Dimension,
    checkpoint_window,
    margin,
    shares,
)
from salesgap.measures.seats import Window
from salesgap.team import Team

_LARGEST = 3
_NOTHING = 1e-9
OTHER = "other"


def checkpoint(team: Team, outlook: TeamOutlook) -> tuple[Indicator, ...]:
    """The drivers and the margin over the last three months and the three before, beside the
    peers' level."""
    now, last = (_counted(team, window) for window in _windows(team))
    levels = team.benchmarks.levels
    drivers = tuple(
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
    return (*drivers, _margin(team))


def mix(team: Team) -> tuple[Mix, ...]:
    """Of what was won: the three largest products, types and customer segments, and the rest.

    A dimension that no deal won in the two quarters tells is left out.
    """
    now, last = _won(team, *DIMENSIONS)
    return tuple(
        row
        for dimension in DIMENSIONS
        for row in _mix_of(dimension, now, last, team.benchmarks.mix.get(dimension, {}))
    )


def _windows(team: Team) -> tuple[Window, Window]:
    """The last three months, and the three before."""
    now = checkpoint_window(pd.Timestamp(team.params.as_of))
    return now, checkpoint_window(now.start)


def _won(team: Team, *told: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was won in them, with the columns ``told``."""
    deals = team.book.deals[["status", "close_date", "amount", *told]]
    now, last = (valued_wins(deals, window) for window in _windows(team))
    return now, last


# ── drivers and margin ────────────────────────────────────────────────────────────────────

Sums = dict[str, tuple[float, float]]
"""Total and base of each driver."""


def _counted(team: Team, window: Window) -> Sums:
    return team_totals(team.book, team.seats, window, phases=team.benchmarks.phases)


def _value(sums: Sums, driver: str) -> float | None:
    total, base = sums[driver]
    if base <= 0:
        return None
    return float(np.exp(total / base)) if DRIVERS[driver].level else total / base


def _count(sums: Sums, driver: str) -> int:
    total, base = sums[driver]
    return round(total if driver == "pipeline_creation" else base)


def _margin(team: Team) -> Indicator:
    now, last = _won(team, "margin")
    return Indicator(
        measure="margin",
        unit=MEASURES["margin"].unit,
        now=margin(now),
        last=margin(last),
        peers=team.benchmarks.margin,
        count=int(now["margin"].notna().sum()),
    )


# ── mix ───────────────────────────────────────────────────────────────────────────────────

Parts = dict[str, float]
"""Each value's part of the amount, the largest first."""


def _mix_of(dimension: Dimension, now: pd.DataFrame, last: pd.DataFrame, peers: Parts) -> list[Mix]:
    parts, before = shares(now, dimension), shares(last, dimension)
    shown = [*parts, *(value for value in before if value not in parts)][:_LARGEST]
    counts = Counter(now[dimension].dropna().tolist())
    rows = [
        Mix(
            dimension=dimension,
            value=value,
            now=_part(parts, value),
            last=_part(before, value),
            peers=_part(peers, value),
            count=counts[value],
        )
        for value in shown
    ]
    rest = Mix(
        dimension=dimension,
        value=OTHER,
        now=_rest(parts, shown),
        last=_rest(before, shown),
        peers=_rest(peers, shown),
        count=counts.total() - sum(row.count for row in rows),
    )
    return [*rows, rest] if rows and (rest.now or rest.last or rest.peers) else rows


def _part(parts: Parts, value: str) -> float | None:
    """Nought of what was won; None if nothing was, or only the largest values are known."""
    return parts.get(value, 0.0 if 0 < len(parts) < MOST_VALUES else None)


def _rest(parts: Parts, shown: list[str]) -> float | None:
    rest = 1.0 - sum(parts.get(value, 0.0) for value in shown)
    return (rest if rest > _NOTHING else 0.0) if parts else None
