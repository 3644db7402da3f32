"""The chart of page 1 that holds attainment against pace and plan."""

from __future__ import annotations

from salesgap.facts import Attainment, Pack, Range
from salesgap.figures.style import (
    BAND,
    BAR,
    FULL,
    INK,
    MUTED,
    SIZE,
    WHITE,
    Anchor,
    Canvas,
    Look,
    linear,
    text_width,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.words import Writer


def attainment(pack: Pack, writer: Writer, look: Look) -> Figure:
    """Won against pace and plan; without quotas, against what peers won."""
    facts = pack.attainment
    title = _attainment_title(facts, writer, pack)
    marks = _marks(facts, writer)
    said = [f"{writer.money(facts.won)} won in {writer.count(facts.won_deals, 'deal')}"]
    said += [f"{name} {writer.money(value)}" for name, value in marks]
    if facts.year_end is not None:
        said.append(f"expected at year end {writer.money_range(facts.year_end)} (80% range)")
    return Figure(
        title=title,
        alt=f"{title}: {'; '.join(said)}.",
        svg=_draw_attainment(facts, marks, writer, look).svg(),
    )


def _attainment_title(facts: Attainment, writer: Writer, pack: Pack) -> str:
    if facts.quota_to_date is not None:
        behind = facts.quota_to_date - facts.won
        side = "behind" if behind > 0 else "ahead of"
        return f"{writer.money(abs(behind))} {side} pace"
    if facts.peer_won is not None:
        less = facts.peer_won - facts.won
        side = "less" if less > 0 else "more"
        return f"{writer.money(abs(less))} {side} than peers won with the same rep-months"
    return f"{writer.money(facts.won)} won by {writer.short_day(pack.as_of)}"


def _marks(facts: Attainment, writer: Writer) -> list[tuple[str, float]]:
    named = (
        ("pace", facts.quota_to_date),
        ("peers", facts.peer_won if facts.quota_to_date is None else None),
        ("plan", facts.quota_year),
    )
    return [(name, value) for name, value in named if value is not None]


def _draw_attainment(
    facts: Attainment, marks: list[tuple[str, float]], writer: Writer, look: Look
) -> Canvas:
    canvas = Canvas(FULL, 76)
    ending = facts.year_end
    ends = [ending.high] if ending is not None else []
    top = max(facts.won, *ends, *(value for _, value in marks), 1.0)
    x = linear(min(0.0, facts.won), top, 0, FULL)
    canvas.bar(0, FULL, 36, 32, BAND)
    canvas.bar(x(0), x(facts.won), 36, 13, INK)
    won = f"{writer.money(facts.won)} won"
    inside = x(facts.won) - x(0) > text_width(won, SIZE, "bold") + 8
    if inside:
        canvas.text(x(0) + 5, 36, won, colour=WHITE, weight="bold")
    else:
        canvas.text(x(facts.won) + 4, 36, won, weight="bold")
    for (name, value), (at, anchor) in zip(
        marks,
        _apart([(x(value), f"{name} {writer.money(value)}") for name, value in marks]),
        strict=True,
    ):
        colour = MUTED if name == "plan" else look.accent
        canvas.rule(x(value) - 0.8, 20, x(value) - 0.8, 52, colour, 1.0 if name == "plan" else 2.4)
        canvas.text(at, 9, f"{name} {writer.money(value)}", colour=colour, anchor=anchor)
    if ending is not None and ending.high > ending.low:
        canvas.interval(x(ending.low), x(ending.high), 58, BAR, 3)
        _year_end_label(canvas, ending, (x(ending.low) + x(ending.high)) / 2, writer)
    return canvas


def _year_end_label(canvas: Canvas, ending: Range, at: float, writer: Writer) -> None:
    label = f"year end {writer.money_range(ending)}"
    half = text_width(label) / 2
    middle = min(max(at, half), FULL - half)
    canvas.text(middle, 69, label, colour=MUTED, anchor="center")


def _apart(labels: list[tuple[float, str]]) -> list[tuple[float, Anchor]]:
    """Where each label goes so that none leaves the chart and the last two do not touch."""
    placed: list[tuple[float, Anchor]] = []
    free = 0.0
    for number, (at, text) in enumerate(labels):
        width = text_width(text)
        following = labels[number + 1 :]
        limit = FULL - sum(text_width(other) + 10 for _, other in following)
        left = max(min(at - width / 2, limit - width), free)
        placed.append((left, "left"))
        free = left + width + 10
    return placed
