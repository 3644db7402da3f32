"""Candidate gaps of one team, each valued by the revenue it would bring before year end."""

from __future__ import annotations

from dataclasses import dataclass

from salesgap.gaps.closing import CONDITIONS, better_way, closed, worth
from salesgap.gaps.evidence import Floats
from salesgap.gaps.outlook import TeamOutlook
from salesgap.gaps.people import missing_seats
from salesgap.measures.peers import Benchmarks
from salesgap.params import Method


@dataclass(frozen=True, slots=True)
class Valued:
    """A candidate: the probability that it is real, and draws of its in-year impact if it is."""

    driver: str
    probability: float
    impact: Floats
    seats: tuple[str, ...] = ()

    @property
    def expected(self) -> float:
        """Mean impact, whether it is real or not."""
        return self.probability * float(self.impact.mean())


def value_candidates(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """Every candidate of the team with the draws of its impact; the most to expect of first."""
    found = [
        Valued(
            driver,
            team.verdict.condition_gap(driver),
            worth(team, closed(team, driver, benchmarks, method), method),
        )
        for driver in CONDITIONS
        if driver in team.levels
    ]
    found += _capacity(team, benchmarks, method)
    found += _people(team, benchmarks, method)
    return sorted(found, key=lambda valued: -valued.expected)


def _capacity(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """Empty seats filled: nothing while they are vacant, then a ramp."""
    if "capacity" not in team.evidence:
        return []
    missing = missing_seats(team, benchmarks)
    probability = team.verdict.condition_gap("capacity") if missing >= 0.5 else 0.0
    after = closed(team, "capacity", benchmarks, method)
    return [Valued("capacity", probability, worth(team, after, method))]


def _people(team: TeamOutlook, benchmarks: Benchmarks, method: Method) -> list[Valued]:
    """The weak seats, by the better of two ways."""
    weak = team.verdict.weak_seats
    if not weak:
        return []
    _, impact = better_way(team, benchmarks, method)
    return [Valued("underperformance", team.verdict.people_gap, impact, weak)]
