"""Expected futures: what is won by a day, of new deals and of the open pipeline.

An expectation here weighs each deal by its chances and draws its durations only. With the
same generator for the year as it stands and for the year with a gap closed, their difference
is then almost free of sampling noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesgap.simulate.deals import Life, conversions, scale
from salesgap.simulate.roster import ramp
from salesgap.simulate.spec import (
    CREATION,
    EARLY,
    LATE,
    LEVELS,
    SIZE,
    SPEED,
    Duration,
    Floats,
    Ints,
    World,
)

_NEW = 1500  # imagined new deals a stint
_OPEN = 300  # imagined futures an open deal


@dataclass(frozen=True, slots=True, eq=False)
class Closing:
    """A gap being closed: ``missing`` holds each stint's log shortfall, shape (stints, 5)."""

    missing: Floats
    share: float
    days: float

    def of(self, rows: Ints) -> Closing:
        """The same closing, with ``missing`` of these rows."""
        return Closing(self.missing[rows], self.share, self.days)

    def factor(self, column: int, at: Floats) -> Floats:
        """What the driver is multiplied by, ``at`` so many days from as_of."""
        done = np.minimum(at / max(self.days, 1e-9), 1.0)
        factor: Floats = np.exp(self.missing[:, column] * self.share * done)
        return factor

    def finish(self, start: Floats, work: Floats) -> Floats:
        """When ``work`` days' work begun at ``start`` is done, at the speed of the day."""
        pace = np.maximum(self.missing[:, SPEED] * self.share, 1e-9)
        span = max(self.days, 1e-6)
        rate, top = pace / span, np.exp(pace)
        ramped = np.expm1(pace) / rate
        before = np.expm1(rate * np.minimum(start, span)) / rate
        done = before + top * np.maximum(start - span, 0.0) + work
        within = np.log1p(rate * np.minimum(done, ramped)) / rate
        day: Floats = within + np.maximum(done - ramped, 0.0) / top
        return day


def standing(stints: int) -> Closing:
    """Nothing changes."""
    return Closing(np.zeros((stints, LEVELS)), 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Span:
    """Deals created in ``(after, until]``, won in ``[credited, until]``; day numbers."""

    after: int
    until: int
    credited: int


def from_new_deals(
    life: Life, stints: Ints, span: Span, closing: Closing, rng: np.random.Generator
) -> Floats:
    """Expected revenue of each of ``stints`` from deals not yet created at ``span.after``.

    ``closing`` has a row a stint; its days count from ``span.after``.
    """
    days, roster, clock = span.until - span.after, life.roster, life.clock
    if days <= 0:
        return np.zeros(len(stints))
    rows = np.repeat(np.arange(len(stints)), _NEW)
    grid = (np.tile(np.arange(_NEW), len(stints)) + rng.random(len(rows))) / _NEW
    born = days * grid
    stint, day = stints[rows], span.after + np.ceil(born).astype(np.int64)
    levels, change = roster.levels[stint], closing.of(rows)
    present = (roster.start[stint] <= day) & (day < roster.end[stint])
    rate = np.exp(levels[:, CREATION]) * clock.creation_rate[day] * present * (days / _NEW)
    rate *= ramp(day - roster.hired[stint], life.world.ramp_months) * change.factor(CREATION, born)
    passed = change.finish(born, _draw(life.world.early_pass, levels, rng))
    signed = change.finish(passed, _draw(life.world.late_win, levels, rng))
    chance = _chance(levels, EARLY, change, passed) * _chance(levels, LATE, change, signed)
    value = np.exp(levels[:, SIZE]) * change.factor(SIZE, passed)
    counts = (signed <= days) & (signed > span.credited - span.after - 1)
    won: Floats = (rate * chance * value * counts).reshape(len(stints), _NEW).sum(axis=1)
    return won


def from_open_deals(life: Life, stints: Ints, closing: Closing, rng: np.random.Generator) -> float:
    """Expected revenue by fiscal year end of the deals that ``stints`` have open on ``as_of``."""
    deals, clock = life.deals, life.clock
    now = clock.as_of
    mine = np.isin(deals.stint, stints) & (deals.created <= now)
    # Agreed, and held until the quarter's end: no chance is left in them.
    settled = mine & deals.won & (deals.agreed <= now) & (now < deals.closed)
    waiting = deals.value[settled & (deals.closed <= clock.year_end)].sum()
    live = np.flatnonzero(mine & (deals.agreed > now))
    place = np.searchsorted(stints, deals.stint[live])
    again = np.repeat(np.arange(len(live)), _OPEN)
    return float(waiting) + _futures(life, live[again], closing.of(place[again]), rng) / _OPEN


def _futures(life: Life, rows: Ints, change: Closing, rng: np.random.Generator) -> float:
    """Sum over ``rows`` (open deals, each as often as it is imagined) of expected revenue."""
    deals, world, now = life.deals, life.world, life.clock.as_of
    if not len(rows):
        return 0.0
    levels = life.roster.levels[deals.stint[rows]]
    is_early = deals.late[rows] > now
    age = now - np.where(is_early, deals.created[rows], deals.late[rows]).astype(float)
    left, none = _remaining(world.early_pass, levels, age, rng), np.zeros(len(rows))
    passed = np.where(is_early, change.finish(none, left), 0.0)
    closing_work = np.where(
        is_early,
        _draw(world.late_win, levels, rng),
        _remaining(world.late_win, levels, age, rng),
    )
    signed = change.finish(passed, closing_work)
    early = _survived(_chance(levels, EARLY, change, passed), age, True, levels, world)
    late = _chance(levels, LATE, change, signed)
    chance = np.where(is_early, early * late, _survived(late, age, False, levels, world))
    value = deals.value[rows] * np.where(is_early, change.factor(SIZE, passed), 1.0)
    return float((chance * value)[signed <= life.clock.year_end - now].sum())


def _chance(levels: Floats, column: int, change: Closing, at: Floats) -> Floats:
    raised = levels.copy()
    raised[:, column] += np.log(change.factor(column, at))
    return conversions(raised, column)


def _survived(chance: Floats, age: Floats, early: bool, levels: Floats, world: World) -> Floats:
    """Chance of passing a phase in which a deal has already been open for ``age`` days."""
    on_pass, on_loss = (
        (world.early_pass, world.early_loss) if early else (world.late_win, world.late_loss)
    )
    passing = chance * np.exp(-_hazard(on_pass, levels, age))
    losing = (1 - chance) * np.exp(-_hazard(on_loss, levels, age))
    return passing / np.maximum(passing + losing, 1e-300)


def _hazard(duration: Duration, levels: Floats, age: Floats) -> Floats:
    """Cumulative hazard of a phase at ``age``."""
    total: Floats = (np.maximum(age, 0.0) / scale(duration, levels)) ** duration.shape
    return total


def _draw(duration: Duration, levels: Floats, rng: np.random.Generator) -> Floats:
    return _remaining(duration, levels, np.zeros(len(levels)), rng)


def _remaining(duration: Duration, levels: Floats, age: Floats, rng: np.random.Generator) -> Floats:
    """Days a phase still takes, given that it has lasted ``age`` days."""
    total: Floats = _hazard(duration, levels, age) + rng.standard_exponential(len(levels))
    days: Floats = scale(duration, levels) * total ** (1 / duration.shape) - np.maximum(age, 0)
    return days
