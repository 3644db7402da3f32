"""Workers, the warm kernels that they start, and what is left of both: nothing."""

from __future__ import annotations

import json
import multiprocessing
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from salesgap.batch import warm
from salesgap.batch.execute import Job, execute
from salesgap.batch.folder import STAGING
from salesgap.batch.limits import Limits
from salesgap.batch.workers import workers
from salesgap.params import load_params
from salesgap.prepare import prepare
from salesgap.resources import workbook_folder

LIMITS = Limits(timeout_s=60, memory_mb=2048)
MADE = """
from IPython.display import display
section = {"name": "gap", "title": "A", "setup": {"title": "A", "as_of": "2026-06-30"},
           "blocks": [{"type": "text", "spans": [{"text": "one line"}]}]}
display({"application/vnd.salesgap.section+json": section, "text/plain": ""}, raw=True)
display({"application/vnd.salesgap.facts+json": {}, "text/plain": ""}, raw=True)
"""
FORKED = pytest.mark.skipif(not warm.FORKS, reason="forking is safe on Linux only")


def job(notebook: Path, output: Path, id: str = "M1", limits: Limits = LIMITS) -> Job:
    (output / STAGING).mkdir(parents=True, exist_ok=True)
    return Job(
        id=id,
        kind="region",
        notebook=notebook,
        parameters={"manager_id": id},
        output=output,
        stem=id,
        keep=f"notebooks/{id}.ipynb",
        template="coaching-pack",
        templates=workbook_folder() / "templates",
        limits=limits,
    )


def test_a_worker_that_dies_costs_its_own_pack_only(write_notebook, tmp_path):
    worker = f"psutil.Process().parents()[{int(warm.FORKS)}]"
    bad = write_notebook(f"import psutil; {worker}.kill()", name="bad.ipynb")
    jobs = [job(bad, tmp_path, "M1"), job(write_notebook(MADE), tmp_path, "M2")]
    with workers(1) as crew:
        records = list(crew.run(jobs))
    assert [(r.id, r.reason) for r in records] == [
        ("M1", "its worker process died (exit code -9)"),
        ("M2", ""),
    ]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a group of processes on POSIX only")
def test_ctrl_c_while_a_worker_starts_does_not_reach_it(tmp_path, capfd):
    def interrupt() -> None:
        while not multiprocessing.active_children():
            pass
        os.kill(multiprocessing.active_children()[0].pid, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    with workers(1) as crew:
        thread.start()
        (record,) = crew.run([job(tmp_path / "none.ipynb", tmp_path)])
        thread.join()
    assert "none.ipynb" in record.reason
    assert capfd.readouterr().err == ""


# ── warm kernels ──────────────────────────────────────────────────────────────────────────


@FORKED
def test_a_pack_from_a_warm_kernel_has_the_bytes_of_one_from_a_cold_kernel(tmp_path):
    params_file = tmp_path / "run.yml"
    demo = (workbook_folder() / "params" / "demo.yml").read_text("utf-8")
    params_file.write_text(demo.replace("managers: 20", "managers: 2"), "utf-8")
    params = load_params(params_file)
    manager = prepare(params, tmp_path / "data", workbook_folder()).managers[0]
    shipped = replace(
        job(workbook_folder() / "notebooks" / "coaching_pack.ipynb", tmp_path / "cold"),
        kind="pack",
        parameters={"params_file": str(params_file), "team_folder": str(manager.team_folder)},
    )
    (tmp_path / "warm" / STAGING).mkdir(parents=True)
    cold = execute(shipped)
    with workers(1) as crew:
        (warmed,) = crew.run([replace(shipped, output=tmp_path / "warm")])
    assert cold.reason == warmed.reason == ""
    assert sorted(cold.files) == ["M1.ics", "M1.json", "M1.pdf"]
    assert warmed.files == cold.files


SEEN = """
import json, os, random, sys
was_imported = "salesgap.pack" in sys.modules
import numpy, multiprocessing
seen = {
    "warm": was_imported,
    "folder": os.getcwd(),
    "leads": os.getpid() == os.getpgid(0) == os.getsid(0),
    "streams": [os.readlink(f"/proc/self/fd/{n}") for n in (0, 1, 2)],
    "of the last": getattr(json, "of_the_last", None),
    "random": [random.random(), numpy.random.random(), os.urandom(4).hex()],
    "order": list({"north", "south", "east", "west"}),
    "threads": [os.environ[name] for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")],
    "daemon": multiprocessing.current_process().daemon,
    "path": sys.path,
    "main": __name__,
}
json.of_the_last = manager_id
"""


@FORKED
def test_a_warm_kernel_shares_its_imports_and_nothing_else(write_notebook, tmp_path):
    tell = f"open({str(tmp_path)!r} + f'/{{manager_id}}.seen', 'w').write(json.dumps(seen))"
    notebook = write_notebook(SEEN, tell, MADE)
    with workers(1) as crew:
        assert [r.reason for r in crew.run(job(notebook, tmp_path, id) for id in "AB")] == ["", ""]
    execute(job(notebook, tmp_path, "cold"))
    one, two, cold = (
        json.loads((tmp_path / f"{id}.seen").read_text()) for id in ("A", "B", "cold")
    )
    assert (one["warm"], two["warm"], cold["warm"]) == (True, True, False)
    assert one["folder"] != two["folder"]
    assert not set(one["random"]) & set(two["random"])
    for different in ("warm", "folder", "random"):
        one.pop(different), two.pop(different), cold.pop(different)
    cold["streams"][0] = "/dev/null"  # Jupyter gives it a closed pipe
    assert one == two == cold
    assert one["leads"]
    assert one["streams"] == ["/dev/null"] * 3
    assert one["of the last"] is None


@FORKED
def test_a_kernel_that_loses_its_nursery_dies_and_the_next_one_starts_cold(
    write_notebook, tmp_path
):
    orphan = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass"
    bad = write_notebook(orphan, name="bad.ipynb")
    jobs = [job(bad, tmp_path, "M1"), job(write_notebook(MADE), tmp_path, "M2")]
    with workers(1) as crew:
        reasons = [record.reason for record in crew.run(jobs)]
    assert reasons == ["bad.ipynb cell 2: the kernel died (SIGKILL)", ""]


def test_what_a_kernel_started_ends_with_it(write_notebook, tmp_path, running):
    start = "import subprocess; child = subprocess.Popen(['sleep', '600']).pid"
    tell = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child))"
    with workers(1) as crew:
        (record,) = crew.run([job(write_notebook(start, tell, MADE), tmp_path)])
    assert record.made
    assert not running(int((tmp_path / "pid").read_text()))


