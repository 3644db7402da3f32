"""A whole batch: one frozen preparation, every pack side by side, then the region summaries."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from salesgap import __version__
from salesgap.batch.execute import Job
from salesgap.batch.folder import NOTEBOOKS, PRIVATE, held, refuse_others
from salesgap.batch.inputs import NOTEBOOK_OF, TEMPLATE_OF
from salesgap.batch.ledger import Ledger
from salesgap.batch.limits import Limits
from salesgap.batch.log import run_log
from salesgap.batch.manifest import Manifest, Record
from salesgap.batch.passwords import read_passwords, require
from salesgap.batch.plan import Choice, Item, Plan, Run, choose_managers, make_plan, records_of
from salesgap.batch.preparation import prepare_teams, read_as, teams_there
from salesgap.batch.progress import Bar, progress_bar
from salesgap.batch.remote import Mirror, is_remote, mirrored
from salesgap.batch.workers import Crew, workers
from salesgap.crm.proposing.reminders import reminders
from salesgap.params import Params, load_params
from salesgap.prepare import ManagerEntry, prepare
from salesgap.publish.words import writer
from salesgap.resources import workbook_of

NOT_MADE = "not-made.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch did. ``records`` are this run's; the others as in :class:`Plan`.

    ``read_as``: as whose export the data were read, and why, where the params leave that open;
    ``reminders``: what else they leave open.
    """

    records: tuple[Record, ...]
    kept: tuple[Record, ...]
    gone: tuple[Record, ...]
    apart: tuple[str, ...]
    seconds: float
    read_as: str
    reminders: tuple[str, ...]


def run_batch(  # noqa: PLR0913  # its arguments are the command's options
    params_file: Path,
    output: Path | str,
    *,
    managers: Sequence[str] = (),
    choice: Choice = "all",
    last_run: Path | None = None,
    jobs: int | None = None,
    cluster: str = "",
    quiet: bool = False,
    log: Path | None = None,
) -> Outcome:
    """Make the packs of a params file into ``output``, and the region summaries.

    ``managers`` narrows it to some ids: then no region summary is made, since a part of a region is
    not the region. ``choice`` narrows it to what changed, or to what failed. ``last_run`` and
    ``jobs`` override the params; ``cluster`` is the address of one that makes the packs instead
    (see :mod:`salesgap.batch.cluster`); ``log`` is a file for a line a pack. ``output`` may be a
    URL that fsspec knows. One pack's failure leaves the others. Raises ``SalesgapError`` when no
    pack can be started at all, or when the output cannot be written.
    """
    start = time.perf_counter()
    with _place(output) as (folder, mirror):
        run = _run(params_file, folder, last_run)
        with (
            held(run.output) as staging,
            run_log(log) as lines,
            _crew(run.params, cluster, jobs) as crew,
        ):
            if mirror:
                mirror.fetch(teams=choice == "changed")
            prepared = prepare_teams(
                run.params, run.workbook, run.output, reuse=choice == "changed", wanted=managers
            )
            profile = read_as(run.params, run.output)
            manifest, plan = _plan(run, prepared, managers, choice)
            ledger = Ledger(run, manifest, plan, lines, mirror)
            with progress_bar(len(plan.due), quiet=quiet) as bar:
                _make_all(run, plan, ledger, staging, crew, bar)
            if mirror:
                mirror.finish()
    seconds = round(time.perf_counter() - start, 2)
    return Outcome(
        records=ledger.records,
        kept=plan.kept,
        gone=plan.gone,
        apart=plan.apart,
        seconds=seconds,
        read_as=profile,
        reminders=tuple(reminders(run.params_file, run.params)),
    )


def dry_run(
    params_file: Path, output: Path | str, *, managers: Sequence[str] = (), choice: Choice = "all"
) -> Plan:
    """What :func:`run_batch` would do, without doing it; writes into a temporary folder only."""
    with (
        _place(output, look=True) as (folder, mirror),
        tempfile.TemporaryDirectory(prefix="salesgap-") as scratch,
    ):
        run = _run(params_file, folder)
        refuse_others(run.output)
        if mirror:
            mirror.fetch(teams=choice == "changed")
        there = teams_there(run.params, run.workbook, run.output) if choice == "changed" else None
        prepared = there or prepare(run.params, Path(scratch), run.workbook, managers).managers
        return _plan(run, prepared, managers, choice)[1]


