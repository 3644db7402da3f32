from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.crm.parse import parse_column
from salesgap.crm.tables import Kind
from salesgap.errors import SourceError


def values(kind: Kind, *cells: str) -> list[object]:
    parsed, bad = parse_column(pd.Series(cells, dtype="str"), kind, "f.csv, column 'c'")
    assert bad.empty
    return list(parsed)


def reasons(kind: Kind, *cells: str) -> list[str]:
    return list(parse_column(pd.Series(cells, dtype="str"), kind, "f.csv")[1])


def question(kind: Kind, *cells: str) -> str:
    with pytest.raises(SourceError) as caught:
        parse_column(pd.Series(cells, dtype="str"), kind, "f.csv, column 'c'")
    return str(caught.value)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2026-03-04"], "2026-03-04"),
        (["2026/3/4"], "2026-03-04"),
        (["2023-10-28 20:45:25"], "2023-10-28 20:45:25"),
        (["2024-01-05T10:00:00.000Z"], "2024-01-05 10:00:00"),
        (["4.3.2026"], "2026-03-04"),
        (["04/03/2026", "29/03/2026"], "2026-03-04"),
        (["03/04/2026", "03/29/2026"], "2026-03-04"),
        (["02/03/26 08:55 PM", "02/23/26 12:05 AM"], "2026-02-03 20:55"),
        (["5-Jan-2026"], "2026-01-05"),
        (["Jan 5, 2026"], "2026-01-05"),
        (["45631", "45632.5"], "2024-12-05"),
    ],
)
def test_a_date_is_read_in_the_order_its_column_shows(cells: list[str], expected: str) -> None:
    assert values(Kind.DATE, *cells)[0] == pd.Timestamp(expected)


def test_an_order_of_day_and_month_that_no_cell_tells_is_asked_for() -> None:
    assert question(Kind.DATE, "03/04/2026", "05/06/2026") == (
        "f.csv, column 'c': '03/04/2026' may have the day or the month first, and no other cell "
        "tells → export the dates as YYYY-MM-DD"
    )


def test_two_orders_in_one_column_are_asked_about() -> None:
    assert "'29/03/2026' has the day first" in question(Kind.DATE, "29/03/2026", "03/29/2026")


def test_a_day_that_is_its_month_needs_no_order() -> None:
    assert values(Kind.DATE, "03/03/2026") == [pd.Timestamp("2026-03-03")]


@pytest.mark.parametrize("cell", ["soon", "31/02/2026", "2026-02-30", "2026-01-01 25:00", "12"])
def test_a_cell_that_is_no_date_is_a_fault_and_not_missing(cell: str) -> None:
    assert reasons(Kind.DATE, cell, "2026-01-01") == [f"{cell!r} is not a date"]


def test_a_long_offending_text_is_shortened() -> None:
    assert reasons(Kind.DATE, "x" * 99) == [f"'{'x' * 39}…' is not a date"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12345.00"], 12345.0),
        (["$1,234,567"], 1234567.0),
        (["1.234,50 €"], 1234.5),
        (["1,234", "5.50"], 1234.0),
        (["1.234", "5,50"], 1234.0),
        (["(500)"], -500.0),
        (["-500"], -500.0),
        (["500-"], -500.0),
        (["USD 4"], 4.0),
        (["1 000"], 1000.0),
        (["1'000"], 1000.0),
        (["1250.500", "1.234"], 1250.5),
        ([f"{n},000" for n in range(1, 21)], 1000.0),
    ],
)
def test_an_amount_is_read_with_the_signs_its_column_shows(
    cells: list[str], expected: float
) -> None:
    assert values(Kind.MONEY, *cells)[0] == expected


def test_a_separator_that_no_cell_explains_is_asked_about() -> None:
    assert question(Kind.MONEY, "1,234", "500") == (
        "f.csv, column 'c': '1,234' may have a decimal or a thousands separator, and no other "
        "cell tells → export the amounts without thousands separators"
    )


def test_two_decimal_signs_in_one_column_are_asked_about() -> None:
    assert "'1,5' has a decimal comma and '1.5' a decimal point" in question(
        Kind.MONEY, "1,5", "1.5"
    )


@pytest.mark.parametrize("cell", ["n/a", "1,2,3.5", "inf", "nan", "12abc", "--", "1e999"])
def test_a_cell_that_is_no_amount_is_a_fault_and_not_missing(cell: str) -> None:
    assert reasons(Kind.MONEY, cell, "1.50") == [f"{cell!r} is not an amount"]


def test_a_share_may_be_a_percentage() -> None:
    assert values(Kind.NUMBER, "35%", "0.125") == [0.35, 0.125]


def test_flags_are_read_in_their_usual_spellings() -> None:
    assert values(Kind.FLAG, "TRUE", "0", "yes", "") == [True, False, True, pd.NA]
    assert reasons(Kind.FLAG, "maybe") == ["'maybe' is not yes or no"]


STYLES = {"plain": "{:.2f}", "english": "{:,.2f}", "sign": "${:,.2f}"}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.sampled_from(list(STYLES)))
def test_amounts_survive_being_written(cents: list[int], style: str) -> None:
    written = [STYLES[style].format(n / 100) for n in cents]
    assert values(Kind.MONEY, *written) == [n / 100 for n in cents]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20))
def test_amounts_survive_a_decimal_comma(cents: list[int]) -> None:
    swap = str.maketrans(",.", ".,")
    written = [f"{n / 100:,.2f}".translate(swap) for n in cents]
    assert values(Kind.MONEY, *written) == [n / 100 for n in cents]


DAYS = st.lists(st.dates(date(2000, 1, 1), date(2060, 1, 1)), min_size=1, max_size=20)


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %b %Y"]))
def test_dates_survive_being_written(days: list[date], style: str) -> None:
    written = [day.strftime(style) for day in days]
    assert values(Kind.DATE, *written) == [pd.Timestamp(day) for day in days]


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_date_with_slashes_is_right_or_asked_about(days: list[date], style: str) -> None:
    written = pd.Series([day.strftime(style) for day in days], dtype="str")
    try:
        parsed, _ = parse_column(written, Kind.DATE, "f.csv")
    except SourceError:
        return
    assert list(parsed) == [pd.Timestamp(day) for day in days]
