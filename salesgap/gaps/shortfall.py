"""Where revenue differs from the peers': an exact split over the drivers.

Revenue per window is rep-months × creation × conversion × size; against peers each is a ratio. The
Shapley value shares the difference out over the ratios so that the shares add up to it exactly and
no order of the drivers is favoured, also where a team won nothing. What the ratios leave is timing:
deals won now that were created before the window, and chance. A slower cycle moves revenue to the
next year but takes none from a steady one, so it has no part of its own.
"""

from __future__ import annotations

from itertools import combinations
from math import factorial, fsum, prod

import numpy as np

from salesgap.facts import Part, Shortfall
from salesgap.gaps.evidence import Evidence
from salesgap.gaps.outlook import TeamOutlook
from salesgap.measures.drivers import DRIVERS

_SPLIT = (
    "pipeline_creation",
    "conversion_early",
    "conversion_late",
    "conversion",
    "deal_size",
    "capacity",
)


def shortfall(team: TeamOutlook, actual: float, peers: float, months: float) -> Shortfall:
    """The difference ``actual - peers`` of won revenue in the window, by driver.

    ``peers``: what like-for-like peers win with all planned rep-months of this team.
    """
    ratios = {d: _ratio(team.evidence[d]) for d in _SPLIT if d in team.evidence}
    shares = shapley(ratios, peers)
    shares["timing"] = (actual - peers) - fsum(shares.values())
    return Shortfall(
        total=actual - peers,
        months=round(months),
        actual=actual,
        benchmark=peers,
        parts=tuple(Part(driver=driver, value=value) for driver, value in shares.items()),
    )


def shapley(ratios: dict[str, float], scale: float) -> dict[str, float]:
    """Shares of ``scale × (product of ratios − 1)`` that add up to it."""
    names = list(ratios)
    shares = {}
    for name in names:
        rest = [other for other in names if other != name]
        shares[name] = scale * sum(
            _weight(size, len(names))
            * (ratios[name] - 1.0)
            * prod(ratios[other] for other in subset)
            for size in range(len(names))
            for subset in combinations(rest, size)
        )
    return shares


def _weight(size: int, players: int) -> float:
    return factorial(size) * factorial(players - size - 1) / factorial(players)


def _ratio(evidence: Evidence) -> float:
    """Observed ÷ expected at the peers' level; 1 where nothing was observed."""
    observed, expected = float(evidence.total.sum()), float(evidence.expected.sum())
    base = float(evidence.base.sum())
    if DRIVERS[evidence.driver].level:
        return float(np.exp((observed - expected) / base)) if base > 0 else 1.0
    return observed / expected if expected > 0 else 1.0
