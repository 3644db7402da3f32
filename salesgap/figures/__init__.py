"""Charts drawn from facts, in one style: each returns a :class:`salesgap.publish.blocks.Figure`.

A chart's title says what it shows, its subtitle names unit and window, and its alternative text
says the message for who cannot see it; all three are set by the page, not drawn in the chart.
"""

from salesgap.figures.attainment import attainment
from salesgap.figures.gap import candidates, shortfall
from salesgap.figures.pipeline import coverage
from salesgap.figures.ranks import manager_place, stack_rank
from salesgap.figures.region import driver_map, manager_ranks
from salesgap.figures.waterfall import waterfall

__all__ = [
    "attainment",
    "candidates",
    "coverage",
    "driver_map",
    "manager_place",
    "manager_ranks",
    "shortfall",
    "stack_rank",
    "waterfall",
]
