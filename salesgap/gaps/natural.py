"""The peers' level of each driver and how much teams and reps vary naturally.

Estimated robustly, so that a few teams with a real gap neither move the level nor widen the
variation (mixture weights and medians), and for each team from the others only: a team that lies
far out must not widen the spread it is judged by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import chi2

from salesgap.gaps.evidence import Bools, Evidence, Floats, Ints, evidence_by_team
from salesgap.measures.drivers import DRIVERS
from salesgap.measures.peers import PeerLevel

OUTLIER_SHARE = 0.15
OUTLIER_SPREAD = 0.30
_TEAM_GRID = np.linspace(0.0, 0.30, 31)
_TEAM_TYPICAL = 0.04
_REPS_TYPICAL = 0.15
_REP_GRID = np.linspace(0.0, 1.20, 61)


Levels = dict[str, PeerLevel]


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers' level of each driver: of all teams, and to each manager's team of the others."""

    all: Levels
    without: dict[str, Levels]


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One driver of all teams: an entry a seat. ``team`` and ``group`` are codes."""

    driver: str
    team: Ints
    group: Ints
    y: Floats
    v: Floats
    former: Bools
    teams: int
    groups: tuple[str, ...]

    @classmethod
    def of(cls, evidence: Sequence[Evidence], groups: tuple[str, ...]) -> Field:
        """All teams' evidence of one driver, one after the other."""
        sizes = [len(e.seats) for e in evidence]
        code = {group: number for number, group in enumerate(groups)}
        return cls(
            evidence[0].driver,
            np.repeat(np.arange(len(evidence)), sizes),
            np.array([code[group] for e in evidence for group in e.groups], dtype=np.intp),
            np.concatenate([e.y for e in evidence]),
            np.concatenate([e.v for e in evidence]),
            np.concatenate([e.former for e in evidence]),
            len(evidence),
            groups,
        )


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


def peers_of(statistics: pd.DataFrame) -> Peers:
    """What every team of ``statistics`` is compared with."""
    found = {d: levels for d in DRIVERS if (levels := peer_levels(statistics, d)) is not None}
    managers = [str(manager) for manager in statistics["manager_id"].unique()]
    return Peers(
        {driver: everyone for driver, (everyone, _) in found.items()},
        {m: {d: own.get(m, everyone) for d, (everyone, own) in found.items()} for m in managers},
    )


def peer_levels(
    statistics: pd.DataFrame, driver: str
) -> tuple[PeerLevel, dict[str, PeerLevel]] | None:
    """The peers' level of ``driver``, of all teams and for each manager's team of the others.

    ``statistics``: every team's seat statistics. None without any of this driver. A group that no
    other team has is compared with itself.
    """
    rows = statistics[(statistics["driver"] == driver) & (statistics["telling"] > 0)]
    if rows.empty or (not DRIVERS[driver].level and rows["told"].sum() == 0):
        return None
    peers = _pooled(rows, driver)
    evidence = evidence_by_team(rows, peers)
    everyone = np.ones((1, len(evidence)), dtype=bool)
    peers = _moved(peers, spread_of(_field(evidence, peers), everyone), 0)
    evidence = evidence_by_team(rows, peers)
    found = spread_of(_field(evidence, peers), np.vstack([everyone, others(len(evidence))]))
    without = {m: _moved(peers, found, row + 1) for row, m in enumerate(evidence)}
    return _moved(peers, found, 0), without


def others(teams: int) -> Bools:
    """Jurors who count every team but one: (team, team)."""
    return ~np.eye(teams, dtype=bool)


def spread_of(field: Field, counted: Bools) -> Spread:
    """Level and natural variation of a field, to jurors (rows) who count some teams (columns)."""
    reps = _between_reps(field) if DRIVERS[field.driver].per_seat else 0.0
    mean, weight = _means(field, reps)
    total = weight.sum(axis=1)
    known = total > 0
    share = weight / np.maximum(total, 1e-12)[:, None]
    of_team = (share * mean).sum(axis=1)
    teams, error = np.full(len(counted), _TEAM_TYPICAL), np.zeros(len(counted))
    for _ in range(2):
        shift = np.stack(
            [_centre(mean[:, g], weight[:, g], counted, teams) for g in range(len(field.groups))], 1
        )
        away = of_team - shift @ share.T
        variance = np.where(known, 1.0 / np.maximum(total, 1e-12), np.inf)
        teams, error = _between_teams(away, variance, counted & known)
    return Spread(shift, teams, error, reps)


def _field(evidence: Mapping[str, Evidence], peers: PeerLevel) -> Field:
    return Field.of(list(evidence.values()), tuple(peers.levels))


def _moved(peers: PeerLevel, spread: Spread, juror: int) -> PeerLevel:
    moves = zip(peers.levels.items(), spread.shift[juror], strict=True)
    levels = {group: level + float(shift) for (group, level), shift in moves}
    return replace(varying(peers, spread, juror), levels=levels)


