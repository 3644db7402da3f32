"""Files that are either there and whole, or not there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from salesgap.errors import OutputError


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Make ``folder``; what the system refuses inside the block is an ``OutputError``."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            f"cannot be written ({reason})", where=str(folder), do="choose another folder"
        ) from error


def publish(staged: Path, target: Path) -> None:
    """Move a finished file to its final name; both lie on the same file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)


def publish_text(text: str, target: Path) -> None:
    """Write ``text`` under a private name, then give it its final one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.{os.getpid()}")
    staged.write_text(text, "utf-8")
    staged.replace(target)


def sha256(path: Path) -> str:
    """Of the file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
