from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salesgap.measures.seats import (
    DAYS_PER_MONTH,
    Window,
    active,
    filled_months,
    peer_groups,
    planned_seats,
    presence,
    ramp_share,
    ramped_months,
    seats,
    trailing_window,
)

YEAR = Window(pd.Timestamp(2025, 6, 30), pd.Timestamp(2026, 6, 30))
M1 = {"person_id": "m1", "manager_id": None, "role": "manager"}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def test_managers_hold_no_seat_and_reps_hold_one(make_book):
    table = seats(make_book([M1, {"person_id": "r1"}, {"person_id": "r2"}]), 6)
    assert table[["person_id", "manager_id"]].to_numpy().tolist() == [["r1", "m1"], ["r2", "m1"]]


def test_a_rep_is_ramped_so_many_months_after_the_first_day(make_book):
    table = seats(make_book([M1, {"person_id": "r1", "start_date": "2026-01-15"}]), 6)
    assert table["ramped"].tolist() == [day("2026-07-15")]


def test_a_rep_without_a_first_day_is_long_ramped(make_book):
    book = make_book([M1, {"person_id": "r1", "start_date": None}], [{"owner_id": "r1"}])
    assert ramped_months(seats(book, 6), YEAR).tolist() == [pytest.approx(YEAR.months)]


def test_somebody_with_neither_a_first_day_nor_a_deal_counts_no_month(make_book):
    table = seats(make_book([M1, {"person_id": "r1", "start_date": None}]), 6)
    assert ramped_months(table, YEAR).tolist() == [0.0]


def test_team_history_gives_a_seat_with_each_manager(make_book):
    book = make_book(
        [M1, {"person_id": "m2", "manager_id": None}, {"person_id": "r1"}, {"person_id": "r2"}],
        team_history=[
            {
                "person_id": "r1",
                "manager_id": "m2",
                "start_date": "2020-01-01",
                "end_date": "2026-03-31",
            },
            {"person_id": "r1", "manager_id": "m1", "start_date": "2026-03-31"},
        ],
    )
    table = seats(book, 6).sort_values(["person_id", "start"])
    assert table["manager_id"].tolist() == ["m2", "m1", "m1"]
    assert active(table, day("2026-03-30")).tolist() == [True, False, True]
    assert active(table, day("2026-03-31")).tolist() == [False, True, True]


def test_months_count_only_while_filled_and_only_once_ramped(make_book):
    people = [
        M1,
        {"person_id": "stays"},
        {"person_id": "leaver", "end_date": "2025-12-30"},
        {"person_id": "starter", "start_date": "2026-01-01"},
    ]
    table = seats(make_book(people), 3)
    days = ramped_months(table, YEAR) * DAYS_PER_MONTH
    assert days.tolist() == pytest.approx([365, 183, (YEAR.end - day("2026-04-01")).days])
    assert filled_months(table, YEAR).iloc[2] * DAYS_PER_MONTH == pytest.approx(180)


def test_somebody_who_left_before_the_window_counts_nothing(make_book):
    table = seats(make_book([M1, {"person_id": "r1", "end_date": "2025-01-01"}]), 6)
    assert filled_months(table, YEAR).tolist() == [0.0]


def test_planned_seats_are_the_most_ever_filled_at_once(make_book):
    people = [
        M1,
        {"person_id": "r1"},
        {"person_id": "r2", "end_date": "2025-11-01"},
        {"person_id": "r3", "start_date": "2025-12-01"},
        {"person_id": "r4", "start_date": "2026-01-01"},
    ]
    assert planned_seats(seats(make_book(people), 0), YEAR).tolist() == [3]


def test_productivity_grows_evenly_over_the_ramp(make_book):
    table = seats(make_book([M1, {"person_id": "r1", "start_date": "2026-01-01"}]), 6)
    days = pd.DatetimeIndex(["2025-12-31", "2026-01-01", "2026-04-01", "2026-07-01", "2026-12-31"])
    assert ramp_share(table, days)[0].tolist() == pytest.approx([0, 0, 90 / 181, 1, 1])


def test_without_a_ramp_the_first_day_counts_in_full(make_book):
    table = seats(make_book([M1, {"person_id": "r1", "start_date": "2026-01-01"}]), 0)
    assert ramp_share(table, pd.DatetimeIndex(["2025-12-31", "2026-01-01"]))[0].tolist() == [0, 1]


def test_a_change_of_manager_does_not_start_the_ramp_again(make_book):
    moves = [
        {
            "person_id": "r1",
            "manager_id": "m2",
            "start_date": "2026-01-01",
            "end_date": "2026-04-01",
        },
        {"person_id": "r1", "manager_id": "m1", "start_date": "2026-04-01"},
    ]
    people = [
        M1,
        {"person_id": "m2", "manager_id": None, "role": "manager"},
        {"person_id": "r1", "start_date": "2026-01-01"},
        {"person_id": "r2", "manager_id": "m2"},
    ]
    table = seats(make_book(people, team_history=moves), 6)
    own = table[table["person_id"] == "r1"].sort_values("start")
    shares = ramp_share(own, pd.DatetimeIndex(["2026-03-31", "2026-04-01"]))
    np.testing.assert_allclose(shares, [[89 / 181, 0], [0, 90 / 181]])


def test_a_seat_is_present_from_its_first_day_until_its_end(make_book):
    people = [M1, {"person_id": "r1", "start_date": "2026-02-01", "end_date": "2026-02-03"}]
    days = pd.date_range("2026-01-31", "2026-02-04")
    assert presence(seats(make_book(people), 6), days)[0].tolist() == [0, 1, 1, 0, 0]


def test_the_window_leaves_out_its_first_day_and_holds_its_last():
    dates = pd.Series(
        pd.to_datetime(["2025-06-30", "2025-07-01", "2026-06-30", "2026-07-01", None])
    )
    assert YEAR.holds(dates).tolist() == [False, True, True, False, False]


def test_the_window_reaches_no_further_back_than_the_deals(make_book):
    book = make_book([M1], [{"created_date": "2026-03-01"}])
    assert trailing_window(book, day("2026-06-30"), 12).start == day("2026-02-28")
    assert trailing_window(book, day("2026-06-30"), 3).start == day("2026-03-30")


def frame_of(*groups: tuple[str, str, int, int]) -> pd.DataFrame:
    """Seats of (role, segment, teams, reps a team)."""
    return pd.DataFrame(
        [
            {
                "role": role,
                "segment": segment,
                "manager_id": f"m{team}",
                "person_id": f"{role}{segment}{team}-{rep}",
            }
            for role, segment, teams, reps in groups
            for team in range(teams)
            for rep in range(reps)
        ]
    )


def test_a_large_group_is_compared_within_role_and_segment():
    assert set(peer_groups(frame_of(("AE", "SMB", 4, 3)))) == {"AE · SMB"}


def test_small_segments_of_a_role_are_pooled_beside_its_large_ones():
    table = frame_of(("AE", "SMB", 4, 3), ("AE", "Mid", 4, 2), ("AE", "Large", 2, 3))
    groups = peer_groups(table).groupby(table["segment"]).unique()
    assert {name: list(group) for name, group in groups.items()} == {
        "SMB": ["AE · SMB"],
        "Mid": ["AE"],
        "Large": ["AE"],
    }


def test_a_small_role_is_not_compared_with_another():
    table = frame_of(("AE", "SMB", 4, 3), ("SDR", "SMB", 4, 2))
    assert set(peer_groups(table)[table["role"] == "SDR"]) == {"SDR"}
