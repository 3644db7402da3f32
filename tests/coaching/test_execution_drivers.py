from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from salesgap.coaching.execution import ITEMS, execution_drivers, plain
from salesgap.facts import Evidence, ExecutionDriverId, OneToOne, Person, TacticalPlan
from salesgap.publish.execution import EXECUTION
from salesgap.simulate.coaching import _MANAGEMENT

DRIVERS = get_args(ExecutionDriverId)


def drivers(team, sheets=()):
    return {driver.id: driver for driver in execution_drivers(team, sheets)}


def score(item, value, day="2026-06-01", person="m1"):
    return {"person_id": person, "date": day, "item": item, "score": value}


def scored(small_team, *rows):
    return drivers(small_team(tables={"assessments": rows}))


def measured(small_team, measure, value, benchmark=None):
    evidence = Evidence(measure=measure, unit="share", value=value, benchmark=benchmark, count=9)
    return drivers(small_team(execution={measure: evidence}))


def test_there_are_eight_in_order_and_without_data_nothing_is_known_of_any(small_team):
    found = execution_drivers(small_team(), ())
    assert [driver.id for driver in found] == list(DRIVERS)
    assert {(d.evidence, d.score, d.scored_on, d.gap) for d in found} == {(None,) * 4}


# ── assessed ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("item", ["CRM visibility", "crm_visibility", " Crm – Visibility: "])
def test_an_item_is_known_by_its_words_only(small_team, item):
    found = scored(small_team, score(item, 3.5))["crm_visibility"]
    assert (found.score, found.scored_on, found.gap) == (3.5, date(2026, 6, 1), False)


def test_every_name_of_a_driver_is_understood():
    assert {ITEMS[plain(driver)] for driver in DRIVERS} == set(DRIVERS)
    assert [ITEMS[plain(item)] for item in _MANAGEMENT] == list(DRIVERS)
    assert {driver: ITEMS[plain(words.name)] for driver, words in EXECUTION.items()} == {
        driver: driver for driver in DRIVERS
    }


@pytest.mark.parametrize(("value", "gap"), [(0.0, True), (2.0, True), (2.5, False), (5.0, False)])
def test_two_or_less_is_a_gap(small_team, value, gap):
    assert scored(small_team, score("culture", value))["culture"].gap is gap


def test_the_latest_score_counts(small_team):
    rows = [score("culture", 4.0, "2026-06-30"), score("culture", 1.0, "2026-03-31")]
    assert scored(small_team, *rows)["culture"].score == 4.0


@pytest.mark.parametrize("values", [(4.0, 1.0), (1.0, 4.0)])
def test_of_conflicting_scores_of_one_day_the_lower_one_counts(small_team, values):
    rows = [score("culture", value) for value in values]
    assert scored(small_team, *rows)["culture"].score == 1.0


@pytest.mark.parametrize(("day", "known"), [("2025-12-30", False), ("2025-12-31", True)])
def test_a_score_is_valid_for_two_quarters(small_team, day, known):
    found = scored(small_team, score("culture", 3.0, day))["culture"]
    assert (found.score is not None) is known


def test_a_reps_score_and_a_skill_are_no_score_of_the_manager(small_team):
    rows = [score("culture", 1.0, person="r1"), score("Prospecting", 1.0)]
    assert {d.score for d in scored(small_team, *rows).values()} == {None}


# ── measured ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("driver", "measure", "value", "benchmark", "gap"),
    [
        ("performance_metrics", "metrics_complete", 0.89, None, True),
        ("performance_metrics", "metrics_complete", 0.9, 1.0, False),
        ("crm_visibility", "crm_hygiene", 0.49, None, True),
        ("crm_visibility", "crm_hygiene", 0.5, None, False),
        ("crm_visibility", "crm_hygiene", 0.7, 0.9, True),
        ("crm_visibility", "crm_hygiene", 0.73, 0.9, False),
        ("joint_calls", "joint_calls", 0.49, 1.0, True),
        ("joint_calls", "joint_calls", 0.5, 1.0, False),
        ("joint_calls", "joint_calls", 0.0, None, None),
        ("performance_process", "commitments_done", 0.4, None, True),
        ("performance_process", "commitments_done", 0.5, None, False),
    ],
)
def test_clearly_short_is_a_gap(small_team, driver, measure, value, benchmark, gap):
    found = measured(small_team, measure, value, benchmark)[driver]
    assert found.evidence is not None
    assert (found.evidence.value, found.gap) == (value, gap)