# ── what is left ──────────────────────────────────────────────────────────────────────────

BATCH = """
import signal
import sys
from pathlib import Path
from salesgap.batch.execute import Job
from salesgap.batch.limits import Limits
from salesgap.batch.workers import workers

notebook, output, templates = map(Path, sys.argv[1:])
def job(id):
    return Job(id, "region", notebook, {"manager_id": id}, output, id, f"{id}.ipynb",
               "coaching-pack", templates, Limits(60, 2048))

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored
    with workers(2) as crew:
        print(*(record.reason for record in crew.run(map(job, "AB"))))
"""


class Batch:
    """A process with two workers, and a folder where all their temporary files go."""

    def __init__(self, folder: Path, notebook: Path) -> None:
        self.temporary = Path(tempfile.mkdtemp(prefix="t-"))  # short: it holds sockets
        (folder / "out" / STAGING).mkdir(parents=True)
        script = folder / "batch.py"
        script.write_text(BATCH, "utf-8")
        arguments = [notebook, folder / "out", workbook_folder() / "templates"]
        self.process = subprocess.Popen(
            [sys.executable, str(script), *map(str, arguments)],
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def family(self) -> list[psutil.Process]:
        """Every process that it has started, by now."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def left(self) -> list[str]:
        """The names of its temporary files."""
        return sorted(path.name for path in self.temporary.iterdir())


@pytest.fixture
def batch(tmp_path):
    """Starts a batch with a notebook."""
    with ExitStack() as stack:

        def start(notebook: Path) -> Batch:
            started = Batch(tmp_path, notebook)
            stack.callback(shutil.rmtree, started.temporary)
            stack.enter_context(started.process)  # closes its pipes
            stack.callback(started.process.kill)
            return started

        yield start


@pytest.fixture
def looping(batch, write_notebook, tmp_path):
    """A batch whose two kernels run for ever."""
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    heard = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    started = batch(write_notebook(f"open({str(fifo)!r}, 'w').write('x')\nwhile True: pass"))
    select.select([heard], [], [], 60)
    assert os.read(heard, 1) == b"x"
    os.close(heard)
    return started


def test_a_batch_leaves_no_temporary_file(batch, write_notebook):
    ended = batch(write_notebook(MADE))
    out, err = ended.process.communicate(timeout=60)
    assert (out.strip(), err, ended.process.returncode) == ("", "", 0)
    assert ended.left() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_batch_that_is_told_to_end_leaves_nothing(looping, number):
    family = looping.family()
    looping.process.send_signal(number)
    looping.process.communicate(timeout=60)
    assert looping.process.returncode in (128 + number, -number)
    assert psutil.wait_procs(family, timeout=20)[1] == []
    assert looping.left() == []


def test_when_a_batch_is_killed_its_processes_leave_and_the_next_run_sweeps(looping, monkeypatch):
    family = looping.family()
    looping.process.kill()
    assert psutil.wait_procs(family, timeout=20)[1] == []
    monkeypatch.setattr("tempfile.tempdir", str(looping.temporary))
    with workers(1):
        pass
    assert looping.left() == []


def test_a_kernel_that_has_just_ended_can_still_be_told_to_end():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ours, nursery = multiprocessing.Pipe()
    nursery.send(ended.pid)
    kernel = warm._Kernel(warm._Order([], "", {}), ours)
    kernel.kill()
    nursery.send(0)
    assert kernel.wait() == 0
