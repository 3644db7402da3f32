from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesgap.measures.attainment import of_revenue, quota_by_seat, won_between
from salesgap.measures.seats import seats

M1 = {"person_id": "m1", "manager_id": None}
YEAR = pd.date_range("2026-01-01", "2026-12-31")


def quota(amount, start="2026-01-01", end="2026-12-31", **changed):
    row = {"person_id": "r1", "period_start": start, "period_end": end, "amount": amount}
    return row | changed


def of_one_rep(make_book, quotas, days=YEAR, *, ramped=False, **person):
    book = make_book([M1, {"person_id": "r1", **person}], quotas=quotas)
    return quota_by_seat(book.quotas, seats(book, 6), days, ramped=ramped)[0]


@settings(max_examples=20)
@given(cut=st.integers(1, 364), amount=st.floats(1, 1e7))
def test_a_quota_pro_rated_to_any_day_and_from_it_sums_to_the_quota(make_book, cut, amount):
    parts = [of_one_rep(make_book, [quota(amount)], days) for days in (YEAR[:cut], YEAR[cut:])]
    assert sum(parts) == pytest.approx(amount)
    assert parts[0] == pytest.approx(amount * cut / 365)


def test_quarterly_quotas_add_up_to_the_years(make_book):
    quarters = [
        quota(10, "2026-01-01", "2026-03-31"),
        quota(20, "2026-04-01", "2026-06-30"),
        quota(30, "2026-07-01", "2026-09-30"),
        quota(40, "2026-10-01", "2026-12-31"),
    ]
    assert of_one_rep(make_book, quarters) == pytest.approx(100)
    assert of_one_rep(make_book, quarters, YEAR[:181]) == pytest.approx(30)


def test_a_seat_that_falls_empty_carries_quota_until_then(make_book):
    assert of_one_rep(make_book, [quota(365)], end_date="2026-01-31") == pytest.approx(30)


def test_a_ramping_rep_carries_half_of_it_over_the_ramp(make_book):
    carried = of_one_rep(make_book, [quota(365)], YEAR[:181], ramped=True, start_date="2026-01-01")
    assert carried == pytest.approx(90)


def test_quotas_of_other_measures_are_no_revenue_quota(make_book):
    quotas = [quota(100, measure="Revenue"), quota(40, measure="meetings")]
    assert of_one_rep(make_book, quotas) == pytest.approx(100)
    frame = pd.DataFrame({"measure": ["revenue", None, "margin"]})
    assert of_revenue(frame).tolist() == [True, True, False]


@pytest.mark.parametrize("quotas", [[], [quota(100, "2025-01-01", "2025-12-31")]])
def test_without_a_quota_of_those_days_it_is_unknown_and_not_zero(make_book, quotas):
    assert np.isnan(of_one_rep(make_book, quotas))


def test_won_deals_count_on_both_end_days_and_others_never(make_book):
    closed = ["2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01"]
    deals = [{"status": "won", "close_date": day} for day in closed]
    deals += [{"status": "lost", "close_date": "2026-05-01"}, {"close_date": "2026-05-01"}]
    won = won_between(
        make_book([M1], deals).deals, pd.Timestamp(2026, 4, 1), pd.Timestamp(2026, 6, 30)
    )
    assert won["opportunity_id"].tolist() == ["d2", "d3"]
