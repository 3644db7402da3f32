"""What goes wrong in one pack is that pack's record: the cell, the reason, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesgap.batch.kernel import run_notebook
from salesgap.batch.limits import Limits
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import run_batch
from salesgap.errors import NotebookError

ONE_IN_ITS_PLACE = """
import os, signal
from pathlib import Path
teams = sorted(folder.name for folder in Path(team_folder).parent.iterdir())
place = teams.index(Path(team_folder).name)
"""
RAISES = "if place == 1: raise ValueError('no luck')"
LOOPS = "while place == 3: pass"
IS_LARGE = "if place == 5: block = b'x' * (8 << 30)"
IS_KILLED = "if place == 7: os.kill(os.getpid(), signal.SIGKILL)"
IS_CUT_SHORT = """
from salesgap.prepare import open_team
if place == 9:
    table = Path(team_folder) / "team-seats.parquet"
    table.write_bytes(table.read_bytes()[:1000])
team = open_team(params_file, manager_id, team_folder)
"""
FAULTS = (ONE_IN_ITS_PLACE, RAISES, LOOPS, IS_LARGE, IS_KILLED, IS_CUT_SHORT)


@pytest.mark.parametrize("managers", [12, pytest.param(40, marks=pytest.mark.soak)])
def test_five_faults_cost_five_packs(workbook, managers):
    text = workbook.params.read_text("utf-8").replace("managers: 2", f"managers: {managers}")
    workbook.params.write_text(f"{text}batch: {{timeout_s: 15, memory_mb: 1024}}\n", "utf-8")
    workbook.use_good_notebooks(*FAULTS)
    records = [r for r in run_batch(workbook.params, workbook.output).records if r.kind == "pack"]

    reasons = [record.reason for record in records if not record.made]
    assert len(records) == managers
    assert [place for place, record in enumerate(records) if not record.made] == [1, 3, 5, 7, 9]
    assert [reason.removeprefix("coaching_pack.ipynb ") for reason in reasons[:4]] == [
        "cell 3: ValueError: no luck",
        "cell 4: took longer than 15 s",
        "cell 5: used more than 1,024 MB of memory",
        "cell 6: the kernel died (SIGKILL)",
    ]
    assert reasons[4].startswith("coaching_pack.ipynb cell 7: ArrowInvalid: ")
    assert Manifest.read(workbook.output).records[:managers] == tuple(records)
    published = {name.split(".")[0] for name in workbook.published()} - {"region-summary"}
    assert published == {Path(record.stem).name for record in records if record.made}


@pytest.fixture
def failure(write_notebook, tmp_path):
    """Why a notebook of these cells fails, within seconds and megabytes."""

    def reason(*cells: str, timeout_s: float = 60, memory_mb: int = 1024) -> str:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        with pytest.raises(NotebookError) as caught:
            run_notebook(
                write_notebook(*cells), {}, scratch=scratch, limits=Limits(timeout_s, memory_mb)
            )
        return str(caught.value).removeprefix("coaching_pack.ipynb ")

    return reason


def test_a_kernel_that_leaves_is_reported_with_its_exit_code(failure):
    assert failure("1", "import os; os._exit(7)") == "cell 3: the kernel died (exit code 7)"


def test_a_kernel_that_is_stopped_or_deaf_ends_at_the_limit(failure):
    stopped = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
    assert failure(stopped, timeout_s=5) == "cell 2: took longer than 5 s"


def test_memory_is_counted_over_all_that_a_kernel_started(failure):
    child = "import sys; x = b'x' * (300 << 20); print(); sys.stdout.flush(); input()"
    start = f"""
import subprocess, sys
pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE)
children = [subprocess.Popen([sys.executable, "-c", {child!r}], **pipes) for _ in range(4)]
for child in children: child.stdout.readline()
while True: pass
"""
    assert failure(start) == "cell 2: used more than 1,024 MB of memory"


def test_pages_that_a_kernel_shares_with_its_children_count_once(write_notebook, tmp_path):
    fork = """
import os, time
block = b"x" * (400 << 20)
children = []
for _ in range(4):
    if (pid := os.fork()) == 0:
        sum(block[::4096])
        os._exit(0)
    children.append(pid)
for pid in children: os.waitpid(pid, 0)
"""
    limits = Limits(timeout_s=60, memory_mb=1024)
    run_notebook(write_notebook(fork), {}, scratch=tmp_path, limits=limits)
