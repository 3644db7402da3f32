"""The output folder of a run: whose it is, what lies where, one command at a time."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from salesgap.batch.files import writing
from salesgap.errors import OutputError

DATA = "data"
NOTEBOOKS = "notebooks"
PRIVATE = "private"  # facts and calendars of encrypted packs
QUARANTINE = "quarantine"
STAGING = ".staging"  # inside the output folder: the same file system as the final names
LOCK = ".salesgap.lock"  # also the mark by which a folder is known to be ours


@contextmanager
def held(output: Path) -> Iterator[Path]:
    """Hold ``output``, new or of an earlier run, and give a folder in it for what is unfinished.

    What another command left unfinished is removed. Raises ``OutputError`` if the folder holds
    other files, since a run replaces what it finds, if another command is at work there, or if it
    cannot be written.
    """
    with writing(output):
        refuse_others(output)
        try:
            with FileLock(output / LOCK, timeout=0), _staging(output / STAGING) as staging:
                yield staging
        except Timeout:
            raise OutputError(
                "another batch is at work here",
                where=str(output),
                do="wait for it, or choose another --output",
            ) from None


def refuse_others(output: Path) -> None:
    """Raise ``OutputError`` if ``output`` holds files that are not of an earlier run."""
    if output.exists() and any(output.iterdir()) and not (output / LOCK).exists():
        raise OutputError(
            "holds files that are not of an earlier run",
            where=str(output),
            do="name a new or empty folder",
        )


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A folder of this command's own below ``root``.

    Whoever still works for a killed batch has its unfinished files in another folder, which is
    gone from here on: nothing of it can be published any more.
    """
    _take_away(root)
    root.mkdir()
    try:
        yield Path(tempfile.mkdtemp(dir=root))
    finally:
        with suppress(OSError):  # of a file system that became read-only
            _take_away(root)


def _take_away(root: Path) -> None:
    """Move ``root`` away at one stroke, then remove it; also what an earlier call left."""
    if root.exists():
        root.rename(root.with_name(f"{root.name}-{secrets.token_hex(4)}"))
    for folder in root.parent.glob(f"{root.name}-*"):
        shutil.rmtree(folder, ignore_errors=True)
