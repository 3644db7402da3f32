"""What a step of a benchmark takes, by the clock and in CPU, with every process that it starts.

A step runs in a process of its own, which adopts whatever its commands leave behind. So when all
of it has ended, the system itself has counted the step's CPU, whoever forked what.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

_ADOPT = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl(2)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one step took: seconds on the clock, and of all cores in all its processes."""

    step: str
    packs: int
    wall: float
    cpu: float

    @property
    def a_minute(self) -> float:
        """Packs a minute."""
        return 60 * self.packs / self.wall

    @property
    def cpu_a_pack(self) -> float:
        """CPU seconds a pack."""
        return self.cpu / self.packs


def cost(step: str, packs: int, run: Callable[..., None], *arguments: object) -> Cost:
    """What ``run(*arguments)`` takes, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        wall, cpu = pool.submit(_measured, run, *arguments).result()
    print(f"{step}: {wall:.1f} s, CPU {cpu:.1f} s", flush=True)
    return Cost(step, packs, wall, cpu)


def _measured(run: Callable[..., None], *arguments: object) -> tuple[float, float]:
    """Seconds on the clock until ``run`` returns, and of CPU until its last process is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
    start, before = time.perf_counter(), _cpu_so_far()
    run(*arguments)
    wall = time.perf_counter() - start
    with suppress(ChildProcessError):
        while True:
            os.wait()
    return wall, _cpu_so_far() - before


def _cpu_so_far() -> float:
    """Of this process, and of those below it that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
