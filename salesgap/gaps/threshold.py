"""How sure one must be before a manager is told of a gap.

Whole organisations without any gap are drawn around the peers, as many teams, seats and deals as
the real one has; peers and spreads are estimated anew from each, and its teams weighed as the real
ones are. Each candidate's threshold is the probability that the same small share of those teams
reach with it, so that no kind of gap uses up the false alarms of the others; all kinds together,
``false_gap_rate`` of the teams pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from salesgap.gaps.evidence import Evidence, Floats, at_level, evidence_by_team
from salesgap.gaps.hypotheses import eligible_seats, weigh
from salesgap.gaps.natural import Levels, varying
from salesgap.gaps.spread import Field, Spread, alike, others, spread_of
from salesgap.measures.peers import LEAST_TEAMS, PeerLevel
from salesgap.params import Method

LOWEST = 0.5
"""Whatever the calibration says, a gap that is more likely not there is not named."""

_TEAMS_DRAWN = 800


def calibrate(statistics: pd.DataFrame, levels: Levels, method: Method) -> dict[str, float]:
    """The threshold of each candidate for this run; none with fewer than three teams to compare."""
    teams = int(statistics["manager_id"].nunique())
    if teams < LEAST_TEAMS or not levels:
        return {}
    rng = np.random.default_rng([method.seed, 1])
    evidence = {
        driver: evidence_by_team(rows, levels[driver])
        for driver in levels
        if len(rows := statistics[statistics["driver"] == driver])
    }
    repeats = -(-_TEAMS_DRAWN // teams)
    drawn = [chances for _ in range(repeats) for chances in _drawn(evidence, levels, rng)]
    return thresholds(pd.DataFrame(drawn).fillna(0.0), method.false_gap_rate)


def thresholds(chances: pd.DataFrame, rate: float) -> dict[str, float]:
    """A threshold a column, each passed by the same share of rows (or fewer, where that would be
    below :data:`LOWEST`), so that ``rate`` of the rows pass one at least.

    ``chances``: (team without a gap, candidate) probability that it has one.
    """
    values = chances.to_numpy(float)
    limits = np.full(values.shape[1], 1.0)
    for share in rate * np.linspace(0.02, 1.0, 50):
        lower = np.maximum(np.quantile(values, 1.0 - share, axis=0), LOWEST)
        if (values >= lower).any(axis=1).mean() > rate:
            break
        limits = lower
    return {str(name): float(limit) for name, limit in zip(chances, limits, strict=True)}


def _drawn(
    evidence: Mapping[str, dict[str, Evidence]], levels: Levels, rng: np.random.Generator
) -> list[dict[str, float]]:
    """Each candidate's chance in each team of one organisation without gaps."""
    drawn = {d: _usual(by_team, levels[d], rng) for d, by_team in evidence.items()}
    fields = {d: Field.of(usual, tuple(levels[d].levels)) for d, usual in drawn.items()}
    priors = alike(fields)
    teams: dict[str, list[Evidence]] = {}
    seen: dict[str, Levels] = {}
    for driver, by_team in evidence.items():
        field = fields[driver]
        spread = spread_of(field, others(len(by_team)), priors[driver])
        for juror, (manager, e) in enumerate(zip(by_team, drawn[driver], strict=True)):
            teams.setdefault(manager, []).append(_seen(e, field.groups, spread, juror))
            seen.setdefault(manager, {})[driver] = varying(levels[driver], spread, juror)
    return [_chances(own, seen[manager]) for manager, own in teams.items()]


def _drawn_spread(peers: PeerLevel, rng: np.random.Generator) -> float:
    """How much teams differ naturally, as far as that is known: gamma, of its mean and error."""
    mean, variance = peers.between_teams, max(peers.between_teams_error, 1e-6) ** 2
    return float(rng.gamma(mean**2 / variance, variance / mean)) if mean > 0 else 0.0


def _usual(
    by_team: Mapping[str, Evidence], peers: PeerLevel, rng: np.random.Generator
) -> list[Evidence]:
    """The same teams and seats, as they might have been without any gap."""
    teams = _drawn_spread(peers, rng)
    return [at_level(e, peers, _natural(e, peers, teams, rng), rng) for e in by_team.values()]


def _natural(e: Evidence, peers: PeerLevel, teams: float, rng: np.random.Generator) -> Floats:
    """How far each seat of a team without a gap is from its peers."""
    own = peers.between_reps * rng.standard_normal(len(e.seats))
    return np.asarray(rng.normal(0.0, teams) + own)


def _seen(e: Evidence, groups: tuple[str, ...], spread: Spread, juror: int) -> Evidence:
    """The evidence against the level that the juror sees."""
    shift: Floats = spread.shift[juror][[groups.index(group) for group in e.groups]]
    return replace(e, y=e.y - shift)


def _chances(evidence: list[Evidence], levels: Levels) -> dict[str, float]:
    verdict = weigh(evidence, levels, eligible_seats(evidence))
    conditions = {e.driver: verdict.condition_gap(e.driver) for e in evidence}
    return conditions | {"underperformance": verdict.people_gap}
