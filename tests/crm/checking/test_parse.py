from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.crm.checking.parse import parse_column
from salesgap.crm.checking.report import quality_text
from salesgap.crm.freeze import survey
from salesgap.crm.reading.amounts import plain_amounts, read_money
from salesgap.crm.reading.dates import plain_dates, read_dates
from salesgap.crm.reading.style import Style
from salesgap.crm.tables import Kind
from salesgap.errors import SourceError
from salesgap.params import Params


def values(kind: Kind, *cells: str) -> list[object]:
    parsed = parse_column(pd.Series(cells, dtype="str"), kind, "f.csv, column 'c'")
    assert parsed.faults.empty
    return list(parsed.values)


def reasons(kind: Kind, *cells: str) -> list[str]:
    return list(parse_column(pd.Series(cells, dtype="str"), kind, "f.csv").faults)


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
        "tells → set source.tables.<table>.dates to 'day first' or 'month first'"
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
        "cell tells → set source.tables.<table>.decimal to 'point' or 'comma'"
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
        parsed = parse_column(written, Kind.DATE, "f.csv").values
    except SourceError:
        return
    assert list(parsed) == [pd.Timestamp(day) for day in days]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234.56", "12,345,678.00"], 1234.56),
        (["1.234,56", "12.345.678,00"], 1234.56),
        (["1\u202f234,56"], 1234.56),
        (["1\u00a0234\u00a0567,5"], 1234567.5),
        (["1'234.56", "1’234’567.89"], 1234.56),
        (["12,34,567.00"], 1234567.0),
        (["($1,234.50)"], -1234.5),
        (["-$1,234.50"], -1234.5),
        (["−1 234,50 €"], -1234.5),
        (["EUR 1.234,50"], 1234.5),
        (["1 234,50 kr"], 1234.5),
        (["CHF 500.—"], 500.0),
        (["R$ 1.234,50"], 1234.5),
        (["₹12,34,567.50"], 1234567.5),
    ],
)
def test_amounts_of_every_country_are_read(cells: list[str], expected: float) -> None:
    assert values(Kind.MONEY, *cells)[0] == expected


@pytest.mark.parametrize("cell", ["1 2 3", "1'23.4", "1 2345", "12 345 67", "5%", "1.234.5"])
def test_signs_that_group_no_thousands_make_no_amount(cell: str) -> None:
    assert reasons(Kind.MONEY, cell, "1.50", "2.75") == [f"{cell!r} is not an amount"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Oct 7, 2025 6:55 PM", "2025-10-07 18:55"),
        ("7 October 2025, 18:55", "2025-10-07 18:55"),
        ("Tuesday, 7 October 2025", "2025-10-07"),
        ("7. Oktober 2025", "2025-10-07"),
        ("15 février 2026", "2026-02-15"),
        ("5-Jan-26", "2026-01-05"),
        ("2026-Jan-05", "2026-01-05"),
        ("Sept 3rd, 2025", "2025-09-03"),
        ("2026-01-05T23:30:00+02:00", "2026-01-05 23:30"),
        ("2026-01-05T23:30:00.123456-0500", "2026-01-05 23:30"),
        ("2026-01-05 23:30 UTC", "2026-01-05 23:30"),
        ("1.2.26", "2026-02-01"),
        ("31/12/25", "2025-12-31"),
    ],
)
def test_a_date_in_words_or_with_a_zone_is_the_day_that_is_written(
    cell: str, expected: str
) -> None:
    assert values(Kind.DATE, cell) == [pd.Timestamp(expected)]


def test_what_the_params_say_settles_what_no_cell_tells() -> None:
    said = Style(dates="month first", decimal="comma")
    days = parse_column(pd.Series(["03/04/2026"], dtype="str"), Kind.DATE, "f", said)
    amounts = parse_column(pd.Series(["1,234", "1.500"], dtype="str"), Kind.MONEY, "f", said)
    assert list(days.values) == [pd.Timestamp("2026-03-04")]
    assert list(amounts.values) == [1.234, 1500.0]


