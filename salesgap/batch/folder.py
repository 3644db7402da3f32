"""The output folder of a run: whose it is, what lies where, one command at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from salesgap.batch.files import writing
from salesgap.errors import OutputError

DATA = "data"
QUARANTINE = "quarantine"
STAGING = ".staging"  # inside the output folder: the same file system as the final names
LOCK = ".salesgap.lock"  # also the mark by which a folder is known to be ours


@contextmanager
def held(output: Path) -> Iterator[None]:
    """Hold ``output``, new or of an earlier run; what was left half-done is removed.

    Raises ``OutputError`` if it holds other files, since a run replaces what it finds, if another
    command is at work there, or if it cannot be written.
    """
    with writing(output):
        if any(output.iterdir()) and not (output / LOCK).exists():
            raise OutputError(
                "holds files that are not of an earlier run",
                where=str(output),
                do="name a new or empty folder",
            )
        try:
            with FileLock(output / LOCK, timeout=0), _staging(output / STAGING):
                yield
        except Timeout:
            raise OutputError(
                "another batch is at work here",
                where=str(output),
                do="wait for it, or choose another --output",
            ) from None


@contextmanager
def _staging(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
