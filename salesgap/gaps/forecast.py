"""Closed won at fiscal year end: what is won, plus chance's way with the rest."""

from __future__ import annotations

import numpy as np

from salesgap.gaps.candidates import TeamOutlook
from salesgap.gaps.evidence import Floats


def year_end(
    team: TeamOutlook, won: float, second_moment: float, rng: np.random.Generator
) -> Floats:
    """Draws of the year's closed won: each open deal won or not, new ones a chance many.

    ``second_moment``: mean of squares of a won amount ÷ square of its mean, of like-for-like peers.
    """
    shape = team.chances.shape
    open_won = (rng.random(shape) < team.chances) @ team.deals.amount
    size = team.course.size.mean(axis=1)
    mean = np.maximum(team.outlook.new, 1e-9)
    variance = np.maximum(mean * size * second_moment, 1e-9)
    new_won = rng.gamma(mean**2 / variance, variance / mean)
    return np.asarray(won + open_won + np.where(team.outlook.new > 0, new_won, 0.0))
