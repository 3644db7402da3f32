from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salesgap.facts import Range
from salesgap.standing import manager_rank, rep_ranks

PEOPLE = pd.DataFrame({"person_id": ["r1", "r2", "r3"], "name": ["Ann", "Bob", "Cy"]})


def place(person, rank, **changed):
    usual = {
        "person_id": person,
        "role": "rep",
        "ramping": False,
        "won": 100.0,
        "won_deals": 2,
        "quota": 200.0,
        "expected": 0.6,
        "low": 0.4,
        "high": 0.8,
        "rank": rank,
        "rank_low": 1,
        "rank_high": 3,
        "band": 1,
        "bottom": 0.1,
    }
    return usual | changed


def ranked(*rows):
    return rep_ranks(pd.DataFrame(rows), PEOPLE)


def test_reps_come_in_order_of_rank_and_equal_ones_by_id():
    found = ranked(place("r3", 2.0), place("r2", 2.0), place("r1", 2.5))
    assert [rep.person.name for rep in found] == ["Bob", "Cy", "Ann"]


def test_what_is_not_known_of_a_rep_is_none():
    unknown = dict.fromkeys(("quota", "expected", "low", "high"), np.nan)
    (rep,) = ranked(place("r1", 1.0, **unknown))
    assert (rep.quota_to_date, rep.attainment, rep.won) == (None, None, 100.0)
    (known,) = ranked(place("r1", 1.0))
    assert (known.quota_to_date, known.attainment) == (
        200.0,
        Range(expected=0.6, low=0.4, high=0.8),
    )


@pytest.mark.parametrize(
    ("bottom", "ramping", "expected"),
    [(0.8, False, True), (0.79, False, False), (0.95, True, False)],
)
def test_a_role_fit_conversation_needs_a_high_chance_and_never_meets_the_ramping(
    bottom, ramping, expected
):
    (rep,) = ranked(place("r1", 3.0, bottom=bottom, ramping=ramping))
    assert rep.role_fit is expected


def test_a_manager_without_a_place_has_no_rank():
    assert manager_rank(pd.DataFrame(columns=["rank"]), 4) is None


def test_a_managers_rank_says_among_how_many():
    found = manager_rank(pd.DataFrame([place("m1", 2.4)]), 14)
    assert (found.managers, found.expected_rank, found.rank_low, found.rank_high) == (14, 2.4, 1, 3)
