"""The progress bar: packs done, failed, how fast, and how long to go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from salesgap.batch.manifest import Record


class Bar:
    """Counts records as they come. Made by :func:`progress_bar`."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("packs", total=total, failed=0, rate="")
        self._failed = 0

    def add(self, record: Record) -> None:
        """One more is done."""
        self._failed += not record.made
        self._progress.update(self._task, advance=1, failed=self._failed)
        task = self._progress.tasks[0]
        rate = f"{60 * task.completed / task.elapsed:.0f} a minute" if task.elapsed else ""
        self._progress.update(self._task, rate=rate)


@contextmanager
def progress_bar(total: int, *, quiet: bool) -> Iterator[Bar]:
    """A bar on standard error for ``total`` packs; none where ``quiet`` or no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        yield Bar(progress, total)
