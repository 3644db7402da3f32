from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesgap.coaching.past_and_future import quarters_by_rep, skills_by_rep
from salesgap.crm.tables import TABLES, conform

STARTS = (date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1))
YEAR = {"person_id": "r1", "period_start": "2026-01-01", "period_end": "2026-12-31"}


def won(day, amount=100.0, owner="r1"):
    return {
        "owner_id": owner,
        "status": "won",
        "created_date": "2025-01-05",
        "close_date": day,
        "amount": amount,
    }


def score(item, day, points, who="r1"):
    return {"person_id": who, "item": item, "date": day, "score": points}


def test_the_last_three_quarters_and_the_one_under_way_with_what_was_won_and_the_quota(small_team):
    deals = [won("2025-06-30"), won("2025-07-01"), won("2026-03-31", 40.0), won("2026-04-01", 7.0)]
    quotas = [YEAR | {"amount": 36_500.0}]
    found = quarters_by_rep(small_team(deals=deals, tables={"quotas": quotas}))["r1"]
    assert [(q.quarter, q.start) for q in found] == list(
        zip(("Q3", "Q4", "Q1", "Q2"), STARTS, strict=True)
    )
    assert [(q.won, q.won_deals) for q in found] == [(100, 1), (0, 0), (40, 1), (7, 1)]
    assert [q.quota for q in found] == [None, None, 9_000.0, 9_100.0]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dates(date(2025, 7, 1), date(2026, 6, 30)), max_size=6))
def test_the_quarters_add_up_to_what_was_won_in_the_twelve_months(small_team, days):
    deals = [won(str(day), 10.0) for day in days] or [{}]
    found = quarters_by_rep(small_team(deals=deals))["r1"]
    assert sum(q.won for q in found) == 10.0 * len(days)
    assert sum(q.won_deals for q in found) == len(days)


@pytest.mark.parametrize(("start", "shown"), [("2025-12-31", 3), ("2026-01-01", 2)])
def test_quarters_before_the_rep_joined_are_left_out(small_team, start, shown):
    team = small_team(deals=[won("2026-06-01")])
    joined = team.seats.assign(start=pd.Timestamp(start))
    assert len(quarters_by_rep(replace(team, seats=joined))["r1"]) == shown


def test_quarters_that_the_deals_do_not_reach_back_to_are_left_out(small_team, make_benchmarks):
    deals = [{"created_date": "2026-02-01"}]
    short = make_benchmarks(window_months=4.9)
    assert [
        q.quarter for q in quarters_by_rep(small_team(deals=deals, benchmarks=short))["r1"]
    ] == ["Q2"]
    fresh = make_benchmarks(window_months=0.5)
    recent = [{"created_date": "2026-06-15"}]
    assert quarters_by_rep(small_team(deals=recent, benchmarks=fresh)) == {}


def test_skills_are_as_last_assessed_with_the_score_before_and_the_lowest_first():
    rows = [
        score("Closing", "2026-06-30", 3.0),
        score("Prospecting", "2026-03-31", 2.0),
        score("Prospecting", "2026-06-30", 2.5),
        score("Prospecting", "2025-12-31", 4.0),
        score("Closing", "2026-06-30", 5.0, who="r2"),
    ]
    found = skills_by_rep(conform(TABLES["assessments"], pd.DataFrame(rows)))
    assert [(s.item, s.score, s.before, s.on) for s in found["r1"]] == [
        ("Prospecting", 2.5, 2.0, date(2026, 6, 30)),
        ("Closing", 3.0, None, date(2026, 6, 30)),
    ]
    assert [s.score for s in found["r2"]] == [5.0]


def test_without_assessments_there_are_no_skills():
    assert skills_by_rep(conform(TABLES["assessments"], pd.DataFrame())) == {}
