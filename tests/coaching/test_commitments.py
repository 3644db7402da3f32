from __future__ import annotations

from datetime import date

import pytest

from salesgap.coaching.commitments import commitments
from salesgap.facts import LastGap


def row(action, due, **changed):
    usual = {"manager_id": "m1", "gap": "deal_size", "status": "open", "owner_id": None}
    return usual | {"action": action, "due_date": due} | changed


def taken_on(small_team, *rows, **changed):
    return commitments(small_team(tables={"commitments": rows}, **changed))


def test_those_of_the_last_pack_come_by_due_date(small_team):
    found = taken_on(
        small_team,
        row("second", "2026-06-20"),
        row("first", "2026-06-10", status="DONE"),
        row("long ago", "2026-05-20"),
        row("for another gap", "2026-06-01", gap="capacity"),
    )
    assert [(one.action, one.due, one.status) for one in found] == [
        ("first", date(2026, 6, 10), "done"),
        ("second", date(2026, 6, 20), "open"),
    ]


def test_where_the_day_of_the_last_pack_is_known_it_decides(small_team, run_params):
    rows = [row("before", "2026-06-10"), row("after", "2026-06-11")]
    since = run_params(previous_as_of="2026-06-10")
    assert [one.action for one in taken_on(small_team, *rows, params=since)] == ["after"]
    last = LastGap(
        driver="deal_size",
        kind="condition",
        people=(),
        impact=None,
        since=date(2026, 6, 1),
        measure="deal_size",
        unit="money",
        then=None,
        now=None,
        count=0,
        others=None,
        chance=None,
        outcome="unknown",
    )
    both = taken_on(small_team, *rows, params=since, last_gap=last)
    assert [one.action for one in both] == ["before", "after"]


@pytest.mark.parametrize(
    ("owner", "name"),
    [("m1", "Name m1"), ("r1", "Name r1"), ("gone", "Name gone"), ("moved", ""), (None, "")],
)
def test_only_people_of_this_team_are_named(small_team, owner, name):
    (found,) = taken_on(small_team, row("a", "2026-06-10", owner_id=owner))
    assert found.owner == name


def test_without_any_there_are_none(small_team):
    assert taken_on(small_team) == ()


@pytest.mark.parametrize(
    ("due", "known"),
    [
        ("2025-12-30", False),
        ("2025-12-31", True),
        ("2026-07-30", True),
        ("2026-07-31", False),
        ("2027-06-30", False),
    ],
)
def test_only_what_is_due_around_the_as_of_date_is_of_the_last_pack(small_team, due, known):
    assert len(taken_on(small_team, row("a", due))) == known


def test_a_plan_far_ahead_does_not_hide_what_the_last_pack_asked_for(small_team):
    rows = row("now", "2026-06-20"), row("next year", "2027-03-01", gap="capacity")
    assert [one.action for one in taken_on(small_team, *rows)] == ["now"]
