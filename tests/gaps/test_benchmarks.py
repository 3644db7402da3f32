"""The season of creation: read off a whole year that the export tells as a whole."""

from __future__ import annotations

import pandas as pd
import pytest

from salesgap.gaps.benchmarks import compute
from salesgap.measures.drivers import seat_statistics
from salesgap.measures.seats import peer_groups, seats, trailing_window

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
