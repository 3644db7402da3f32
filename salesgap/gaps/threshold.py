"""How sure one must be before a manager is told of a gap.

Teams without any gap are drawn around the peers, as many seats and deals as the real ones have, and
weighed as the real ones are. The threshold is the probability that only ``false_gap_rate`` of them
pass with their strongest candidate.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from salesgap.gaps.evidence import Evidence, team_evidence
from salesgap.gaps.hypotheses import weigh
from salesgap.measures.drivers import DRIVERS, FORMER, TEAM
from salesgap.measures.peers import LEAST_TEAMS, PeerLevel
from salesgap.params import Method

LOWEST = 0.5
"""Whatever the calibration says, a gap that is more likely not there is not named."""

_TEAMS_DRAWN = 800


def calibrate(statistics: pd.DataFrame, levels: dict[str, PeerLevel], method: Method) -> float:
    """The threshold for this run; 1 (nothing passes) with fewer than three teams to compare."""
    teams = [team for _, team in statistics.groupby("manager_id")]
    if len(teams) < LEAST_TEAMS:
        return 1.0
    rng = np.random.default_rng([method.seed, 1])
    evidence = [evidence_of(team, levels) for team in teams]
    repeats = -(-_TEAMS_DRAWN // len(teams))
    strongest = [
        _strongest([_usual(e, levels[e.driver], rng) for e in own], levels)
        for own in evidence
        if own
        for _ in range(repeats)
    ]
    return max(LOWEST, float(np.quantile(strongest, 1.0 - method.false_gap_rate)))


def evidence_of(team: pd.DataFrame, levels: dict[str, PeerLevel]) -> list[Evidence]:
    """The evidence of one team in every driver it has rows of."""
    return [
        team_evidence(rows, levels[driver])
        for driver in DRIVERS
        if driver in levels and len(rows := team[team["driver"] == driver])
    ]


def eligible_seats(evidence: list[Evidence], months: float = 4.0) -> frozenset[str]:
    """Seats with enough ramped rep-months to be judged at all."""
    return frozenset(
        seat
        for e in evidence
        if e.driver == "pipeline_creation"
        for seat, base in zip(e.seats, e.base, strict=True)
        if base >= months and seat not in (FORMER, TEAM)
    )


def _strongest(evidence: list[Evidence], levels: dict[str, PeerLevel]) -> float:
    verdict = weigh(evidence, levels, eligible_seats(evidence))
    return max(verdict.people_gap, *(verdict.condition_gap(e.driver) for e in evidence))


def _usual(e: Evidence, peers: PeerLevel, rng: np.random.Generator) -> Evidence:
    """The same seats, as they might have been without any gap."""
    own = np.where(e.known, np.sqrt(np.where(e.known, e.v, 0.0) + peers.between_reps**2), 0.0)
    y = rng.normal(0.0, peers.between_teams) + own * rng.standard_normal(len(e.y))
    return replace(e, y=y)
