"""How much teams and their reps differ by nature, in each driver.

Robust, so that a few teams with a real gap neither move the level nor widen the variation (mixture
weights and medians), and told by all drivers together: a dozen teams say little of one driver
alone, and under one management drivers differ alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from salesgap.gaps.evidence import Bools, Evidence, Floats
from salesgap.measures.drivers import DRIVERS

OUTLIER_SHARE = 0.03
OUTLIER_SPREAD = 0.30
"""Of the teams in one driver: how many may have a real gap or its contrary, and how far out."""

_GRID = np.linspace(0.0, 0.30, 31)
_SCALES = _GRID[1:]
_TYPICAL = 0.04
_REPS_TYPICAL = 0.15
_REP_GRID = np.linspace(0.0, 1.20, 61)


def _log_normal(x: Floats, median: float | Floats, spread: float) -> Floats:
    """Weights of a log-normal distribution on a grid, that add up to one; none at nothing."""
    safe = np.maximum(x, 1e-9)
    weight = np.where(x > 0, np.exp(-0.5 * (np.log(safe / median) / spread) ** 2) / safe, 0.0)
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


_COMMON = _log_normal(_SCALES, median=0.06, spread=0.6)
"""What is thought of the spread common to all drivers, before any team is seen."""

_ALIKE = _log_normal(_GRID, median=_SCALES[:, None], spread=0.35)
"""Of each common spread: how the spreads of single drivers lie around it (common, single)."""

ALONE = np.asarray(_COMMON @ _ALIKE)
"""What is thought of a driver's spread that no other tells of."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One driver of all teams: ``mean`` and its precision ``weight`` (team, group), where reps
    differ around their team by ``reps``; precision 0 where a team has no such seat."""

    driver: str
    groups: tuple[str, ...]
    mean: Floats
    weight: Floats
    reps: float

    @classmethod
    def of(cls, evidence: Sequence[Evidence], groups: tuple[str, ...]) -> Field:
        """All teams' evidence of one driver, seat by seat."""
        driver = evidence[0].driver
        reps = _between_reps(evidence) if DRIVERS[driver].per_seat else 0.0
        sizes = [len(e.seats) for e in evidence]
        code = {group: number for number, group in enumerate(groups)}
        group = np.array([code[name] for e in evidence for name in e.groups], dtype=np.intp)
        cell = np.repeat(np.arange(len(evidence)), sizes) * len(groups) + group
        y, v = np.concatenate([e.y for e in evidence]), np.concatenate([e.v for e in evidence])
        weight = np.where(np.isfinite(v), 1.0 / (v + reps**2), 0.0)
        shape = (len(evidence), len(groups))
        total = np.bincount(cell, weight, shape[0] * shape[1]).astype(float)
        mean = np.bincount(cell, weight * y, shape[0] * shape[1]) / np.maximum(total, 1e-12)
        return cls(driver, groups, mean.reshape(shape), total.reshape(shape), reps)

    @property
    def variance(self) -> Floats:
        """Of each team's mean, by sampling and its reps (team,); infinite without evidence."""
        total = self.weight.sum(axis=1)
        return np.where(total > 0, 1.0 / np.maximum(total, 1e-12), np.inf)

    def away(self, counted: Bools, teams: Floats) -> tuple[Floats, Floats]:
        """The level of each group to each juror (juror, group), and how far each team is from it
        (juror, team), if teams differ by ``teams`` (juror,)."""
        columns = [
            _centre(self.mean[:, g], self.weight[:, g], counted, teams)
            for g in range(len(self.groups))
        ]
        shift = np.stack(columns, 1)
        share = self.weight / np.maximum(self.weight.sum(axis=1), 1e-12)[:, None]
        return shift, (share * self.mean).sum(axis=1) - shift @ share.T


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What a field of teams looks like to each of several jurors, who each count some teams.

    ``shift``: (juror, group) the level that most teams share; ``teams``: (juror,) natural
    standard deviation between them, and ``error`` its own; ``reps``: between the reps of one team,
    the same for all.
    """

    shift: Floats
    teams: Floats
    error: Floats
    reps: float


def everyone(teams: int) -> Bools:
    """One juror who counts every team: (1, team)."""
    return np.ones((1, teams), dtype=bool)


def others(teams: int) -> Bools:
    """Jurors who count every team but one: (team, team)."""
    return ~np.eye(teams, dtype=bool)


def alike(fields: Mapping[str, Field]) -> dict[str, Floats]:
    """What the other drivers tell of how much teams differ in each: weights on the grid.

    Drivers that are not a rep's tell nothing of the rest, nor the rest of them.
    """
    told = {d: _told(field) for d, field in fields.items() if DRIVERS[d].per_seat}
    every = np.sum(list(told.values()), axis=0) if told else np.zeros(len(_SCALES))
    return {d: _prior(every - told[d]) if d in told else ALONE for d in fields}


def spread_of(field: Field, counted: Bools, prior: Floats) -> Spread:
    """Level and natural variation of a field, to jurors (rows) who count some teams (columns).

    ``prior``: weights of the spread between teams, of :func:`alike` or :data:`ALONE`.
    """
    teams, error = np.full(len(counted), _TYPICAL), np.zeros(len(counted))
    for _ in range(2):
        shift, away = field.away(counted, teams)
        logs = _log_likelihood(field, away, counted)
        weight = prior * np.exp(logs - logs.max(axis=1, keepdims=True))
        share = weight / weight.sum(axis=1, keepdims=True)
        teams = share @ _GRID
        error = np.sqrt(np.maximum(share @ _GRID**2 - teams**2, 0.0))
    return Spread(shift, teams, error, field.reps)


def _told(field: Field) -> Floats:
    """Log likelihood of each common spread, by one driver of all teams."""
    counted = everyone(len(field.mean))
    _, away = field.away(counted, np.full(1, _TYPICAL))
    logs = _log_likelihood(field, away, counted)[0]
    return np.asarray(np.log(_ALIKE @ np.exp(logs - logs.max()) + 1e-300))


def _prior(told: Floats) -> Floats:
    weight = _COMMON * np.exp(told - told.max())
    return np.asarray((weight / weight.sum()) @ _ALIKE)


def _log_likelihood(field: Field, away: Floats, counted: Bools) -> Floats:
    """Of each spread on the grid, to each juror (juror, spread).

    The levels were found from the same teams, which are nearer to them than to the true ones: as
    many teams' worth of distance is missing as there are levels.
    """
    use = counted & np.isfinite(field.variance)
    teams = use.sum(axis=1)
    levels = (use.astype(float) @ (field.weight > 0) > 0).sum(axis=1)
    away = away * np.sqrt(teams / np.maximum(teams - levels, 1))[:, None]
    variance = np.where(np.isfinite(field.variance), field.variance, 1.0)
    usual, other = _mixture(away[:, :, None], variance[None, :, None] + _GRID**2)
    return np.asarray(np.where(use[:, :, None], np.log(usual + other + 1e-300), 0.0).sum(axis=1))


def _between_reps(evidence: Sequence[Evidence]) -> float:
    """Natural spread of reps around their team.

    Squared residuals are matched at their middle and at their upper end, and the larger spread
    counts: a few weak seats do not widen it, but where many reps lie far out, lying far out is
    natural there.
    """
    seats = [(e, e.known & ~e.former) for e in evidence]
    parts = [e.y[use] for e, use in seats]
    v = np.concatenate([e.v[use] for e, use in seats])
    sizes = np.array([len(part) for part in parts], dtype=np.intp)
    if not (sizes >= 3).any():
        return _REPS_TYPICAL
    middle = np.repeat([float(np.median(part)) if len(part) else 0.0 for part in parts], sizes)
    size = np.repeat(sizes, sizes)
    enough = size >= 3
    square = ((np.concatenate(parts) - middle) ** 2 * size / np.maximum(size - 1, 1))[enough]
    ratios = square / (v[enough] + _REP_GRID[:, None] ** 2)
    return max(_matched(ratios, share) for share in (0.5, 0.85))


def _matched(ratios: Floats, share: float) -> float:
    """The spread on the grid whose ratios have the chi-squared quantile that they should have."""
    quantiles = np.quantile(ratios, share, axis=1)
    return float(np.interp(-chi2.ppf(share, 1), -quantiles, _REP_GRID))


def _centre(mean: Floats, weight: Floats, counted: Bools, teams: Floats) -> Floats:
    """The level that most teams share, to each juror: a team far from it hardly counts."""
    have = np.flatnonzero(weight > 0)
    use = counted[:, have]
    x, v = mean[have][None, :], 1.0 / weight[have] + teams[:, None] ** 2
    if not have.size:
        return np.zeros(len(counted))
    centre = np.where(use.any(axis=1), np.median(x), 0.0)
    for _ in range(12):
        share = np.where(use, _usual_weight(x - centre[:, None], v) / v, 0.0)
        centre = (share * x).sum(axis=1) / np.maximum(share.sum(axis=1), 1e-300)
    return centre


def _usual_weight(deviation: Floats, variance: Floats) -> Floats:
    """Chance that a deviation is natural and no outlier; ``variance`` includes the natural one."""
    usual, other = _mixture(deviation, variance)
    return np.asarray(usual / (usual + other + 1e-300))


def _mixture(deviation: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Density of a deviation as a natural one, and as an outlier, each with its prior share."""
    wide = variance + OUTLIER_SPREAD**2
    usual = (1 - OUTLIER_SHARE) * np.exp(-0.5 * deviation**2 / variance) / np.sqrt(variance)
    other = OUTLIER_SHARE * np.exp(-0.5 * deviation**2 / wide) / np.sqrt(wide)
    return usual, other
