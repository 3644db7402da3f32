from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.coaching.exercise import exercise, points_to
from salesgap.facts import Attainment, ExecutionDriver, ExecutionDriverId, Gap, Range

DRIVERS = get_args(ExecutionDriverId)


def answers(*scores):
    return [
        ExecutionDriver(
            id=driver,
            evidence=None,
            score=score,
            scored_on=None if score is None else date(2026, 6, 1 + number),
            gap=True,
        )
        for number, (driver, score) in enumerate(zip(DRIVERS, scores, strict=True))
    ]


def attained(share):
    return Attainment(
        won=1.0,
        won_deals=1,
        quota_year=None,
        quota_to_date=None,
        share=share and Range(expected=share, low=share, high=share),
        year_elapsed=0.5,
        peer_won=None,
        year_end=None,
        chance=None,
    )


def gap(kind):
    return Gap(
        id=kind,
        kind=kind,
        driver="none",
        impact=None,
        probability=0.9,
        real=True,
        evidence=(),
        play="",
        runner_up=None,
        margin=None,
        chance_first=None,
        near_tie=False,
        note="",
    )


def asked(scores, share=0.8, kind="condition", compared=True):
    return exercise(answers(*scores), attained(share), gap(kind), compared=compared)


def test_many_process_gaps_are_low_hanging_fruit():
    found = asked([2, 1, 0, 4, 4, 4, 4, 4])
    assert (found.answered, found.process_gaps, found.behind) == (8, 3, True)
    assert (found.points_to, found.agrees) == ("condition", True)
    assert found.answered_on == date(2026, 6, 8)


def test_a_sound_process_with_poor_results_points_to_talent():
    found = asked([2, 3, 3, 3, 3, 3, 3, 3])
    assert (found.points_to, found.agrees) == ("people", False)


def test_a_sound_process_with_good_results_points_to_nothing():
    found = asked([3] * 8, share=1.0, kind="none")
    assert (found.behind, found.points_to, found.agrees) == (False, "none", True)


@pytest.mark.parametrize("scores", [[None] * 8, [1, 1, 3, 3, 3, 3, 3, 3], [3] * 6 + [None] * 2])
def test_where_the_answers_do_not_settle_it_nothing_is_said(scores):
    found = asked(scores)
    assert (found.points_to, found.agrees) == ("unknown", None)


def test_only_answers_of_the_last_sitting_count():
    scored = answers(*[1, 1, 1, 4, 4, 4, 4, 4])
    days = [date(2026, 5, 24), *[date(2026, 5, 25)] * 6, date(2026, 6, 8)]
    told = [d.model_copy(update={"scored_on": on}) for d, on in zip(scored, days, strict=True)]
    found = exercise(told, attained(0.8), gap("condition"), compared=True)
    assert (found.answered, found.process_gaps) == (7, 2)
    assert found.answered_on == date(2026, 6, 8)


def test_not_answered_is_told_as_such():
    found = asked([None] * 8)
    assert (found.answered, found.process_gaps, found.answered_on) == (0, 0, None)


def test_without_quotas_results_are_not_known():
    found = asked([3] * 8, share=None)
    assert (found.behind, found.points_to) == (None, "unknown")


def test_where_the_data_could_tell_no_gap_it_is_not_said_whether_they_agree():
    assert asked([1] * 8, kind="none", compared=False).agrees is None
    assert asked([1] * 8, kind="none").agrees is False


@given(st.integers(0, 8), st.integers(0, 8), st.sampled_from([True, False, None]))
def test_answering_what_was_left_open_only_settles_what_was_not_said(gaps, unanswered, behind):
    before = points_to(gaps, unanswered, behind=behind)
    if before != "unknown":
        assert points_to(gaps, 0, behind=behind) == before
        if before != "condition":
            assert points_to(gaps + unanswered, 0, behind=behind) == before
