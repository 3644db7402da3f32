"""Closed won at fiscal year end: what is won, plus chance's way with the rest."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc

from salesgap.gaps.evidence import Floats
from salesgap.gaps.outlook import TeamOutlook


def year_end(
    team: TeamOutlook, won: float, second_moment: float, rng: np.random.Generator
) -> Floats:
    """Draws of the year's closed won: each open deal won or not, new ones a chance many.

    ``second_moment``: mean of squares of a won amount ÷ square of its mean, of like-for-like peers.
    """
    open_won = _open_won(team, rng)
    shape, scale = _new_won(team, second_moment)
    new_won = rng.gamma(shape, scale)
    return np.asarray(won + open_won + np.where(team.outlook.new > 0, new_won, 0.0))


def chance(
    team: TeamOutlook, won: float, target: float, second_moment: float, rng: np.random.Generator
) -> float:
    """Chance that :func:`year_end` reaches ``target``, of the same draws of the open deals.

    What new deals bring is not drawn but integrated, so that a course that brings more is never
    less likely to make it: for comparing courses, where drawn chances would jump about.
    """
    missing = target - won - _open_won(team, rng)
    shape, scale = _new_won(team, second_moment)
    by_new = np.where(team.outlook.new > 0, gammaincc(shape, np.maximum(missing, 0.0) / scale), 0.0)
    return float(np.where(missing <= 0, 1.0, by_new).mean())


def _open_won(team: TeamOutlook, rng: np.random.Generator) -> Floats:
    """Money of the open deals that are won (draw,)."""
    return np.asarray((rng.random(team.chances.shape) < team.chances) @ team.deals.amount)


def _new_won(team: TeamOutlook, second_moment: float) -> tuple[Floats, Floats]:
    """Shape and scale (draw,) of the gamma that new deals bring."""
    size = team.course.size.mean(axis=1)
    mean = np.maximum(team.outlook.new, 1e-9)
    variance = np.maximum(mean * size * second_moment, 1e-9)
    return mean**2 / variance, variance / mean