def varying(peers: PeerLevel, spread: Spread, juror: int) -> PeerLevel:
    """The peers' level with the natural variation that a juror sees."""
    return replace(
        peers,
        between_teams=float(spread.teams[juror]),
        between_teams_error=float(spread.error[juror]),
        between_reps=spread.reps,
    )


def _pooled(rows: pd.DataFrame, driver: str) -> PeerLevel:
    level = DRIVERS[driver].level
    sums = rows.groupby("group")[["told", "telling"]].sum()
    mean = sums["told"] / sums["telling"]
    values = mean.to_numpy() if level else np.log(mean.clip(lower=1e-6).to_numpy())
    return PeerLevel(
        driver,
        {str(group): float(value) for group, value in zip(mean.index, values, strict=True)},
        between_teams=_TEAM_TYPICAL,
        between_teams_error=0.0,
        between_reps=_REPS_TYPICAL,
        spread=_spread(rows) if level else 0.0,
        teams=int(rows["manager_id"].nunique()),
    )


def _spread(rows: pd.DataFrame) -> float:
    """Standard deviation of single logs around their seat's mean."""
    within = rows["squares"] - rows["told"] ** 2 / rows["telling"]
    freedom = max(float((rows["telling"] - 1).clip(lower=0).sum()), 1.0)
    return max(float(np.sqrt(max(within.clip(lower=0).sum(), 0.0) / freedom)), 0.05)


def _means(field: Field, reps: float) -> tuple[Floats, Floats]:
    """Mean and its precision, (team, group); precision 0 where a team has no such seat."""
    shape = (field.teams, len(field.groups))
    cell = field.team * shape[1] + field.group
    weight = np.where(np.isfinite(field.v), 1.0 / (field.v + reps**2), 0.0)
    total = np.bincount(cell, weight, shape[0] * shape[1])
    summed = np.bincount(cell, weight * field.y, shape[0] * shape[1])
    mean = summed / np.maximum(total, 1e-12)
    return mean.reshape(shape), total.astype(float).reshape(shape)


def _between_reps(field: Field) -> float:
    """Natural spread of reps around their team.

    Squared residuals are matched at their middle and at their upper end, and the larger spread
    counts: a few weak seats do not widen it, but where many reps lie far out, lying far out is
    natural there.
    """
    use = np.isfinite(field.v) & ~field.former
    y, v, team = field.y[use], field.v[use], field.team[use]
    parts = np.split(y, np.flatnonzero(np.diff(team)) + 1) if len(y) else []
    sizes = np.array([len(part) for part in parts], dtype=np.intp)
    if not (sizes >= 3).any():
        return _REPS_TYPICAL
    middle = np.repeat([float(np.median(part)) for part in parts], sizes)
    size = np.repeat(sizes, sizes)
    enough = size >= 3
    square = ((y - middle) ** 2 * size / np.maximum(size - 1, 1))[enough]
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
        share = np.where(use, usual_weight(x - centre[:, None], v) / v, 0.0)
        centre = (share * x).sum(axis=1) / np.maximum(share.sum(axis=1), 1e-300)
    return centre


def usual_weight(deviation: Floats, variance: Floats) -> Floats:
    """Chance that a deviation is natural and no outlier; ``variance`` includes the natural one."""
    usual, other = _mixture(deviation, variance)
    return np.asarray(usual / (usual + other + 1e-300))


def _mixture(deviation: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Density of a deviation as a natural one, and as an outlier, each with its prior share."""
    wide = variance + OUTLIER_SPREAD**2
    usual = (1 - OUTLIER_SHARE) * np.exp(-0.5 * deviation**2 / variance) / np.sqrt(variance)
    other = OUTLIER_SHARE * np.exp(-0.5 * deviation**2 / wide) / np.sqrt(wide)
    return usual, other


def _between_teams(deviation: Floats, variance: Floats, counted: Bools) -> tuple[Floats, Floats]:
    """Natural spread of teams: posterior mean and error on a grid, under outliers, a weak prior.

    The prior is gamma of the size typical of teams under one management, so that a run of five
    teams does not claim to know that teams never differ.
    """
    safe = np.where(np.isfinite(variance), variance, 1.0)
    total = safe[None, :, None] + _TEAM_GRID**2
    usual, other = _mixture(deviation[:, :, None], total)
    logs = np.where(counted[:, :, None], np.log(usual + other + 1e-300), 0.0).sum(axis=1)
    prior = _TEAM_GRID / _TEAM_TYPICAL**2 * np.exp(-_TEAM_GRID / _TEAM_TYPICAL)
    weight = prior * np.exp(logs - logs.max(axis=1, keepdims=True))
    share = weight / weight.sum(axis=1, keepdims=True)
    mean = share @ _TEAM_GRID
    return mean, np.sqrt(np.maximum(share @ _TEAM_GRID**2 - mean**2, 0.0))
