"""A small simulated organisation, from its tables to its packs and its region summaries."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from math import fsum
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from salesgap.coaching.plays import load_plays
from salesgap.crm.book import load_book
from salesgap.crm.freeze import take_snapshot
from salesgap.errors import DataError, ParamsError
from salesgap.facts import Pack, RegionSummary, schemas
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, load_params
from salesgap.prepare import (
    Analysis,
    Prepared,
    analyse,
    choose,
    load_prepared_team,
    manager_entries,
    open_team,
    prepare,
    team_in,
)
from salesgap.region import NOT_MADE, open_region, summarise

ROOT = Path(__file__).resolve().parents[1]
PLAYS = ROOT / "templates" / "plays"
STAGES = (ROOT / "tests" / "data" / "simulated-stages.yml").read_text("utf-8")
RUN = f"""\
name: small
as_of: 2026-05-15
source: {{simulated: {{seed: 11, managers: 4}}}}
method: {{draws: 200}}
{STAGES}"""


@pytest.fixture(scope="module")
def params_file(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("run") / "small.yml"
    file.write_text(RUN, "utf-8")
    return file


@pytest.fixture(scope="module")
def params(params_file) -> Params:
    return load_params(params_file)


@pytest.fixture(scope="module")
def prepared(params, tmp_path_factory) -> Prepared:
    return prepare(params, tmp_path_factory.mktemp("prepared"), ROOT)


def packs_of(run: Prepared) -> dict[str, Pack]:
    return {
        entry.person_id: coaching_pack(load_prepared_team(run, entry)) for entry in run.managers
    }


@pytest.fixture(scope="module")
def packs(prepared) -> dict[str, Pack]:
    return packs_of(prepared)


@pytest.fixture(scope="module")
def facts_folder(packs, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("facts")
    for key, pack in packs.items():
        (folder / f"{key}.json").write_text(pack.model_dump_json(), "utf-8")
    (folder / NOT_MADE).write_text('["Ann: no kernel"]', "utf-8")
    return folder


# ── prepare ───────────────────────────────────────────────────────────────────────────────


def test_every_manager_gets_a_pack(packs, prepared):
    assert len(packs) == 4
    assert [pack.manager.id for pack in packs.values()] == [m.person_id for m in prepared.managers]


def test_each_team_lies_in_a_folder_of_its_own(prepared):
    folders = [entry.team_folder for entry in prepared.managers]
    assert len(set(folders)) == 4
    assert {folder.parent for folder in folders} == {prepared.folder / "teams"}


def test_an_unknown_manager_is_told_with_those_that_are_known(prepared):
    with pytest.raises(ParamsError) as caught:
        choose(prepared, "nobody")
    known = ", ".join(entry.person_id for entry in prepared.managers)
    assert str(caught.value) == f"no manager 'nobody' with a team → choose one of: {known}"


def test_no_manager_asked_for_means_the_first(prepared):
    assert choose(prepared, "") == prepared.managers[0]


def test_a_notebook_opens_its_team_folder_and_nothing_else(prepared, packs):
    entry = prepared.managers[2]
    team = open_team("no such file", team_folder=str(entry.team_folder))
    assert coaching_pack(team) == packs[entry.person_id]


def test_the_page_of_your_own_that_the_docs_show_is_made(prepared):
    text = (ROOT / "docs" / "extending.md").read_text("utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    team = load_prepared_team(prepared, prepared.managers[0])
    names = {"team": team, "pack": coaching_pack(team), "report": team.params.report}
    *first, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(first, []), "docs", "exec"), names)
    view = eval(compile(ast.Expression(last.value), "docs", "eval"), names)
    html = view._repr_mimebundle_()["text/html"]
    sources = set(team.book.deals.loc[team.book.deals["status"] == "won", "lead_source"].dropna())
    assert sources
    assert all(str(source) in html for source in sources)


def test_an_organisation_that_nobody_manages_is_told(tmp_path):
    (tmp_path / "people.csv").write_text("person_id,name,role,region\nr1,Rob,rep,North\n")
    (tmp_path / "opportunities.csv").write_text(
        "opportunity_id,owner_id,created_date,stage\nd1,r1,2026-01-01,Propose\n"
    )
    file = tmp_path / "run.yml"
    file.write_text(RUN.replace("{simulated: {seed: 11, managers: 4}}", "{folder: .}"))
    with pytest.raises(DataError):
        prepare(load_params(file), tmp_path / "out", ROOT)


# ── packs ─────────────────────────────────────────────────────────────────────────────────


def test_two_runs_make_the_same_packs(packs, params, tmp_path):
    again = packs_of(prepare(params, tmp_path, ROOT))
    assert {k: p.model_dump_json() for k, p in again.items()} == {
        k: p.model_dump_json() for k, p in packs.items()
    }


def test_a_pack_is_what_its_schema_says(packs):
    validator = Draft202012Validator(json.loads(schemas()["pack.schema.json"]))
    errors = [
        error.message
        for pack in packs.values()
        for error in validator.iter_errors(json.loads(pack.model_dump_json()))
    ]
    assert errors == []


def test_a_pack_comes_back_from_json_as_it_was(packs):
    for pack in packs.values():
        assert Pack.model_validate_json(pack.model_dump_json()) == pack


def test_a_pack_names_nobody_of_another_team(packs, prepared):
    books = {entry.person_id: load_book(entry.team_folder) for entry in prepared.managers}
    own = {manager: set(book.people["name"]) for manager, book in books.items()}
    for manager, pack in packs.items():
        text = pack.model_dump_json()
        others = set().union(*own.values()) - own[manager]
        assert others
        assert [name for name in sorted(others) if name in text] == []


def test_a_teams_folder_holds_no_other_teams_people_or_deals(prepared):
    books = {entry.person_id: load_book(entry.team_folder) for entry in prepared.managers}
    deals = [set(book.deals["opportunity_id"]) for book in books.values()]
    assert sum(map(len, deals)) == len(set().union(*deals))
    for manager, book in books.items():
        assert (set(books) - {manager}) & set(book.people["person_id"]) == set()


def test_the_parts_of_a_shortfall_are_its_total(packs):
    for pack in packs.values():
        assert pack.shortfall is not None
        total = fsum(part.value for part in pack.shortfall.parts)
        assert total == pytest.approx(pack.shortfall.total)
        assert pack.shortfall.actual - pack.shortfall.benchmark == pytest.approx(total)


def test_the_gap_is_one_of_the_candidates_or_none(packs):
    for pack in packs.values():
        known = {candidate.id for candidate in pack.candidates if candidate.real} or {"none"}
        assert pack.gap.id in known


def test_attainment_is_what_the_reps_and_the_leavers_won(packs):
    for pack in packs.values():
        won = fsum(rep.won for rep in pack.stack_rank)
        assert won <= pack.attainment.won + 0.01
        assert pack.attainment.year_end.low >= pack.attainment.won
        assert pack.attainment.quota_year > pack.attainment.quota_to_date
        share = pack.attainment.share
        assert share.low <= share.expected <= share.high


def test_every_rep_is_ranked_once_and_has_one_sheet(packs):
    for pack in packs.values():
        ranked = [rep.person.id for rep in pack.stack_rank]
        assert len(ranked) == len(set(ranked)) == pack.reps
        assert sorted(sheet.person.id for sheet in pack.coaching.one_to_ones) == sorted(ranked)
        names = [sheet.person.name for sheet in pack.coaching.one_to_ones]
        assert names == sorted(names)
        assert fsum(rep.expected_rank for rep in pack.stack_rank) == pytest.approx(
            pack.reps * (pack.reps + 1) / 2
        )


def test_a_sheet_is_about_the_reps_own_deals_and_quota(packs):
    for pack in packs.values():
        won = {rep.person.id: rep.won for rep in pack.stack_rank}
        for sheet in pack.coaching.one_to_ones:
            assert {deal.owner.id for deal in sheet.deals} <= {sheet.person.id}
            assert len(sheet.deals) <= 4
            assert (sheet.driver == "none") == (sheet.evidence is None) == (sheet.behaviour == "")
            if sheet.plan.remaining:
                assert sheet.plan.remaining + won[sheet.person.id] <= pack.attainment.quota_year


def test_net_new_of_the_reps_is_that_of_the_team(packs):
    for pack in packs.values():
        own = sum(sheet.net_new_deals for sheet in pack.coaching.one_to_ones)
        assert own <= pack.pipeline.net_new_deals


def test_the_walk_of_the_pipeline_adds_up_to_the_cent_and_ends_at_what_is_open(packs, prepared):
    for entry in prepared.managers:
        walked = packs[entry.person_id].pipeline.waterfall
        moves = [one.amount for one in walked.movements]
        assert round(fsum([walked.start_amount, *moves]), 2) == walked.end_amount
        deals = load_book(entry.team_folder).deals
        due = deals[(deals["status"] == "open") & (deals["close_date"] <= str(walked.due_by))]
        assert walked.end_deals == len(due)
        assert walked.end_amount == pytest.approx(due["amount"].sum())
        assert {"new", "won", "lost"} <= {one.reason for one in walked.movements}


def test_activities_are_split_by_phase_and_compared_with_peers(packs):
    for pack in packs.values():
        told = pack.pipeline.attention
        assert 0 < told.early < told.activities
        assert 0 <= told.joint_early <= told.joint < told.activities
        assert 0 < told.peers < 1


def test_the_checkpoint_shows_every_driver_of_the_run(packs):
    for pack in packs.values():
        assert [indicator.measure for indicator in pack.coaching.checkpoint] == [
            "pipeline_creation",
            "conversion_early",
            "conversion_late",
            "deal_size",
            "cycle_time",
            "capacity",
            "margin",
        ]
        assert all(indicator.peers for indicator in pack.coaching.checkpoint)


def test_the_quarterly_checkpoint_counts_three_months_of_creation(packs, prepared):
    for entry in prepared.managers:
        now = packs[entry.person_id].coaching.checkpoint[0]
        assert 0 < now.count < packs[entry.person_id].pipeline.open_deals * 3
        assert now.now is not None


def test_the_eight_drivers_are_measured_or_assessed(packs):
    measured = {
        *("goal_clarity", "tactical_prescription", "performance_metrics", "crm_visibility"),
        "joint_calls",
    }
    for pack in packs.values():
        drivers = {driver.id: driver for driver in pack.coaching.drivers}
        assert len(drivers) == 8
        assert measured <= {name for name, driver in drivers.items() if driver.evidence}
        assert all(driver.gap is not None for driver in drivers.values() if driver.score)
    assert {pack.coaching.exercise.answered for pack in packs.values()} >= {8}


def test_the_exercise_counts_the_scores_that_the_drivers_show(packs):
    for pack in packs.values():
        scores = [driver.score for driver in pack.coaching.drivers if driver.score is not None]
        told = pack.coaching.exercise
        assert told.answered == len(scores)
        assert told.process_gaps == sum(score <= 2 for score in scores)
        assert told.behind == (pack.attainment.share.expected < 1)


def test_every_dimension_of_a_great_manager_has_a_sign(packs):
    for pack in packs.values():
        assert all(sign.evidence for sign in pack.coaching.signs)
        assert len(pack.coaching.signs) == 4


def test_what_was_taken_on_is_followed_up_in_some_packs(packs, params):
    taken_on = [one for pack in packs.values() for one in pack.coaching.commitments]
    assert taken_on
    assert all(one.owner and one.due <= params.as_of for one in taken_on)


def test_the_debrief_is_that_of_the_gaps_play(packs):
    plays = load_plays(PLAYS)
    for pack in packs.values():
        assert pack.coaching.debrief == plays[pack.gap.play or "none"].debrief != ()


def test_assumptions_are_the_params_method_in_words(packs, params):
    shown = {a.name: a for a in next(iter(packs.values())).assumptions}
    assert set(shown) == set(Method.model_fields) - {"draws", "seed"}
    assert shown["close_weeks"].value == str(params.method.close_weeks)
    assert shown["close_weeks"].meaning == Method.model_fields["close_weeks"].description


# ── regions ───────────────────────────────────────────────────────────────────────────────


def test_a_region_is_summed_up_from_its_packs(packs):
    found = summarise(list(packs.values()), "North", ["Ann: no kernel"])
    assert [line.manager.name for line in found.managers] == sorted(
        pack.manager.name for pack in packs.values()
    )
    assert found.people_gaps + found.condition_gaps + found.no_gaps == len(packs)
    named = [pack.gap for pack in packs.values() if pack.gap.impact]
    worth = [gap.probability * gap.impact.expected for gap in named]
    assert found.total_impact == (pytest.approx(fsum(worth)) if worth else None)
    assert found.not_made == ("Ann: no kernel",)
    below = [line.below_average_attainment for line in found.managers]
    assert True in below
    assert False in below


def test_a_summary_is_what_its_schema_says_and_comes_back_from_json(packs):
    found = summarise(list(packs.values()), "North", [])
    text = found.model_dump_json()
    assert RegionSummary.model_validate_json(text) == found
    schema = json.loads(schemas()["region-summary.schema.json"])
    assert list(Draft202012Validator(schema).iter_errors(json.loads(text))) == []


def test_a_summary_is_made_from_the_facts_that_were_written(packs, params_file, facts_folder):
    found, report = open_region(str(params_file), "North", str(facts_folder))
    assert found == summarise(list(packs.values()), "North", ["Ann: no kernel"])
    assert report.paper == "a4"


def test_a_summary_of_a_region_nobody_knows_is_refused(tmp_path):
    file = tmp_path / "run.yml"
    file.write_text(RUN.replace("managers: 4", "managers: 2"), "utf-8")
    with pytest.raises(ParamsError, match="no region 'Nowhere' → choose one of: "):
        open_region(str(file), "Nowhere")


@pytest.fixture(scope="module")
def sparse(params) -> Analysis:
    """The run with nothing won yet, one manager without a deal."""
    snapshot = take_snapshot(params)
    deals = snapshot.tables["opportunities"]
    people = snapshot.tables["people"]
    idle = set(people["manager_id"]) & {"E0004", "E0005", "E0006", "E0007"}
    reps = set(people["person_id"][people["manager_id"] == min(idle)])
    kept = deals[(deals["stage"] != "Won") & ~deals["owner_id"].isin(reps)]
    tables = dict(snapshot.tables) | {
        "opportunities": kept.reset_index(drop=True),
        "stage_history": snapshot.tables["stage_history"].iloc[:0],
        "team_history": snapshot.tables["team_history"].iloc[:0],
    }
    return analyse(replace(snapshot, tables=tables), params, load_plays(PLAYS))


def test_where_nothing_was_won_the_year_end_is_unknown_and_no_gap_is_told(sparse):
    for entry in manager_entries(sparse.book, Path()):
        pack = coaching_pack(team_in(sparse, entry))
        assert (pack.attainment.year_end, pack.attainment.chance) == (None, None)
        assert (pack.gap.driver, pack.candidates, pack.shortfall) == ("none", (), None)
        assert pack.pipeline.older_than_slowest_won is None


def test_a_candidates_range_holds_its_expected_worth(packs):
    for pack in packs.values():
        for found in pack.candidates:
            assert found.impact.low <= found.impact.expected <= found.impact.high