def test_a_cell_against_what_the_params_say_is_a_fault() -> None:
    text = pd.Series(["29/03/2026", "01/02/2026"], dtype="str")
    parsed = parse_column(text, Kind.DATE, "f", Style(dates="month first"))
    assert list(parsed.faults) == ["'29/03/2026' is not a date"]
    assert parsed.values.iloc[1] == pd.Timestamp("2026-01-02")


@pytest.mark.parametrize(
    ("kind", "cells", "how"),
    [
        (Kind.DATE, ["2026-03-31"], "year first (2026-03-31)"),
        (Kind.DATE, ["31/03/2026"], "day first (31/03/2026)"),
        (Kind.DATE, ["03/31/2026"], "month first (03/31/2026)"),
        (Kind.DATE, ["45631"], "Excel's serial numbers"),
        (
            Kind.DATE,
            ["2026-03-31", "31 March 2026"],
            "year first (2026-03-31) and month by its name (31 March 2026)",
        ),
        (Kind.MONEY, ["1.234,50 €", "2"], "decimal comma (1.234,50 €)"),
        (Kind.MONEY, ["$1,234.50"], "decimal point ($1,234.50)"),
        (Kind.MONEY, ["1234.5"], "decimal point"),
        (Kind.MONEY, ["7", "8"], "whole numbers"),
    ],
)
def test_it_is_told_how_a_column_was_read(kind: Kind, cells: list[str], how: str) -> None:
    assert parse_column(pd.Series(cells, dtype="str"), kind, "f").how == how


ISO = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))


@given(st.lists(ISO, min_size=1, max_size=20), st.sampled_from(["", "Z", "+02:00", ".250Z"]))
def test_both_ways_to_read_iso_dates_agree(times: list[datetime], behind: str) -> None:
    text = pd.Series([f"{time:%Y-%m-%dT%H:%M:%S}{behind}" for time in times], dtype="str")
    plain, careful = plain_dates(text), read_dates(text, "f", Style())
    assert plain is not None
    assert list(plain.values) == list(careful.values)
    assert plain.how == careful.how


PLAIN = st.from_regex(r"-?[0-9]{1,9}(\.([0-9]{1,2}|[0-9]{4,6}))?", fullmatch=True)


@given(st.lists(PLAIN, min_size=1, max_size=20))
def test_both_ways_to_read_plain_amounts_agree(cells: list[str]) -> None:
    text = pd.Series(cells, dtype="str")
    plain, careful = plain_amounts(text, Style(), "an amount"), read_money(text, "f", Style())
    assert plain is not None
    assert list(plain.values) == list(careful.values)


def test_check_tells_how_every_column_was_read(
    export: Callable[..., Params], deal: Callable[..., dict[str, str]]
) -> None:
    written = {"created_date": "15/01/2026", "close_date": "31/03/2026", "amount": "1.234,50 €"}
    text = quality_text(survey(export(opportunities=[deal(1, **written)])).report)
    assert "How dates and amounts were read" in text
    said = " ".join(text.split())
    assert "created_date: day first (15/01/2026)" in said
    assert "amount: decimal comma (1.234,50 €)" in said


def test_an_open_order_of_day_and_month_is_settled_in_the_params(
    export: Callable[..., Params],
    make_params: Callable[..., Params],
    deal: Callable[..., dict[str, str]],
) -> None:
    params = export(opportunities=[deal(1, created_date="03/04/2026", close_date="05/06/2026")])
    (problem,) = survey(params).report.problems
    assert "set source.tables.opportunities.dates to 'day first' or 'month first'" in problem
    tables = {"opportunities": {"dates": "month first"}}
    settled = make_params({"folder": params.source.folder, "tables": tables})
    deals = survey(settled).tables["opportunities"]
    assert list(deals["created_date"]) == [pd.Timestamp("2026-03-04")]
