"""Where a rep stands beside the peers: the driver that costs most, and the rates to plan with."""

from __future__ import annotations

import numpy as np

from salesgap.coaching.tactics import RepRates
from salesgap.facts import Evidence, Person
from salesgap.gaps.choose import team_level
from salesgap.gaps.closing import CONDITIONS
from salesgap.gaps.hypotheses import eligible_seats
from salesgap.gaps.outlook import WEEKS_A_MONTH, TeamOutlook
from salesgap.measures.seats import ALL_PEERS
from salesgap.team import Team

_NOTEWORTHY = 0.08
"""A rep's level must be this far from the peers' (in logs) to be worth a behaviour."""


def judged(outlook: TeamOutlook) -> frozenset[str]:
    """The ids of the reps who are past the ramp for long enough to be judged."""
    return eligible_seats(list(outlook.evidence.values()))


def driver_worth_most(rep: Person, outlook: TeamOutlook, worth: dict[str, float]) -> str:
    """The driver in which this rep's distance to peers costs most before year end, of those that
    there is something counted of. ``worth``: of a tenth more of each driver."""
    lacking = {
        driver: worth[driver] * -level(rep, driver, outlook)
        for driver in CONDITIONS
        if driver in worth
        and rep.id in outlook.evidence[driver].seats
        and level(rep, driver, outlook) < -_NOTEWORTHY
    }
    return max(lacking, key=lacking.__getitem__, default="none")


def level(rep: Person, driver: str, outlook: TeamOutlook) -> float:
    """The rep's shrunken log level; above 0 is better than peers."""
    if driver not in outlook.levels or rep.id not in outlook.verdict.seats:
        return 0.0
    seat = outlook.verdict.seats.index(rep.id)
    drawn = float(outlook.levels[driver].seat[:, seat].mean())
    return -drawn if driver == "cycle_time" else drawn


def evidence_of(rep: Person, driver: str, team: Team, outlook: TeamOutlook) -> Evidence | None:
    """The rep's own number beside the peers'; None where nothing is counted of it."""
    evidence = outlook.evidence.get(driver)
    mine = [i for i, seat in enumerate(evidence.seats) if seat == rep.id] if evidence else []
    if evidence is None or not mine:
        return None
    return team_level(evidence.of(mine), team.benchmarks.levels[driver])


def rates(
    rep: Person, group: str | None, weeks_left: int, team: Team, outlook: TeamOutlook
) -> RepRates:
    """The rep's own shrunken rates, from the open deals' course and the peers' levels.

    ``group``: the like-for-like group of the rep's seat; ``weeks_left``: see :func:`weeks_left`.
    """
    phases = team.benchmarks.phases
    late = "conversion_late" if phases else "conversion"
    early = outlook.process.early.share * np.exp(level(rep, "conversion_early", outlook))
    size = float(outlook.course.size.mean()) * np.exp(level(rep, "deal_size", outlook))
    return RepRates(
        early=min(float(early), 1.0) if phases else None,
        late=min(outlook.process.late.share * float(np.exp(level(rep, late, outlook))), 1.0),
        size=float(size),
        weeks_left=weeks_left,
        strong_pace=_strong_pace(rep, group, team, outlook),
    )


def _strong_pace(rep: Person, group: str | None, team: Team, outlook: TeamOutlook) -> float | None:
    """New opportunities a week of a strong peer, one standard deviation between reps above the
    like; or the rep's own, if that is more."""
    peers = team.benchmarks.levels.get("pipeline_creation")
    if peers is None or group is None:
        return None
    usual = peers.levels.get(group, peers.levels.get(ALL_PEERS))
    if usual is None:
        return None
    above = max(peers.between_reps, level(rep, "pipeline_creation", outlook))
    return float(np.exp(usual + above)) / WEEKS_A_MONTH


def weeks_left(team: Team, outlook: TeamOutlook) -> int:
    """Weeks to year end less the usual cycle: a deal created later closes next year."""
    weeks = (team.params.year_end - team.params.as_of).days / 7.0
    cycle = outlook.evidence.get("cycle_time")
    if cycle is None or cycle.base.sum() <= 0:
        return int(weeks)
    usual = float(np.exp(cycle.expected.sum() / cycle.base.sum())) / 7.0
    return max(int(weeks - usual), 0)
