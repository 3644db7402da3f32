"""The last run's facts files: read, held against what came since, and stayed with."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from salesgap.batch.manifest import Manifest, Record
from salesgap.errors import DataError, ParamsError
from salesgap.facts import LastGap, Pack
from salesgap.last import read_last_run
from salesgap.pack import coaching_pack
from salesgap.params import Report, load_params
from salesgap.prepare import Prepared, load_prepared_team, prepare
from salesgap.publish import sections
from salesgap.simulate import STAGES, Gap, World, organisation, write_tables

ROOT = Path(__file__).resolve().parents[1]
FIRST, SECOND = date(2026, 3, 31), date(2026, 6, 30)


def run_file(folder: Path, as_of: date, more: str = "") -> Path:
    stages = [
        f"  - {{name: {s.name}, status: {s.status}, phase: {s.phase or ''}}}\n" for s in STAGES
    ]
    text = f"name: t\nas_of: {as_of}\nsource: {{folder: data}}\nmethod: {{draws: 300}}\n{more}"
    file = folder / f"{as_of}.yml"
    file.write_text(text + "stages:\n" + "".join(stages), "utf-8")
    return file


def packs_of(run: Prepared) -> dict[str, Pack]:
    return {
        entry.person_id: coaching_pack(load_prepared_team(run, entry)) for entry in run.managers
    }


def publish(packs: dict[str, Pack], output: Path) -> None:
    """Lay the facts where a batch does."""
    records = []
    for number, (manager, pack) in enumerate(packs.items()):
        name = f"north/m{number}.json"
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text(pack.model_dump_json(), "utf-8")
        files = {name: "", f"north/m{number}.pdf": ""}
        records.append(Record(id=manager, kind="pack", status="made", seconds=1.0, files=files))
    records.append(Record(id="North", kind="region", status="failed", seconds=1.0))
    Manifest(run="t", as_of=str(FIRST), salesgap="0", records=tuple(records)).write(output)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An export up to the second date: one of five teams creates half as much as the others."""
    folder = tmp_path_factory.mktemp("two-runs")
    world = World(months=16, reps_per_manager=(5, 6), transfers=0)
    planted = (Gap(0, "pipeline_creation", factor=0.5),)
    made = organisation(seed=3, managers=5, as_of=SECOND, world=world, gaps=planted)
    write_tables(made, folder / "data")
    (folder / "data" / "commitments.csv").unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="module")
def first(folder: Path) -> dict[str, Pack]:
    packs = packs_of(prepare(load_params(run_file(folder, FIRST)), folder / "first", ROOT))
    publish(dict(list(packs.items())[:-1]), folder / "out")  # one pack was not made
    return packs


@pytest.fixture(scope="module")
def second(folder: Path, first: dict[str, Pack]) -> dict[str, Pack]:
    params = load_params(run_file(folder, SECOND, "last_run: out\n"))
    return packs_of(prepare(params, folder / "second", ROOT))


def test_the_second_pack_says_what_became_of_the_firsts_gap(first, second):
    named = {m: p.gap for m, p in first.items() if p.gap.driver != "none"}
    assert named
    for manager, gap in named.items():
        last = second[manager].last_gap
        assert last is not None
        assert (last.driver, last.since, last.impact) == (gap.driver, FIRST, gap.impact)
        assert (last.then, last.measure) == (gap.evidence[0].value, gap.evidence[0].measure)
        assert last.now > 0
        assert last.count > 0
        assert 0 < last.chance < 1


def test_a_gap_that_nobody_closed_stays_the_gap_and_has_not_moved(first, second):
    (manager,) = [m for m, p in first.items() if p.gap.driver == "pipeline_creation"]
    pack = second[manager]
    assert pack.last_gap.outcome in ("no_more_than_chance", "too_early")
    assert (pack.gap.driver, pack.gap.note) == (
        "pipeline_creation",
        "It was the gap of the last pack, and no other is clearly worth more.",
    )
    page = sections.one_gap(pack, Report()).section.model_dump_json()
    assert "The last gap, " in page
    assert " up to 31 Mar, " in page


def test_a_manager_without_a_last_pack_has_no_last_gap(first, second):
    absent = list(first)[-1]
    assert second[absent].last_gap is None
    assert all(second[manager].last_gap for manager in list(first)[:-1])


def test_the_last_run_is_found_beside_the_params_file(folder, first):
    params = load_params(run_file(folder, SECOND, "last_run: out\n"))
    assert params.last_run == (folder / "out").resolve()
    assert set(read_last_run(params.last_run, SECOND)) == set(list(first)[:-1])


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(ParamsError, match=r"holds no manifest\.json that can be read"):
        read_last_run(tmp_path, SECOND)


@pytest.fixture
def a_run(tmp_path: Path, first: dict[str, Pack]) -> Path:
    publish(dict(list(first.items())[:1]), tmp_path)
    return tmp_path


