"""A job that travels: nothing of the machine that sent it is needed where it runs."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from salesgap.batch import cluster
from salesgap.batch.execute import Job, execute
from salesgap.batch.folder import STAGING
from salesgap.batch.inputs import TEMPLATE_OF
from salesgap.batch.limits import Limits
from salesgap.batch.parcel import Parcel, Sender
from salesgap.params import Params, load_params
from salesgap.prepare import prepare
from salesgap.region import NOT_MADE
from salesgap.resources import workbook_folder

BRAND = "report: {brand: {name: Ours, logo: ours.svg}}"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


@pytest.fixture
def shipped(workbook) -> tuple[Path, Params, Callable[..., Job]]:
    """The folder of a workbook with a logo, its params, and how to make a job of it."""
    workbook.add_params(BRAND)
    (workbook.params.parent / "ours.svg").write_text(LOGO, "utf-8")
    workbook.use_the_shipped_notebooks()
    (workbook.folder / "templates").unlink()
    shutil.copytree(workbook_folder() / "templates", workbook.folder / "templates")

    def job(kind: str, notebook: str, output: Path, **parameters: str) -> Job:
        (output / STAGING).mkdir(parents=True)
        return Job(
            id="it",
            kind=kind,
            notebook=workbook.folder / "notebooks" / f"{notebook}.ipynb",
            parameters={"params_file": str(workbook.params), **parameters},
            output=output,
            stem="EMEA/it",
            keep="notebooks/EMEA/it.ipynb",
            template=TEMPLATE_OF[kind],
            templates=workbook.folder / "templates",
            limits=Limits(timeout_s=120, memory_mb=2048),
        )

    return workbook.folder, load_params(workbook.params), job


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(files[name]).hexdigest() for name in files if "notebook" not in name}


def arrived(sender: Sender, job: Job) -> Parcel:
    return pickle.loads(pickle.dumps(sender.parcel(job)))


def test_it_gives_the_same_bytes_where_nothing_of_the_sender_is(shipped, tmp_path):
    folder, params, job = shipped
    data = folder / "data"
    manager = prepare(params, data, folder).managers[0]
    team = {"manager_id": manager.person_id, "team_folder": str(manager.team_folder)}
    pack = job("pack", "coaching_pack", tmp_path / "packs", **team)
    here = execute(pack)
    facts = folder / "facts"
    facts.mkdir()
    shutil.copy2(pack.output / here.facts, facts)
    (facts / NOT_MADE).write_text("[]", "utf-8")
    told = {"region": manager.region, "facts_folder": str(facts)}
    summary = job("region", "region_summary", tmp_path / "regions", **told)
    summed = execute(summary)
    assert here.reason == summed.reason == ""

    parcels = [arrived(Sender(params), each) for each in (pack, summary)]
    folder.rename(folder.with_name("gone"))
    shutil.rmtree(tmp_path / "packs")
    for parcel, known in zip(parcels, (here, summed), strict=True):
        record, files = cluster.work(parcel)
        assert (record.status, record.reason) == ("made", "")
        assert record.files == known.files == hashes(files)
        assert "notebooks/EMEA/it.ipynb" in files


def test_a_pack_travels_with_its_own_team_and_no_other(shipped, tmp_path):
    folder, params, job = shipped
    one, other = prepare(params, folder / "data", folder).managers
    pack = job("pack", "coaching_pack", tmp_path / "out", team_folder=str(one.team_folder))
    names = Sender(params).parcel(pack).files.keys()
    assert {name.split("/")[1] for name in names if name.startswith("teams/")} == {one.key}
    assert other.key not in " ".join(names)


def test_a_password_is_in_the_job_and_is_not_shown(shipped, tmp_path):
    _, params, job = shipped
    parcel = Sender(params).parcel(replace(job("pack", "coaching_pack", tmp_path / "out")))
    secret = replace(parcel, job=replace(parcel.job, password="umbrellas, two"))
    assert "umbrellas" not in repr(secret)
    assert arrived_job(secret).password == "umbrellas, two"


def arrived_job(parcel: Parcel) -> Job:
    return pickle.loads(pickle.dumps(parcel)).job


def test_a_worker_with_other_versions_makes_nothing(shipped, tmp_path):
    _, params, job = shipped
    parcel = Sender(params).parcel(job("pack", "coaching_pack", tmp_path / "out"))
    record, files = cluster.work(replace(parcel, software="another"))
    assert (record.status, files) == ("failed", {})
    assert "has other versions" in record.reason
