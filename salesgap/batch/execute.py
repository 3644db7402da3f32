"""One pack from its job: the notebook runs, its facts are read, its PDF is set, all or nothing.

This is what a worker process does. It raises nothing: whatever happens ends in a record.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from salesgap.batch.encrypt import encrypted
from salesgap.batch.files import publish_all, writing
from salesgap.batch.folder import STAGING
from salesgap.batch.limits import Limits
from salesgap.batch.manifest import Kind, Record
from salesgap.errors import NotebookError, SalesgapError
from salesgap.facts import Pack
from salesgap.publish.blocks import FACTS_MIME
from salesgap.publish.calendar_file import calendar_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from salesgap.publish.exporter import SalesgapPDFExporter


_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)")
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Job:
    """One notebook to run and where its results go.

    ``stem`` is the published files' path without suffix and ``keep`` the executed notebook's path,
    both relative to ``output``; ``templates`` holds the nbconvert templates. ``staging`` is the
    folder in ``output`` where files wait for their names: the batch makes it, and takes it away
    when it ends or another takes over. A ``password`` encrypts the PDF, and then facts and calendar
    get the path ``beside`` instead of ``stem``.
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
    limits: Limits
    staging: str = STAGING
    beside: str = ""
    password: str = field(default="", repr=False)


def execute(job: Job, temporary: Path | None = None) -> Record:
    """Run ``job`` and publish its PDF, facts, a pack's calendar and the notebook; or publish
    nothing and say why. The kernel's folder is made in ``temporary``, or where the system says."""
    start = time.perf_counter()
    try:
        files, notes = _make(job, temporary)
        record = Record(
            id=job.id, kind=job.kind, status="made", notes=notes, seconds=0.0, files=files
        )
    except Exception as error:  # a pack's failure is its record, whatever it was
        record = raised(job, error)
    return record.model_copy(update={"seconds": round(time.perf_counter() - start, 2)})


def raised(job: Job, error: Exception) -> Record:
    """The record of a job that ended with ``error``."""
    name = type(error).__name__
    line = str(error) if isinstance(error, SalesgapError) else f"{name}: {error}"
    return failed(job, printable(" ".join(line.split())), name)


def failed(job: Job, reason: str, error: str = "") -> Record:
    """The record of a job that made nothing."""
    return Record(
        id=job.id, kind=job.kind, status="failed", reason=reason, error=error, seconds=0.0
    )


def printable(reason: str) -> str:
    """As it may stand in a manifest: no password of an address, and no page of text."""
    return textwrap.shorten(_PASSWORD.sub(r"\1…", reason), _LONGEST_REASON, placeholder=" …")


def _make(job: Job, temporary: Path | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """The hash of each file made, and what to note of the PDF."""
    from salesgap.batch.kernel import run_notebook  # Papermill: only where a notebook runs

    with _private_folders(job, temporary) as (scratch, staging):
        executed = run_notebook(job.notebook, job.parameters, scratch=scratch, limits=job.limits)
        pdf, notes = _pdf(executed, job)
        facts = facts_of(executed)
        beside = {".json": _facts_text(facts).encode()}
        if job.kind == "pack" and (calendar := _calendar(facts)):
            beside[".ics"] = calendar
        if job.password:
            pdf = encrypted(pdf, job.password, beside.get(".ics"))
        named = {f"{job.stem}.pdf": pdf}
        named |= {f"{job.beside or job.stem}{suffix}": text for suffix, text in beside.items()}
        with writing(job.output):
            return _publish(named, executed, job, staging), notes


def _publish(
    named: dict[str, bytes], executed: NotebookNode, job: Job, staging: Path
) -> dict[str, str]:
    """Give each file its name once all are written; their hashes."""
    ordered = {name: named[name] for name in sorted(named)}
    notebook = json.dumps(executed, ensure_ascii=False).encode()
    publish_all({**ordered, job.keep: notebook}, job.output, staging)
    return {name: hashlib.sha256(content).hexdigest() for name, content in ordered.items()}


@contextmanager
def _private_folders(job: Job, temporary: Path | None) -> Iterator[tuple[Path, Path]]:
    """A short-named folder for the kernel's sockets, and one beside the final files."""
    with writing(job.output):
        staging = tempfile.TemporaryDirectory(
            dir=job.output / job.staging, ignore_cleanup_errors=True
        )
    with (
        tempfile.TemporaryDirectory(
            prefix="k", dir=temporary, ignore_cleanup_errors=True
        ) as scratch,
        staging as waiting,
    ):
        yield Path(scratch), Path(waiting)


def _pdf(executed: NotebookNode, job: Job) -> tuple[bytes, tuple[str, ...]]:
    """The PDF, and what to note of it."""
    body, resources = _exporter(job.template, job.templates).from_notebook_node(executed)
    return bytes(body), _notes(resources["unshown"])


@cache
def _exporter(template: str, templates: Path) -> SalesgapPDFExporter:
    """Made once a process, as are the fonts it sets with."""
    from salesgap.publish.exporter import SalesgapPDFExporter  # typst: only where a page is set

    return SalesgapPDFExporter(  # type: ignore[no-untyped-call]
        template_name=template, extra_template_basedirs=[str(templates)]
    )


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
