"""The whole life of every deal, as it would be known once all are closed."""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma

import numpy as np

from salesgap.simulate.clock import NEVER, Clock
from salesgap.simulate.roster import Roster, ramp
from salesgap.simulate.spec import (
    CREATION,
    EARLY,
    LATE,
    PARETO_CUT,
    SIZE,
    SPEED,
    Duration,
    Flags,
    Floats,
    Gap,
    Ints,
    World,
)

_LAST_DAYS = 12  # of a quarter, on which held-back wins are signed
_CONVERSIONS = (0.01, 0.97)


@dataclass(frozen=True, slots=True, eq=False)
class Deals:
    """One entry a deal, in order of creation, up to the fiscal year end.

    ``stint`` is the rep's who opened it; ``late`` the day it reached the late phase (``NEVER``
    if it does not); ``agreed`` the day its fate is settled, ``closed`` the day that shows in
    the CRM (later for wins held until the quarter's end); ``value`` what it is worth if won.
    """

    stint: Ints
    created: Ints
    late: Ints
    agreed: Ints
    closed: Ints
    won: Flags
    value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """The truth of an organisation: who sold, how well, and what came of every deal."""

    seed: int
    world: World
    gaps: tuple[Gap, ...]
    clock: Clock
    roster: Roster
    deals: Deals

    def generator(self, *subject: int) -> np.random.Generator:
        """The generator of one subject: drawing more of one changes nothing of another."""
        return np.random.default_rng([self.seed, *subject])


def conversions(levels: Floats, column: int) -> Floats:
    """Chances of passing a phase, kept inside what a chance can be."""
    return np.clip(np.exp(levels[:, column]), *_CONVERSIONS)


def scale(duration: Duration, levels: Floats) -> Floats:
    """Weibull scale, in days, of a phase for reps of those levels."""
    return duration.share * np.exp(-levels[:, SPEED]) / gamma(1 + 1 / duration.shape)


def live(roster: Roster, world: World, clock: Clock, rng: np.random.Generator) -> Deals:
    """Every deal created up to the fiscal year end, to its end."""
    stint, created = _creation(roster, world, clock, rng)
    before = created < clock.quarter_start
    levels = roster.levels[stint] - np.where(before[:, None], roster.lifted[stint], 0.0)
    size = len(stint)
    passes = rng.random(size) < conversions(levels, EARLY)
    wins = passes & (rng.random(size) < conversions(levels, LATE))
    early = _phase(passes, world.early_pass, world.early_loss, levels, rng)
    late = _phase(wins, world.late_win, world.late_loss, levels, rng)
    out_of_early = clock.workday(created + early)
    agreed = np.where(passes, clock.workday(out_of_early + late), out_of_early)
    return Deals(
        stint=stint,
        created=created,
        late=np.where(passes, out_of_early, NEVER),
        agreed=agreed,
        closed=_held_back(agreed, wins, world, clock, rng),
        won=wins,
        value=_values(levels[:, SIZE], world, rng),
    )


def _creation(
    roster: Roster, world: World, clock: Clock, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Stint and day of each deal: counts a rep-month, over-dispersed, then thinned by the ramp."""
    before = clock.month_starts[:-1] < clock.quarter_start
    level = roster.levels[:, [CREATION]] - roster.lifted[:, [CREATION]] * before
    mean = np.exp(level) * clock.season
    if world.overdispersion > 0:
        mean = mean * rng.gamma(1 / world.overdispersion, world.overdispersion, mean.shape)
    counts = rng.poisson(mean)
    stint, month = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    length = np.diff(clock.month_starts)[month]
    day = clock.month_starts[month] + (rng.random(len(month)) * length).astype(np.int64)
    share = ramp(day - roster.hired[stint], world.ramp_months)
    kept = (rng.random(len(day)) < share) & (roster.start[stint] <= day) & (day < roster.end[stint])
    stint, day = stint[kept], np.maximum(clock.workday(day[kept]), 0)
    day = np.maximum(day, roster.start[stint])
    order = np.argsort(day, kind="stable")
    return stint[order], day[order]


def _phase(
    passes: Flags, on_pass: Duration, on_loss: Duration, levels: Floats, rng: np.random.Generator
) -> Ints:
    shape = np.where(passes, on_pass.shape, on_loss.shape)
    scales = np.where(passes, scale(on_pass, levels), scale(on_loss, levels))
    days = scales * rng.standard_exponential(len(passes)) ** (1 / shape)
    return np.ceil(days).astype(np.int64)


def _held_back(
    agreed: Ints, won: Flags, world: World, clock: Clock, rng: np.random.Generator
) -> Ints:
    held = won & (rng.random(len(won)) < world.quarter_end_bunching)
    signed = clock.workday(clock.quarter_end(agreed) - rng.integers(0, _LAST_DAYS, len(won)))
    return np.where(held, np.maximum(agreed, signed), agreed)


def _values(log_mean: Floats, world: World, rng: np.random.Generator) -> Floats:
    if world.deal_tail == "lognormal":
        spread = rng.lognormal(0, world.deal_spread, len(log_mean)) * world.median_deal
    else:
        tail = rng.random(len(log_mean)) ** (-1 / world.pareto_alpha)
        spread = world.least_deal * np.minimum(tail, PARETO_CUT)
    return np.round(spread * np.exp(log_mean) / world.mean_deal, -1)
