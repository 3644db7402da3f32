"""The charts of page 1 about the gap: where the shortfall comes from, and the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from salesgap.facts import Candidate, Driver, Pack, Shortfall
from salesgap.figures.style import (
    BAR,
    HALF,
    INK,
    MUTED,
    SIZE,
    SOFT,
    Canvas,
    Look,
    emphasis,
    linear,
    text_width,
    wrap,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.wording import DRIVERS, candidate_label
from salesgap.publish.words import Writer, add_up, fraction

LABEL = 82.0  # points kept for the names of drivers and candidates
ROW = 27.0


# ── shortfall ─────────────────────────────────────────────────────────────────────────────


def in_question(pack: Pack) -> tuple[Driver, ...]:
    """Drivers that may be a gap, the one named first: none of them is praised."""
    candidates = {candidate.id: candidate.driver for candidate in pack.candidates}
    runner_up = candidates.get(pack.gap.runner_up or "")
    return (pack.gap.driver, *([runner_up] if runner_up else []))


def shortfall(facts: Shortfall, doubted: Sequence[Driver], writer: Writer, look: Look) -> Figure:
    """One signed bar a driver; what is printed adds up to the total printed.

    ``doubted``: see :func:`in_question`.
    """
    total, values = add_up(facts.total, [part.value for part in facts.parts])
    rows = sorted(
        (
            (_part_name(p.driver), v, p.driver == doubted[0])
            for p, v in zip(facts.parts, values, strict=True)
        ),
        key=lambda row: row[1],
    )
    title = _shortfall_title(facts, total, rows, [_part_name(d) for d in doubted])
    said = "; ".join(f"{name} {writer.signed_money(value)}" for name, value, _ in rows)
    return Figure(
        title=title,
        subtitle=f"Won in {facts.months} months; sum {writer.signed_money(total)}",
        alt=f"{title}: {said}; together {writer.signed_money(total)}.",
        svg=_draw_shortfall(rows, writer, look).svg(),
    )


_REST = "Cycle and chance"
"""What no driver of how much is won explains: how fast it is won, and chance."""


def _part_name(driver: Driver | Literal["timing"]) -> str:
    return _REST if driver == "timing" else DRIVERS[driver].name


def noteworthy(facts: Shortfall) -> float:
    """Money from which on a difference to the peers is worth a word; below it is dust."""
    return 0.02 * facts.benchmark


def _shortfall_title(
    facts: Shortfall, total: float, rows: list[tuple[str, float, bool]], doubted: list[str]
) -> str:
    least = noteworthy(facts)
    told = [(name, value) for name, value, _ in rows if value and abs(value) >= least]
    if not told:
        return "Level with peers on every driver"
    (worst, loss), best = told[0], told[-1][0]
    if abs(total) < least:
        why = "" if best in doubted else f": {worst.lower()} costs what {best.lower()} brings"
        return f"Level with peers in all{why}"
    if total < 0:
        return f"{worst}: {fraction(loss / total)} of the lag behind\u00a0peers"
    return "Ahead of peers" + ("" if best in doubted else f", most of all by {best.lower()}")


def _draw_shortfall(rows: list[tuple[str, float, bool]], writer: Writer, look: Look) -> Canvas:
    canvas = Canvas(HALF, ROW * max(len(rows), 1) + 8)
    texts = [writer.signed_money(value) for _, value, _ in rows]
    room = max((text_width(text, SIZE, "bold") for text in texts), default=0) + 5
    low = min(0.0, *(value for _, value, _ in rows)) if rows else 0.0
    high = max(0.0, *(value for _, value, _ in rows)) if rows else 0.0
    left = LABEL + 6 + (room if low < 0 else 0)
    x = linear(low, high, left, HALF - (room if high > 0 else 2))
    for number, ((name, value, focus), text) in enumerate(zip(rows, texts, strict=True)):
        y = ROW * (number + 0.5) + 4
        weight = emphasis(focus)
        canvas.text(LABEL, y, wrap(name, LABEL, weight=weight), weight=weight, anchor="right")
        canvas.bar(x(0), x(value), y, 15, look.accent if focus else BAR)
        side = -4 if value < 0 else 4
        canvas.text(
            x(value) + side, y, text, weight=weight, anchor="right" if value < 0 else "left"
        )
    canvas.rule(x(0), 0, x(0), canvas.height, INK, 0.9)
    return canvas


# ── candidates ────────────────────────────────────────────────────────────────────────────


def candidates(pack: Pack, writer: Writer, look: Look, most: int = 3) -> Figure | None:
    """Each valued candidate: what it is worth if it is real, and how sure that is; ``None`` where
    none has a value."""
    shown = _shown(pack, most)
    if not shown:
        return None
    title = _candidates_title(pack, shown, writer)
    said = "; ".join(
        f"{candidate_label(c)} {writer.signed_money(c.impact.expected)} "
        f"({writer.money_range(c.impact)}), {_sure(c, writer)}{'' if c.real else ', may be chance'}"
        for c in shown
        if c.impact
    )
    return Figure(
        title=title,
        subtitle=f"If real; bar: {writer.level(0.8)} range",
        alt=f"{title}: {said}.",
        svg=_draw_candidates(shown, pack.gap.id, writer, look).svg(),
    )


_LIKELY = 0.5


def _shown(pack: Pack, most: int) -> list[Candidate]:
    """The gap and its runner-up, and of the others those more likely there than not; none that has
    closed."""
    left = [c for c in pack.candidates if c.driver != "none" and not c.closed]
    valued = [c for c in left if c.impact is not None]
    named = (pack.gap.id, pack.gap.runner_up)
    worth_a_look = [c for c in valued if c.id in named or c.probability >= _LIKELY]
    first = sorted(worth_a_look, key=lambda c: (c.id not in named, -_weighed(c)))
    return sorted(first[:most], key=_weighed, reverse=True)


def _expected(candidate: Candidate) -> float:
    return candidate.impact.expected if candidate.impact else 0.0


def _weighed(candidate: Candidate) -> float:
    """What to expect of it, whether it is real or not."""
    return candidate.probability * _expected(candidate)


def _sure(candidate: Candidate, writer: Writer) -> str:
    return f"{writer.chance(candidate.probability)} sure"


def _candidates_title(pack: Pack, shown: list[Candidate], writer: Writer) -> str:
    gap = pack.gap
    if gap.driver == "none":
        surely = any(candidate.real and candidate.too_late for candidate in shown)
        return "None brings anything this year" if surely else "No candidate is clear of chance"
    if gap.margin is None or len(shown) == 1:
        return "No other candidate has a value"
    if gap.near_tie:
        return "A near tie with the runner-up"
    if not any(candidate.real for candidate in shown if candidate.id != gap.id):
        return "The only one clear of chance"
    side = "more" if gap.margin >= 0 else "less"
    return f"Worth {writer.money(abs(gap.margin))} {side} than the runner-up"


def _draw_candidates(shown: list[Candidate], gap: str, writer: Writer, look: Look) -> Canvas:
    row = max(ROW * 1.2, 5 * ROW / len(shown)) if len(shown) > 2 else ROW * 1.5
    canvas = Canvas(HALF, row * len(shown) + 8)
    texts = [(writer.signed_money(_expected(c)), _sure(c, writer)) for c in shown]
    room = max(text_width(text, SIZE, "bold") for pair in texts for text in pair) + 6
    ranges = [candidate.impact for candidate in shown if candidate.impact]
    # The mean of skewed draws may lie outside of their interval.
    low = min(0.0, *(min(one.low, one.expected) for one in ranges))
    high = max(0.0, *(max(one.high, one.expected) for one in ranges))
    x = linear(low, high, LABEL + 12, HALF - room - 6)
    canvas.rule(x(0), 0, x(0), canvas.height, INK, 0.9)
    for number, (candidate, (worth, sure)) in enumerate(zip(shown, texts, strict=True)):
        if candidate.impact is None:
            continue
        y = row * (number + 0.5) + 4
        focus = candidate.id == gap
        weight = emphasis(focus)
        lines = wrap(candidate_label(candidate), LABEL, weight=weight)
        canvas.text(LABEL, y, lines, weight=weight, anchor="right")
        canvas.interval(
            x(candidate.impact.low), x(candidate.impact.high), y, look.soft if focus else SOFT
        )
        colour = look.accent if focus else MUTED
        at, size = x(candidate.impact.expected), 4.6 if focus else 3.4
        canvas.dot(at, y, colour, hollow=not candidate.real, size=size)
        right = max(x(candidate.impact.high), at + size)
        canvas.text(right + 5, y - 5.2, worth, weight=weight)
        canvas.text(right + 5, y + 5.2, sure, colour=MUTED)
    return canvas
