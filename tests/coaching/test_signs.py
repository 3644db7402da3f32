from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from salesgap.coaching.signs import signs
from salesgap.facts import Attention, Evidence

NOTHING_KNOWN = SimpleNamespace(evidence={})
"""The one field of an outlook that the signs read."""


def shown(team):
    found = signs(team, NOTHING_KNOWN)
    return {
        sign.dimension: {
            one.measure: (one.value, one.benchmark, one.count) for one in sign.evidence
        }
        for sign in found
    }


def counted(measure, value):
    return Evidence(measure=measure, unit="share", value=value, benchmark=0.5, count=4)


def test_the_four_dimensions_come_in_order_and_without_data_empty(small_team):
    assert list(shown(small_team()).items()) == [
        ("tackle_execution", {}),
        ("focus_and_accountability", {}),
        ("motivate_and_inspire", {}),
        ("hire_top_talent", {}),
    ]


def test_each_count_is_a_sign_of_its_dimension(small_team):
    names = ("commitments_done", "joint_calls", "crm_hygiene", "leavers", "metrics_complete")
    found = shown(small_team(execution={name: counted(name, 0.25) for name in names}))
    assert {dimension: list(evidence) for dimension, evidence in found.items()} == {
        "tackle_execution": ["commitments_done", "joint_calls"],
        "focus_and_accountability": ["crm_hygiene"],
        "motivate_and_inspire": ["leavers"],
        "hire_top_talent": [],
    }
    assert found["tackle_execution"]["joint_calls"] == (0.25, 0.5, 4)


@pytest.mark.parametrize(("activities", "expected"), [(8, (0.25, 0.4, 8)), (0, None)])
def test_attention_is_the_early_share_of_activities(small_team, activities, expected):
    told = Attention(
        since=date(2026, 4, 1),
        activities=activities,
        early=2 if activities else 0,
        joint=None,
        joint_early=None,
        peers=0.4,
        open_deals=1,
        open_early=1,
    )
    found = shown(small_team(attention=told))["focus_and_accountability"]
    assert found.get("early_attention") == expected


def test_reps_on_quota_are_counted_apart_from_those_on_their_ramp(small_team):
    places = (
        {"person_id": "a", "won": 10.0, "quota": 10.0},
        {"person_id": "b", "won": 9.0, "quota": 10.0},
        {"person_id": "c", "won": 99.0},
        {"person_id": "d", "won": 3.0, "quota": 2.0, "ramping": True},
    )
    found = shown(small_team(places=places))
    assert found["motivate_and_inspire"] == {"reps_attaining": (0.5, None, 2)}
    assert found["hire_top_talent"] == {"ramping_on_quota": (1.0, None, 1)}
