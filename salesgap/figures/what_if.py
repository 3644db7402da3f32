"""The chart of the what-if workbook: what the pack supposes, and what the reader does."""

from __future__ import annotations

from salesgap.facts import Range
from salesgap.figures.style import (
    FULL,
    INK,
    MUTED,
    SIZE,
    SOFT,
    Canvas,
    Look,
    emphasis,
    linear,
    text_width,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.words import Writer

_LABEL = 112.0
_ROW = 30.0


def what_if(pack: Range, yours: Range, reach: Range, writer: Writer, look: Look) -> Figure:
    """Two intervals on one scale, which holds ``reach`` and so stays while sliders move."""
    rows = (("as the pack supposes", pack), ("as you set it", yours))
    title = _title(pack, yours, writer)
    said = "; ".join(
        f"{name}: {writer.money(r.expected)} ({writer.money_range(r)})" for name, r in rows
    )
    return Figure(
        title=title,
        subtitle=f"{writer.currency} if the gap is real; bar: {writer.level(0.8)} range",
        alt=f"{title}: {said}.",
        svg=_draw(rows, reach, writer, look).svg(),
    )


def _title(pack: Range, yours: Range, writer: Writer) -> str:
    difference = yours.expected - pack.expected
    if writer.money(yours.expected) == writer.money(pack.expected):
        return f"{writer.money(yours.expected)} before year end, as the pack supposes"
    side = "more" if difference > 0 else "less"
    return f"{writer.money(abs(difference))} {side} before year end than the pack supposes"


def _draw(rows: tuple[tuple[str, Range], ...], reach: Range, writer: Writer, look: Look) -> Canvas:
    canvas = Canvas(FULL, _ROW * len(rows) + 6)
    room = max(text_width(writer.money(r.expected), SIZE, "bold") for _, r in rows) + 12
    shown = (reach, *(r for _, r in rows))
    low = min(0.0, *(r.low for r in shown))
    high = max(0.0, *(r.high for r in shown))
    x = linear(low, high, _LABEL + 12, FULL - room)
    canvas.rule(x(0), 0, x(0), canvas.height, INK, 0.9)
    for number, (name, value) in enumerate(rows):
        y = _ROW * (number + 0.5) + 3
        focus = number == len(rows) - 1
        weight = emphasis(focus)
        canvas.text(_LABEL, y, name, weight=weight, anchor="right")
        canvas.interval(x(value.low), x(value.high), y, look.soft if focus else SOFT)
        canvas.dot(x(value.expected), y, look.accent if focus else MUTED, size=4.6)
        canvas.text(x(value.high) + 8, y, writer.money(value.expected), weight=weight)
    return canvas
