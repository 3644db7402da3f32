"""Of the region summary: where the leader's own time is worth most, and what to do in it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from salesgap.facts import Driver, ManagerLine
from salesgap.publish.blocks import Block, Bullets, Heading, Spans
from salesgap.publish.sections.parts import body, say, small, strong
from salesgap.publish.wording import DRIVERS
from salesgap.publish.words import Writer, in_words

_FIRST = 3
"""Managers that the leader's own time goes to first."""

_FIRST_WEEK: dict[Driver, str] = {
    "pipeline_creation": "sit in on the team’s weekly meeting and have each rep tell what is new "
    "since last week, before any late deal",
    "conversion_early": "join two first meetings with the manager, and debrief what would have "
    "earned a proposal",
    "conversion_late": "go through the five largest open proposals with the manager: who decides, "
    "by when, what is missing",
    "conversion": "go through the last ten lost deals with the manager, and agree at which step "
    "they were lost",
    "deal_size": "go through the last five won deals with the manager: what was left out, and who "
    "was not in the room",
    "cycle_time": "take the five oldest open deals with the manager, and agree on a next step and "
    "its date for each",
    "capacity": "clear the way for the empty seats: who approves, who interviews, which days",
    "underperformance": "prepare the conversations about these seats with the manager: one plan "
    "and one day to look again for each",
}
"""What a leader does beside the manager in the first week; the pack has the manager's own part."""


def by_worth(line: ManagerLine) -> float:
    """Most to expect first: what the gap is worth, weighed by how sure it is real."""
    return -line.impact.expected * line.probability if line.impact else 0.0


def own_time(lines: Sequence[ManagerLine], total: float | None, write: Writer) -> list[Block]:
    """Which managers first, why, and what to do in the first week."""
    worth = [line for line in lines if line.gap != "none" and by_worth(line) < 0]
    first = sorted(worth, key=by_worth)[:_FIRST]
    if not first:
        free = "No gap with a value is named: your own time is free to go where you choose."
        return [Heading(text="Your own time", level=2), body(free)]
    title = f"Your own time: start with {first[0].manager.name}"
    return [
        Heading(text=title, level=2),
        Bullets(items=tuple(_starts(first, write)), numbered=True),
        *_held(first, total, write),
    ]


def _starts(first: Sequence[ManagerLine], write: Writer) -> Iterator[Spans]:
    seen: set[Driver] = set()
    for line in first:
        worth = write.money(line.impact.expected) if line.impact else ""
        sure = f"{worth} before year end, {write.chance(line.probability)} sure it is real"
        todo = "the same with this team" if line.gap in seen else _FIRST_WEEK[line.gap]
        seen.add(line.gap)
        gap = f", {DRIVERS[line.gap].name.lower()}: {sure}. In the first week, {todo}."
        yield say(strong(line.manager.name), gap)


def _held(first: Sequence[ManagerLine], total: float | None, write: Writer) -> list[Block]:
    """What part of all there is to win the first ones hold."""
    held = -math.fsum(by_worth(line) for line in first) / total if total else 1.0
    if len(first) < 2 or held > 0.995:
        return []
    return [
        small(
            f"Together these {in_words(len(first))} hold {write.benchmark(held)} of the "
            f"{write.money(total)} that all gaps named are worth, each "
            "weighed by how sure it is real."
        )
    ]
