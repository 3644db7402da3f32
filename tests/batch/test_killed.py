"""A batch that is killed at any moment, and what ``--resume`` makes of what it left."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from salesgap.batch.execute import execute
from salesgap.batch.folder import LOCK, STAGING, held
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import run_batch
from salesgap.errors import OutputError

Hashes = dict[str, str]


def published(output: Path) -> Hashes:
    """What lies under final names for distribution, and a hash of each."""
    found = {}
    for path in (output / "EMEA").glob("*"):
        with suppress(FileNotFoundError):  # removed just now
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def state(output: Path) -> frozenset[tuple[str, int]]:
    """Every name in the folder and when it was last written; it changes with each event."""
    seen = set()
    for folder, _, names in os.walk(output):
        for name in names:
            with suppress(FileNotFoundError):
                path = os.path.join(folder, name)  # noqa: PTH118  # asked thousands of times
                seen.add((path, os.stat(path).st_mtime_ns))  # noqa: PTH116
    return frozenset(seen)


class Batches:
    """Runs the command on one workbook, and holds what is seen of it against the whole packs."""

    def __init__(self, made) -> None:
        self.output: Path = made.output
        self.command = [sys.executable, "-c", "from salesgap.cli import main; main()"]
        self.command += ["batch", str(made.params), "--output", str(made.output), "--jobs", "2"]
        self.whole = published(made.output)

    def until(self, events: int, *options: str) -> tuple[int, bool]:
        """Start it, and kill it after so many events; how many were seen, and if it still ran."""
        batch = subprocess.Popen([*self.command, *options], stdout=subprocess.DEVNULL)
        seen, before = 0, state(self.output)
        while seen < events and batch.poll() is None:
            now = state(self.output)
            if now != before:
                seen, before = seen + 1, now
                self.nothing_half()
        killed = batch.poll() is None
        batch.kill()
        batch.wait()
        return seen, killed

    def nothing_half(self) -> None:
        """Whatever lies under a final name is as an undisturbed run makes it."""
        for name, digest in published(self.output).items():
            assert digest == self.whole[name]
        assert Manifest.read(self.output) is not None

    def resume(self) -> None:
        """To the end, at once: workers of the killed batch may still be there."""
        ended = subprocess.run([*self.command, "--resume"], capture_output=True, text=True)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert published(self.output) == self.whole
        manifest = Manifest.read(self.output)
        assert manifest is not None
        assert {record.status for record in manifest.records} == {"made"}
        hidden = {path.name for path in self.output.iterdir() if path.name.startswith(".")}
        assert hidden == {LOCK}


def kill_and_resume(made, times: int, seed: int, whole: int) -> None:
    """From the beginning, or what one file less makes due; now and then the resume is killed too.

    ``whole``: about as many events as are seen of a batch.
    """
    rng, batches, killed = random.Random(seed), Batches(made), 0
    for number in range(times):
        again = number % 3 > 0
        if again:
            next((made.output / "EMEA").glob("*.pdf")).unlink()
        killed += batches.until(rng.randrange(1, whole), *["--resume"] * again)[1]
        if number % 4 == 3:
            batches.until(rng.randrange(1, whole), "--resume")
        batches.resume()
    assert killed >= times / 3


def test_killed_at_a_few_moments_a_resume_gives_the_bytes_of_an_undisturbed_run(made):
    kill_and_resume(made, times=3, seed=1, whole=20)


@pytest.mark.soak
def test_killed_at_twenty_moments_a_resume_gives_the_bytes_of_an_undisturbed_run(made):
    whole, _ = Batches(made).until(10**9)
    kill_and_resume(made, times=20, seed=2, whole=whole)


def test_a_worker_that_outlives_its_batch_cannot_publish(made, monkeypatch):
    """The next batch takes the folder over while the notebook runs."""
    jobs = []
    monkeypatch.setattr("salesgap.batch.workers.Workers.run", _kept(jobs))
    run_batch(made.params, made.output)
    assert published(made.output) == {}
    take_over = (
        "from pathlib import Path\nfrom salesgap.batch.folder import held\n"
        f"with held(Path({str(made.output)!r})): pass"
    )
    made.use_good_notebooks(take_over)
    os.makedirs(made.output / jobs[0].staging)  # noqa: PTH103  # as the killed batch had it
    record = execute(jobs[0])
    assert (record.status, record.error) == ("failed", "OutputError")
    assert published(made.output) == {}


def _kept(jobs: list) -> Callable:
    """In place of running them: each is kept, none is made."""

    def run(_, more):
        jobs.extend(more)
        return iter(())

    return run


def test_what_a_killed_batch_left_unfinished_is_removed(made):
    left = made.output / STAGING / "old" / "half.pdf"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"%PDF-")
    with held(made.output) as staging:
        assert not left.exists()
        assert list((made.output / STAGING).iterdir()) == [staging]
    assert not (made.output / STAGING).exists()


def test_files_of_a_pack_without_a_record_are_removed_with_its_manager(made):
    """Killed between two renames, and then the manager left."""
    manifest = Manifest.read(made.output)
    assert manifest is not None
    first = next(record for record in manifest.records if record.kind == "pack")
    waiting = first.model_copy(
        update={"id": "gone", "stem": "EMEA/gone", "status": "waiting", "files": {}}
    )
    manifest.add(waiting).write(made.output)
    (made.output / "EMEA" / "gone.pdf").write_bytes(b"%PDF-")
    outcome = run_batch(made.params, made.output, choice="changed")
    assert [record.id for record in outcome.gone] == ["gone"]
    assert not (made.output / "EMEA" / "gone.pdf").exists()


def test_a_manifest_that_leads_out_of_the_folder_removes_nothing(made):
    mine = made.folder / "mine.pdf"
    mine.write_bytes(b"mine")
    path = made.output / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"EMEA/', '"../../mine/../EMEA/'), "utf-8")
    with pytest.raises(OutputError, match="is no manifest"):
        run_batch(made.params, made.output)
    assert mine.exists()
