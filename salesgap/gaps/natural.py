"""The peers' level of each driver and how much teams and reps vary naturally.

Estimated from all teams of a run, so that a few teams with a real gap neither move the level nor
widen the variation: levels and variances are robust (mixture weights and medians).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2

from salesgap.gaps.evidence import Evidence, Floats, team_evidence
from salesgap.measures.drivers import DRIVERS
from salesgap.measures.peers import PeerLevel

OUTLIER_SHARE = 0.10
OUTLIER_SPREAD = 0.45
_TEAM_GRID = np.linspace(0.0, 0.30, 31)
_TEAM_TYPICAL = 0.06
_REPS_TYPICAL = 0.15
_REP_GRID = np.linspace(0.0, 1.20, 61)


def peer_level(statistics: pd.DataFrame, driver: str) -> PeerLevel | None:
    """The peers' level of ``driver`` from every team's seat statistics; None without any."""
    rows = statistics[(statistics["driver"] == driver) & (statistics["base"] > 0)]
    if rows.empty or rows["total"].abs().sum() == 0:
        return None
    level = DRIVERS[driver].level
    peers = PeerLevel(
        driver,
        _pooled(rows, level),
        between_teams=_TEAM_TYPICAL,
        between_reps=_REPS_TYPICAL,
        spread=_spread(rows) if level else 0.0,
        teams=int(rows["manager_id"].nunique()),
    )
    for _ in range(2):
        peers = _refine(rows, peers)
    return peers


def _refine(rows: pd.DataFrame, peers: PeerLevel) -> PeerLevel:
    evidence = [team_evidence(team, peers) for _, team in rows.groupby("manager_id")]
    reps = _between_reps(evidence) if DRIVERS[peers.driver].per_seat else 0.0
    shifts = {
        group: _centre(*_team_means(rows[rows["group"] == group], peers, reps), peers.between_teams)
        for group in peers.levels
    }
    means, variances = _means(evidence, reps)
    centred = means - np.array([_shift(team, shifts) for _, team in rows.groupby("manager_id")])
    return PeerLevel(
        peers.driver,
        {group: level + shifts[group] for group, level in peers.levels.items()},
        between_teams=_between_teams(centred, variances),
        between_reps=reps,
        spread=peers.spread,
        teams=peers.teams,
    )


def _pooled(rows: pd.DataFrame, level: bool) -> dict[str, float]:
    sums = rows.groupby("group")[["total", "base"]].sum()
    mean = sums["total"] / sums["base"]
    values = mean.to_numpy() if level else np.log(mean.clip(lower=1e-6).to_numpy())
    return {str(group): float(value) for group, value in zip(mean.index, values, strict=True)}


def _spread(rows: pd.DataFrame) -> float:
    """Standard deviation of single logs around their seat's mean."""
    within = rows["squares"] - rows["total"] ** 2 / rows["base"]
    freedom = max(float((rows["base"] - 1).clip(lower=0).sum()), 1.0)
    return max(float(np.sqrt(max(within.clip(lower=0).sum(), 0.0) / freedom)), 0.05)


def _means(evidence: list[Evidence], reps: float) -> tuple[Floats, Floats]:
    pairs = [_mean(e, reps) for e in evidence]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def _mean(e: Evidence, reps: float) -> tuple[float, float]:
    weight = np.where(e.known, 1.0 / (e.v + reps**2), 0.0)
    total = float(weight.sum())
    return (float(weight @ e.y) / total, 1.0 / total) if total else (0.0, np.inf)


def _team_means(rows: pd.DataFrame, peers: PeerLevel, reps: float) -> tuple[Floats, Floats]:
    return _means([team_evidence(team, peers) for _, team in rows.groupby("manager_id")], reps)


def _shift(team: pd.DataFrame, shifts: dict[str, float]) -> float:
    base = team["base"].to_numpy(float)
    return float(base @ team["group"].map(shifts).to_numpy(float) / base.sum())


def _between_reps(evidence: list[Evidence]) -> float:
    """Natural spread of reps around their team.

    Squared residuals are matched at their middle and at their upper end, and the larger spread
    counts: a few weak seats do not widen it, but where many reps lie far out, lying far out is
    natural there.
    """
    residuals = [_residuals(e) for e in evidence]
    square = np.concatenate([r[0] for r in residuals])
    variance = np.concatenate([r[1] for r in residuals])
    if not square.size:
        return _REPS_TYPICAL
    total = variance + _REP_GRID[:, None] ** 2
    return max(_matched(square / total, share) for share in (0.5, 0.85))


def _residuals(e: Evidence) -> tuple[Floats, Floats]:
    """Squared distance of each seat from its team's median, and its sampling variance."""
    use = e.known & ~e.former
    y, v = e.y[use], e.v[use]
    if len(y) < 3:
        return np.zeros(0), np.zeros(0)
    return (y - np.median(y)) ** 2 * len(y) / (len(y) - 1), v


def _matched(ratios: Floats, share: float) -> float:
    """The spread on the grid whose ratios have the chi-squared quantile that they should have."""
    quantiles = np.quantile(ratios, share, axis=1)
    return float(np.interp(-chi2.ppf(share, 1), -quantiles, _REP_GRID))


def _centre(means: Floats, variances: Floats, teams: float) -> float:
    """The level that most teams share: a team far from it hardly counts."""
    known = np.isfinite(variances)
    x, v = means[known], variances[known] + teams**2
    if not x.size:
        return 0.0
    centre = float(np.median(x))
    for _ in range(20):
        weight = usual_weight(x - centre, v) / v
        centre = float(weight @ x / weight.sum())
    return centre


def usual_weight(deviation: Floats, variance: Floats) -> Floats:
    """Chance that a deviation is natural and no outlier; ``variance`` includes the natural one."""
    wide = variance + OUTLIER_SPREAD**2
    usual = (1 - OUTLIER_SHARE) * np.exp(-0.5 * deviation**2 / variance) / np.sqrt(variance)
    other = OUTLIER_SHARE * np.exp(-0.5 * deviation**2 / wide) / np.sqrt(wide)
    return np.asarray(usual / (usual + other + 1e-300))


def _between_teams(deviation: Floats, variance: Floats) -> float:
    """Natural spread of teams: posterior mean on a grid, under outliers and a weak prior.

    The prior is exponential in the size typical of teams under one management, so that a run of
    five teams does not claim to know that teams never differ.
    """
    known = np.isfinite(variance)
    x, v = deviation[known], variance[known]
    prior = _TEAM_GRID / _TEAM_TYPICAL**2 * np.exp(-_TEAM_GRID / _TEAM_TYPICAL)
    total = v[None, :] + _TEAM_GRID[:, None] ** 2
    usual = (1 - OUTLIER_SHARE) * np.exp(-0.5 * x**2 / total) / np.sqrt(total)
    wide = total + OUTLIER_SPREAD**2
    other = OUTLIER_SHARE * np.exp(-0.5 * x**2 / wide) / np.sqrt(wide)
    log_likelihood = np.log(usual + other + 1e-300).sum(axis=1)
    weight = prior * np.exp(log_likelihood - log_likelihood.max())
    return float(np.sqrt(weight @ _TEAM_GRID**2 / weight.sum()))
