"""The manifest on disk while a batch goes on: one record further each time.

What is due is written down as waiting before anything is touched, and a record comes after the
files that it names. So whenever a batch is killed, the manifest knows of every file that may lie
there, and a pack without a finished record is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from salesgap.batch.folder import NOTEBOOKS, PRIVATE
from salesgap.batch.inputs import facts_data
from salesgap.batch.log import RunLog
from salesgap.batch.manifest import Kind, Manifest, Record
from salesgap.batch.plan import Item, Plan, Run, records_of
from salesgap.batch.remote import Mirror
from salesgap.errors import OutputError

_PUBLISHED = (".pdf", ".json", ".ics")


class Ledger:
    """The records of this run and of earlier ones; ``manifest`` is as it lies on disk.

    ``mirror`` follows, if the output folder has one.
    """

    def __init__(
        self, run: Run, manifest: Manifest, plan: Plan, lines: RunLog, mirror: Mirror | None = None
    ) -> None:
        self._output = run.output
        self._lines = lines
        self._mirror = mirror
        self._mine: set[tuple[Kind, str]] = set()
        touched = {item.key for item in plan.due} | {record.key for record in plan.gone}
        old = [record for record in manifest.records if record.key in touched]
        waiting = [_waiting(item) for item in plan.due]
        self.manifest = manifest.without(touched).add(*waiting)
        self.manifest.write(self._output)
        removed = sorted({name for record in (*old, *waiting) for name in _names(record)})
        _remove(self._output, removed)
        if mirror:
            mirror.update(removed=removed)
        for record in plan.kept:
            lines.unchanged(record)
        for record in plan.gone:
            lines.removed(record)

    @property
    def records(self) -> tuple[Record, ...]:
        """Those of this run, in the manifest's order."""
        return tuple(r for r in self.manifest.records if r.key in self._mine)

    def add(self, record: Record, item: Item) -> Record:
        """Write down how ``item`` ended. Raises ``OutputError`` where nothing can be written."""
        record = record.model_copy(update={"stem": item.stem, "inputs": dict(item.inputs)})
        self._mine.add(record.key)
        self.manifest = self.manifest.add(record)
        self.manifest.write(self._output)
        if self._mirror:
            notebook = [f"{NOTEBOOKS}/{record.stem}.ipynb"] if record.made else []
            self._mirror.update(written=[*record.files, *notebook])
        self._lines.done(record)
        if record.error == OutputError.__name__:
            raise OutputError(record.reason)
        return record

    def with_facts(self, summary: Item) -> Item:
        """``summary`` with the hash of its packs as they are now."""
        data = facts_data(records_of(summary.managers, self.manifest))
        return replace(summary, inputs={**summary.inputs, "data": data})


def _waiting(item: Item) -> Record:
    return Record(id=item.id, kind=item.kind, status="waiting", seconds=0.0, stem=item.stem)


def _names(record: Record) -> set[str]:
    """The files of a record, and those that a killed batch may have left of it."""
    names = {*record.files}
    if record.stem:
        names |= {f"{record.stem}{suffix}" for suffix in _PUBLISHED}
        names |= {f"{PRIVATE}/{record.stem}{suffix}" for suffix in _PUBLISHED}
        names |= {f"{NOTEBOOKS}/{record.stem}.ipynb"}
    return names


def _remove(output: Path, names: Iterable[str]) -> None:
    """So a pack that fails now does not lie there as it was made before."""
    for path in (output / name for name in names):
        path.unlink(missing_ok=True)
        with suppress(OSError):  # holds others still, or was never there
            path.parent.rmdir()
