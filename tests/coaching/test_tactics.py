from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.coaching.tactics import RepRates, plan

RATES = RepRates(early=0.5, late=0.25, size=10_000.0, weeks_left=20, strong_pace=2.0)


def test_the_plan_goes_back_from_quota_to_new_opportunities_a_week():
    found = plan(300_000.0, 140_000.0, 60_000.0, RATES)
    assert (found.remaining, found.to_create) == (160_000.0, 100_000.0)
    assert (found.wins, found.proposals, found.opportunities) == (10.0, 40.0, 80.0)
    assert (found.opportunities_per_week, found.weeks_left) == (4.0, 20)


@given(
    quota=st.floats(1, 1e7),
    won=st.floats(0, 1e7),
    from_open=st.floats(0, 1e7),
    early=st.floats(0.01, 1),
    late=st.floats(0.01, 1),
    size=st.floats(1, 1e6),
)
def test_won_open_and_new_deals_together_bring_the_quota(quota, won, from_open, early, late, size):
    found = plan(quota, won, from_open, RepRates(early, late, size, 10, 1.0))
    new = found.opportunities * early * late * size
    assert won + from_open + new >= quota * (1 - 1e-9)
    if won + from_open < quota:
        assert won + from_open + new == pytest.approx(quota)
    else:
        assert new == 0.0


def test_a_quota_already_won_leaves_nothing_to_do():
    found = plan(100.0, 120.0, 50.0, RATES)
    assert (found.remaining, found.to_create, found.opportunities_per_week) == (0.0, 0.0, 0.0)


def test_without_a_quota_nothing_is_asked_for():
    found = plan(None, 120.0, 50.0, RATES)
    asked = found.model_dump(exclude={"from_open", "weeks_left", "feasible_per_week"})
    assert set(asked.values()) == {None}
    assert found.from_open == 50.0


@pytest.mark.parametrize(
    ("rates", "unknown"),
    [
        (RepRates(0.5, 0.25, 0.0, 20, 2.0), ["wins", "proposals", "opportunities"]),
        (RepRates(0.5, 0.0, 10.0, 20, 2.0), ["proposals", "opportunities"]),
        (RepRates(0.0, 0.25, 10.0, 20, 2.0), ["opportunities"]),
        (RepRates(0.5, 0.25, 10.0, 0, 2.0), []),
    ],
)
def test_what_cannot_be_divided_is_unknown(rates, unknown):
    found = plan(100.0, 0.0, 0.0, rates).model_dump()
    assert [name for name, value in found.items() if value is None] == [
        *unknown,
        "opportunities_per_week",
    ]


def test_a_plan_nobody_can_follow_says_what_a_strong_pace_brings():
    found = plan(900_000.0, 0.0, 0.0, RATES)
    assert found.opportunities_per_week == 36.0
    assert (found.feasible_per_week, found.feasible) == (2.0, 50_000.0)


@given(pace=st.floats(0, 100), to_create=st.floats(1, 1e6))
def test_what_is_feasible_is_in_proportion_to_the_pace_up_to_all_there_is_to_create(
    pace, to_create
):
    found = plan(to_create, 0.0, 0.0, replace(RATES, strong_pace=pace))
    part = min(pace / found.opportunities_per_week, 1.0)
    assert found.feasible == pytest.approx(part * to_create)


def test_without_peers_or_time_nothing_feasible_is_made_up():
    assert plan(100.0, 0.0, 0.0, replace(RATES, strong_pace=None)).feasible is None
    assert plan(100.0, 0.0, 0.0, replace(RATES, weeks_left=0)).feasible == 0.0


def test_without_phases_the_way_is_one_step_and_no_proposals_are_told():
    found = plan(100_000.0, 0.0, 0.0, replace(RATES, early=None))
    assert found.proposals is None
    assert found.opportunities == found.wins / RATES.late
