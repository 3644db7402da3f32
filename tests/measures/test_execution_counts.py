"""Counts of how execution is run, on small books."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.measures.execution import execution
from salesgap.measures.seats import seats

AS_OF = pd.Timestamp(2026, 6, 30)
PEOPLE = [
    {"person_id": "m1", "manager_id": None},
    {"person_id": "m2", "manager_id": None},
    {"person_id": "r1"},
    {"person_id": "r2"},
    {"person_id": "r3", "manager_id": "m2"},
]
SOUND = {
    "close_date": "2026-07-31",
    "next_step": "call",
    "last_activity_date": "2026-06-20",
}


@pytest.fixture(scope="session")
def counted(make_book):
    """``counted(measure, deals=…, …)``: by manager, total, base and count."""

    def make(measure, people=PEOPLE, deals=(), **tables):
        book = make_book(people, deals, **tables)
        rows = execution(book, seats(book, 6), AS_OF, 12)
        mine = rows[rows["measure"] == measure].set_index("manager_id")
        return {str(m): tuple(row) for m, row in mine[["total", "base", "count"]].iterrows()}

    return make


def test_a_book_that_tells_nothing_has_no_measure(make_book):
    book = make_book(PEOPLE)
    assert execution(book, seats(book, 6), AS_OF, 12).empty


# ── joint calls ───────────────────────────────────────────────────────────────────────────


def activity(**changed):
    usual = {"person_id": "r1", "kind": "meeting", "date": "2026-06-01", "with_manager": True}
    return usual | changed


def test_joint_calls_are_counted_for_the_reps_months_in_seat(counted):
    log = [activity(), activity(with_manager=False), activity(person_id="m1")]
    found = counted("joint_calls", activities=log)
    three_months = 90 / (365.25 / 12)
    assert found["m1"] == (1, pytest.approx(2 * three_months), 1)
    assert found["m2"] == (0, pytest.approx(three_months), 0)


@pytest.mark.parametrize(("day", "joint"), [("2026-04-01", 0), ("2026-04-02", 1)])
def test_joint_calls_are_those_of_the_last_ninety_days(counted, day, joint):
    log = [activity(date=day), activity(with_manager=False)]
    assert counted("joint_calls", activities=log)["m1"][0] == joint


def test_a_joint_call_counts_for_the_manager_of_the_day(counted):
    moves = [
        {"person_id": "r1", "manager_id": "m2", "start_date": "2020-01-01"}
        | {"end_date": "2026-06-09"},
        {"person_id": "r1", "manager_id": "m1", "start_date": "2026-06-10"},
    ]
    found = counted("joint_calls", activities=[activity()], team_history=moves)
    assert (found["m1"][0], found["m2"][0]) == (0, 1)


def test_where_no_activity_says_who_was_along_joint_calls_are_not_told(counted):
    assert counted("joint_calls", activities=[activity(with_manager=None)]) == {}


# ── deals in order ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "lacking",
    [
        {"close_date": "2026-06-29"},
        {"close_date": None},
        {"next_step": None},
        {"amount_source": "list price"},
        {"last_activity_date": "2026-05-30"},
        {"last_activity_date": None},
    ],
)
def test_a_deal_that_lacks_one_thing_is_not_in_order(counted, lacking):
    deals = [SOUND, SOUND | lacking, SOUND | {"owner_id": "r3", "manager_id": "m2"}]
    found = counted("crm_hygiene", deals=deals)
    assert found == {"m1": (1, 2, 2), "m2": (1, 1, 1)}


def test_a_deal_touched_thirty_days_ago_and_due_today_is_in_order(counted):
    edge = SOUND | {"last_activity_date": "2026-05-31", "close_date": "2026-06-30"}
    assert counted("crm_hygiene", deals=[edge]) == {"m1": (1, 1, 1)}


def test_what_the_export_never_tells_is_nobodys_fault(counted):
    untold = {**SOUND, "next_step": None, "last_activity_date": None}
    assert counted("crm_hygiene", deals=[untold]) == {"m1": (1, 1, 1)}
    nothing = {"amount": None, "amount_source": "unknown"}
    assert counted("crm_hygiene", deals=[nothing]) == {}


def test_closed_deals_are_out_of_order_no_more(counted):
    lost = {"status": "lost", "close_date": "2026-05-01"}
    assert counted("crm_hygiene", deals=[SOUND, lost])["m1"] == (1, 1, 1)


# ── fields filled in ──────────────────────────────────────────────────────────────────────

FULL = {"close_date": "2026-07-31", "product": "A", "margin": 0.5}


def test_fields_are_counted_of_open_deals_and_of_those_won_in_the_window(counted):
    deals = [
        FULL,
        FULL | {"product": None, "margin": None},
        FULL | {"status": "won", "close_date": "2025-07-01", "margin": None},
        FULL | {"status": "won", "close_date": "2025-06-30", "margin": None},
        FULL | {"status": "lost", "close_date": "2026-06-01", "margin": None},
    ]
    assert counted("metrics_complete", deals=deals) == {"m1": (9, 12, 3)}


def test_an_amount_from_the_price_list_is_not_filled_in(counted):
    deals = [FULL, FULL | {"amount_source": "list price"}]
    assert counted("metrics_complete", deals=deals) == {"m1": (7, 8, 2)}


@pytest.mark.parametrize("without", [{"close_date": None}, {"amount_source": "list price"}])
def test_where_no_open_deal_has_an_amount_or_a_date_completeness_is_not_told(counted, without):
    assert counted("metrics_complete", deals=[FULL | without]) == {}


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=8))
def test_what_is_filled_and_what_is_not_are_all_the_fields(counted, filled):
    deals = [
        FULL | {"product": "A" if product else None, "margin": 0.5 if margin else None}
        for product, margin in filled
    ]
    total, base, count = counted("metrics_complete", deals=[FULL, *deals])["m1"]
    empty = sum(not told for row in filled for told in row)
    assert (total + empty, count) == (base, len(deals) + 1)


# ── follow-through, leavers ───────────────────────────────────────────────────────────────


def commitment(status, due="2026-06-30"):
    return {
        "manager_id": "m1",
        "gap": "capacity",
        "action": "a",
        "due_date": due,
        "status": status,
    }


def test_of_what_fell_due_the_part_that_is_done_is_counted(counted):
    rows = [
        *(commitment("Done"), commitment("open"), commitment("dropped")),
        *(commitment("done", "2026-07-01"), commitment("done", "2025-06-30")),
    ]
    assert counted("commitments_done", commitments=rows) == {"m1": (1, 3, 3)}


def test_who_left_within_a_year_counts_for_their_last_manager(counted):
    gone = [
        {"person_id": "r4", "end_date": "2026-06-30"},
        {"person_id": "r5", "end_date": "2025-07-01"},
        {"person_id": "r6", "end_date": "2025-06-30"},
    ]
    found = counted("leavers", [*PEOPLE, *gone])
    assert (found["m1"][0], found["m2"][0]) == (2, 0)
    assert found["m2"][1] == pytest.approx(12, abs=0.02)


def test_where_nobody_ever_left_the_export_does_not_tell_leavers(counted):
    assert counted("leavers") == {}
