"""The chart of page 3: coverage to go."""

from __future__ import annotations

from collections.abc import Sequence

from salesgap.facts import Coverage
from salesgap.figures.style import (
    FULL,
    INK,
    SOFT,
    Anchor,
    Canvas,
    Look,
    linear,
    text_width,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.words import Writer, add_up


def to_go(quarter: Coverage) -> float | None:
    """What is still to be won in the quarter; ``None`` without a target."""
    return None if quarter.target is None else max(quarter.target - quarter.won, 0.0)


def needed_money(quarter: Coverage) -> float | None:
    """The open pipeline that would cover what is still to be won."""
    left = to_go(quarter)
    return None if left is None or quarter.needed is None else left * quarter.needed


def coverage(quarters: Sequence[Coverage], writer: Writer, look: Look) -> Figure | None:
    """Open pipeline by quarter, late and early, against what is needed; ``None`` for none."""
    if not quarters:
        return None
    title = _coverage_title(quarters, writer)
    said = "; ".join(_said(quarter, writer) for quarter in quarters)
    needed = any(needed_money(quarter) is not None for quarter in quarters)
    return Figure(
        title=title,
        subtitle=f"{writer.currency}, open pipeline by quarter it is due in; dark: late stages"
        f"{'; line: needed' if needed else ''}",
        alt=f"{title}: {said}.",
        svg=_draw_coverage(quarters, writer, look).svg(),
    )


def first_short(quarters: Sequence[Coverage]) -> tuple[str, float] | None:
    """The first quarter whose open pipeline does not cover what is to go, and by how much."""
    for quarter in quarters:
        needed = needed_money(quarter)
        if needed is not None and quarter.open_all < needed:
            _, (_, short) = add_up(needed, (quarter.open_all, needed - quarter.open_all))
            return quarter.quarter, short
    return None


def _coverage_title(quarters: Sequence[Coverage], writer: Writer) -> str:
    lacking = first_short(quarters)
    if lacking is not None:
        return f"{lacking[0]} is {writer.money(lacking[1])} of open pipeline short"
    if all(needed_money(quarter) is None for quarter in quarters):
        first = quarters[0]
        return f"{writer.money(first.open_all)} is open and due in {first.quarter}"
    return "Open pipeline covers what is still to be won"


def _said(quarter: Coverage, writer: Writer) -> str:
    needed = needed_money(quarter)
    against = "needed is not known" if needed is None else f"needed {writer.money(needed)}"
    return (
        f"{quarter.quarter} {writer.money(quarter.open_all)} open, of it "
        f"{writer.money(quarter.open_late)} late, {against}"
    )


def _draw_coverage(quarters: Sequence[Coverage], writer: Writer, look: Look) -> Canvas:
    row, left = 31.0, 46.0
    canvas = Canvas(FULL, row * len(quarters))
    texts = [_open(quarter, writer) for quarter in quarters]
    room = max(text_width(text) for text in texts) + 10
    needs = [needed for quarter in quarters if (needed := needed_money(quarter)) is not None]
    high = max([*(quarter.open_all for quarter in quarters), *needs, 1.0])
    x = linear(0, high, left, FULL - room)
    for number, (quarter, text) in enumerate(zip(quarters, texts, strict=True)):
        y = row * number + 21
        canvas.text(0, y, quarter.quarter, weight="bold")
        canvas.bar(x(0), x(quarter.open_all), y, 13, SOFT)
        canvas.bar(x(0), x(quarter.open_late), y, 13, INK)
        needed = needed_money(quarter)
        mark = None if needed is None else x(needed)
        start = beside(x(quarter.open_all), mark, text)
        canvas.text(start, y, text)
        if needed is not None and mark is not None:
            canvas.rule(mark, y - 9, mark, y + 9, look.accent, 2.2)
            label = f"needed {writer.money(needed)}"
            _needed_label(canvas, label, (mark, y), start < mark, look)
    return canvas


def _needed_label(
    canvas: Canvas, label: str, at: tuple[float, float], free: bool, look: Look
) -> None:
    """Beside its mark; above it where what is open stands there (``free`` is false)."""
    mark, y = at
    width = text_width(label)
    if free and mark + 6 + width <= FULL:
        canvas.text(mark + 6, y, label, colour=look.accent)
    else:
        side: Anchor = "right" if mark + width > FULL else "center"
        canvas.text(mark, y - 14.5, label, colour=look.accent, anchor=side)


def beside(bar: float, mark: float | None, text: str) -> float:
    """Where the text of a bar starts: at its end, but behind a mark that it would run into."""
    start = bar + 6
    if mark is None or mark < start - 3 or start + text_width(text) < mark - 3:
        return start
    return max(start, mark + 6)


def _open(quarter: Coverage, writer: Writer) -> str:
    return f"{writer.money(quarter.open_all)} open, {writer.money(quarter.open_late)} late"
