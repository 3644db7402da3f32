from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from salesgap.batch import inputs
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import dry_run, run_batch

ANEW = "its packs are made anew"


def reasons(made, choice: str = "changed") -> dict[str, tuple[str, ...]]:
    """Why each pack would be made, by id; summaries by ``region`` and their name."""
    plan = dry_run(made.params, made.output, choice=choice)
    return {f"region {i.id}" if i.kind == "region" else i.id: i.reasons for i in plan.due}


def on_disk(made) -> Manifest:
    manifest = Manifest.read(made.output)
    assert manifest is not None
    return manifest


def packs(made) -> list[str]:
    return [record.id for record in on_disk(made).records if record.kind == "pack"]


def everything(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file below ``folder``: when it was changed, and a hash of what it holds."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in files
    }


# ── why ───────────────────────────────────────────────────────────────────────────────────


def edit_notebook(made, **changes) -> None:
    path = made.folder / "notebooks" / "coaching_pack.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["cells"][1].update(changes)
    path.write_text(json.dumps(notebook), "utf-8")


def edit_template(made, name: str) -> None:
    templates = made.folder / "templates"
    shipped = templates.resolve()
    templates.unlink()
    shutil.copytree(shipped, templates)
    with (templates / name).open("a", encoding="utf-8") as file:
        file.write("\n")


def test_where_nothing_changed_nothing_is_due(made):
    assert reasons(made) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made.add_params("batch: {timeout_s: 77}"),
        lambda made: edit_notebook(made, outputs=[], execution_count=7),
    ],
    ids=["a longer time limit", "a notebook opened and run"],
)
def test_what_no_page_shows_makes_nothing_due(made, change):
    change(made)
    assert reasons(made) == {}


@pytest.mark.parametrize(
    ("change", "of_packs", "of_regions"),
    [
        (lambda m: m.add_params("currency: USD"), "params changed", "params changed"),
        (lambda m: edit_notebook(m, source="1"), "notebook changed", None),
        (lambda m: edit_template(m, "lib/salesgap.typ"), "template changed", "template changed"),
        (lambda m: edit_template(m, "plays/none.yml"), "template changed", None),
    ],
    ids=["params", "notebook", "template", "plays"],
)
def test_a_changed_input_is_named(made, change, of_packs, of_regions):
    change(made)
    for id, why in reasons(made).items():
        if id.startswith("region "):
            assert why == (ANEW, of_regions) if of_regions else (ANEW,)
        else:
            assert why == (of_packs,)
    assert set(packs(made)) <= reasons(made).keys()


def test_other_data_are_named(made):
    made.params.write_text(made.params.read_text("utf-8").replace("seed: 2", "seed: 3"), "utf-8")
    found = reasons(made)
    assert {why for id, why in found.items() if id in packs(made)} <= {
        ("data changed", "params changed")
    }
    assert found.keys() & {*packs(made)} or "new" in str(found)


def test_another_salesgap_is_named(made, monkeypatch):
    monkeypatch.setattr(inputs, "software", lambda: "another")
    assert {reasons(made)[id] for id in packs(made)} == {("salesgap changed",)}


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (Path.unlink, "file missing"),
        (lambda path: path.write_bytes(b"mine"), "file changed"),
    ],
    ids=["deleted", "edited"],
)
@pytest.mark.parametrize("suffix", [".pdf", ".json", ".ics"])
def test_a_published_file_that_somebody_touched_makes_its_pack_due(made, touch, why, suffix):
    record = next(r for r in on_disk(made).records if r.kind == "pack")
    touch(made.output / f"{record.stem}{suffix}")
    found = reasons(made)
    assert found.pop(record.id) == (why,)
    assert [why for why in found.values() if why != (ANEW,)] == []


def test_what_failed_or_was_not_reached_is_named(made):
    manifest = on_disk(made)
    first, second = (record for record in manifest.records if record.kind == "pack")
    failed = first.model_copy(update={"status": "failed", "reason": "x"})
    waiting = second.model_copy(update={"status": "waiting"})
    manifest.add(failed, waiting).write(made.output)
    for choice in ("changed", "failed"):
        found = reasons(made, choice)
        assert found[first.id] == ("failed last time",)
        assert found[second.id] == ("not finished last time",)


