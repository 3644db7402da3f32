"""The charts of a region: its managers in rank order, and the map of managers and drivers.

A region with many managers takes several charts, so that its text keeps its size on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from salesgap.facts import Driver, ManagerLine, ManagerRank
from salesgap.figures.ranks import HEAD, RIGHT, name_room, place, ranked_by
from salesgap.figures.style import (
    FULL,
    INK,
    MUTED,
    RULE,
    SOFT,
    WHITE,
    Canvas,
    Look,
    linear,
    tint,
    wrap,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.wording import DRIVERS
from salesgap.publish.words import Writer, in_words

NAMES = 140.0
TENTH = 84.0  # points kept for the chance of the bottom tenth
FEWEST = 10  # of fewer managers, nobody is the bottom tenth
MAP_HEAD = 30.0
TALLEST = 500.0  # points of rows in one chart: what a page holds below its title
LEAST = 90.0  # points of rows that a continued chart has at least


def _pages(heights: Sequence[float]) -> list[slice]:
    """Rows in order, cut into charts that a page can hold, none of them of a row or two."""
    cuts, left, done = [0], sum(heights), 0.0
    for row, height in enumerate(heights):
        room = TALLEST if left <= TALLEST else min(TALLEST, left - LEAST)
        if row > cuts[-1] and done + height > room:
            cuts.append(row)
            left, done = left - done, 0.0
        done += height
    return [slice(start, end) for start, end in pairwise([*cuts, len(heights)])]


def _titled(title: str, part: int) -> str:
    return f"{title} (continued)" if part else title


# ── ranks ─────────────────────────────────────────────────────────────────────────────────

Ranked = tuple[ManagerLine, ManagerRank]


def manager_ranks(
    lines: Sequence[ManagerLine], quotas: bool, writer: Writer, look: Look
) -> tuple[Figure, ...]:
    """A region's managers by expected rank; none where no one can be ranked."""
    ranked: list[Ranked] = sorted(
        ((line, line.rank) for line in lines if line.rank), key=lambda pair: pair[1].expected_rank
    )
    if not ranked:
        return ()
    side = name_room([line.manager.name for line, _ in ranked])
    heights = [_height(line, side, 14.0) for line, _ in ranked]
    subtitle = (
        f"Place among the {writer.count(ranked[0][1].managers, 'manager')} of the run "
        f"{ranked_by(quotas)}; bar: {writer.level(0.9)} interval; in colour: all in the lower "
        "half"
    )
    found = []
    for number, part in enumerate(_pages(heights)):
        title = _titled(_ranks_title([rank for _, rank in ranked]), number)
        shown = ranked[part]
        said = "; ".join(_placed(line, rank, writer) for line, rank in shown)
        svg = _draw_ranks(shown, heights[part], side, writer, look).svg()
        found.append(Figure(title=title, subtitle=subtitle, alt=f"{title}: {said}.", svg=svg))
    return tuple(found)


def bottom_tenth(rank: ManagerRank | None) -> float | None:
    """The chance of it; of so few that nobody is the bottom tenth there is none, not a small
    one."""
    return None if rank is None or rank.managers < FEWEST else rank.chance_bottom_tenth


def _placed(line: ManagerLine, rank: ManagerRank, writer: Writer) -> str:
    chance = bottom_tenth(rank)
    tenth = "" if chance is None else f", bottom tenth {writer.chance(chance)} likely"
    return f"{line.manager.name} {place(rank, writer)}{tenth}"


def _height(line: ManagerLine, room: float, least: float) -> float:
    """Of a row, in points: names may take several lines."""
    return max(least, 10.5 * len(wrap(line.manager.name, room)) + 5)


def _ranks_title(ranks: Sequence[ManagerRank]) -> str:
    if len(ranks) == 1:
        return "One manager in this region"
    overlap = max(rank.rank_low for rank in ranks) <= min(rank.rank_high for rank in ranks)
    return (
        "The intervals overlap: the data cannot tell these managers apart"
        if overlap
        else "First and last can be told apart; neighbours mostly cannot"
    )


def _draw_ranks(
    ranked: Sequence[Ranked], heights: Sequence[float], side: float, writer: Writer, look: Look
) -> Canvas:
    canvas = Canvas(FULL, sum(heights) + HEAD)
    managers = ranked[0][1].managers
    told = managers >= FEWEST
    right = FULL - RIGHT + 16 - (TENTH if told else 0)
    x = linear(1, managers, side + 14, right - 10)
    if told:
        canvas.text(FULL, 7, "chance of bottom tenth", colour=MUTED, anchor="right")
    for number in {1, managers}:
        canvas.text(x(number), 7, writer.number(number), colour=MUTED, anchor="center")
        canvas.rule(x(number), 14, x(number), canvas.height, RULE)
    top = HEAD
    for (line, rank), height in zip(ranked, heights, strict=True):
        y = top + height / 2
        canvas.text(side, y, wrap(line.manager.name, side), anchor="right")
        canvas.interval(x(rank.rank_low), x(rank.rank_high), y, SOFT)
        canvas.dot(x(rank.expected_rank), y, look.accent if rank.rank_low > 0.5 * managers else INK)
        canvas.text(right + 2, y, place(rank, writer), colour=MUTED)
        if told:
            canvas.text(FULL, y, writer.chance(bottom_tenth(rank)), anchor="right")
        top += height
    return canvas


