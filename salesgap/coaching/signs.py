"""Four dimensions of a great manager, and what the data show of each: signs, no verdict."""

from __future__ import annotations

import pandas as pd

from salesgap.coaching.execution import counted
from salesgap.facts import Evidence, Sign
from salesgap.gaps.choose import team_level
from salesgap.gaps.outlook import TeamOutlook
from salesgap.team import Team


def signs(team: Team, outlook: TeamOutlook) -> tuple[Sign, ...]:
    """The four, in order; what these data do not tell is left out of a dimension's evidence."""
    done, places = team.execution.get, team.places
    ramping = places["ramping"].astype(bool)
    return (
        Sign(
            dimension="tackle_execution",
            evidence=_known(done("commitments_done"), done("joint_calls")),
        ),
        Sign(
            dimension="focus_and_accountability",
            evidence=_known(_early_attention(team), done("crm_hygiene")),
        ),
        Sign(
            dimension="motivate_and_inspire",
            evidence=_known(done("leavers"), _on_quota("reps_attaining", places[~ramping])),
        ),
        Sign(
            dimension="hire_top_talent",
            evidence=_known(
                _seats_filled(team, outlook), _on_quota("ramping_on_quota", places[ramping])
            ),
        ),
    )


def _known(*evidence: Evidence | None) -> tuple[Evidence, ...]:
    return tuple(one for one in evidence if one is not None)


def _early_attention(team: Team) -> Evidence | None:
    told = team.attention
    if told is None or not told.activities:
        return None
    share = told.early / told.activities
    return counted("early_attention", share, told.activities, told.peers)


def _on_quota(measure: str, places: pd.DataFrame) -> Evidence | None:
    """Reps who won their quota to date, of those who have one."""
    carrying = places[places["quota"] > 0]
    if carrying.empty:
        return None
    return counted(measure, float((carrying["won"] >= carrying["quota"]).mean()), len(carrying))


def _seats_filled(team: Team, outlook: TeamOutlook) -> Evidence | None:
    filled = outlook.evidence.get("capacity")
    return None if filled is None else team_level(filled, team.benchmarks.levels["capacity"])
