"""Of a one-to-one card: the plan back from the quota, and the week that leads there."""

from __future__ import annotations

from salesgap.facts import ActivityTarget, TacticalPlan
from salesgap.publish.blocks import Block, Text
from salesgap.publish.sections.parts import body, muted, strong
from salesgap.publish.words import Writer, listed

_PHASE = {"early": " on early deals", "late": " on late deals"}


def plan_of(plan: TacticalPlan, write: Writer) -> Text:
    """What is still to win, and the deals it takes, with the rep's own rates."""
    title = strong("Tactical plan: ")
    if plan.remaining is None:
        return body(title, "without a quota there is no number to work back from.")
    if plan.remaining <= 0:
        return body(title, "the year’s quota is won. Build next year’s pipeline.")
    opening = f"{write.money(plan.remaining)} to go"
    if plan.to_create is None or plan.wins is None:
        return body(title, f"{opening}. The rest cannot be worked back from these data.")
    if plan.to_create <= 0:
        return body(
            title, f"{opening}; the open deals should do. Keep creating for what comes after."
        )
    return body(title, f"{opening}, {write.money(plan.to_create)} to create: ", _back(plan, write))


def _back(plan: TacticalPlan, write: Writer) -> str:
    steps = [
        f"{write.number(number, 1)} {noun}"
        for number, noun in (
            (plan.wins, "wins"),
            (plan.proposals, "proposals"),
            (plan.opportunities, "new opportunities"),
        )
        if number is not None
    ]
    chain = " ← ".join(steps)
    if plan.opportunities_per_week is None or plan.weeks_left == 0:
        return f"{chain}; too late for a new deal to close this year."
    weekly = write.number(plan.opportunities_per_week, 1)
    weeks = f"{weekly} a week for {write.count(plan.weeks_left, 'week')}."
    return f"{chain}; {weeks}{_in_reach(plan, plan.opportunities_per_week, write)}"


def _in_reach(plan: TacticalPlan, needed: float, write: Writer) -> str:
    """What a strong pace brings, where the plan asks for more than that."""
    pace = plan.feasible_per_week
    if pace is None or plan.feasible is None or needed <= pace:
        return ""
    brings = f"{write.number(pace, 1)} new ones a week, brings {write.money(plan.feasible)}"
    return f" Out of reach: a strong pace, {brings}. Agree on it."


def week_of(activities: tuple[ActivityTarget, ...], write: Writer) -> list[Block]:
    """Weekly activities: what peers of the role who make their number do, and what is done now."""
    if not activities:
        return []
    phases = {one.phase for one in activities}
    common = _PHASE.get(phases.pop() or "", "") if len(phases) == 1 else ""
    told = listed(
        (
            f"{one.kind.lower()}{'' if common else _PHASE.get(one.phase or '', '')} "
            f"{write.decimal(one.target, 1)} (now {write.decimal(one.now, 1)})"
            for one in activities
        ),
        most=len(activities),
    )
    peers = write.count(max(one.reps for one in activities), "peer")
    return [body(strong(f"A week{common}: "), told, muted(f", as {peers} on quota."))]
