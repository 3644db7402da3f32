"""The map of managers and drivers: read by its numbers, shaded for the eye."""

from __future__ import annotations

from collections.abc import Sequence

from salesgap.facts import Driver, ManagerLine
from salesgap.figures.style import (
    FULL,
    INK,
    MUTED,
    WHITE,
    Canvas,
    Look,
    tint,
    wrap,
)
from salesgap.publish.blocks import Figure
from salesgap.publish.wording import DRIVERS
from salesgap.publish.words import Writer, in_words

NAMES = 140.0
HEAD = 30.0


def driver_map(lines: Sequence[ManagerLine], writer: Writer, look: Look) -> Figure | None:
    """Managers × drivers: team ÷ peers in each cell; ``None`` where nothing is known."""
    drivers = _drivers(lines)
    if not drivers:
        return None
    title = _map_title(lines, drivers)
    said = "; ".join(f"{line.manager.name}: {_said(line, drivers, writer)}" for line in lines)
    return Figure(
        title=title,
        subtitle="Team ÷ like-for-like peers; the darker, the further on the wrong side; "
        "framed: the gap named",
        alt=f"{title}: {said}.",
        svg=_draw_map(lines, drivers, writer, look).svg(),
    )


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
    lines: Sequence[ManagerLine], drivers: Sequence[Driver], writer: Writer, look: Look
) -> Canvas:
    names = [wrap(line.manager.name, NAMES - 6) for line in lines]
    heights = [max(18.0, 10.5 * len(wrapped) + 6) for wrapped in names]
    canvas = Canvas(FULL, sum(heights) + HEAD + 2)
    cell = (FULL - NAMES) / len(drivers)
    for column, driver in enumerate(drivers):
        centre = NAMES + (column + 0.5) * cell
        head = wrap(DRIVERS[driver].name, cell - 4)
        canvas.text(centre, HEAD / 2, head, colour=MUTED, anchor="center")
    top = HEAD
    for line, wrapped, height in zip(lines, names, heights, strict=True):
        y = top + height / 2
        canvas.text(0, y, wrapped)
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
    place: tuple[float, float],
    writer: Writer,
    look: Look,
) -> None:
    (left, right), (y, height) = sides, place
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
