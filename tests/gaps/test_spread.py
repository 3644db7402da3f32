"""How much teams differ by nature is neither under- nor overstated."""

from __future__ import annotations

import numpy as np
import pytest

from salesgap.gaps.evidence import Evidence
from salesgap.gaps.spread import ALONE, Field, alike, everyone, spread_of

CREATION, LATE, CAPACITY = "pipeline_creation", "conversion_late", "capacity"


def field(driver, natural, seed, teams=14, noise=0.05, groups=("a", "b"), outlier=0.0):
    """Teams of eight alike reps, half of them in each group, that truly differ by ``natural``."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(0.0, natural, teams)
    levels[0] -= outlier
    return Field.of(
        [team(driver, level, noise, rng, groups, n) for n, level in enumerate(levels)], groups
    )


def team(driver, level, noise, rng, groups, number):
    y = level + noise * np.sqrt(8) * rng.standard_normal(8)
    counts = [np.ones(8)] * 5
    seats = tuple(f"t{number}r{rep}" for rep in range(8))
    group = (groups[number % len(groups)],) * 8
    return Evidence(driver, seats, group, y, np.full(8, 8 * noise**2), *counts, np.zeros(8, bool))


def found(one, prior=ALONE):
    return float(spread_of(one, everyone(len(one.mean)), prior).teams[0])


@pytest.mark.parametrize("natural", [0.05, 0.08, 0.12])
def test_on_average_the_spread_is_the_true_one(natural):
    fields = [field(CREATION, natural, seed, teams=28) for seed in range(60)]
    assert np.mean([found(one) for one in fields]) == pytest.approx(natural, rel=0.15)


def test_a_team_far_out_hardly_widens_it():
    plain = np.mean([found(field(CREATION, 0.05, seed)) for seed in range(40)])
    outlying = np.mean([found(field(CREATION, 0.05, seed, outlier=0.6)) for seed in range(40)])
    assert outlying < 1.35 * plain


def test_of_one_driver_the_others_tell_as_well():
    wide = {f: field(f, 0.12, seed, noise=0.04) for seed, f in enumerate((CREATION, "deal_size"))}
    close = {f: field(f, 0.02, seed, noise=0.04) for seed, f in enumerate((CREATION, "deal_size"))}
    dim = field(LATE, 0.05, 5, noise=0.3)
    among_wide = found(dim, alike(wide | {LATE: dim})[LATE])
    among_close = found(dim, alike(close | {LATE: dim})[LATE])
    assert among_close < 0.5 * among_wide


def test_what_is_not_a_reps_driver_tells_nothing_of_the_rest():
    fields = {CREATION: field(CREATION, 0.05, 1), LATE: field(LATE, 0.05, 2)}
    planned = fields | {CAPACITY: field(CAPACITY, 0.2, 3)}
    assert alike(planned)[CREATION] == pytest.approx(alike(fields)[CREATION])
    assert alike(planned)[CAPACITY] == pytest.approx(ALONE)
