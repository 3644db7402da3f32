"""Output elsewhere: on the in-memory store and the local one that fsspec brings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import fsspec
import pytest

from salesgap.batch import remote
from salesgap.batch.folder import LOCK
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import dry_run, run_batch
from salesgap.errors import OutputError

MEMORY = fsspec.filesystem("memory")


def files_at(url: str) -> dict[str, str]:
    """Every file there, and a hash of its bytes."""
    system, root = fsspec.core.url_to_fs(url)
    paths = system.find(root)
    hashes = (hashlib.sha256(system.cat_file(path)).hexdigest() for path in paths)
    return {path.removeprefix(root).lstrip("/"): h for path, h in zip(paths, hashes, strict=True)}


def distributed(files: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if name.startswith("EMEA/")}


def here(folder: Path) -> dict[str, str]:
    return files_at(folder.as_uri())


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_what_lies_there_is_what_a_batch_leaves_in_a_folder_of_this_machine(
    made, store, tmp_path, kind
):
    url = store if kind == "memory" else (tmp_path / "there").as_uri()
    outcome = run_batch(made.params, url)
    assert {record.status for record in outcome.records} == {"made"}
    there, local = files_at(url), here(made.output)
    assert set(there) == set(local) - {LOCK}
    assert len(distributed(there)) == 8
    assert distributed(there) == distributed(local)


def test_a_resume_makes_what_is_missing_or_changed_there_and_nothing_else(made, store, tmp_path):
    run_batch(made.params, store)
    whole = distributed(files_at(store))
    assert run_batch(made.params, store, choice="changed").records == ()
    lost, changed = sorted(name for name in whole if "summary" not in name and ".pdf" in name)
    root = store.removeprefix("memory:/")
    MEMORY.rm_file(f"{root}/{lost}")
    MEMORY.pipe_file(f"{root}/{changed}", b"scribbled")
    reasons = {item.id: item.reasons for item in dry_run(made.params, store, choice="changed").due}
    assert reasons.pop("EMEA") == ("its packs are made anew",)
    assert sorted(reasons.values()) == [("file changed",), ("file missing",)]
    again = run_batch(made.params, store, choice="changed")
    assert {record.status for record in again.records} == {"made"}
    assert distributed(files_at(store)) == whole


def test_a_batch_that_ends_in_the_middle_leaves_no_pack_that_its_manifest_does_not_tell_of(
    made, store, monkeypatch
):
    run_batch(made.params, store)
    whole = distributed(files_at(store))
    monkeypatch.setattr(remote.Mirror, "update", _once_then_fail(remote.Mirror.update))
    with pytest.raises(OutputError, match="no more room"):
        run_batch(made.params, store, jobs=1)
    left = files_at(store)
    assert LOCK not in left
    told = Manifest.model_validate_json(
        MEMORY.cat_file(f"{store.removeprefix('memory:/')}/manifest.json")
    )
    assert {record.status for record in told.records} == {"waiting"}
    assert distributed(left) == {}
    monkeypatch.undo()
    run_batch(made.params, store, choice="changed")
    assert distributed(files_at(store)) == whole


def _once_then_fail(update):
    """The first call, which tells what is due, goes through."""
    calls = []

    def changed(self, written=(), removed=()):
        calls.append(1)
        if len(calls) > 1:
            raise OutputError("no more room")
        update(self, written, removed)

    return changed


def test_a_pack_that_fails_now_does_not_lie_there_as_it_was_made_before(made, store):
    run_batch(made.params, store)
    made.fail_for_the_first()
    outcome = run_batch(made.params, store)
    (lost,) = [r for r in outcome.records if not r.made and r.kind == "pack"]
    assert not [name for name in files_at(store) if name.split("/")[-1].startswith(f"{lost.id}.")]


def test_a_second_batch_there_is_refused_and_told_whose_the_first_is(made, store):
    with remote.mirrored(store), pytest.raises(OutputError, match="another batch") as refused:
        run_batch(made.params, store)
    assert f"delete {store}/{LOCK}" in str(refused.value)
    assert "process " in str(refused.value)
    assert files_at(store) == {}


def test_a_lock_that_another_batch_took_over_is_left_to_it(store):
    path = f"{store.removeprefix('memory:/')}/{LOCK}"
    with remote.mirrored(store):
        MEMORY.pipe_file(path, b"another's")
    assert MEMORY.cat_file(path) == b"another's"


def test_files_of_others_there_are_left_alone(made, store):
    MEMORY.pipe_file(f"{store.removeprefix('memory:/')}/mine.txt", b"mine")
    with pytest.raises(OutputError, match="holds files that are not of an earlier run"):
        run_batch(made.params, store)
    assert list(files_at(store)) == ["mine.txt"]


@pytest.mark.parametrize("url", ["nosuch://bucket/run", "memory://{}/x\0"])
def test_a_store_that_cannot_be_used_is_one_clear_line(made, url):
    if "\0" in url:
        pytest.skip("the in-memory store takes any name")
    with pytest.raises(OutputError, match="cannot be used") as error:
        run_batch(made.params, url)
    assert "nosuch://bucket/run" in str(error.value)


def test_a_dry_run_takes_no_lock_and_writes_nothing_there(made, store):
    run_batch(made.params, store)
    before = files_at(store)
    assert dry_run(made.params, store, choice="changed").due == ()
    assert files_at(store) == before