@contextmanager
def _place(output: Path | str, *, look: bool = False) -> Iterator[tuple[Path, Mirror | None]]:
    """The folder of this machine to work in, and what follows it where the output lies elsewhere;
    held there, unless somebody only wants to ``look``."""
    if not is_remote(output):
        yield Path(output), None
        return
    with mirrored(str(output), lock=not look) as mirror:
        yield mirror.here, mirror


def _run(params_file: Path, output: Path, last_run: Path | None = None) -> Run:
    params_file, output = params_file.resolve(), output.resolve()
    params = load_params(params_file)
    if last_run is not None:
        params = params.model_copy(update={"last_run": last_run.resolve()})
    writer(params.report, params.currency)  # a locale no page can be written in ends here
    passwords = read_passwords(params.report.encrypt) if params.report.encrypt else {}
    return Run(params_file, params, output, workbook_of(params_file), passwords)


def _plan(
    run: Run, prepared: Sequence[ManagerEntry], ids: Sequence[str], choice: Choice
) -> tuple[Manifest, Plan]:
    """The manifest as it lies there, and what to do. Raises if somebody has no password."""
    chosen = choose_managers(prepared, ids)
    if run.params.report.encrypt:
        regions = set() if ids else {manager.region for manager in chosen}
        needed = {manager.person_id for manager in chosen} | regions
        require(run.passwords, needed, run.params.report.encrypt)
    earlier = Manifest.read(run.output)
    manifest = Manifest(
        run=run.params.name,
        as_of=run.params.as_of.isoformat(),
        salesgap=__version__,
        records=earlier.records if earlier else (),
    )
    return manifest, make_plan(run, chosen, manifest, part=bool(ids), choice=choice)


def _make_all(run: Run, plan: Plan, ledger: Ledger, staging: Path, crew: Crew, bar: Bar) -> None:
    packs = {item.key: item for item in plan.of("pack")}
    for record in crew.run(_pack_job(run, item, staging) for item in packs.values()):
        bar.add(ledger.add(record, packs[record.key]))
    summaries = {item.key: ledger.with_facts(item) for item in plan.of("region")}
    jobs = [_summary_job(run, item, staging, ledger) for item in summaries.values()]
    for record in crew.run(jobs):
        bar.add(ledger.add(record, summaries[record.key]))


@contextmanager
def _crew(params: Params, address: str, jobs: int | None) -> Iterator[Crew]:
    """Whoever makes the packs: processes of this machine, or a cluster, which has to be there
    before anything is touched."""
    if not address:
        with workers(_jobs(params, jobs)) as here:
            yield here
        return
    from salesgap.batch.cluster import cluster

    with cluster(address, params) as there:
        yield there


def _pack_job(run: Run, item: Item, staging: Path) -> Job:
    (manager,) = item.managers
    return _job(
        run, item, staging, manager_id=manager.person_id, team_folder=str(manager.team_folder)
    )


def _summary_job(run: Run, item: Item, staging: Path, ledger: Ledger) -> Job:
    """With the facts of the region's packs, and why the missing ones are missing."""
    folder = staging / "facts" / item.managers[0].region_key
    folder.mkdir(parents=True)
    records = records_of(item.managers, ledger.manifest)
    for record in records:
        if record.made:
            shutil.copy2(run.output / record.facts, folder)
    reasons = [f"{record.id}: {record.reason}" for record in records if not record.made]
    (folder / NOT_MADE).write_text(json.dumps(reasons), "utf-8")
    return _job(run, item, staging, region=item.id, facts_folder=str(folder))


def _job(run: Run, item: Item, staging: Path, **parameters: str) -> Job:
    password = run.passwords.get(item.id, "")
    return Job(
        id=item.id,
        kind=item.kind,
        notebook=run.workbook / "notebooks" / f"{NOTEBOOK_OF[item.kind]}.ipynb",
        parameters={"params_file": str(run.params_file), **parameters},
        output=run.output,
        stem=item.stem,
        keep=f"{NOTEBOOKS}/{item.stem}.ipynb",
        template=TEMPLATE_OF[item.kind],
        templates=run.workbook / "templates",
        limits=Limits(run.params.batch.timeout_s, run.params.batch.memory_mb),
        staging=str(staging.relative_to(run.output)),
        beside=f"{PRIVATE}/{item.stem}" if password else "",
        password=password,
    )


def _jobs(params: Params, override: int | None) -> int:
    wanted = override or params.batch.jobs
    if wanted != "auto":
        return wanted
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
