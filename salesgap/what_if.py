"""What closing a team's gap would bring, if it went further, faster or began later.

The pack supposes one way in which a gap closes; here the reader supposes another, and the impact
and the chance to make the number follow from the same draws. At the pack's own supposition both
are the pack's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from salesgap.facts import Candidate, Pack, Range
from salesgap.gaps.choose import interval
from salesgap.gaps.closing import Closing, better_way, closed, usual_closing, worth
from salesgap.gaps.forecast import chance
from salesgap.gaps.outlook import TeamOutlook
from salesgap.pack import team_outlook
from salesgap.team import Team


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One team's gap, ready to be asked about.

    ``candidate``: the pack's gap, or without one (``named`` is false) the nearest candidate;
    ``way``: how it closes, see :func:`salesgap.gaps.closing.closed`; ``usual``: as the pack
    supposes; ``chance``: of the pack, to make the year as it goes on today; None: unknown.
    """

    team: Team
    outlook: TeamOutlook
    candidate: Candidate
    named: bool
    way: str
    usual: Closing
    won: float
    quota: float | None
    chance: float | None

    @property
    def weeks_left(self) -> int:
        """Weeks to fiscal year end, begun ones too; at least one."""
        return int(self.outlook.course.created.shape[1])

    @property
    def starts(self) -> tuple[date, ...]:
        """The days, a week apart from the as-of date on, up to fiscal year end."""
        params = self.team.params
        weeks = (params.year_end - params.as_of).days // 7
        return tuple(params.as_of + timedelta(weeks=week) for week in range(weeks + 1))


@dataclass(frozen=True, slots=True)
class Answer:
    """Revenue before fiscal year end if the gap is real, 80 % interval, and the chance to make the
    year then; None where the pack knows none."""

    impact: Range
    chance: float | None


def case_of(team: Team, pack: Pack) -> Case | None:
    """The case of a team and its pack; None where the data can tell no candidate at all."""
    candidate = _candidate(pack)
    if candidate is None:
        return None
    outlook = team_outlook(team, team.params.year_end)
    way = candidate.id
    if way == "underperformance":
        way, _ = better_way(outlook, team.benchmarks, team.params.method)
    return Case(
        team=team,
        outlook=outlook,
        candidate=candidate,
        named=pack.gap.driver != "none",
        way=way,
        usual=usual_closing(way, team.params.method),
        won=pack.attainment.won,
        quota=pack.attainment.quota_year,
        chance=pack.attainment.chance,
    )


def _candidate(pack: Pack) -> Candidate | None:
    wanted = pack.gap.runner_up if pack.gap.driver == "none" else pack.gap.id
    return next((one for one in pack.candidates if one.id == wanted), None)


def what_if(case: Case, share: float, weeks: int, start: date) -> Answer:
    """What follows if ``share`` (0 to 1) of the gap closes within ``weeks`` from ``start`` on.

    A start before the as-of date counts as that date.
    """
    params = case.team.params
    later = max((start - params.as_of).days, 0) / 7.0
    closing = Closing(share, weeks, later)
    after = closed(case.outlook, case.way, case.team.benchmarks, params.method, closing)
    return Answer(interval(worth(case.outlook, after, params.method)), _chance(case, after))


def _chance(case: Case, after: TeamOutlook) -> float | None:
    """The pack's chance, moved by what the change makes of it."""
    if case.chance is None or case.quota is None:
        return None
    moved = _to_make(case, after, case.quota) - _to_make(case, case.outlook, case.quota)
    return min(max(case.chance + moved, 0.0), 1.0)


def _to_make(case: Case, outlook: TeamOutlook, quota: float) -> float:
    rng = np.random.default_rng([case.team.params.method.seed, 4])
    return chance(outlook, case.won, quota, case.team.benchmarks.second_moment, rng)
