from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salesgap.measures.curves import (
    AT_ONCE,
    WEEKS,
    cumulative_incidence,
    early_curve,
    late_curve,
    seen_on,
    whole_curve,
)

AS_OF = pd.Timestamp(2026, 6, 30)
M1 = {"person_id": "m1", "manager_id": None}

deals_left = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=st.floats(0, 200)), arrays(int, n, elements=st.integers(0, 2))
    )
)


def curve(*deals: tuple[float, int]):
    weeks, outcome = zip(*deals, strict=True)
    return cumulative_incidence(np.array(weeks, float), np.array(outcome))


def test_without_open_deals_the_shares_are_the_counted_ones():
    found = curve((0, 1), (1, 1), (2, 2), (3, 2))
    assert found.passed[:5].tolist() == pytest.approx([0, 0.25, 0.5, 0.5, 0.5])
    assert found.lost[:5].tolist() == pytest.approx([0, 0, 0, 0.25, 0.5])


def test_an_open_deal_is_censored_and_not_lost():
    # Week 0: 1 of 4 passes; one is open at week 1; week 2: 1 of the 2 left passes, 1 is lost.
    found = curve((0, 1), (1, 0), (2, 1), (2, 2))
    assert found.share == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    assert found.lost[-1] == pytest.approx(3 / 4 * 1 / 2)


def test_an_open_deal_counts_as_at_risk_in_its_own_week():
    found = curve((1, 0), (1, 1))
    assert found.share == pytest.approx(1 / 2)


def test_competing_risks_do_not_take_the_others_for_censored():
    # Kaplan–Meier of passing alone would say 1; half of the deals were lost before.
    assert curve((0, 2), (1, 1)).share == pytest.approx(1 / 2)


@given(deals_left)
def test_passed_lost_and_still_open_are_all_deals(deals):
    weeks, outcome = deals
    found = cumulative_incidence(weeks, outcome)
    age = np.minimum(np.floor(weeks), WEEKS - 1)
    survival = np.ones(WEEKS + 1)
    for k in range(WEEKS):
        at_risk = (age >= k).sum()
        left = ((age == k) & (outcome > 0)).sum()
        survival[k + 1] = survival[k] * (1 - left / at_risk if at_risk else 1)
    np.testing.assert_allclose(found.passed + found.lost + survival, 1.0, atol=1e-9)
    assert (np.diff(found.passed) >= 0).all()
    assert (np.diff(found.lost) >= 0).all()


@given(deals_left)
def test_without_censoring_the_shares_are_the_empirical_ones(deals):
    weeks, outcome = deals[0], np.maximum(deals[1], 1)
    found = cumulative_incidence(weeks, outcome)
    assert found.share == pytest.approx((outcome == 1).mean())
    assert found.lost[-1] == pytest.approx((outcome == 2).mean())
    assert found.n == len(weeks)


def test_no_deals_pass_nothing():
    found = cumulative_incidence(np.zeros(0), np.zeros(0, int))
    assert (found.share, found.lost[-1], found.n) == (0.0, 0.0, 0)


def test_an_organisation_without_an_early_phase_passes_it_at_once():
    assert (AT_ONCE.passed[0], AT_ONCE.passed[1], AT_ONCE.lost[-1]) == (0.0, 1.0, 0.0)


@pytest.fixture
def deals(make_book):
    """One open, one late, one won five weeks after it was late, one lost before, one after."""
    start = {"created_date": "2026-01-05"}
    return make_book(
        [M1],
        [
            start,
            start | {"late_date": "2026-01-26"},
            start | {"status": "won", "late_date": "2026-01-12", "close_date": "2026-02-16"},
            start | {"status": "lost", "close_date": "2026-01-19"},
            start
            | {
                "status": "lost",
                "late_date": "2026-01-12",
                "reached_late": True,
                "close_date": "2026-01-26",
            },
        ],
    ).deals


def test_the_early_curve_ends_where_the_late_phase_begins(deals):
    found = early_curve(deals, AS_OF)
    assert found.passed[[1, 2, 3, 4]].tolist() == pytest.approx([0, 0.4, 0.4, 0.6])
    assert found.lost[[2, 3]].tolist() == pytest.approx([0, 0.2])


def test_the_late_curve_is_of_deals_that_reached_it(deals):
    found = late_curve(deals, AS_OF)
    assert found.n == 3
    assert (found.passed[5], found.passed[6]) == (0.0, pytest.approx(1 / 3))


def test_the_whole_curve_runs_from_creation_to_won_or_lost(deals):
    found = whole_curve(deals, AS_OF)
    assert (found.n, found.share) == (5, pytest.approx(1 / 5))


def test_a_closed_deal_without_a_day_is_left_out(make_book):
    closed = {"status": "won", "close_date": "2026-02-01"}
    deals = make_book([M1], [closed, closed | {"close_date": None}]).deals
    assert whole_curve(deals, AS_OF).n == 1


def closing(days_taken: float, held: bool, n: int = 3000) -> tuple[pd.Series, ...]:
    """Deals begun evenly over two years, all won after so many days, or held to a quarter's end."""
    start = pd.Series(pd.Timestamp(2024, 1, 1) + pd.to_timedelta(np.arange(n) % 730, unit="D"))
    done = start + pd.Timedelta(days=days_taken)
    ends = done.dt.to_period("Q").dt.end_time.dt.normalize()
    return start, ends if held else done, np.ones(n, dtype=np.int_)


USUAL = cumulative_incidence(np.full(10, 100.0), np.ones(10, dtype=np.int_))
QUARTER_ENDS = pd.date_range("2024-03-31", "2025-12-31", freq="QE")
MIDDLES = QUARTER_ENDS - pd.Timedelta(days=45)


def test_what_is_held_to_the_quarters_end_is_closed_on_its_last_day_and_not_in_its_middle():
    deals = closing(35.0, held=True)
    end, middle = (seen_on(days, *deals, USUAL) for days in (QUARTER_ENDS, MIDDLES))
    assert end.passed[[4, 6, 10]] == pytest.approx([0, 1, 1], abs=0.02)
    assert middle.passed[[4, 6]] == pytest.approx([0, 0], abs=0.02)
    assert middle.passed[13] == pytest.approx(1, abs=0.02)


def test_without_holding_back_the_kind_of_day_does_not_matter():
    deals = closing(35.0, held=False)
    end, middle = (seen_on(days, *deals, USUAL) for days in (QUARTER_ENDS, MIDDLES))
    np.testing.assert_allclose(end.passed, middle.passed, atol=0.06)


def test_where_too_few_deals_are_seen_the_usual_curve_stands():
    start, left, outcome = closing(35.0, held=True, n=20)
    assert seen_on(QUARTER_ENDS, start, left, outcome, USUAL) is USUAL


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_shares_seen_only_grow_with_age_and_are_shares(seed, winning):
    rng = np.random.default_rng(seed)
    start, _, _ = closing(0.0, held=False)
    left = start + pd.to_timedelta(rng.gamma(2, 40, len(start)), unit="D")
    outcome = np.where(rng.random(len(start)) < winning, 1, 2)
    left = left.where(left <= QUARTER_ENDS[-1])
    outcome = np.where(left.isna(), 0, outcome)
    weeks = ((left.fillna(QUARTER_ENDS[-1]) - start).dt.days / 7).to_numpy()
    found = seen_on(QUARTER_ENDS, start, left, outcome, cumulative_incidence(weeks, outcome))
    assert (found.passed + found.lost <= 1 + 1e-9).all()
    assert (np.diff(found.passed + found.lost) >= -1e-9).all()
