"""How long a kernel may take, and how much memory, with everything that it started."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

_LOOK_S = 0.2
_MB = 1 << 20
_UNTOUCHED_MB = 4096  # addresses that libraries map or reserve, and hardly ever touch


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one notebook: seconds by the clock, and megabytes of its kernel's process group."""

    timeout_s: float
    memory_mb: int

    @property
    def late(self) -> str:
        """Why a notebook was stopped that took too long."""
        return f"took longer than {self.timeout_s:g} s"

    @property
    def large(self) -> str:
        """Why a notebook was stopped that took too much memory."""
        return f"used more than {self.memory_mb:,} MB of memory"


class Watch:
    """Looks after one process group. Made by :func:`watch`."""

    def __init__(self, leader: Callable[[], int | None], limits: Limits) -> None:
        self._leader = leader
        self._limits = limits
        self._over = threading.Event()
        self._end = time.monotonic() + limits.timeout_s
        self._capped = False
        self.reason = ""
        """Why the group was killed, or empty."""

    def run(self) -> None:
        """Look now and then; kill the group at a limit."""
        while not self._over.wait(min(_LOOK_S, max(0.0, self._end - time.monotonic()))):
            self.reason = self._passed()
            if self.reason:
                return kill_group(self._leader())

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _passed(self) -> str:
        if time.monotonic() >= self._end:
            return self._limits.late
        leader = self._leader()
        if leader is None:
            return ""
        if not self._capped:
            _cap(leader, self._limits.memory_mb + _UNTOUCHED_MB)
            self._capped = True
        return self._limits.large if _holds(leader, self._limits.memory_mb * _MB) else ""


@contextmanager
def watch(leader: Callable[[], int | None], limits: Limits) -> Iterator[Watch]:
    """Kill the process group of ``leader`` (its process id, once there is one) at its limits."""
    watching = Watch(leader, limits)
    thread = threading.Thread(target=watching.run, daemon=True)
    thread.start()
    try:
        yield watching
    finally:
        watching.stop()
        thread.join()


def kill_group(leader: int | None) -> None:
    """End a process and all that it started; nothing happens where there is none."""
    if leader is not None and hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)


def _cap(leader: int, megabytes: int) -> None:
    """What asks for far too much at once gets none of it; its children inherit that."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError):
            resource.prlimit(leader, resource.RLIMIT_AS, (megabytes * _MB, megabytes * _MB))


def _holds(leader: int, limit: int) -> bool:
    """Whether the group holds more than ``limit`` bytes; a page that processes share counts once.

    Shared pages are costly to tell apart, and so are only when it matters.
    """
    group = list(_group(leader))
    if sum(_bytes(process, "rss") for process in group) <= limit:
        return False
    return sum(_bytes(process, "pss") for process in group) > limit


def _group(leader: int) -> Iterator[psutil.Process]:
    for pid in psutil.pids():
        with suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if pid == leader or os.getpgid(pid) == leader:
                yield psutil.Process(pid)


def _bytes(process: psutil.Process, kind: str) -> int:
    """The resident bytes of a process; ``pss``: its part of them, where the system tells."""
    with suppress(psutil.Error):
        if kind == "rss":
            return int(process.memory_info().rss)
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.uss))
    return 0
