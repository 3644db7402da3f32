"""Files that are either there and whole, or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
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


def publish_all(contents: Mapping[str, bytes], folder: Path, staging: Path) -> None:
    """Give each file its name below ``folder`` once all are written into ``staging``, in order."""
    staged = {staging / str(number): name for number, name in enumerate(contents)}
    for path, name in staged.items():
        path.write_bytes(contents[name])
    for path, name in staged.items():
        publish(path, folder / name)


def publish_text(text: str, target: Path) -> None:
    """As :func:`publish_bytes`, in UTF-8."""
    publish_bytes(text.encode(), target)


def publish_bytes(content: bytes, target: Path) -> None:
    """Write ``content`` under a private name, then give it its final one.

    The private name is the same every time: what a killed process left of it is written over.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.part")
    try:
        staged.write_bytes(content)
        staged.replace(target)
    except OSError:
        staged.unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """Of the file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
