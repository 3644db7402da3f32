"""The eight drivers of execution: measured where the data tell them, assessed where not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, get_args

import pandas as pd

from salesgap.facts import Evidence, ExecutionDriver, ExecutionDriverId, OneToOne, TacticalPlan
from salesgap.measures.definitions import MEASURES
from salesgap.team import Team

ITEMS: Final[dict[str, ExecutionDriverId]] = {
    "goal clarity": "goal_clarity",
    "tactical prescription": "tactical_prescription",
    "performance metrics": "performance_metrics",
    "crm visibility": "crm_visibility",
    "leadership training": "coaching_approach",
    "coaching approach": "coaching_approach",
    "one coaching approach": "coaching_approach",
    "leadership training and one coaching approach": "coaching_approach",
    "joint calls": "joint_calls",
    "performance process": "performance_process",
    "regular performance process": "performance_process",
    "culture": "culture",
}
"""What an item of ``assessments`` is called, small and with single blanks, and its driver."""

GAP_SCORE = 2.0
"""On a scale of 0 to 5: below its middle by more than one half-point."""

_VALID_MONTHS = 6
"""Two quarters: an older score is of another year's process."""

_MANY_GOALS = 3.0
"""More goals than three at once, and nobody can say which one the week is for."""

_ENOUGH = {
    "metrics_complete": 0.9,  # with a field in ten empty, a pack is about the filled ones only
    "crm_hygiene": 0.5,  # a list of which the most part is not in order cannot be worked from
    "commitments_done": 0.5,  # what is agreed is more often left than done
}
_OF_OTHERS = {
    "crm_hygiene": 0.8,  # four fifths: of some fifty open deals, more than chance takes away
    "joint_calls": 0.5,  # habits differ; half as often as elsewhere is another habit
}
_MEASURED_BY: Final[dict[ExecutionDriverId, str]] = {
    "performance_metrics": "metrics_complete",
    "crm_visibility": "crm_hygiene",
    "joint_calls": "joint_calls",
    "performance_process": "commitments_done",
}
_PACE_DAYS = 90


def execution_drivers(team: Team, sheets: Sequence[OneToOne]) -> tuple[ExecutionDriver, ...]:
    """The eight, in order. ``sheets``: the one-to-ones, for what each rep's plan needs."""
    scores = _scores(team)
    measured: dict[ExecutionDriverId, Evidence | None] = {
        "goal_clarity": _goals(team),
        "tactical_prescription": _plan_pace(team, sheets),
    }
    measured |= {driver: team.execution.get(name) for driver, name in _MEASURED_BY.items()}
    return tuple(
        _driver(driver, measured.get(driver), scores) for driver in get_args(ExecutionDriverId)
    )


def _driver(
    driver: ExecutionDriverId,
    evidence: Evidence | None,
    scores: Mapping[ExecutionDriverId, tuple[float, date]],
) -> ExecutionDriver:
    score, scored_on = scores.get(driver, (None, None))
    low = None if score is None else score <= GAP_SCORE
    known = [found for found in (low, _short(evidence)) if found is not None]
    return ExecutionDriver(
        id=driver,
        evidence=evidence,
        score=score,
        scored_on=scored_on,
        gap=any(known) if known else None,
    )


def _short(evidence: Evidence | None) -> bool | None:
    """Whether it lies clearly short of a bound; None: not measured, or without one to hold it
    against."""
    if evidence is None or evidence.value is None:
        return None
    if evidence.measure == "goals_per_rep":
        return evidence.value > _MANY_GOALS
    bounds = []
    if evidence.measure in _ENOUGH:
        bounds.append(_ENOUGH[evidence.measure])
    if evidence.measure in _OF_OTHERS and evidence.benchmark is not None:
        bounds.append(_OF_OTHERS[evidence.measure] * evidence.benchmark)
    return evidence.value < max(bounds) if bounds else None


# ── assessed ──────────────────────────────────────────────────────────────────────────────


def _scores(team: Team) -> dict[ExecutionDriverId, tuple[float, date]]:
    """Each driver's last score of the manager, and its day.

    Where rows of one day disagree about a driver, the lower one counts: a doubt is worth a look.
    """
    as_of = pd.Timestamp(team.params.as_of)
    rows = team.book.assessments
    if rows.empty:
        return {}
    fresh = (rows["date"] <= as_of) & (rows["date"] > as_of - pd.DateOffset(months=_VALID_MONTHS))
    mine = rows[fresh & (rows["person_id"] == team.manager.id)]
    mine = mine.sort_values(["date", "score"], ascending=[True, False])
    asked = [ITEMS.get(plain(item)) for item in mine["item"]]
    told = zip(asked, mine["score"], mine["date"], strict=True)
    return {driver: (float(score), day.date()) for driver, score, day in told if driver}


def plain(item: str) -> str:
    """An item's words, small and with single blanks, whatever stands between them."""
    return " ".join(re.findall(r"\w+", item.casefold().replace("_", " ")))


def counted(measure: str, value: float, count: int, peers: float | None = None) -> Evidence:
    """What was counted of a measure, in its unit."""
    unit = MEASURES[measure].unit
    return Evidence(measure=measure, unit=unit, value=value, benchmark=peers, count=count)


# ── measured on this team alone ───────────────────────────────────────────────────────────


def _goals(team: Team) -> Evidence | None:
    """Different quota measures a rep in the fiscal year; None without quotas."""
    quotas = team.book.quotas
    year = (quotas["period_start"] <= pd.Timestamp(team.params.year_end)) & (
        quotas["period_end"] >= pd.Timestamp(team.params.year_start)
    )
    theirs = quotas[year & quotas["person_id"].isin(team.places["person_id"])]
    names = theirs["measure"].fillna("revenue").map(plain)
    goals = names.groupby(theirs["person_id"]).nunique()
    return counted("goals_per_rep", float(goals.median()), len(goals)) if len(goals) else None


def _plan_pace(team: Team, sheets: Sequence[OneToOne]) -> Evidence | None:
    """Reps who opened, of late, what their plan asks a week; None where no plan asks a number."""
    since = pd.Timestamp(team.params.as_of) - pd.Timedelta(days=_PACE_DAYS)
    settled = team.places["person_id"][~team.places["ramping"].astype(bool)]
    stayed = team.seats["person_id"][(team.seats["start"] <= since) & team.seats["end"].isna()]
    here = set(settled) & set(stayed)
    opened = team.book.deals["owner_id"][team.book.deals["created_date"] > since].value_counts()
    reached = [
        opened.get(sheet.person.id, 0) / (_PACE_DAYS / 7.0) >= asked
        for sheet in sheets
        if sheet.person.id in here and (asked := _asked(sheet.plan)) is not None
    ]
    return counted("plan_pace", sum(reached) / len(reached), len(reached)) if reached else None


def _asked(plan: TacticalPlan) -> float | None:
    """New opportunities a week; of what nobody could open, as many as a strong peer does."""
    needed, feasible = plan.opportunities_per_week, plan.feasible_per_week
    return needed if needed is None or feasible is None else min(needed, feasible)
