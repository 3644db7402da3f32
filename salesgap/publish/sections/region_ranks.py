"""Of the region summary: managers in rank order, and the conversation about role."""

from __future__ import annotations

from datetime import timedelta

from salesgap import figures
from salesgap.facts import ManagerLine, RegionSummary, RoleFit
from salesgap.figures.region import FEWEST
from salesgap.figures.style import look
from salesgap.params import Report
from salesgap.publish.blocks import Block, Heading, Section, Table
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import body, small, strong, table
from salesgap.publish.sections.region_answers import has_quotas
from salesgap.publish.words import MISSING, Writer, listed, writer
from salesgap.rank import ROLE_FIT_CHANCE
from salesgap.role_fit import HANDOVER_WEEKS, SEAT_OPEN_DAYS


def region_ranks(summary: RegionSummary, report: Report) -> SectionView:
    """Managers in rank order with their intervals, and for whom a return to a territory is a
    conversation to have."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    style = look(report.brand.colour)
    shown = figures.manager_ranks(summary.managers, has_quotas(summary), write, style)
    blocks: list[Block] = [Heading(text="Managers by rank", level=1), *shown]
    if shown:
        blocks += [_advice(), *_roles(summary, write)]
    else:
        blocks.append(body("No manager of this region can be ranked from these data."))
    title = "Managers by rank"
    section = Section(name="region-ranks", title=title, blocks=tuple(blocks), new_page=False)
    return SectionView(section)


def _advice() -> Block:
    return body(
        "Places overlap more than they differ. A bottom place is a reason to look with the "
        "manager at the team, the quota and the market, before any conclusion."
    )


# ── the conversation about role ───────────────────────────────────────────────────────────


def _roles(summary: RegionSummary, write: Writer) -> list[Block]:
    concerned = [(line, line.role_fit) for line in summary.managers if line.role_fit]
    if not concerned:
        return [small(_no_roles(summary, write))]
    names = listed(line.manager.name for line, _ in concerned)
    return [
        Heading(text=f"A conversation about role: {names}", level=2),
        body(
            "A manager may be a good seller miscast. These numbers make the bottom tenth of all "
            "managers likely; they do not know the team as it was taken over, the territory or "
            "the market. ",
            strong("Nothing follows from them but a conversation; people decide."),
        ),
        _values(concerned, write),
        _timeline(summary, concerned[0][1], write),
        small(
            "What it costs: your own time with the team until the seat is filled, and the "
            "handover. What a team wins or loses with its seat open is not known from these data."
        ),
    ]


def _no_roles(summary: RegionSummary, write: Writer) -> str:
    managers = max(line.rank.managers for line in summary.managers if line.rank)
    if managers < FEWEST:
        return (
            f"Role fit: of {write.count(managers, 'manager')} in the run, fewer than "
            f"{write.number(FEWEST)}, nobody is called the bottom tenth."
        )
    return (
        "Role fit: for no manager of this region is the bottom tenth "
        f"{write.level(ROLE_FIT_CHANCE)} likely or more, so these data give no reason for a "
        "conversation about role."
    )


def _values(concerned: list[tuple[ManagerLine, RoleFit]], write: Writer) -> Table:
    columns = (
        ("Manager", "l", 3),
        ("Chance of bottom tenth", "r", 1.6),
        ("On a territory, before year end", "r", 2),
        ("80% range", "r", 2),
    )
    rows = [
        (line.manager.name, write.chance(role.chance), *_value(role, write))
        for line, role in concerned
    ]
    note = (
        "On a territory: what one more seller at the level of the team’s peers wins, needing no "
        f"ramp, from {HANDOVER_WEEKS} weeks after the as-of date; deals opened too late to be won "
        "this year do not count."
    )
    return table(columns, rows, title="What a return to a territory may bring", note=note)


def _value(role: RoleFit, write: Writer) -> tuple[str, str]:
    value = role.territory_value
    if value is None:
        return MISSING, MISSING
    return write.money(value.expected), write.money_range(value)


def _timeline(summary: RegionSummary, role: RoleFit, write: Writer) -> Table:
    handover = write.short_day(summary.as_of + timedelta(weeks=HANDOVER_WEEKS))
    until = write.short_day(role.seat_open_until)
    columns = (("When", "l", 1.3), ("What", "l", 6), ("Who", "l", 1.5))
    rows = (
        (
            "This week",
            "A conversation first: what do they like about the work, what would help in the seat "
            "they have, would a territory of their own suit them better?",
            "You and the manager",
        ),
        (
            f"By {handover}",
            "Only if both want it: agree on the territory, its quota and pay, and on how the team "
            "is told. Otherwise agree on the support in the present role, and on a day to look "
            "again.",
            "You and the manager",
        ),
        (
            f"Until {until}",
            f"The seat stays open about {SEAT_OPEN_DAYS} days. You dig in: hold the team’s "
            "one-to-ones and its pipeline review yourself, and see what the team needs.",
            "You",
        ),
        (f"From {until}", "Fill the seat by what you have seen, not by the last profile.", "You"),
    )
    return table(columns, rows, title="If it comes to that: the timeline")
