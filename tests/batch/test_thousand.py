"""A thousand packs in one batch: all made, nothing piles up, nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import TimeoutExpired

import psutil
import pytest

from salesgap.batch.manifest import Manifest
from salesgap.validate.bench import Place, simulate

PACKS = 1000
MARK = "SALESGAP_TEST_OF_A_THOUSAND"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder with a short path, since those of sockets are in it."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


def marked() -> list[psutil.Process]:
    """The processes that the batch started, and theirs: they inherit its environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and MARK in process.environ():
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def shared_memory() -> set[str]:
    """What lies in the memory that processes share."""
    return {path.name for path in Path("/dev/shm").glob("*")}


def memory_at(batch: subprocess.Popen[bytes], log: Path) -> dict[int, int]:
    """The batch's resident memory, in bytes, by the packs that were done; until it ends."""
    seen: dict[int, int] = {}
    process = psutil.Process(batch.pid)
    while True:
        try:
            batch.wait(timeout=1)
        except TimeoutExpired:
            done = log.read_text("utf-8").count("\n") if log.exists() else 0
            seen[done] = process.memory_info().rss
        else:
            return seen


@pytest.mark.soak
def test_a_thousand_packs_are_made_in_the_memory_of_a_hundred_and_leave_nothing(
    tmp_path: Path, temporary: Path
) -> None:
    place = simulate(Place(tmp_path), PACKS)
    before = shared_memory()
    log = tmp_path / "batch.log"
    command = [sys.executable, "-c", "from salesgap.cli import main; main()", "batch"]
    batch = subprocess.Popen(
        [*command, str(place.params), "--output", str(place.output), "--quiet", "--log", str(log)],
        env={**os.environ, MARK: "1", "TMPDIR": str(temporary)},
    )
    seen = memory_at(batch, log)

    assert batch.returncode == 0
    manifest = Manifest.read(place.output)
    assert manifest is not None
    packs = [record for record in manifest.records if record.kind == "pack"]
    assert (len(packs), {record.status for record in packs}) == (PACKS, {"made"})

    from_the_hundredth = {done: rss for done, rss in seen.items() if 100 <= done <= PACKS}
    assert min(from_the_hundredth) < 120
    assert max(from_the_hundredth) > 980
    at_first = from_the_hundredth[min(from_the_hundredth)]
    assert max(from_the_hundredth.values()) < 1.1 * at_first

    psutil.wait_procs(marked(), timeout=10)  # a resource tracker ends once nobody needs it
    assert marked() == []
    assert list(temporary.iterdir()) == []
    assert shared_memory() <= before
