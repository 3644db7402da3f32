"""The study: every world and planting, organisation by organisation, on all cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from salesgap.params import Method
from salesgap.validate.trial import Trial, trials
from salesgap.validate.worlds import PLANTINGS, Planting


def study(organisations: int, worlds: tuple[str, ...]) -> Iterator[list[Trial]]:
    """The trials of ``organisations`` a world and planting, as they come."""
    jobs = [
        (world, planting, seed)
        for seed in range(organisations)
        for world in worlds
        for planting in PLANTINGS[world]
    ]
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        for done in as_completed([pool.submit(_run, *job) for job in jobs]):
            yield done.result()


def size(organisations: int, worlds: tuple[str, ...]) -> int:
    """How many organisations a study simulates."""
    return organisations * sum(len(PLANTINGS[world]) for world in worlds)


def _run(world: str, planting: Planting, seed: int) -> list[Trial]:
    return trials(world, planting, seed, Method())
