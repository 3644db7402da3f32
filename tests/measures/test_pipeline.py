from __future__ import annotations

import pandas as pd
import pytest

from salesgap.measures.calendar import quarter
from salesgap.measures.pipeline import (
    due_yield,
    is_slow,
    late_share,
    net_new,
    open_deals,
    slow_days,
    slowest_won_days,
    stage_steps,
)

M1 = {"person_id": "m1", "manager_id": None}
Q2 = quarter(pd.Timestamp(2026, 1, 1), 1)


def change(deal, day, stage="Qualify", **after):
    return {"opportunity_id": deal, "changed_at": day, "stage": stage, **after}


def test_net_new_counts_what_was_created_since_whether_or_not_closed_since(make_book):
    deals = [
        {"created_date": "2026-06-02"},
        {"created_date": "2026-06-10", "status": "lost", "close_date": "2026-06-20"},
        {"created_date": "2026-06-03", "status": "won", "close_date": "2026-06-20"},
        {"created_date": "2026-06-30"},
    ]
    new = net_new(make_book([M1], deals).deals, pd.Timestamp(2026, 6, 2))
    assert new["opportunity_id"].tolist() == ["d2", "d3", "d4"]


def test_the_late_share_is_of_open_money_with_a_known_phase(make_book):
    late = {"late_date": "2026-02-01"}
    deals = [
        {"amount": 300.0},
        late | {"amount": 100.0},
        late | {"amount": None},
        late | {"amount": 600.0, "phase": None},
        late | {"amount": 900.0, "status": "lost", "close_date": "2026-03-01"},
    ]
    assert late_share(make_book([M1], deals).deals) == pytest.approx(0.25)
    assert late_share(make_book([M1], [{"amount": None}]).deals) is None


def test_the_slowest_won_deal_is_of_won_ones_only(make_book):
    deals = [
        {"created_date": "2025-01-01", "status": "lost", "close_date": "2026-03-01"},
        {"created_date": "2026-01-01", "status": "won", "close_date": "2026-01-31"},
    ]
    assert slowest_won_days(make_book([M1], deals).deals) == 30
    assert slowest_won_days(make_book([M1], [{}]).deals) is None


def test_a_step_ends_where_the_next_stage_begins_and_repeats_are_one_step(make_book):
    history = [
        change("d1", "2026-01-01"),
        change("d1", "2026-01-05", amount=5.0),
        change("d1", "2026-01-11", "Propose"),
        change("d2", "2026-02-01", "Propose"),
    ]
    steps = stage_steps(make_book([M1], stage_history=history).stage_history)
    days = (steps["until"] - steps["since"]).dt.days
    assert steps["stage"].tolist() == ["Qualify", "Propose", "Propose"]
    assert days.tolist()[0] == 10
    assert days.isna().tolist() == [False, True, True]


def test_slow_is_longer_than_nine_in_ten_won_deals_took(make_book):
    deals = [{"status": "won", "close_date": "2026-06-01"} for _ in range(11)]
    deals += [{"status": "lost", "close_date": "2026-06-01"}]
    history = [change(f"d{n}", "2026-01-01") for n in range(1, 13)]
    history += [change(f"d{n}", f"2026-01-{1 + n:02}", "Propose") for n in range(1, 12)]
    history += [change("d12", "2026-05-30", "Propose")]
    book = make_book([M1], deals, stage_history=history)
    assert slow_days(book.deals, book.stage_history) == {"Qualify": pytest.approx(10.0)}


def test_a_deal_is_slow_past_the_limit_of_its_stage_and_never_where_that_is_unknown(make_book):
    since = ["2026-06-20", "2026-06-19", None, "2020-01-01"]
    stages = ["Qualify", "Qualify", "Qualify", "Propose"]
    deals = [{"stage_date": day, "stage": stage} for day, stage in zip(since, stages, strict=True)]
    opened = open_deals(make_book([M1], deals).deals)
    slow = is_slow(opened, {"Qualify": 10.0}, pd.Timestamp(2026, 6, 30))
    assert slow.tolist() == [False, True, False, False]


@pytest.fixture
def yields(make_book):
    """Of a quarter's deals, by how they stood when it began: due then, due later, closed before."""
    due, later = {"close_date": "2026-05-31"}, {"close_date": "2026-08-31"}
    deals = [
        {"status": "won", "close_date": "2026-06-10", "amount": 130.0},  # due, won in it
        {"status": "won", "close_date": "2026-08-01"},  # due, won after it
        {"status": "lost", "close_date": "2026-04-01"},  # due, lost in it
        {"close_date": "2026-12-01"},  # due, still open
        {"status": "won", "close_date": "2026-05-01"},  # expected later, won in it
        {"status": "won", "close_date": "2026-03-31"},  # closed before it
        {"status": "won", "close_date": "2026-05-01", "created_date": "2026-04-02"},  # newer
    ]
    history = [change(f"d{n}", "2026-02-01", amount=100.0, **due) for n in (1, 2, 3, 4, 6)]
    history += [change("d5", "2026-02-01", amount=100.0, **later)]
    history += [change("d1", "2026-04-01", amount=130.0, close_date="2026-06-10")]
    history += [change("d7", "2026-04-02", amount=100.0, **due)]
    return lambda: due_yield(make_book([M1], deals, stage_history=history), [Q2])


def test_the_yield_is_the_part_of_pipeline_due_at_the_quarters_start_that_it_won(yields):
    found = yields()
    assert (found.due, found.won, found.deals) == (400.0, 100.0, 4)
    assert found.share == pytest.approx(0.25)


def test_without_stage_history_there_is_no_yield(make_book):
    won = {"status": "won", "close_date": "2026-05-01"}
    assert due_yield(make_book([M1], [won]), [Q2]) is None
    assert due_yield(make_book([M1], [won]), []) is None
