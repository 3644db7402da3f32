from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from salesgap.batch.folder import LOCK
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import Outcome, run_batch
from salesgap.errors import DataError, OutputError, ParamsError


def ids(manifest: Manifest | Outcome, status: str, kind: str = "pack") -> list[str]:
    return [r.id for r in manifest.records if (r.status, r.kind) == (status, kind)]


def test_one_pack_fails_the_others_are_made_and_its_region_says_so(workbook):
    workbook.fail_for_the_first()
    manifest = run_batch(workbook.params, workbook.output)
    (lost,), (made,) = ids(manifest, "failed"), ids(manifest, "made")
    reason = "coaching_pack.ipynb cell 4: AssertionError: no luck"
    on_disk = Manifest.read(workbook.output)
    assert on_disk is not None
    assert manifest.records == on_disk.records
    assert {r.id: r.reason for r in manifest.records if r.kind == "pack"} == {
        lost: reason,
        made: "",
    }

    packs = {name for name in workbook.published() if not name.startswith("region-summary")}
    assert packs == {f"{made}.pdf", f"{made}.json", f"{made}.ics"}
    not_made, seen = [], set()
    for path in workbook.output.glob("*/region-summary.json"):
        facts = json.loads(path.read_text("utf-8"))
        not_made += json.loads(facts.pop("not-made.json"))
        seen |= set(facts)
    assert not_made == [f"{lost}: {reason}"]
    assert seen == {f"{made}.json"}


def test_the_layout_of_an_output_folder(workbook):
    manifest = run_batch(workbook.params, workbook.output)
    assert {path.name for path in workbook.output.iterdir()} - {LOCK} == {
        "data",
        "manifest.json",
        "notebooks",
        "quarantine",
        *{Path(name).parts[0] for record in manifest.records for name in record.files},
    }
    for record in manifest.records:
        for name in record.files:
            assert (workbook.output / name).is_file()


def test_a_narrowed_batch_makes_one_pack_anew_and_leaves_the_others(workbook):
    full = run_batch(workbook.params, workbook.output)
    first, *others = ids(full, "made")
    before = workbook.published()
    workbook.fail_for_the_first()
    narrowed = run_batch(workbook.params, workbook.output, managers=[first])

    assert [(r.id, r.status) for r in narrowed.records] == [(first, "failed")]
    assert workbook.published() == before - {f"{first}.pdf", f"{first}.json", f"{first}.ics"}
    on_disk = Manifest.read(workbook.output)
    assert on_disk is not None
    assert ids(on_disk, "made") == others
    assert ids(on_disk, "made", "region") == ids(full, "made", "region")


def test_the_same_export_and_params_give_the_same_bytes_whatever_the_folder_and_the_jobs(
    workbook,
):
    workbook.use_the_shipped_notebooks()
    one = run_batch(workbook.params, workbook.folder / "first", jobs=1)
    two = run_batch(workbook.params, workbook.folder / "elsewhere" / "second", jobs=2)
    assert ids(one, "failed") == ids(one, "failed", "region") == []
    assert [(r.id, r.files) for r in one.records] == [(r.id, r.files) for r in two.records]
    kinds = {r.id: [Path(name).suffix for name in r.files] for r in one.records if r.kind == "pack"}
    assert list(kinds.values()) == [[".ics", ".json", ".pdf"]] * 2


def test_an_unknown_manager_is_one_clear_line(workbook):
    with pytest.raises(DataError, match="no manager has the id nobody → try one like"):
        run_batch(workbook.params, workbook.output, managers=["nobody"])


def test_a_second_batch_on_the_same_folder_is_refused(workbook):
    workbook.output.mkdir(parents=True)
    with (
        FileLock(workbook.output / LOCK),
        pytest.raises(OutputError, match="another batch is at work here"),
    ):
        run_batch(workbook.params, workbook.output)


def test_a_folder_with_files_of_others_is_left_alone(workbook):
    before = sorted(workbook.folder.rglob("*"))
    with pytest.raises(OutputError, match="holds files that are not of an earlier run"):
        run_batch(workbook.params, workbook.folder)
    assert sorted(workbook.folder.rglob("*")) == before


def test_an_output_path_that_is_a_file_is_one_clear_line(workbook):
    workbook.output.parent.mkdir(parents=True)
    workbook.output.write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        run_batch(workbook.params, workbook.output)


def test_ctrl_c_ends_the_batch_with_one_line_and_leaves_no_process(workbook, running):
    fifo = workbook.folder / "started"
    os.mkfifo(fifo)
    heard = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    tell = f"open({str(fifo)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}}')"
    workbook.set("coaching_pack", "manager_id team_folder", f"import os\n{tell}\nwhile True: pass")
    # Also where these tests run in the background, with Ctrl-C ignored.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = f"{listen}; from salesgap.cli import main; main()"
    arguments = ["batch", str(workbook.params), "--output", str(workbook.output), "--jobs", "1"]
    batch = subprocess.Popen(
        [sys.executable, "-c", command, *arguments], stderr=subprocess.PIPE, text=True
    )
    select.select([heard], [], [], 60)
    kernel_and_worker = [int(pid) for pid in os.read(heard, 100).split()]
    os.close(heard)
    batch.send_signal(signal.SIGINT)
    _, error = batch.communicate(timeout=60)
    assert (batch.returncode, error) == (130, "salesgap: interrupted\n")
    assert len(kernel_and_worker) == 2
    assert [pid for pid in kernel_and_worker if running(pid)] == []
    assert not (workbook.output / ".staging").exists()


def test_a_locale_that_no_page_can_be_written_in_ends_before_anything_runs(workbook):
    workbook.add_params("report: {locale: ar_EG}")
    with pytest.raises(ParamsError, match="ar_EG"):
        run_batch(workbook.params, workbook.output)
    assert not workbook.output.exists()
