from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.measures.calendar import days_like, past_quarters, quarter, quarters_ahead
from salesgap.measures.seats import Window


def spans(quarters):
    return [(q.name, q.start.date(), q.end.date()) for q in quarters]


def test_a_calendar_year_has_calendar_quarters(run_params):
    assert spans(quarters_ahead(run_params(as_of="2026-11-02"))) == [
        ("Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("Q1", date(2027, 1, 1), date(2027, 3, 31)),
        ("Q2", date(2027, 4, 1), date(2027, 6, 30)),
    ]


@given(month=st.integers(1, 12), as_of=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_the_first_quarter_ahead_holds_the_as_of_date_whenever_the_year_starts(
    month, as_of, run_params
):
    params = run_params(as_of=as_of, fiscal_year_start_month=month)
    first, second, third = quarters_ahead(params)
    assert first.start.date() <= as_of <= first.end.date()
    assert first.end + pd.Timedelta(days=1) == second.start
    assert second.end + pd.Timedelta(days=1) == third.start
    assert (first.start.month - month) % 3 == 0


@given(month=st.integers(1, 12), as_of=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_four_quarters_fill_the_fiscal_year(month, as_of, run_params):
    params = run_params(as_of=as_of, fiscal_year_start_month=month)
    start = pd.Timestamp(params.year_start)
    assert quarter(start, 0).start.date() == params.year_start
    assert quarter(start, 3).end.date() == params.year_end


@pytest.mark.parametrize(
    ("as_of", "name"), [("2024-06-16", "Q1"), ("2024-09-15", "Q1"), ("2024-09-16", "Q2")]
)
def test_a_year_that_ends_mid_month_has_quarters_that_do_too(run_params, as_of, name):
    params = run_params(as_of=as_of, fiscal_year_end="2025-06-15")
    assert quarters_ahead(params, 1)[0].name == name


def test_past_quarters_are_complete_and_lie_in_the_window(run_params):
    window = Window(pd.Timestamp(2025, 5, 15), pd.Timestamp(2026, 5, 15))
    assert spans(past_quarters(run_params(as_of="2026-05-15"), window)) == [
        ("Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("Q4", date(2025, 10, 1), date(2025, 12, 31)),
        ("Q3", date(2025, 7, 1), date(2025, 9, 30)),
    ]


def test_a_quarter_does_not_hold_a_missing_date():
    dates = pd.Series(pd.to_datetime(["2026-01-01", "2026-03-31", "2026-04-01", None]))
    assert quarter(pd.Timestamp(2026, 1, 1), 0).holds(dates).tolist() == [True, True, False, False]


@given(month=st.integers(1, 12), as_of=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_like_days_are_as_far_from_their_quarters_end(month, as_of, run_params):
    params = run_params(as_of=as_of, fiscal_year_start_month=month)
    day = pd.Timestamp(as_of)
    left = quarters_ahead(params, 1)[0].end - day
    found = days_like(day, params, day - pd.DateOffset(years=2), day)
    assert found[-1] == day
    assert len(found) in (8, 9)
    ends = {quarter(pd.Timestamp(params.year_start), number).end for number in range(-12, 5)}
    assert set(found + left) <= ends


def test_a_quarters_last_day_is_like_the_other_quarters_last_days(run_params):
    day = pd.Timestamp(2026, 6, 30)
    found = days_like(day, run_params(as_of="2026-06-30"), pd.Timestamp(2025, 9, 1), day)
    assert [str(d.date()) for d in found] == [
        "2025-09-30",
        "2025-12-31",
        "2026-03-31",
        "2026-06-30",
    ]
