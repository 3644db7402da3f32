"""An output folder on a file system of its own, small, full or read-only."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from salesgap.batch.manifest import Manifest
from salesgap.batch.run import run_batch
from salesgap.cli import main
from salesgap.errors import OutputError

FILL = """
import os, tempfile
with open({ballast!r}, "wb") as ballast:
    try:
        while ballast.write(bytes(4096)):
            ballast.flush()
    except OSError:
        pass
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a file system of a size; it is gone after the test."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        folder = tmp_path / "disk"
        folder.mkdir()
        _mount(["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)])
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(options: list[str]) -> None:
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    ended = subprocess.run(["mount", *options], capture_output=True, text=True)
    if ended.returncode:
        pytest.skip(f"no file system can be mounted here: {ended.stderr.strip()}")


def failed(arguments: list[object], capsys) -> str:
    """The one line of a command that ends with exit code 2."""
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    error = capsys.readouterr().err
    assert (left.value.code, error.count("\n")) == (2, 1), error
    return error


def test_a_disk_too_small_for_the_data_is_one_line_and_leaves_no_pack(workbook, small_disk, capsys):
    output = small_disk("100k") / "run"
    error = failed(["batch", workbook.params, "--output", output], capsys)
    assert "No space left on device" in error
    assert not list(output.glob("EMEA/*"))
    assert Manifest.read(output) is None


def test_a_disk_that_fills_up_ends_the_batch_and_a_resume_goes_on(workbook, small_disk, capsys):
    disk = small_disk("12m")
    output, ballast = disk / "run", disk / "ballast"
    workbook.use_good_notebooks(FILL.format(ballast=str(ballast)))
    error = failed(["batch", workbook.params, "--output", output, "--jobs", 1], capsys)
    assert "No space left on device" in error
    manifest = Manifest.read(output)
    assert manifest is not None
    assert "made" not in {record.status for record in manifest.records}
    assert not list(output.glob("EMEA/*"))
    assert not list(output.glob(".*.part"))

    ballast.unlink()
    workbook.use_good_notebooks()
    records = run_batch(workbook.params, output, choice="changed").records
    assert [record.status for record in records] == ["made"] * 3
    for name, digest in ((n, d) for record in records for n, d in record.files.items()):
        assert hashlib.sha256((output / name).read_bytes()).hexdigest() == digest


def test_a_read_only_folder_is_one_line_and_is_left_as_it_is(made, small_disk, capsys):
    disk = small_disk("12m")
    output = Path(shutil.copytree(made.output, disk / "run"))
    before = sorted(output.rglob("*"))
    _mount(["-o", "remount,ro", str(disk)])
    for more in ([], ["--resume"]):
        error = failed(["batch", made.params, "--output", output, *more], capsys)
        assert "Read-only file system" in error
    assert sorted(output.rglob("*")) == before


def test_a_log_that_cannot_be_written_ends_before_anything_is_made(workbook):
    with pytest.raises(OutputError, match="choose another --log"):
        run_batch(workbook.params, workbook.output, log=workbook.folder / "none" / "run.log")
    assert Manifest.read(workbook.output) is None
