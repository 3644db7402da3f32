from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salesgap.measures.drivers import (
    FORMER,
    TEAM,
    drivers_with,
    has_phases,
    seat_statistics,
    team_totals,
)
from salesgap.measures.seats import DAYS_PER_MONTH, Window, peer_groups, seats

WINDOW = Window(pd.Timestamp(2025, 6, 30), pd.Timestamp(2026, 6, 30))
M1 = {"person_id": "m1", "manager_id": None}
R1 = {"person_id": "r1"}


def grouped_seats(book, ramp_months=0):
    """The seats, each with its like-for-like group."""
    table = seats(book, ramp_months)
    return table.assign(group=peer_groups(table))


def rows(book, driver, ramp_months=0):
    """``{seat: (total, base)}`` of a driver."""
    table = grouped_seats(book, ramp_months)
    found = seat_statistics(book, table, WINDOW, phases=has_phases(book.deals))
    own = found[found["driver"] == driver]
    return dict(zip(own["seat"], zip(own["total"], own["base"], strict=True), strict=True))


def won(**changed):
    return {"status": "won", "created_date": "2025-09-01", "close_date": "2026-01-01"} | changed


def lost(**changed):
    return won(status="lost") | changed


def test_creation_counts_the_windows_last_day_and_not_its_first(make_book):
    days = ["2025-06-30", "2025-07-01", "2026-06-30"]
    book = make_book([M1, R1], [{"created_date": day} for day in days])
    assert rows(book, "pipeline_creation") == {"r1": (2, pytest.approx(WINDOW.months))}


def test_a_teams_totals_are_the_sums_of_its_seats(make_book):
    deals = [won(), lost(), won(owner_id="r2", amount=500.0), won(created_date="2024-01-01")]
    book = make_book([M1, R1, {"person_id": "r2", "start_date": "2026-02-01"}], deals)
    table = grouped_seats(book, 6)
    found = seat_statistics(book, table, WINDOW, phases=True).groupby("driver")[["total", "base"]]
    totals = team_totals(book, table, WINDOW, phases=True)
    assert totals.keys() == found.groups.keys()
    for driver, own in found:
        assert totals[driver] == pytest.approx((own["total"].sum(), own["base"].sum()))


def test_a_rep_who_created_nothing_counts_with_their_months(make_book):
    book = make_book([M1, R1, {"person_id": "r2"}], [{"created_date": "2026-01-01"}])
    assert rows(book, "pipeline_creation")["r2"] == (0, pytest.approx(WINDOW.months))


def test_deals_of_the_ramp_are_left_out_with_its_months(make_book):
    rep = R1 | {"start_date": "2025-10-01"}
    deals = [{"created_date": "2025-11-01"}, {"created_date": "2026-05-01"}]
    deals += [won(created_date="2025-10-15"), won(created_date="2026-04-02")]
    book = make_book([M1, rep], deals)
    total, base = rows(book, "pipeline_creation", 6)["r1"]
    assert total == 2
    assert base * DAYS_PER_MONTH == pytest.approx((WINDOW.end - pd.Timestamp(2026, 4, 1)).days)
    assert rows(book, "conversion_late", 6)["r1"] == (1, 1)


def test_deals_inherited_from_a_predecessor_go_to_the_former_seats(make_book):
    rep = R1 | {"start_date": "2026-01-01"}
    deals = [
        won(created_date="2025-10-01", close_date="2026-03-01"),
        won(created_date="2026-02-01", close_date="2026-03-01"),
    ]
    left = R1 | {"person_id": "r0", "end_date": "2025-12-31"}
    book = make_book([M1, rep, left], deals)
    assert rows(book, "conversion_late") == {FORMER: (1, 1), "r1": (1, 1)}


def test_deals_older_than_a_first_day_are_the_reps_own_where_nobody_left_to_hand_them_over(
    make_book,
):
    rep = R1 | {"start_date": "2026-01-01"}
    deals = [won(created_date="2025-10-01", close_date="2026-03-01")]
    assert rows(make_book([M1, rep], deals), "conversion_late") == {"r1": (1, 1)}


def test_people_who_left_are_one_row_of_former_seats(make_book):
    gone = {"end_date": "2026-01-01"}
    people = [M1, R1, {"person_id": "r2", **gone}, {"person_id": "r3", **gone}]
    deals = [won(created_date="2025-08-01", owner_id=owner) for owner in ("r1", "r2", "r3")]
    assert rows(make_book(people, deals), "conversion_late") == {FORMER: (2, 2), "r1": (1, 1)}


def test_creation_is_that_of_the_seats_filled_now(make_book):
    gone = R1 | {"person_id": "r2", "end_date": "2026-01-01"}
    deals = [{"created_date": "2025-08-01", "owner_id": owner} for owner in ("r1", "r2")]
    found = rows(make_book([M1, R1, gone], deals), "pipeline_creation")
    assert {seat: total for seat, (total, _) in found.items()} == {"r1": 1}


def test_a_deal_belongs_to_the_team_it_was_created_in(make_book):
    people = [
        M1,
        {"person_id": "m2", "manager_id": None},
        R1,
        {"person_id": "r2", "manager_id": "m2"},
    ]
    moves = [
        {
            "person_id": "r1",
            "manager_id": "m2",
            "start_date": "2020-01-01",
            "end_date": "2026-01-01",
        },
        {"person_id": "r1", "manager_id": "m1", "start_date": "2026-01-01"},
    ]
    deals = [
        {"created_date": "2025-10-01", "manager_id": "m2"},
        {"created_date": "2026-02-01", "manager_id": "m1"},
    ]
    book = make_book(people, deals, team_history=moves)
    found = seat_statistics(book, grouped_seats(book), WINDOW, phases=has_phases(book.deals))
    creation = found[found["driver"] == "pipeline_creation"].set_index(["manager_id", "seat"])
    assert creation["total"].to_dict() == {("m1", "r1"): 1, ("m2", "r2"): 0}


