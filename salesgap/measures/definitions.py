"""Every measure of salesgap, defined once. docs/measures.md is written from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["per_month", "share", "money", "days", "count"]


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
            "each deal once",
            "stage_history.changed_at, opportunities.close_date",
        ),
        Measure(
            "conversion_late",
            "Late conversion",
            "share",
            "team, trailing window",
            "deals won in the window",
            "deals that had reached the late phase and were won or lost in the window",
            "each deal once",
            "stage_history.changed_at, opportunities.close_date",
        ),
        Measure(
            "conversion",
            "Win rate",
            "share",
            "team, trailing window",
            "deals won in the window",
            "deals won or lost in the window",
            "each deal once",
            "opportunities.close_date",
        ),
        Measure(
            "deal_size",
            "Value of a won deal",
            "money",
            "team, trailing window",
            "geometric mean of the amounts of deals won in the window",
            "–",
            "each won deal once",
            "opportunities.amount",
        ),
        Measure(
            "cycle_time",
            "Days from creation to won",
            "days",
            "team, trailing window",
            "geometric mean of the days from creation to close of deals won in the window",
            "–",
            "each won deal once",
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
    )
}

_UNITS: dict[Unit, str] = {
    "per_month": "a month",
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
