"""A batch on a real Dask cluster: a scheduler and two worker processes, each of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from salesgap.batch import cluster as on_cluster
from salesgap.batch import inputs
from salesgap.batch.run import Outcome, run_batch
from salesgap.cli import main
from salesgap.errors import ClusterError, ParamsError

pytest.importorskip("distributed", reason="needs the extra 'cluster'")

KILL = "import psutil; psutil.Process().parent().kill()"
TRIES = 2


@contextmanager
def scheduler(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """The address of a scheduler with some workers, and their processes; the scheduler is first."""
    contact = folder / "scheduler.json"
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(TRIES - 1)}
    environment = {**os.environ, **settings, "TMPDIR": str(folder)}
    dask = [sys.executable, "-m", "dask"]
    alike = ["--scheduler-file", str(contact), "--no-dashboard"]
    commands = [
        ["scheduler", "--host", "127.0.0.1", "--port", "0", *alike],
        ["worker", "--nworkers", str(workers), "--nthreads", "1", "--memory-limit", "0", *alike],
    ]
    with (folder / "log").open("wb") as log:
        running = [
            subprocess.Popen([*dask, *command], stdout=log, stderr=log, env=environment)
            for command in commands
        ]
    try:
        yield _address(contact, workers), running
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    """Of a cluster for the tests of this file."""
    with scheduler(tmp_path_factory.mktemp("dask")) as (found, _):
        yield found


def _address(contact: Path, workers: int) -> str:
    """Once the workers are there."""
    from distributed import Client

    with Client(scheduler_file=str(contact), timeout=60) as client:
        client.wait_for_workers(workers, timeout=60)
        return client.scheduler.address


def statuses(outcome: Outcome) -> dict[str, str]:
    return {record.id: record.status for record in outcome.records}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "EMEA").iterdir()}


def test_a_cluster_gives_the_bytes_of_a_batch_on_this_machine(made, address, tmp_path):
    outcome = run_batch(made.params, tmp_path / "there", cluster=address)
    assert set(statuses(outcome).values()) == {"made"}
    there = bytes_of(tmp_path / "there")
    assert len(there) == 8
    assert there == bytes_of(made.output)
    assert not (tmp_path / "there" / ".staging").exists()


def test_a_worker_killed_half_way_costs_no_pack(made, address, tmp_path):
    once = f"Path({str(tmp_path / 'killed')!r})"
    made.use_good_notebooks(
        f"from pathlib import Path\ntry:\n    {once}.touch(exist_ok=False)\n"
        f"except FileExistsError:\n    pass\nelse:\n    {KILL}"
    )
    outcome = run_batch(made.params, tmp_path / "there", cluster=address)
    assert (tmp_path / "killed").exists()
    assert set(statuses(outcome).values()) == {"made"}
    assert bytes_of(tmp_path / "there") == bytes_of(made.output)


def test_a_pack_that_kills_its_worker_each_time_is_a_record_and_so_is_one_that_raises(
    made, address, tmp_path
):
    first, second = sorted(path.stem for path in made.output.glob("EMEA/E*.pdf"))
    made.use_good_notebooks(
        f"if manager_id == {first!r}:\n    {KILL}\nassert manager_id != {second!r}, 'no luck'"
    )
    outcome = run_batch(made.params, tmp_path / "there", cluster=address)
    reasons = {record.id: record.reason for record in outcome.records}
    assert reasons[first] == f"the workers that tried it died, {TRIES} of them"
    assert reasons[second] == "coaching_pack.ipynb cell 2: AssertionError: no luck"
    assert not list(tmp_path.glob("there/EMEA/E*"))


def test_one_of_its_own_is_started_by_the_command_and_is_gone_after_it(made, tmp_path):
    first = min(made.output.glob("EMEA/E*.pdf"))
    temporary = tmp_path / "t"
    temporary.mkdir()
    command = [sys.executable, "-c", "from salesgap.cli import main; main()", "batch"]
    options = ["--output", tmp_path / "there", "--manager", first.stem, "--cluster", "local:1"]
    ended = subprocess.run(
        [*command, made.params, *options],
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert bytes_of(tmp_path / "there")[first.name] == first.read_bytes()
    assert list(temporary.iterdir()) == []


def test_a_cluster_that_goes_away_ends_the_batch_and_a_resume_goes_on(made, tmp_path):
    import dask

    soon = dask.config.set({"distributed.comm.timeouts.connect": "2s"})
    with scheduler(tmp_path, workers=1) as (address, processes), soon:
        made.use_good_notebooks(f"import os; os.kill({processes[0].pid}, 9)")
        with pytest.raises(ClusterError, match="--resume"):
            run_batch(made.params, tmp_path / "there", cluster=address)
    made.use_good_notebooks()
    outcome = run_batch(made.params, tmp_path / "there", choice="changed")
    assert set(statuses(outcome).values()) == {"made"}
    assert bytes_of(tmp_path / "there") == bytes_of(made.output)


def test_other_versions_there_are_named_and_nothing_is_made(made, address, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "_libraries", lambda: {"pandas": "0.1", "none": "1"})
    with pytest.raises(ClusterError, match=r"other versions: .*none none for 1") as error:
        run_batch(made.params, tmp_path / "there", cluster=address)
    assert "for 0.1" in str(error.value)
    assert not (tmp_path / "there" / "EMEA").exists()


@pytest.mark.parametrize("wrong", ["here", "local:", "local:0", "local:two"])
def test_what_is_no_address_is_one_clear_line(made, wrong):
    with pytest.raises(ParamsError, match="is no cluster"):
        run_batch(made.params, made.output, cluster=wrong)


def test_a_cluster_that_does_not_answer_is_one_clear_line(made, monkeypatch):
    monkeypatch.setattr(on_cluster, "_SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(ClusterError, match="--cluster: cannot be used"):
        run_batch(made.params, made.output, cluster="tcp://127.0.0.1:1")


@pytest.mark.parametrize("other", ["--dry-run", "--jobs=2"])
def test_options_that_say_otherwise_are_refused(made, other, capsys):
    with pytest.raises(SystemExit) as left:
        main(["batch", str(made.params), "--output", "x", "--cluster", "local:2", other])
    assert left.value.code == 2
    assert "contradict each other" in capsys.readouterr().err
