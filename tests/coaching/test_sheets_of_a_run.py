"""One-to-ones, calendar and checkpoint of a small simulated organisation, whole and bare."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesgap.coaching.plays import load_plays
from salesgap.crm.freeze import take_snapshot
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, Simulated, Source
from salesgap.prepare import analyse, manager_entries, team_in
from salesgap.simulate import STAGES

ROOT = Path(__file__).resolve().parents[2]
PLAYS = load_plays(ROOT / "templates" / "plays")
OPTIONAL = ("activities", "assessments", "quotas", "team_history", "commitments")


@pytest.fixture(scope="module")
def params():
    return Params(
        name="small",
        as_of=date(2026, 5, 15),
        source=Source(simulated=Simulated(seed=11, managers=5)),
        method=Method(draws=200),
        stages=STAGES,
    )


@pytest.fixture(scope="module")
def snapshot(params):
    return take_snapshot(params)


def packs_of(snapshot, params):
    run = analyse(snapshot, params, PLAYS)
    return [coaching_pack(team_in(run, entry)) for entry in manager_entries(run.book, Path())]


@pytest.fixture(scope="module")
def packs(snapshot, params):
    return packs_of(snapshot, params)


@pytest.fixture(scope="module")
def bare(snapshot, params):
    """The run whose export has people and deals, without stages' history or anything optional."""
    tables = dict(snapshot.tables)
    for name in (*OPTIONAL, "stage_history"):
        tables[name] = tables[name].iloc[:0]
    told = ["product", "type", "segment", "margin", "next_step"]
    deals = tables["opportunities"]
    tables["opportunities"] = deals.assign(**dict.fromkeys(told)).astype(deals.dtypes.to_dict())
    return packs_of(replace(snapshot, tables=tables), params)


def sheets(packs):
    return [sheet for pack in packs for sheet in pack.coaching.one_to_ones]


def test_every_sheet_has_its_role_and_the_rep_rank_agrees(packs):
    for pack in packs:
        roles = {rank.person.id: rank.role for rank in pack.stack_rank}
        assert {s.person.id: s.role for s in pack.coaching.one_to_ones} == roles
        assert all(roles.values())


def test_past_present_and_future_stand_on_the_sheets(packs):
    found = sheets(packs)
    assert max(len(sheet.quarters) for sheet in found) == 4
    assert all(sheet.quarters[-1].start <= packs[0].as_of for sheet in found)
    assert sum(quarter.won for sheet in found for quarter in sheet.quarters) > 0
    assert all(q.quota for sheet in found for q in sheet.quarters[1:])
    assert all(sheet.skills for sheet in found if len(sheet.quarters) > 1)
    for sheet in found:
        scores = [skill.score for skill in sheet.skills]
        assert scores == sorted(scores)


def test_the_quarters_of_the_fiscal_year_are_what_the_stack_rank_says_was_won(packs):
    for pack in packs:
        won = {rank.person.id: rank.won for rank in pack.stack_rank}
        for sheet in pack.coaching.one_to_ones:
            year = [q.won for q in sheet.quarters if q.start >= pack.fiscal_year_start]
            assert sum(year) == pytest.approx(won[sheet.person.id])


def test_activity_targets_come_from_five_reps_or_more_and_fit_the_driver(packs):
    found = [target for sheet in sheets(packs) for target in sheet.activities]
    assert found
    assert all(target.reps >= 5 and target.target > 0 for target in found)
    phases = {s.driver: {t.phase for t in s.activities} for s in sheets(packs) if s.activities}
    wanted = {"pipeline_creation": "early", "conversion_late": "late", "none": None}
    assert all(phases[driver] == {wanted[driver]} for driver in phases.keys() & wanted)


def test_the_plan_says_what_is_feasible(packs):
    plans = [sheet.plan for sheet in sheets(packs)]
    assert all(0 < plan.feasible_per_week < 10 for plan in plans)
    assert all(plan.feasible <= plan.to_create for plan in plans if plan.to_create is not None)


def test_reps_that_the_play_starts_with_get_the_gaps_behaviour_and_topic(packs):
    focused = 0
    for pack in packs:
        play = PLAYS[pack.gap.play or "none"]
        coached = {s.person for s in pack.coaching.cadence if s.type != "One-to-one"}
        for sheet in pack.coaching.one_to_ones:
            held = [s for s in pack.coaching.cadence if s.person == sheet.person.name]
            first = next(s for s in held if s.type == "One-to-one")
            own = sheet.person.name not in coached
            assert first.topic == (PLAYS[sheet.driver].topic if own else play.topic)
            if not own:
                assert sheet.behaviour == play.behaviour
                focused += 1
    assert focused


def test_actions_come_in_order_of_date_and_fit_the_calendar(packs):
    for pack in packs:
        by = [action.by for action in pack.coaching.actions]
        assert by == sorted(by)
        first = min(s.on for s in pack.coaching.cadence if s.type == "One-to-one")
        starts = [a.by for a in pack.coaching.actions if a.do.startswith("Open every one-to-one")]
        assert starts == ([first] if pack.gap.driver == "pipeline_creation" else [])


def test_late_in_the_year_the_creation_play_is_about_the_next(snapshot, params, packs):
    soon_over = params.model_copy(update={"fiscal_year_start_month": 8})
    late = packs_of(snapshot, soon_over)
    assert max(sheet.plan.weeks_left for sheet in sheets(late)) <= 2
    for runs, expected in ((packs, 0), (late, 2)):
        creation = [p.coaching for p in runs if p.gap.driver == "pipeline_creation"]
        assert creation
        for coaching in creation:
            assert sum("next year" in action.do for action in coaching.actions) == expected


def test_the_checkpoint_has_the_margin_and_the_mix_of_what_was_won(packs):
    for pack in packs:
        margin = pack.coaching.checkpoint[-1]
        assert (margin.measure, margin.unit) == ("margin", "share")
        assert 0 < margin.now < 1
        assert 0 < margin.peers < 1
        assert {row.dimension for row in pack.coaching.mix} == {"product", "type", "segment"}


def test_data_that_tell_none_of_it_leave_it_empty_and_unknown(bare):
    for sheet in sheets(bare):
        assert (sheet.skills, sheet.activities, sheet.observed) == ((), (), None)
        assert {quarter.quota for quarter in sheet.quarters} == {None}
        assert (sheet.plan.remaining, sheet.plan.feasible) == (None, None)
    for pack in bare:
        margin = pack.coaching.checkpoint[-1]
        assert (margin.now, margin.last, margin.peers, margin.count) == (None, None, None, 0)
        assert pack.coaching.mix == ()


def test_without_quotas_the_upper_third_against_peers_makes_the_number(snapshot, params):
    tables = dict(snapshot.tables) | {"quotas": snapshot.tables["quotas"].iloc[:0]}
    run = analyse(replace(snapshot, tables=tables), params, PLAYS)
    reps = run.league.reps
    ramped = reps[~reps["ramping"]]
    assert ramped["attaining"].mean() == pytest.approx(1 / 3, abs=0.05)
    assert not reps.loc[reps["ramping"], "attaining"].any()
    lowest = (ramped["won"] / ramped["base"])[ramped["attaining"]].min()
    assert lowest >= (ramped["won"] / ramped["base"])[~ramped["attaining"]].max()