# ── the map ───────────────────────────────────────────────────────────────────────────────


def driver_map(lines: Sequence[ManagerLine], writer: Writer, look: Look) -> tuple[Figure, ...]:
    """Managers × drivers: team ÷ peers in each cell; none where nothing is known."""
    drivers = _drivers(lines)
    if not drivers:
        return ()
    heights = [_height(line, NAMES - 6, 18.0) for line in lines]
    found = []
    for number, part in enumerate(_pages(heights)):
        title, shown = _titled(_map_title(lines, drivers), number), lines[part]
        said = "; ".join(f"{line.manager.name}: {_said(line, drivers, writer)}" for line in shown)
        figure = Figure(
            title=title,
            subtitle="Team ÷ like-for-like peers; the darker, the further on the wrong side; "
            "framed: the gap named",
            alt=f"{title}: {said}.",
            svg=_draw_map(shown, heights[part], drivers, writer, look).svg(),
        )
        found.append(figure)
    return tuple(found)


def _drivers(lines: Sequence[ManagerLine]) -> list[Driver]:
    return [driver for driver in DRIVERS if any(driver in line.drivers for line in lines)]


def shortness(driver: str, ratio: float) -> float:
    """How far on the wrong side of its peers a ratio is; a long cycle is the wrong side."""
    return max(0.0, ratio - 1 if driver == "cycle_time" else 1 - ratio)


def _map_title(lines: Sequence[ManagerLine], drivers: Sequence[Driver]) -> str:
    short = {
        driver: sum(shortness(driver, line.drivers.get(driver, 1.0)) > 0.1 for line in lines)
        for driver in drivers
    }
    worst = max(short, key=lambda driver: short[driver])
    if short[worst] == 0:
        return "No driver is more than a tenth short of peers in any team"
    teams = in_words(short[worst]).capitalize()
    noun = "team is" if short[worst] == 1 else "teams are"
    return f"{teams} {noun} more than a tenth short on {DRIVERS[worst].name.lower()}"


def _said(line: ManagerLine, drivers: Sequence[Driver], writer: Writer) -> str:
    return ", ".join(
        f"{DRIVERS[driver].name.lower()} {writer.decimal(line.drivers.get(driver), 2)}"
        for driver in drivers
    )


def _draw_map(
    lines: Sequence[ManagerLine],
    heights: Sequence[float],
    drivers: Sequence[Driver],
    writer: Writer,
    look: Look,
) -> Canvas:
    canvas = Canvas(FULL, sum(heights) + MAP_HEAD + 2)
    cell = (FULL - NAMES) / len(drivers)
    for column, driver in enumerate(drivers):
        centre = NAMES + (column + 0.5) * cell
        head = wrap(DRIVERS[driver].name, cell - 4)
        canvas.text(centre, MAP_HEAD / 2, head, colour=MUTED, anchor="center")
    top = MAP_HEAD
    for line, height in zip(lines, heights, strict=True):
        y = top + height / 2
        canvas.text(0, y, wrap(line.manager.name, NAMES - 6))
        for column, driver in enumerate(drivers):
            left = NAMES + column * cell
            _draw_cell(canvas, line, driver, (left, left + cell), (y, height), writer, look)
        top += height
    return canvas


def _draw_cell(
    canvas: Canvas,
    line: ManagerLine,
    driver: Driver,
    sides: tuple[float, float],
    across: tuple[float, float],
    writer: Writer,
    look: Look,
) -> None:
    (left, right), (y, height) = sides, across
    ratio = line.drivers.get(driver)
    named = line.gap == driver
    if named:
        canvas.bar(left + 1, right - 1, y, height - 1, INK)
    inset = 2.6 if named else 1.0
    short = 0.0 if ratio is None else shortness(driver, ratio)
    strength = min(short / 0.5, 1.0)
    face = WHITE if ratio is None else tint(look.accent, 0.06 + 0.94 * strength)
    canvas.bar(left + inset, right - inset, y, height - 2 * inset + 1, face)
    text = writer.decimal(ratio, 2)
    canvas.text(
        (left + right) / 2,
        y,
        text,
        colour=WHITE if strength > 0.6 else INK,
        weight="bold" if named else "normal",
        anchor="center",
    )
