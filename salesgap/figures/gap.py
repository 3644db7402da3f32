"""The charts of page 1: attainment, where the shortfall comes from, and the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from salesgap.facts import Attainment, Candidate, Driver, Pack, Range, Shortfall
from salesgap.figures.style import (
    BAND,
    BAR,
    FULL,
    HALF,
    INK,
    MUTED,
    SIZE,
    SOFT,
    WHITE,
    Anchor,
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


# ── attainment ────────────────────────────────────────────────────────────────────────────


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
