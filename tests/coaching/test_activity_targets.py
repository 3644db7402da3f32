from __future__ import annotations

import pytest

from salesgap.coaching.activities import activity_targets, team_activities
from salesgap.measures.activities import ACTIVITY_DAYS
from salesgap.measures.peers import ActivityLevel

WEEKS = ACTIVITY_DAYS / 7
LATE = {"opportunity_id": "late", "created_date": "2026-01-05", "late_date": "2026-02-01"}


def level(kind, phase, a_week, reps=10, role="rep"):
    return ActivityLevel(role, kind, phase, a_week, reps)


LEVELS = (
    level("call", None, 5.0),
    level("call", "early", 3.0),
    level("call", "late", 2.0),
    level("meeting", "early", 1.0),
    level("email", "early", 4.0),
    level("demo", "early", 0.5),
    level("fax", "early", 0.1),
    level("call", "early", 9.0, role="other"),
)


def log(count, kind="call", deal=None, who="r1"):
    row = {"person_id": who, "date": "2026-06-20", "kind": kind, "opportunity_id": deal}
    return [row] * count


@pytest.fixture
def targets(small_team, make_benchmarks):
    """``targets(driver, rows)``: of r1, ``attaining`` of whose team's reps make their number."""

    def make(driver, rows, levels=LEVELS, attaining=(True, False)):
        places = [
            {"person_id": person, "role": "rep", "attaining": makes_it}
            for person, makes_it in zip(("r1", "r2"), attaining, strict=True)
        ]
        team = small_team(
            deals=[LATE],
            places=places,
            tables={"activities": rows},
            benchmarks=make_benchmarks(activities=levels),
        )
        return activity_targets("r1", "rep", driver, team_activities(team))

    return make


def test_three_kinds_of_the_drivers_phase_those_furthest_below_first(targets):
    rows = [*log(26), *log(13, "meeting"), *log(99, "call", "late")]
    found = targets("pipeline_creation", rows)
    assert [(t.kind, t.phase, t.target) for t in found] == [
        ("email", "early", 4.0),
        ("demo", "early", 0.5),
        ("call", "early", 3.0),
    ]
    assert [t.now for t in found] == pytest.approx([0.0, 0.0, 26 / WEEKS])


@pytest.mark.parametrize("driver", ["conversion_late", "cycle_time", "deal_size"])
def test_late_drivers_are_tied_to_activities_on_late_deals(targets, driver):
    found = targets(driver, [*log(5), *log(7, deal="late")])
    assert [(t.kind, t.phase, t.now) for t in found] == [("call", "late", 7 / WEEKS)]


def test_without_a_driver_all_activities_count(targets):
    found = targets("none", [*log(5), *log(7, deal="late")])
    assert [(t.phase, t.now) for t in found] == [(None, 12 / WEEKS)]


def test_where_the_run_tells_no_phases_all_activities_count(targets):
    found = targets("pipeline_creation", log(9), (level("call", None, 5.0),))
    assert [(t.phase, t.now) for t in found] == [(None, 9 / WEEKS)]


def test_who_logged_nothing_gets_no_zero(targets):
    assert targets("pipeline_creation", log(9, who="r2")) == ()


def test_a_target_made_by_the_own_team_for_the_most_part_is_left_out(targets):
    two = (level("call", None, 5.0, reps=3),)
    assert targets("none", log(9), two, attaining=(True, False))
    assert targets("none", log(9), two, attaining=(True, True)) == ()


def test_another_spelling_of_the_targets_kind_counts_for_it(targets):
    (found,) = targets("none", [*log(5, "Call"), *log(4, "CALLS ")], (level("calls", None, 5.0),))
    assert (found.kind, found.now) == ("calls", 9 / WEEKS)


def test_without_levels_there_are_no_targets(targets):
    assert targets("pipeline_creation", log(9), ()) == ()
