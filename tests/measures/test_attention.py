from __future__ import annotations

import pandas as pd
import pytest

from salesgap.measures.attention import attention

PEOPLE = [{"person_id": "m1", "manager_id": None}, {"person_id": "r1"}]
SINCE = pd.Timestamp(2026, 4, 1)


@pytest.fixture
def counted(make_book):
    """``counted(activities, deals)``: (early, total, joint_early, joint) of m1's team."""

    def make(activities, deals):
        usual = {"person_id": "r1", "kind": "call", "opportunity_id": "d1", "date": "2026-05-01"}
        book = make_book(PEOPLE, deals, activities=[usual | one for one in activities])
        found = attention(book, SINCE)
        return tuple(found.loc["m1"]) if "m1" in found.index else None

    return make


def test_an_activity_counts_by_the_phase_of_its_deal_on_that_day(counted):
    deals = [{"late_date": "2026-05-10"}, {}]
    days = [{"date": "2026-05-09"}, {"date": "2026-05-10"}, {"opportunity_id": "d2"}]
    assert counted(days, deals) == (2, 3, 0, 0)


def test_what_the_manager_took_part_in_or_logged_is_joint(counted):
    log = [{"with_manager": True}, {"person_id": "m1"}, {"with_manager": None}]
    assert counted(log, [{"late_date": "2026-02-01"}, {}]) == (0, 3, 0, 2)
    assert counted(log, [{}]) == (3, 3, 2, 2)


@pytest.mark.parametrize(
    ("activity", "deal"),
    [
        ({"date": "2026-04-01"}, {}),
        ({"opportunity_id": None}, {}),
        ({}, {"status": "won", "close_date": "2026-06-01", "late_date": None}),
        ({}, {"status": "lost", "close_date": "2026-06-01", "reached_late": None}),
    ],
)
def test_what_is_old_or_of_no_known_phase_is_not_counted(counted, activity, deal):
    assert counted([activity], [deal]) is None


def test_without_activities_there_is_nothing_to_tell(counted):
    assert counted([], [{}]) is None
