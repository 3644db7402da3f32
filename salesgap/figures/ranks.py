"""The charts of ranks: reps with their bands, and one manager among managers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from salesgap.facts import ManagerRank, Range, RepRank
from salesgap.figures.style import (
    BAR,
    FULL,
    INK,
    MUTED,
    SOFT,
    Canvas,
    Look,
    Scale,
    linear,
    text_width,
    wrap,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.words import MISSING, Writer, in_words

WIDEST = 240.0  # points that names may take; longer ones go on a second line
RIGHT = 96.0  # points kept for the place beside the chart
HEAD = 22.0
ARROW = 10.0  # points from where the axis ends to what is written there
MOST = 30  # reps in one chart


def stack_rank(
    reps: Sequence[RepRank], quotas: bool, writer: Writer, look: Look
) -> tuple[Figure, ...]:
    """Reps by expected rank: attainment as counted beside its estimate, place and band.

    A large team takes several charts on one scale, so that names stay readable. No chart where
    nobody's attainment is known.
    """
    if all(rep.attainment is None for rep in reps):
        return ()
    ordered = sorted(reps, key=lambda rep: rep.expected_rank)
    against = "quota to date" if quotas else "what peers won in the same time"
    subtitle = (
        f"Share of {against}. Figure: {'' if quotas else 'won, '}as counted (won deals); dot and "
        f"bar: estimate with its {writer.level(0.8)} range, drawn towards the mean where deals are "
        f"few; place: {writer.level(0.9)} interval"
    )
    frame = _frame(ordered, writer)
    if frame.ends_early:
        subtitle += "; arrow: goes on to the figure beside it"
    found = []
    for number, part in enumerate(_parts(ordered)):
        title = _bands_title(ordered) + (" (continued)" if number else "")
        said = "; ".join(_said(rep, frame, writer) for rep in part)
        svg = _draw_reps(part, frame, writer, look).svg()
        found.append(Figure(title=title, subtitle=subtitle, alt=f"{title}: {said}.", svg=svg))
    return tuple(found)


def _parts(reps: Sequence[RepRank]) -> list[Sequence[RepRank]]:
    """Reps in as few equal parts as keep each readable on one page."""
    parts = -(-len(reps) // MOST)
    size = -(-len(reps) // parts)
    return [reps[start : start + size] for start in range(0, len(reps), size)]


def place(rank: RepRank | ManagerRank, writer: Writer) -> str:
    """A place with its interval: 'place 1 to 3'."""
    low, high = writer.number(rank.rank_low), writer.number(rank.rank_high)
    return f"place {low}" if low == high else f"place {low} to {high}"


def _bands_title(reps: Sequence[RepRank]) -> str:
    bands = len({rep.band for rep in reps})
    if len(reps) == 1:
        return "One rep: there is nobody to rank against in the team"
    if bands == 1:
        return f"These data cannot tell the {in_words(len(reps))} reps apart"
    return f"{in_words(bands).capitalize()} bands: nobody can be told from the first of their band"


def _counted(rep: RepRank, writer: Writer) -> str:
    """What was won, as counted: of the quota to date, or in money where there is no quota."""
    if rep.attainment is None:
        return MISSING
    if rep.quota_to_date:
        return writer.share(rep.won / rep.quota_to_date, rep.won_deals)
    return f"{writer.money(rep.won)} ({writer.number(rep.won_deals)})"


def _said(rep: RepRank, frame: _Frame, writer: Writer) -> str:
    if rep.attainment is None:
        return f"{rep.person.name} {MISSING}, {place(rep, writer)}"
    estimate = writer.benchmark(rep.attainment.expected)
    if rep.attainment.high > frame.top:
        estimate += f", its range beyond the axis to {writer.benchmark(rep.attainment.high)}"
    counted = _counted(rep, writer)
    return f"{rep.person.name} {counted} as counted, estimate {estimate}, {place(rep, writer)}"


@dataclass(frozen=True)
class _Frame:
    """What the parts of one chart share, in points: room for names, least row, and the axis, with
    the share at which it ends; whether anybody goes on beyond it; and whether there are bands to
    mark: a single one holds everybody."""

    side: float
    row: float
    x: Scale
    top: float
    ends_early: bool
    bands: bool


def _frame(reps: Sequence[RepRank], writer: Writer) -> _Frame:
    side = name_room([_named(rep) for rep in reps])
    known = [rep.attainment for rep in reps if rep.attainment is not None]
    top = _top([one.high for one in known])
    beyond = [text_width(_beyond(one, top, writer)) for one in known if one.high > top]
    room = max(text_width(_counted(rep, writer)) for rep in reps) + 6
    right = FULL - RIGHT - room - 6 - (max(beyond) + ARROW if beyond else 0)
    x = linear(min([0.5, *(one.low for one in known if one.low < top)]), top, side + 12, right)
    bands = len({rep.band for rep in reps}) > 1
    return _Frame(side, 19.0 if len(reps) <= 12 else 13.5, x, top, bool(beyond), bands)


def _top(highs: Sequence[float]) -> float:
    """Where the axis ends: at the highest, unless that one would squeeze all the others, as the
    share of a quota of next to nothing does."""
    highest, usual = max([1.0, *highs]), max(1.5, 2 * median_low(highs))
    return highest if highest <= 1.25 * usual else usual


def _beyond(share: Range, top: float, writer: Writer) -> str:
    """What is written where a range leaves the axis; its estimate too, if that is beyond."""
    to = f"to {writer.benchmark(share.high)}"
    return f"{writer.benchmark(share.expected)}, {to}" if share.expected > top else to


def _draw_reps(reps: Sequence[RepRank], frame: _Frame, writer: Writer, look: Look) -> Canvas:
    side, x = frame.side, frame.x
    names = [wrap(_named(rep), side) for rep in reps]
    heights = [max(frame.row, 10.5 * len(lines) + 5) for lines in names]
    canvas = Canvas(FULL, sum(heights) + HEAD)
    canvas.text(x(1.0), 7, writer.benchmark(1.0), colour=MUTED, anchor="center")
    canvas.rule(x(1.0), 14, x(1.0), canvas.height, MUTED)
    top, band = HEAD, 0
    for rep, lines, height in zip(reps, names, heights, strict=True):
        if frame.bands and rep.band != band:
            canvas.rule(0, top, FULL, top)
            canvas.text(FULL, top + height / 2, f"band {rep.band}", colour=MUTED, anchor="right")
            band = rep.band
        y = top + height / 2
        canvas.text(side, y, lines, anchor="right")
        canvas.text(FULL - RIGHT + 2, y, place(rep, writer), colour=MUTED)
        _draw_rep(canvas, rep, frame, y, writer, look)
        top += height
    return canvas


def _draw_rep(
    canvas: Canvas, rep: RepRank, frame: _Frame, y: float, writer: Writer, look: Look
) -> None:
    share, x, top = rep.attainment, frame.x, frame.top
    if share is None:
        canvas.text(FULL - RIGHT - 6, y, MISSING, colour=MUTED, anchor="right")
        return
    if share.low < top:
        canvas.interval(x(share.low), x(min(share.high, top)), y, SOFT)
    colour = look.accent if rep.role_fit else INK
    if share.high > top:
        canvas.arrow(x(top), y, colour if share.expected > top else MUTED)
        canvas.text(x(top) + ARROW, y, _beyond(share, top, writer), colour=MUTED)
    if share.expected <= top:
        canvas.dot(x(share.expected), y, colour, hollow=rep.ramping)
    canvas.text(FULL - RIGHT - 6, y, _counted(rep, writer), anchor="right")


def name_room(names: Sequence[str]) -> float:
    """The room that names take: what the longest needs, within bounds."""
    return min(max(90.0, *(text_width(name) + 1 for name in names)), WIDEST)


def _named(rep: RepRank) -> str:
    return f"{rep.person.name} (ramping)" if rep.ramping else rep.person.name


# ── managers ──────────────────────────────────────────────────────────────────────────────


def ranked_by(quotas: bool) -> str:
    """What managers are ranked by, as a phrase."""
    return "by attainment" if quotas else "by what was won against peers"


def manager_place(rank: ManagerRank, quotas: bool, writer: Writer, look: Look) -> Figure:
    """This manager's place among managers who stay anonymous."""
    title = f"You are at {place(rank, writer)} of {writer.number(rank.managers)} managers"
    return Figure(
        title=title,
        subtitle=f"{ranked_by(quotas).capitalize()}; one mark a manager, without names; "
        f"bar: {writer.level(0.9)} interval",
        alt=f"{title}; about place {writer.number(rank.expected_rank)} is expected.",
        svg=_draw_place(rank, writer, look).svg(),
    )


def _draw_place(rank: ManagerRank, writer: Writer, look: Look) -> Canvas:
    canvas = Canvas(FULL, 34)
    x = linear(1, rank.managers, 12, FULL - 12)
    for number in range(1, rank.managers + 1):
        canvas.rule(x(number), 6, x(number), 18, BAR, 1.2)
    canvas.interval(x(rank.rank_low), x(rank.rank_high), 12, look.soft, 6)
    shown = min(max(rank.expected_rank, rank.rank_low), rank.rank_high)  # 2.9 of "place 3"
    canvas.dot(x(shown), 12, look.accent, size=4.2)
    canvas.text(x(1), 27, writer.number(1), colour=MUTED, anchor="center")
    if rank.managers > 1:
        last = writer.number(rank.managers)
        canvas.text(x(rank.managers), 27, last, colour=MUTED, anchor="center")
    return canvas
