from __future__ import annotations

import pandas as pd
import pytest

from salesgap.measures.activities import (
    ACTIVITY_DAYS,
    activity_counts,
    activity_levels,
    activity_window,
    folded,
    weeks_in_seat,
)
from salesgap.measures.seats import seats

AS_OF = pd.Timestamp(2026, 6, 30)
WEEKS = ACTIVITY_DAYS / 7
LATE = {"opportunity_id": "late", "created_date": "2026-01-05", "late_date": "2026-06-10"}


def log(person, day, kind="call", deal=None):
    return {"person_id": person, "date": f"2026-{day}", "kind": kind, "opportunity_id": deal}


def reps_of(book, attaining):
    people = book.people[["person_id", "role"]]
    return people.assign(attaining=people["person_id"].isin(attaining))


def levels(book, attaining, *, phases=True):
    return activity_levels(book, seats(book, 6), reps_of(book, attaining), AS_OF, phases=phases)


def crowd(make_book, size, activities=(), **tables):
    people = [{"person_id": f"r{i}"} for i in range(size)]
    each = [log(f"r{i}", "06-20", "call", "late") for i in range(size)]
    return make_book(people, [LATE], activities=[*each, *activities], **tables)


def test_activities_count_in_the_phase_of_that_day_and_prospecting_as_early(make_book):
    rows = [
        log("r1", "06-09", deal="late"),
        log("r1", "06-10", deal="late"),
        log("r1", "06-11"),
        log("r1", "06-12", deal="of another team"),
        log("r1", "03-31"),
    ]
    book = make_book([{"person_id": "r1"}], [LATE], activities=rows)
    assert activity_counts(book, activity_window(AS_OF)) == {
        ("r1", "call", None): 4,
        ("r1", "call", "early"): 2,
        ("r1", "call", "late"): 1,
    }


def test_weeks_in_seat_are_those_of_the_window_only(make_book):
    people = [{"person_id": "old"}, {"person_id": "new", "start_date": "2026-06-16"}]
    weeks = weeks_in_seat(seats(make_book(people), 6), activity_window(AS_OF))
    assert weeks == pytest.approx({"old": WEEKS, "new": 2.0})


def test_a_target_is_what_the_attaining_reps_of_the_role_do_a_week(make_book):
    extra = [log("r0", "06-21"), log("r5", "06-21", "meeting"), log("r6", "06-21", "meeting")]
    book = crowd(make_book, 7, extra)
    found = levels(book, [f"r{i}" for i in range(5)])
    assert [(a.role, a.kind, a.phase, a.reps) for a in found] == [
        ("rep", "call", None, 5),
        ("rep", "call", "early", 5),
        ("rep", "call", "late", 5),
    ]
    rates = [a.a_week * 5 * WEEKS for a in found]
    assert rates == pytest.approx([6, 1, 5])


def test_fewer_than_five_attaining_reps_tell_no_target(make_book):
    assert levels(crowd(make_book, 7), [f"r{i}" for i in range(4)]) == ()


def test_who_logs_nothing_is_not_counted_as_doing_nothing(make_book):
    book = crowd(make_book, 5)
    silent = book.people.tail(1).assign(person_id="silent")
    people = pd.concat([book.people, silent], ignore_index=True)
    everybody = people[["person_id", "role"]].assign(attaining=True)
    found = activity_levels(book, seats(book, 6), everybody, AS_OF, phases=True)
    assert {a.reps for a in found} == {5}


@pytest.mark.parametrize(("phases", "deal"), [(False, "late"), (True, None)])
def test_without_phases_or_deals_on_the_log_there_are_only_totals(make_book, phases, deal):
    people = [{"person_id": f"r{i}"} for i in range(5)]
    rows = [log(f"r{i}", "06-20", deal=deal) for i in range(5)]
    book = make_book(people, [LATE], activities=rows)
    found = levels(book, [f"r{i}" for i in range(5)], phases=phases)
    assert [(a.phase, a.a_week) for a in found] == [(None, pytest.approx(1 / WEEKS))]


def test_without_activities_there_are_no_targets(make_book):
    book = make_book([{"person_id": f"r{i}"} for i in range(9)], [LATE])
    assert levels(book, [f"r{i}" for i in range(9)]) == ()


def test_spellings_of_one_kind_are_counted_together_and_told_as_the_commonest(make_book):
    spelt = ["Calls", " call", "CALLS", "calls ", "call"]
    rows = [log(f"r{i}", "06-20", kind) for i, kind in enumerate(spelt)]
    book = make_book([{"person_id": f"r{i}"} for i in range(5)], [LATE], activities=rows)
    (found,) = levels(book, [f"r{i}" for i in range(5)], phases=False)
    assert (found.kind, found.a_week) == ("calls", pytest.approx(1 / WEEKS))
    assert {kind for _, kind, _ in activity_counts(book, activity_window(AS_OF))} == {"call"}


def test_a_word_that_ends_in_a_double_s_is_no_plural():
    assert folded("Press") == "press"
    assert folded("Business  Lunch") == "business lunch"
