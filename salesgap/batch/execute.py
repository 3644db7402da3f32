"""One pack from its job: the notebook runs, its facts are read, its PDF is set, all or nothing.

This is what a worker process does. It raises nothing: whatever happens ends in a record.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from pydantic import ValidationError

from salesgap.batch.files import publish, sha256
from salesgap.batch.folder import STAGING
from salesgap.batch.kernel import run_notebook
from salesgap.batch.manifest import Kind, Record
from salesgap.errors import NotebookError, SalesgapError
from salesgap.facts import Pack
from salesgap.publish.blocks import FACTS_MIME
from salesgap.publish.calendar_file import calendar_file


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook to run and where its results go.

    ``stem`` is the published files' path without suffix and ``keep`` the executed notebook's path,
    both relative to ``output``; ``templates`` holds the nbconvert templates.
    """

    id: str
    kind: Kind
    notebook: Path
    parameters: dict[str, str]
    output: Path
    stem: str
    keep: str
    template: str
    templates: Path
    timeout_s: float


def execute(job: Job) -> Record:
    """Run ``job`` and publish its PDF, facts, a pack's calendar and the notebook; or publish
    nothing and say why."""
    start = time.perf_counter()
    files: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    reason = ""
    try:
        files, notes = _make(job)
    except SalesgapError as error:
        reason = str(error)
    except Exception as error:  # a pack's failure is its record, whatever it was
        reason = " ".join(f"{type(error).__name__}: {error}".split())
    return Record(
        id=job.id,
        kind=job.kind,
        status="failed" if reason else "made",
        reason=reason,
        notes=notes,
        seconds=round(time.perf_counter() - start, 2),
        files=files,
    )


def _make(job: Job) -> tuple[dict[str, str], tuple[str, ...]]:
    """The hash of each file made, and what to note of the PDF."""
    with _private_folders(job.output) as (scratch, staging):
        executed = run_notebook(
            job.notebook, job.parameters, scratch=scratch, timeout_s=job.timeout_s
        )
        pdf, notes = _pdf(executed, job)
        (staging / "pack.pdf").write_bytes(pdf)
        facts = facts_of(executed)
        (staging / "pack.json").write_text(_facts_text(facts), "utf-8")
        if job.kind == "pack" and (calendar := _calendar(facts)):
            (staging / "pack.ics").write_bytes(calendar)
        staged = {f"{job.stem}{path.suffix}": path for path in sorted(staging.iterdir())}
        hashes = {name: sha256(path) for name, path in staged.items()}
        nbformat.write(executed, staging / "pack.ipynb")  # type: ignore[no-untyped-call]
        for name, path in {**staged, job.keep: staging / "pack.ipynb"}.items():
            publish(path, job.output / name)
    return hashes, notes


def remove_scratch(worker_pid: int | None) -> None:
    """Remove what a worker that was killed could not."""
    for folder in Path(tempfile.gettempdir()).glob(_scratch_prefix(worker_pid) + "*"):
        shutil.rmtree(folder, ignore_errors=True)


def _scratch_prefix(worker_pid: int | None) -> str:
    return f"sg-{worker_pid}-"


@contextmanager
def _private_folders(output: Path) -> Iterator[tuple[Path, Path]]:
    """A short-named folder for the kernel's sockets, and one beside the final files."""
    staging_root = output / STAGING
    staging_root.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(
            prefix=_scratch_prefix(os.getpid()), ignore_cleanup_errors=True
        ) as scratch,
        tempfile.TemporaryDirectory(dir=staging_root, ignore_cleanup_errors=True) as staging,
    ):
        yield Path(scratch), Path(staging)


def _pdf(executed: NotebookNode, job: Job) -> tuple[bytes, tuple[str, ...]]:
    """The PDF, and what to note of it."""
    from salesgap.publish.exporter import SalesgapPDFExporter  # typst: only where a page is set

    exporter = SalesgapPDFExporter(  # type: ignore[no-untyped-call]
        template_name=job.template, extra_template_basedirs=[str(job.templates)]
    )
    body, resources = exporter.from_notebook_node(executed)
    return bytes(body), _notes(resources["unshown"])


def _notes(unshown: tuple[str, ...]) -> tuple[str, ...]:
    if not unshown:
        return ()
    count = "1 character has" if len(unshown) == 1 else f"{len(unshown)} characters have"
    return (f"{count} no glyph: {', '.join(unshown)}",)


def _facts_text(facts: dict[str, Any]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _calendar(facts: dict[str, Any]) -> bytes:
    """The coaching calendar of a pack's facts."""
    try:
        return calendar_file(Pack.model_validate(facts))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise NotebookError(
            f"left facts that are no pack's: {place}",
            do="its last cell has to display the pack, as the shipped notebook does",
        ) from None


def facts_of(executed: NotebookNode) -> dict[str, Any]:
    """The facts in the notebook's last output that carries any."""
    for cell in reversed(executed.cells):
        for output in reversed(cell.get("outputs", [])):
            if FACTS_MIME in output.get("data", {}):
                return dict(output["data"][FACTS_MIME])
    raise NotebookError(
        "left no facts", do="its last cell has to display the pack, as the shipped notebook does"
    )