def test_a_managers_own_deals_are_nobodys_seat(make_book):
    book = make_book([M1, R1], [won(owner_id="m1"), won()])
    assert rows(book, "conversion_late") == {"r1": (1, 1)}


def test_open_deals_are_neither_passed_nor_lost(make_book):
    deals = [won(), lost(), {}, {"late_date": "2026-03-01"}]
    found = make_book([M1, R1], deals)
    assert rows(found, "conversion_early") == {"r1": (2, 3)}
    assert rows(found, "conversion_late") == {"r1": (1, 1)}


def test_a_deal_lost_late_passed_the_early_phase(make_book):
    late = {"late_date": "2025-12-01", "reached_late": True}
    book = make_book([M1, R1], [lost(**late), lost(), won(late_date="2025-12-01")])
    assert rows(book, "conversion_early") == {"r1": (2, 3)}
    assert rows(book, "conversion_late") == {"r1": (1, 2)}


def test_a_phase_left_before_the_window_does_not_count_in_it(make_book):
    early = {"created_date": "2025-01-01"}
    deals = [won(**early, late_date="2025-06-30"), won(**early, close_date="2025-06-30"), won()]
    book = make_book([M1, R1], deals)
    assert rows(book, "conversion_early") == {"r1": (1, 1)}
    assert rows(book, "conversion_late") == {"r1": (2, 2)}


def test_without_known_phases_conversion_is_the_win_rate(make_book):
    unknown = {"reached_late": None, "late_date": None}
    book = make_book([M1, R1], [won(**unknown), lost(**unknown), lost(**unknown), {}])
    assert not has_phases(book.deals)
    assert drivers_with(False) == (
        "pipeline_creation",
        "conversion",
        "deal_size",
        "cycle_time",
        "capacity",
    )
    assert rows(book, "conversion") == {"r1": (1, 3)}
    assert rows(book, "conversion_late") == {}


def test_phases_are_known_if_they_are_of_four_in_five_closed_deals(make_book):
    unknown = lost(reached_late=None)
    assert has_phases(make_book([M1], [won()] * 4 + [unknown]).deals)
    assert not has_phases(make_book([M1], [won()] * 3 + [unknown]).deals)
    assert not has_phases(make_book([M1], [{}]).deals)


def test_size_and_cycle_are_means_of_logs_of_won_deals(make_book):
    deals = [
        won(amount=100.0, created_date="2025-12-22"),
        won(amount=400.0, created_date="2025-09-23"),
        won(amount=None, created_date="2026-01-01"),
        lost(amount=9.0),
    ]
    book = make_book([M1, R1], deals)
    assert rows(book, "deal_size") == {"r1": (pytest.approx(np.log(40_000)), 2)}
    assert rows(book, "cycle_time") == {"r1": (pytest.approx(np.log(10 * 100 * 1)), 3)}


def test_capacity_is_filled_against_planned_months_of_the_team(make_book):
    people = [M1, R1, {"person_id": "r2", "end_date": "2025-12-30"}]
    found = rows(make_book(people, [{"created_date": "2025-01-01"}]), "capacity")
    assert found.keys() == {TEAM}
    filled, planned = found[TEAM]
    assert filled * DAYS_PER_MONTH == pytest.approx(365 + 183)
    assert planned * DAYS_PER_MONTH == pytest.approx(2 * 365)


PROPOSED = {"late_date": "2025-12-01", "reached_late": True}


def told(book, driver):
    """``{seat: (told ÷ telling, telling)}`` of a driver."""
    found = seat_statistics(book, grouped_seats(book), WINDOW, phases=has_phases(book.deals))
    own = found[found["driver"] == driver].set_index("seat")
    shares = zip(own["told"] / own["telling"], own["telling"], strict=True)
    return dict(zip(own.index, shares, strict=True))


def test_lost_proposals_tell_of_deal_size_but_are_not_in_the_measure(make_book):
    rep2 = {"person_id": "r2", "manager_id": "m1"}
    deals = [
        maker(owner_id=owner, amount=amount * factor, **PROPOSED)
        for owner, factor in (("r1", 1.0), ("r2", 2.0))
        for maker in (won, lost)
        for amount in (100.0, 200.0, 400.0)
    ]
    book = make_book([M1, R1, rep2], deals)
    assert rows(book, "deal_size")["r1"] == (pytest.approx(3 * np.log(200.0)), 3)
    found = told(book, "deal_size")
    assert found["r1"] == (pytest.approx(np.log(200.0)), 6)
    assert found["r2"] == (pytest.approx(np.log(400.0)), 6)


def test_a_rep_who_loses_more_large_deals_is_no_larger_seller_for_it(make_book):
    rep2 = {"person_id": "r2", "manager_id": "m1"}
    deals = [won(owner_id=owner, amount=a) for owner in ("r1", "r2") for a in (100.0, 200.0)]
    deals += [lost(owner_id="r2", amount=a, **PROPOSED) for a in (1_000.0, 2_000.0) * 4]
    found = told(make_book([M1, R1, rep2], deals), "deal_size")
    assert found["r2"][0] == pytest.approx(found["r1"][0])