def test_a_run_that_is_not_earlier_is_refused(a_run):
    with pytest.raises(DataError, match="is as of 2026-03-31, which is not before 2026-03-31"):
        read_last_run(a_run, FIRST)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema_version": "9.0"}, "schema_version"),
        ({"gap": None}, "gap"),
        ({"manager": {}}, r"manager\.id"),
    ],
)
def test_a_facts_file_of_another_version_is_told_with_its_fault(a_run, change, why):
    file = a_run / "north" / "m0.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(DataError, match=rf"is no facts file of this version \({why}"):
        read_last_run(a_run, SECOND)


def test_a_facts_file_that_is_gone_is_told(a_run):
    (a_run / "north" / "m0.json").unlink()
    with pytest.raises(DataError, match=r"m0\.json"):
        read_last_run(a_run, SECOND)


def test_what_a_newer_version_adds_to_the_facts_does_not_matter(a_run):
    file = a_run / "north" / "m0.json"
    facts = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(facts | {"attainment": "told otherwise", "new": 1}), "utf-8")
    assert len(read_last_run(a_run, SECOND)) == 1


def test_who_has_moved_to_another_team_is_not_named(folder, first):
    """The last gap was about two seats, one of whose people is in another team by now."""
    manager, other = list(first)[:2]
    people = tuple(first[m].stack_rank[0].person for m in (manager, other))
    gap = first[manager].gap.model_copy(update={"people": people, "kind": "people"})
    publish({manager: first[manager].model_copy(update={"gap": gap})}, folder / "moved")
    params = load_params(run_file(folder, SECOND, "last_run: moved\n"))
    run = prepare(params, folder / "third", ROOT)
    (entry,) = [e for e in run.managers if e.person_id == manager]
    assert load_prepared_team(run, entry).last_gap.people == people[:1]


# ── a gap that was closed ─────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def worked_off(tmp_path_factory) -> Path:
    """An export of six teams: one created half as much as the others up to the first date, and as
    much since."""
    folder = tmp_path_factory.mktemp("worked-off")
    world = World(months=16, reps_per_manager=(8, 9), transfers=0)
    planted = (Gap(0, "pipeline_creation", factor=0.5, worked_off=1.0),)
    made = organisation(seed=3, managers=6, as_of=SECOND, world=world, gaps=planted)
    write_tables(made, folder / "data")
    (folder / "data" / "commitments.csv").unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="module")
def before_and_after(worked_off: Path) -> tuple[Pack, Pack]:
    """The two packs of the one manager whose first pack names a gap in creation."""
    first = packs_of(prepare(load_params(run_file(worked_off, FIRST)), worked_off / "first", ROOT))
    publish(first, worked_off / "out")
    (manager,) = [m for m, p in first.items() if p.gap.driver == "pipeline_creation"]
    params = load_params(run_file(worked_off, SECOND, "last_run: out\n"))
    run = prepare(params, worked_off / "second", ROOT)
    return first[manager], pack_of(run, manager)


def pack_of(run: Prepared, manager: str) -> Pack:
    (entry,) = [entry for entry in run.managers if entry.person_id == manager]
    return coaching_pack(load_prepared_team(run, entry))


def test_a_gap_that_was_worked_off_has_closed_and_is_not_named_again(before_and_after):
    _, pack = before_and_after
    assert pack.last_gap.outcome == "closed"
    (creation,) = [one for one in pack.candidates if one.driver == "pipeline_creation"]
    assert creation.closed
    assert creation.real  # of all the months together it still looks like one
    assert "pipeline_creation" not in (pack.gap.driver, pack.gap.runner_up)
    assert pack.gap.note.startswith("The last pack’s gap has closed. ")


def test_the_time_before_reaches_back_as_far_as_the_deals_do_and_no_further(before_and_after):
    """With months of before the export began, every team would seem to have risen since."""
    _, pack = before_and_after
    assert abs(pack.last_gap.others) < 0.1


def test_what_has_closed_is_judged_anew_in_the_pack_after_the_next(worked_off, before_and_after):
    """The pack between named another gap; the one before that is still closed, or no longer."""
    first, _ = before_and_after
    closed = LastGap(**TOLD | {"since": FIRST, "then": first.gap.evidence[0].value})
    relapsed = closed.model_copy(update={"driver": "deal_size", "measure": "deal_size"})
    other = closed.model_copy(
        update={"driver": "none", "outcome": "unknown", "closed_before": (closed, relapsed)}
    )
    none = first.gap.model_copy(update={"driver": "none", "kind": "none", "evidence": ()})
    between = first.model_copy(update={"gap": none, "last_gap": other})
    publish({first.manager.id: between}, worked_off / "between")
    params = load_params(run_file(worked_off, SECOND, "last_run: between\n"))
    pack = pack_of(prepare(params, worked_off / "third", ROOT), first.manager.id)
    assert [gap.driver for gap in pack.last_gap.closed_before] == ["pipeline_creation"]
    assert pack.last_gap.closed_before[0].now > 1.5 * closed.then
    assert pack.gap.driver != "pipeline_creation"


TOLD = {
    "driver": "pipeline_creation",
    "kind": "condition",
    "people": (),
    "impact": None,
    "measure": "pipeline_creation",
    "unit": "per_month",
    "now": None,
    "count": 0,
    "others": None,
    "chance": None,
    "outcome": "closed",
}