def test_a_good_score_does_not_hide_what_is_short(small_team):
    short = Evidence(measure="joint_calls", unit="per_month", value=0.0, benchmark=1.0, count=0)
    rows = {"assessments": [score("joint calls", 5.0)]}
    found = drivers(small_team(execution={"joint_calls": short}, tables=rows))
    assert found["joint_calls"].gap is True


def quota(measure=None, person="r1", start="2026-01-01", end="2026-12-31"):
    return {
        "person_id": person,
        "period_start": start,
        "period_end": end,
        "amount": 100.0,
        "measure": measure,
    }


@pytest.mark.parametrize(("more", "gap"), [((), False), (("New logos", "Margin", "Mix"), True)])
def test_goals_are_the_different_measures_of_a_reps_quotas(small_team, more, gap):
    rows = [quota(), quota("Revenue", start="2026-04-01"), *map(quota, more)]
    found = drivers(small_team(tables={"quotas": rows}))["goal_clarity"]
    assert found.evidence is not None
    assert (found.evidence.value, found.evidence.count) == (1.0 + len(more), 1)
    assert found.gap is gap


def test_goals_are_the_middle_of_the_reps_of_now_in_this_year(small_team):
    rows = [
        *(quota(), quota("a"), quota("b")),
        quota(person="r2"),
        *(quota("c", person="r2", start="2025-01-01", end="2025-12-31"),),
        *(quota("d", person="gone"), quota("e", person="m1")),
    ]
    found = drivers(small_team(tables={"quotas": rows}))["goal_clarity"].evidence
    assert found is not None
    assert (found.value, found.count) == (2.0, 2)


# ── the pace of the plan ──────────────────────────────────────────────────────────────────


def sheet(person, weekly, feasible=None):
    return OneToOne(
        person=Person(id=person, name=person),
        behaviour="",
        driver="none",
        evidence=None,
        deals=(),
        net_new_amount=0.0,
        net_new_deals=0,
        plan=TacticalPlan(
            remaining=None,
            from_open=0.0,
            to_create=None,
            wins=None,
            proposals=None,
            opportunities=None,
            opportunities_per_week=weekly,
            weeks_left=10,
            feasible_per_week=feasible,
        ),
        observed=None,
    )


def pace(team, *sheets):
    found = drivers(team, sheets)["tactical_prescription"]
    return found.gap, found.evidence and (found.evidence.value, found.evidence.count)


def opened(count, owner="r1", day="2026-04-02"):
    return [{"owner_id": owner, "created_date": day}] * count


def test_reps_who_open_what_their_plan_needs_are_counted_and_none_is_judged(small_team):
    team = small_team(deals=[*opened(13), *opened(12, "r2"), *opened(5, "r2", "2026-04-01")])
    assert pace(team, sheet("r1", 1.0), sheet("r2", 1.0)) == (None, (0.5, 2))


def test_a_rep_whose_plan_asks_no_number_is_not_counted(small_team):
    assert pace(small_team(deals=opened(1)), sheet("r1", None)) == (None, None)


@pytest.mark.parametrize(("feasible", "reached"), [(0.9, 1.0), (1.0, 0.0), (None, 0.0)])
def test_no_more_is_asked_than_a_strong_peer_opens(small_team, feasible, reached):
    team = small_team(deals=opened(12))
    assert pace(team, sheet("r1", 3.0, feasible)) == (None, (reached, 1))


def test_reps_on_their_ramp_are_not_held_to_the_pace(small_team):
    team = small_team(places=({"person_id": "r1", "ramping": True}, {"person_id": "r2"}))
    assert pace(team, sheet("r1", 10.0), sheet("r2", 0.0)) == (None, (1.0, 1))
