"""A whole batch: one frozen preparation, every pack side by side, then the region summaries."""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from salesgap import __version__
from salesgap.batch.execute import Job
from salesgap.batch.folder import DATA, QUARANTINE, STAGING, held
from salesgap.batch.manifest import Kind, Manifest, Record
from salesgap.batch.progress import progress_bar
from salesgap.batch.workers import workers
from salesgap.errors import DataError
from salesgap.params import Params, load_params
from salesgap.prepare import SNAPSHOT, ManagerEntry, Prepared, prepare
from salesgap.publish.words import writer
from salesgap.resources import workbook_of

NOT_MADE = "not-made.json"


def run_batch(
    params_file: Path, output: Path, *, managers: Sequence[str] = (), jobs: int | None = None
) -> Manifest:
    """Make the packs of a params file into ``output``; the manifest holds this run's records only.

    ``managers`` narrows it to some ids: then only their packs are made anew, and no region
    summary, since a part of a region is not the region. ``jobs`` overrides the params. One pack's
    failure leaves the others. Raises ``SalesgapError`` when no pack can be started at all.
    """
    params_file, output = params_file.resolve(), output.resolve()
    plan = _Plan(params_file, load_params(params_file), output, workbook_of(params_file))
    writer(plan.params.report, plan.params.currency)  # a locale no page can be written in ends here
    with held(output):
        prepared = _prepared(plan)
        chosen = _chosen(prepared.managers, managers)
        log = _Log(output, _emptied(plan, {m.person_id for m in chosen} if managers else None))
        _make_all(plan, chosen, () if managers else prepared.regions, log, jobs)
        return log.this_run()


def _prepared(plan: _Plan) -> Prepared:
    """The teams of the run, with what was set aside laid where the analyst looks for it."""
    data, quarantine = plan.output / DATA, plan.output / QUARANTINE
    for folder in (data, quarantine):
        shutil.rmtree(folder, ignore_errors=True)
    prepared = prepare(plan.params, data, plan.workbook)
    shutil.copytree(data / SNAPSHOT / QUARANTINE, quarantine)
    return prepared


def _make_all(
    plan: _Plan,
    chosen: Sequence[ManagerEntry],
    regions: Sequence[str],
    log: _Log,
    jobs: int | None,
) -> None:
    count = min(_jobs(plan.params, jobs), len(chosen))
    with progress_bar(len(chosen) + len(regions)) as bar, workers(count) as crew:
        for record in crew.run(plan.pack_job(manager) for manager in chosen):
            log.add(record)
            bar.add(record)
        summaries = [plan.region_job(region, chosen, log) for region in regions]
        for record in crew.run(summaries):
            log.add(record)
            bar.add(record)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every job of a batch shares."""

    params_file: Path
    params: Params
    output: Path
    workbook: Path

    def pack_job(self, manager: ManagerEntry) -> Job:
        return self._job(
            "pack",
            manager.person_id,
            f"{manager.region_key}/{manager.key}",
            notebook="coaching_pack",
            manager_id=manager.person_id,
            team_folder=str(manager.team_folder),
        )

    def region_job(self, region: str, managers: Sequence[ManagerEntry], log: _Log) -> Job:
        own = [manager for manager in managers if manager.region == region]
        return self._job(
            "region",
            region,
            f"{own[0].region_key}/region-summary",
            notebook="region_summary",
            region=region,
            facts_folder=str(self._facts_folder(own, log)),
        )

    def _facts_folder(self, managers: Sequence[ManagerEntry], log: _Log) -> Path:
        """The facts of a region's packs, and why the missing ones are missing."""
        folder = self.output / STAGING / "facts" / managers[0].region_key
        folder.mkdir(parents=True)
        for manager in managers:
            if log.record("pack", manager.person_id).made:
                facts = self.output / manager.region_key / f"{manager.key}.json"
                shutil.copy2(facts, folder)
        failed = [log.record("pack", m.person_id) for m in managers]
        reasons = [f"{record.id}: {record.reason}" for record in failed if not record.made]
        (folder / NOT_MADE).write_text(json.dumps(reasons), "utf-8")
        return folder

    def _job(self, kind: Kind, id: str, stem: str, *, notebook: str, **parameters: str) -> Job:
        return Job(
            id=id,
            kind=kind,
            notebook=self.workbook / "notebooks" / f"{notebook}.ipynb",
            parameters={"params_file": str(self.params_file), **parameters},
            output=self.output,
            stem=stem,
            keep=f"notebooks/{stem}.ipynb",
            template=notebook.replace("_", "-"),
            templates=self.workbook / "templates",
            timeout_s=self.params.batch.timeout_s,
        )


class _Log:
    """The manifest on disk, one record further each time."""

    def __init__(self, output: Path, manifest: Manifest) -> None:
        self._output = output
        self._manifest = manifest
        self._mine: dict[tuple[Kind, str], Record] = {}
        manifest.write(output)

    def add(self, record: Record) -> None:
        self._mine[record.kind, record.id] = record
        self._manifest = self._manifest.add(record)
        self._manifest.write(self._output)

    def record(self, kind: Kind, id: str) -> Record:
        return self._mine[kind, id]

    def this_run(self) -> Manifest:
        records = tuple(r for r in self._manifest.records if (r.kind, r.id) in self._mine)
        return self._manifest.model_copy(update={"records": records})


def _emptied(plan: _Plan, only: set[str] | None) -> Manifest:
    """The manifest to go on with, after removing the files of the packs to be made anew.

    So a pack that fails now does not lie there as it was made before. ``only`` narrows it to some
    managers' packs; the others keep their records and files.
    """
    earlier = Manifest.read(plan.output)
    records = earlier.records if earlier else ()
    anew = [r for r in records if only is None or (r.kind == "pack" and r.id in only)]
    for record in anew:
        for name in record.files:
            (plan.output / name).unlink(missing_ok=True)
    return Manifest(
        run=plan.params.name,
        as_of=plan.params.as_of.isoformat(),
        salesgap=__version__,
        records=tuple(r for r in records if r not in anew),
    )


def _chosen(managers: Sequence[ManagerEntry], ids: Sequence[str]) -> Sequence[ManagerEntry]:
    by_id = {manager.person_id: manager for manager in managers}
    for id in ids:
        if id not in by_id:
            near = difflib.get_close_matches(id, by_id, n=3) or sorted(by_id)[:3]
            raise DataError(f"no manager has the id {id}", do=f"try one like {', '.join(near)}")
    return [by_id[id] for id in dict.fromkeys(ids)] if ids else managers


def _jobs(params: Params, override: int | None) -> int:
    wanted = override or params.batch.jobs
    if wanted != "auto":
        return wanted
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
