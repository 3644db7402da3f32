"""A folder for what a process needs only while it runs; nothing of it outlives a crash for long.

Whoever uses such a folder holds a lock in it. A folder whose lock is free was left by a process
that was killed, and goes with the next sweep.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "sg-"  # short: the paths of sockets have some hundred bytes
_LOCK = "salesgap.lock"
_LAST = -200  # after the standard library has removed its own files, at -100


@contextmanager
def held_folder() -> Iterator[Path]:
    """A new folder, gone when the block ends."""
    made = Path(tempfile.mkdtemp(prefix=f"new-{_PREFIX}"))
    with FileLock(made / _LOCK):
        folder = made.rename(made.with_name(made.name.removeprefix("new-")))  # it is held by now
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of this process's own, where all its temporary files go until the block ends."""
    with held_folder() as folder, _temporary_in(folder):
        yield folder


@cache
def folder_until_exit() -> Path:
    """A folder as long as this process runs."""
    stack = ExitStack()
    Finalize(None, stack.close, exitpriority=_LAST)
    return stack.enter_context(held_folder())


@contextmanager
def until_exit() -> Iterator[None]:
    """What makes a temporary file in the block may use it as long as this process runs."""
    with _temporary_in(folder_until_exit()):
        yield


@contextmanager
def _temporary_in(folder: Path) -> Iterator[None]:
    """Temporary files that are made in the block go into ``folder``."""
    before = tempfile.gettempdir()
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def sweep() -> None:
    """Remove the folders of processes that were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with FileLock(lock, timeout=0):
                shutil.rmtree(lock.parent, ignore_errors=True)
        except (Timeout, OSError):  # in use, or another user's
            continue
