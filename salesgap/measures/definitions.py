"""Every measure of salesgap, defined once. docs/measures.md is written from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["per_month", "per_week", "share", "money", "days", "count"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number is: its unit, grain, weighting and both halves of its fraction."""

    id: str
    name: str
    unit: Unit
    grain: str
    numerator: str
    denominator: str
    weighting: str
    source: str


MEASURES: dict[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure(
            "pipeline_creation",
            "New opportunities per ramped rep-month",
            "per_month",
            "team, trailing window",
            "opportunities created in the window, those of a rep's ramp left out",
            "ramped rep-months in seat",
            "each rep-month once",
            "opportunities.created_date, people.start_date, people.end_date",
        ),
        Measure(
            "conversion_early",
            "Early conversion",
            "share",
            "team, trailing window",
            "deals that reached the late phase in the window",
            "the numerator and the deals lost before it in the window; open deals are censored",
            "each deal once; those opened on their owner's ramp are left out",
            "stage_history.changed_at, opportunities.close_date",
        ),
        Measure(
            "conversion_late",
            "Late conversion",
            "share",
            "team, trailing window",
            "deals won in the window",
            "deals that had reached the late phase and were won or lost in the window",
            "each deal once; those opened on their owner's ramp are left out",
            "stage_history.changed_at, opportunities.close_date",
        ),
        Measure(
            "conversion",
            "Win rate",
            "share",
            "team, trailing window",
            "deals won in the window",
            "deals won or lost in the window",
            "each deal once; those opened on their owner's ramp are left out",
            "opportunities.close_date",
        ),
        Measure(
            "deal_size",
            "Typical value of a won deal",
            "money",
            "team, trailing window",
            "geometric mean of the amounts of deals won in the window",
            "–",
            "each won deal once; those opened on their owner's ramp are left out",
            "opportunities.amount",
        ),
        Measure(
            "cycle_time",
            "Typical days until won",
            "days",
            "team, trailing window",
            "geometric mean of the days from creation to close of deals won in the window",
            "–",
            "each won deal once; those opened on their owner's ramp are left out",
            "opportunities.created_date, opportunities.close_date",
        ),
        Measure(
            "capacity",
            "Seats filled",
            "share",
            "team, trailing window",
            "rep-months in seat, those of the ramp too",
            "planned rep-months: the most seats ever filled at once, times the window's months",
            "each rep-month once",
            "people.start_date, people.end_date",
        ),
        Measure(
            "attainment",
            "Attainment to date",
            "share",
            "person or team, fiscal year to date",
            "closed won in the fiscal year to date",
            "quota of the same days, those of the ramp in proportion to it",
            "each deal once",
            "opportunities.amount, quotas.amount",
        ),
        Measure(
            "coverage",
            "Coverage to go",
            "share",
            "team, fiscal quarter",
            "open pipeline expected to close in the quarter",
            "quota of the quarter less what is already won in it",
            "each deal by its amount",
            "opportunities.close_date, quotas.amount",
        ),
        Measure(
            "net_new",
            "Net new pipeline",
            "money",
            "person or team, since a date",
            "amount of the opportunities created since then, or transferred in from another team "
            "with their owner, closed since or not",
            "–",
            "each deal by its amount",
            "opportunities.created_date, team_history.manager_id, team_history.start_date",
        ),
        Measure(
            "pipeline_movement",
            "Movement of the open pipeline",
            "money",
            "team and reason, between two dates",
            "open pipeline expected by fiscal year end (all that is open, where no history tells "
            "dates) at the second date less that at the first, split by the one reason a deal has: "
            "new, transferred in or out, pulled in, reopened, raised or cut in value, won, lost, "
            "pushed",
            "–",
            "what leaves by its amount at the first date, what arrives by that at the second",
            "stage_history.amount, stage_history.close_date, opportunities.close_date, "
            "team_history.manager_id",
        ),
        Measure(
            "early_attention",
            "Attention to early stages",
            "share",
            "team, last 90 days",
            "activities on deals that were in the early phase on that day",
            "activities on deals whose phase on that day is known",
            "each activity once",
            "activities.opportunity_id, activities.date, stage_history.changed_at",
        ),
        Measure(
            "goals_per_rep",
            "Goals a rep carries",
            "count",
            "team, fiscal year",
            "median over the team's reps of the different measures they have a quota of",
            "–",
            "each rep with a quota once",
            "quotas.person_id, quotas.measure, quotas.period_start, quotas.period_end",
        ),
        Measure(
            "plan_pace",
            "Reps who open what their plan asks",
            "share",
            "team, last 90 days",
            "reps who created as many opportunities a week as their plan asks, or as a strong peer "
            "does",
            "reps past their ramp, in the team all 90 days, with such a plan",
            "each rep once",
            "opportunities.created_date, opportunities.owner_id, quotas.amount",
        ),
        Measure(
            "metrics_complete",
            "Fields filled in that the measures need",
            "share",
            "team, open deals and those won in the trailing window",
            "those fields with a value: amount, close date, product, type, segment, margin",
            "as many of these fields as the export has any value of, times the deals",
            "each field of each deal once",
            "opportunities.amount, opportunities.close_date, opportunities.product, "
            "opportunities.type, opportunities.segment, opportunities.margin",
        ),
        Measure(
            "crm_hygiene",
            "Open deals in order",
            "share",
            "team, as-of date",
            "open deals with a close date that is not past, a next step, an amount, and a contact "
            "in the last 30 days; of these, what the export tells of any deal",
            "open deals",
            "each deal once",
            "opportunities.close_date, opportunities.next_step, opportunities.amount, "
            "opportunities.last_activity_date, activities.date",
        ),
        Measure(
            "joint_calls",
            "Joint calls a rep-month",
            "per_month",
            "team, last 90 days",
            "reps' activities in which the manager took part",
            "rep-months in seat, those of the ramp too",
            "each activity once",
            "activities.with_manager, activities.date, people.start_date, people.end_date",
        ),
        Measure(
            "commitments_done",
            "Commitments done",
            "share",
            "manager, last twelve months",
            "commitments that fell due and are done",
            "commitments that fell due, the dropped ones too",
            "each commitment once",
            "commitments.status, commitments.due_date",
        ),
        Measure(
            "leavers",
            "Reps who left",
            "count",
            "team, last twelve months",
            "reps whose last day came, by their last manager",
            "–; peers: as many as left the other teams, for as many rep-months",
            "each rep once",
            "people.end_date, people.manager_id, team_history.manager_id",
        ),
        Measure(
            "reps_attaining",
            "Reps on or above quota",
            "share",
            "team, fiscal year to date",
            "reps past their ramp who won at least their quota of the same days",
            "reps past their ramp with a quota",
            "each rep once",
            "opportunities.amount, quotas.amount",
        ),
        Measure(
            "ramping_on_quota",
            "New reps on or above their ramped quota",
            "share",
            "team, fiscal year to date",
            "reps on their ramp who won at least their quota of the same days, reduced by the ramp",
            "reps on their ramp with a quota",
            "each rep once",
            "opportunities.amount, quotas.amount, people.start_date",
        ),
        Measure(
            "activities_per_week",
            "Activities a week",
            "per_week",
            "person, kind and phase, last 90 days; target: reps of the role who make their number",
            "activities of one kind on deals that were in the phase on that day, early with those "
            "on no deal yet",
            "weeks in seat; target: of ramped reps who won their quota to date (without quotas: "
            "the upper third against peers), where there are five or more",
            "each activity once",
            "activities.person_id, activities.date, activities.kind, activities.opportunity_id, "
            "stage_history.changed_at, quotas.amount, people.start_date, people.end_date",
        ),
        Measure(
            "margin",
            "Margin of won deals",
            "share",
            "team, last three months",
            "amount times margin of deals won in the window",
            "amount of deals won in the window that tell a margin",
            "each won deal by its amount",
            "opportunities.margin, opportunities.amount",
        ),
        Measure(
            "won_mix",
            "Mix of what was won",
            "share",
            "team and product, deal type or customer segment, last three months",
            "amount won in the window with that value",
            "amount won in the window with any value",
            "each won deal by its amount",
            "opportunities.product, opportunities.type, opportunities.segment, "
            "opportunities.amount",
        ),
    )
}

_UNITS: dict[Unit, str] = {
    "per_month": "a month",
    "per_week": "a week",
    "share": "share, 0 to 1",
    "money": "money in the run's currency",
    "days": "days",
    "count": "count",
}


def measures_markdown() -> str:
    """The body of docs/measures.md: one section a measure."""
    return "\n\n".join(_section(measure) for measure in MEASURES.values())


def _section(measure: Measure) -> str:
    rows = (
        ("Id", f"`{measure.id}`"),
        ("Unit", _UNITS[measure.unit]),
        ("Grain", measure.grain),
        ("Numerator", measure.numerator),
        ("Denominator", measure.denominator),
        ("Weighting", measure.weighting),
        ("Columns", ", ".join(f"`{column}`" for column in measure.source.split(", "))),
    )
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([f"## {measure.name}", "", "| | |", "|---|---|", *lines])