def test_a_dry_run_writes_nothing(made):
    made.add_params("currency: USD")
    before = everything(made.folder)
    assert reasons(made, "all")
    assert everything(made.folder) == before


def test_a_dry_run_of_a_new_folder_does_not_make_it(workbook):
    assert {*reasons(workbook).values()} == {("new",), (ANEW, "new")}
    assert not workbook.output.exists()


# ── what is made ──────────────────────────────────────────────────────────────────────────


def test_a_resume_makes_one_pack_and_its_region_and_leaves_the_rest_as_it_lies(made):
    before = on_disk(made)
    first, other = (record for record in before.records if record.kind == "pack")
    (made.output / f"{first.stem}.pdf").unlink()
    files = everything(made.output)
    outcome = run_batch(made.params, made.output, choice="changed")

    region = Path(first.stem).parent.as_posix()
    assert [(r.id, r.status) for r in outcome.records if r.kind == "pack"] == [(first.id, "made")]
    assert {Path(r.stem).parent.as_posix() for r in outcome.records} == {region}
    assert other.key in {record.key for record in outcome.kept}
    after = everything(made.output)
    for name, touched in files.items():
        mine = name.startswith((f"{first.stem}.", f"{region}/region-summary", "notebooks/"))
        assert mine or name == "manifest.json" or touched == after[name] or "quarantine" in name
    assert [(r.id, r.files) for r in on_disk(made).records] == [
        (r.id, r.files) for r in before.records
    ]


def test_teams_are_prepared_anew_only_where_they_are_not_as_they_were(made):
    team = next((made.output / "data" / "teams").glob("*/team.json"))
    before = team.stat().st_mtime_ns
    assert run_batch(made.params, made.output, choice="changed").records == ()
    assert team.stat().st_mtime_ns == before
    team.write_text(team.read_text("utf-8").replace('"reps"', '"persons"') + " ", "utf-8")
    assert run_batch(made.params, made.output, choice="changed").records == ()
    assert team.stat().st_mtime_ns > before


def test_a_manager_who_is_no_longer_in_the_data_loses_the_files_and_it_is_said(made):
    manifest = on_disk(made)
    first = next(record for record in manifest.records if record.kind == "pack")
    files = {name.replace(first.id, "M-left"): digest for name, digest in first.files.items()}
    left = first.model_copy(update={"id": "M-left", "stem": "EMEA/M-left", "files": files})
    manifest.add(left).write(made.output)
    for name in (*files, "notebooks/EMEA/M-left.ipynb"):
        (made.output / name).write_bytes(b"")
    assert dry_run(made.params, made.output, choice="changed").gone == (left,)

    for choice in ("failed", "changed"):
        outcome = run_batch(made.params, made.output, choice=choice)
        assert outcome.gone == ((left,) if choice == "changed" else ())
    assert "M-left" not in packs(made)
    assert [name for name in everything(made.output) if "M-left" in name] == []


def test_only_failed_makes_what_failed_whatever_changed_and_its_region_where_all_are_alike(made):
    made.fail_for_the_first()
    (lost,) = [r.id for r in run_batch(made.params, made.output).records if not r.made]
    made.use_good_notebooks()
    outcome = run_batch(made.params, made.output, choice="failed")
    assert [(r.id, r.status) for r in outcome.records if r.kind == "pack"] == [(lost, "made")]
    assert [r.kind for r in outcome.records if r.kind == "region"] == ["region"]
    assert outcome.apart == ()


def test_only_failed_makes_no_summary_of_packs_of_different_params(made):
    manifest = on_disk(made)
    first = next(record for record in manifest.records if record.kind == "pack")
    (region,) = (record.id for record in manifest.records if record.kind == "region")
    manifest.add(first.model_copy(update={"status": "failed"})).write(made.output)
    made.add_params("currency: USD")
    plan = dry_run(made.params, made.output, choice="failed")
    assert [item.id for item in plan.due] == [first.id]
    assert (plan.apart, plan.gone) == ((region,), ())
