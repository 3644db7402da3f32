"""The chart of page 3 that walks the open pipeline from one day to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from salesgap.facts import MovementReason, Waterfall
from salesgap.figures.style import BAR, FULL, INK, MUTED, SOFT, Canvas, Look, emphasis, linear, wrap
from salesgap.publish.blocks import Figure
from salesgap.publish.words import Writer, add_up

_NAMES: dict[MovementReason, tuple[str, str]] = {
    "new": ("new", "is new"),
    "transferred_in": ("from other teams", "came from other teams"),
    "pulled_in": ("pulled in", "was pulled into the year"),
    "reopened": ("reopened", "was reopened"),
    "raised": ("raised in value", "is deals raised in value"),
    "cut": ("cut in value", "is deals cut in value"),
    "won": ("won", "was won"),
    "lost": ("lost", "was lost"),
    "pushed": ("pushed past year end", "was pushed past year end"),
    "transferred_out": ("to other teams", "went to other teams"),
    "gone": ("not in the data now", "is not in the data now"),
}
"""What a movement is called under its bar, and at the end of a title."""

_LEVEL = 0.02
"""A change below this part of what it was is none to speak of."""

_TOP, _BASE, _LINE = 14.0, 62.0, 10.4


Kind = Literal["end", "in", "won", "out"]


@dataclass(frozen=True)
class _Bar:
    name: str
    deals: str
    low: float
    high: float
    label: str
    kind: Kind


def waterfall(facts: Waterfall, writer: Writer, look: Look) -> Figure:
    """One bar a reason between the two pipelines; what is printed adds up."""
    bars = _bars(facts, writer)
    title = _title(facts, writer)
    said = "; ".join(f"{bar.name} {bar.label} ({bar.deals})" for bar in bars)
    return Figure(
        title=title,
        subtitle=f"{writer.currency}, {_which(facts, writer)}; each deal "
        "counts under one reason, one opened and closed in between under none",
        alt=f"{title}: {said}.",
        svg=_draw(bars, look).svg(),
    )


def _which(facts: Waterfall, writer: Writer) -> str:
    if facts.due_by is None:
        return "all open deals"
    return f"open and due by {writer.short_day(facts.due_by)}"


def _title(facts: Waterfall, writer: Writer) -> str:
    change = facts.end_amount - facts.start_amount
    when = f"on {writer.short_day(facts.start)}"
    if abs(change) < _LEVEL * facts.start_amount or change == 0:
        return f"Open pipeline stands where it stood {when}"
    side = "more" if change > 0 else "less"
    sign = 1 if change > 0 else -1
    moved = {one.reason: sign * one.amount for one in facts.movements if sign * one.amount > 0}
    main = max(moved, key=lambda reason: moved[reason])
    cause = ""
    if moved[main] > sum(moved.values()) / 2:
        what = "what came in" if change > 0 else "what left"
        cause = f": most of {what} {_NAMES[main][1]}"
    return f"{writer.money(abs(change))} {side} open pipeline than {when}{cause}"


def _bars(facts: Waterfall, writer: Writer) -> list[_Bar]:
    amounts = (facts.start_amount, *(one.amount for one in facts.movements))
    end, (start, *moved) = add_up(facts.end_amount, amounts)
    bars = [_end(facts.start, facts.start_deals, start, writer)]
    level = start
    for one, value in zip(facts.movements, moved, strict=True):
        kind: Kind = "won" if one.reason == "won" else "in" if one.amount > 0 else "out"
        name, label = _NAMES[one.reason][0], writer.signed_money(value)
        bars.append(_Bar(name, writer.number(one.deals), level, level + value, label, kind))
        level += value
    return [*bars, _end(facts.end, facts.end_deals, end, writer)]


def _end(day: date, deals: int, amount: float, writer: Writer) -> _Bar:
    name, label = writer.short_day(day), writer.money(amount)
    return _Bar(name, writer.count(deals, "deal"), 0.0, amount, label, "end")


def _draw(bars: Sequence[_Bar], look: Look) -> Canvas:
    room = FULL / len(bars)
    names = [wrap(bar.name, room - 1, weight=emphasis(bar.kind == "end")) for bar in bars]
    canvas = Canvas(FULL, _BASE + 10 + _LINE * (max(map(len, names)) + 1))
    width = min(room * 0.62, 42.0)
    y = linear(0, max(1.0, *(bar.low for bar in bars), *(bar.high for bar in bars)), _BASE, _TOP)
    colours = {"end": INK, "in": BAR, "won": SOFT, "out": look.accent}
    for number, (bar, name) in enumerate(zip(bars, names, strict=True)):
        middle = room * (number + 0.5)
        upper, lower = sorted((y(bar.low), y(bar.high)))
        left, right = middle - width / 2, middle + width / 2
        if bar is not bars[-1]:
            canvas.rule(right, y(bar.high), left + room, y(bar.high), MUTED, 0.5)
        height = max(lower - upper, 0.8)
        canvas.bar(left, right, upper + height / 2, height, colours[bar.kind])
        weight = emphasis(bar.kind == "end")
        canvas.text(middle, upper - 7, bar.label, weight=weight, anchor="center")
        below = _BASE + 9 + _LINE * (len(name) - 1) / 2
        canvas.text(middle, below, name, weight=weight, anchor="center")
        canvas.text(middle, _BASE + 9 + _LINE * len(name), bar.deals, colour=MUTED, anchor="center")
    canvas.rule(0, _BASE, FULL, _BASE, INK, 0.9)
    return canvas
