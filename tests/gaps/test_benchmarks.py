"""The season of creation, and what the other teams win."""

from __future__ import annotations

import pandas as pd
import pytest

from salesgap.gaps.benchmarks import compute, revenue_of_others
from salesgap.measures.drivers import seat_statistics
from salesgap.measures.seats import Window, peer_groups, seats, trailing_window

AS_OF = pd.Timestamp("2026-06-30")
EVEN = (1.0,) * 12


@pytest.fixture
def season(make_book, run_params):
    """The season of two deals a day since ``first``, four a day in March."""

    def of(first: str) -> tuple[float, ...]:
        days = [
            day.isoformat()[:10]
            for day in pd.date_range(first, AS_OF)
            for _ in range(4 if day.month == 3 else 2)
        ]
        book = make_book(
            people=[{"person_id": "m1", "manager_id": None}, {"person_id": "r1"}],
            deals=[{"created_date": day} for day in days],
        )
        table = seats(book, 6)
        window = trailing_window(book, AS_OF, 18)
        table = table.assign(group=peer_groups(table))
        rows = seat_statistics(book, table, window, phases=True)
        return compute(book, table, rows, {}, window, run_params()).season

    return of


def test_a_month_in_which_twice_as_much_is_created_has_twice_the_season(season):
    found = season("2025-01-01")
    assert found[2] == max(found)
    assert found[2] / found[0] == pytest.approx(2.0)


def test_no_season_is_read_off_the_first_months_of_an_export(season):
    assert season("2025-04-15") == EVEN
    assert season("2025-03-15") != EVEN


def test_less_than_a_year_has_no_season(season):
    assert season("2025-09-01") == EVEN


def test_what_a_team_wins_itself_does_not_raise_its_peers(make_book):
    won = {"status": "won", "close_date": "2026-03-01"}
    deals = [
        won | {"owner_id": f"r{team}", "manager_id": f"m{team}"}
        for team, count in ((1, 60), (2, 12), (3, 24))
        for _ in range(count)
    ]
    people = [{"person_id": f"m{team}", "manager_id": None} for team in (1, 2, 3)]
    people += [{"person_id": f"r{team}", "manager_id": f"m{team}"} for team in (1, 2, 3)]
    book = make_book(people, deals)
    table = seats(book, 6)
    table = table.assign(group=peer_groups(table))
    window = Window(AS_OF - pd.DateOffset(years=1), AS_OF)
    (group,) = table["group"].unique()
    found = {m: rates[group] for m, rates in revenue_of_others(book, table, window).items()}
    months = window.months
    assert found == pytest.approx(
        {"m1": 3600 / 2 / months, "m2": 8400 / 2 / months, "m3": 7200 / 2 / months}
    )


def test_a_group_that_no_other_team_has_has_no_others(make_book):
    people = [{"person_id": "m1", "manager_id": None}, {"person_id": "r1"}]
    book = make_book(people, [{"status": "won", "close_date": "2026-03-01"}])
    table = seats(book, 6)
    table = table.assign(group=peer_groups(table))
    assert revenue_of_others(book, table, Window(AS_OF - pd.DateOffset(years=1), AS_OF)) == {}
