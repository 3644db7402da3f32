"""What a figure looks like on paper, in whose locale, and what happens when it is missing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.errors import ParamsError
from salesgap.facts import Range
from salesgap.publish.words import (
    MISSING,
    Writer,
    add_up,
    fraction,
    in_words,
    listed,
    quarter_of,
    writable,
)

BRITISH, GERMAN, FRENCH = (Writer(locale, "EUR") for locale in ("en_GB", "de_DE", "fr_FR"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "€0"),
        (12, "€12"),
        (-950, "−€950"),
        (8_400, "€8.4k"),
        (310_000, "€310k"),
        (2_310_000, "€2.31M"),
        (12_345_678, "€12.3M"),
        (9_999_999_999, "€10B"),
        (None, MISSING),
    ],
)
def test_money_is_compact_and_never_zero_when_missing(value: float | None, text: str) -> None:
    assert BRITISH.money(value) == text


def test_money_is_exact_where_the_decimals_are_the_point() -> None:
    assert BRITISH.exact_money(0.192, 3) == "€0.192"
    assert GERMAN.exact_money(0.27, 3) == "0,270\xa0€"
    assert Writer("en_GB", "JPY").exact_money(0.192, 3) == "JP¥0.192"
    assert BRITISH.exact_money(None, 3) == MISSING


def test_money_of_a_locale_that_does_not_abbreviate_thousands_is_grouped() -> None:
    assert GERMAN.money(310_000) == "310.000\xa0€"
    assert GERMAN.money(2_310_000) == "2,31\xa0Mio.\xa0€"


def test_numbers_dates_and_shares_follow_the_locale() -> None:
    assert GERMAN.number(1234.5, 1) == "1.234,5"
    assert GERMAN.share(0.41, 1204) == "41\xa0% (1.204)"
    assert GERMAN.day(date(2026, 6, 30)) == "30. Juni 2026"
    assert BRITISH.day(date(2026, 6, 30)) == "30 June 2026"
    assert BRITISH.weekday(date(2026, 7, 6)) == "Mon 6 Jul"


def test_a_sign_is_a_true_minus_and_only_a_gain_has_a_plus() -> None:
    written = [BRITISH.signed_money(value) for value in (88_000, -35_000, 0, 0.2, None)]
    assert written == ["+€88k", "−€35k", "€0", "€0", MISSING]


def test_rounding_leaves_no_negative_zero() -> None:
    assert BRITISH.number(-0.01) == "0"
    assert BRITISH.decimal(-0.001, 2) == "0.00"


def test_a_share_carries_its_count_and_a_part_of_nothing_is_missing() -> None:
    assert BRITISH.share(0.41, 88, "deal") == "41% (88 deals)"
    assert BRITISH.share(0.41, 1, "deal") == "41% (1 deal)"
    assert BRITISH.part(36, 88) == "41% (36 of 88)"
    assert BRITISH.part(0, 0) == MISSING


def test_a_chance_is_never_certain() -> None:
    written = [BRITISH.chance(value) for value in (0.0, 0.31, 0.999, None)]
    assert written == ["under 1%", "31%", "over 99%", MISSING]


def test_every_unit_has_its_own_writing() -> None:
    written = [
        BRITISH.measure(3.0, "per_month"),
        BRITISH.measure(0.41, "share", 88),
        BRITISH.measure(96.4, "days"),
        BRITISH.measure(41_000, "money"),
        BRITISH.measure(7.0, "count"),
        BRITISH.measure(None, "share", 0),
    ]
    assert written == ["3.0", "41% (88)", "96 days", "€41k", "7", MISSING]


def test_a_range_names_both_ends() -> None:
    ends = Range(expected=310_000, low=190_000, high=445_000)
    assert BRITISH.money_range(ends) == "€190k to €445k"


def test_no_narrow_spaces_reach_a_page() -> None:
    assert "\u202f" not in FRENCH.number(1_234_567) + FRENCH.money(1_234_567)


def test_names_are_listed_and_the_rest_counted() -> None:
    assert listed(["Ines"]) == "Ines"
    assert listed(["Ines", "Tom", "Ada"]) == "Ines, Tom and Ada"
    assert listed("ABCDEF") == "A, B, C and 3 more"
    assert listed([]) == ""


def test_small_counts_are_words() -> None:
    assert [in_words(n) for n in (0, 2, 10, 11)] == ["no", "two", "ten", "11"]


def test_fractions_are_spoken() -> None:
    assert [fraction(x) for x in (0.05, 0.5, 0.66, 1.0, 1.4)] == [
        "a small part",
        "half",
        "two thirds",
        "all",
        "more than all",
    ]


@pytest.mark.parametrize(
    ("day", "start", "end", "name"),
    [
        (date(2026, 6, 30), date(2026, 1, 1), date(2026, 12, 31), "Q2 2026"),
        (date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31), "Q3 2026"),
        (date(2026, 2, 10), date(2025, 4, 1), date(2026, 3, 31), "Q4 FY2026"),
    ],
)
def test_a_quarter_is_a_fiscal_one(day: date, start: date, end: date, name: str) -> None:
    assert quarter_of(day, start, end) == name


amounts = st.floats(-1e10, 1e10, allow_nan=False)


@given(st.lists(amounts, min_size=1, max_size=8))
def test_rounded_parts_add_up_to_the_rounded_total(parts: list[float]) -> None:
    total, rounded = add_up(sum(parts), parts)
    assert sum(rounded) == pytest.approx(total, abs=1e-6)


@given(st.lists(amounts, min_size=1, max_size=8))
def test_no_part_moves_by_a_whole_step(parts: list[float]) -> None:
    _, rounded = add_up(sum(parts), parts)
    step = max(1.0, max(map(abs, [sum(parts), *parts])) / 99)
    moved = max(abs(after - before) for before, after in zip(parts, rounded, strict=True))
    assert moved <= step


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr_CH", "pl_PL", "el_GR", "uk_UA"])
def test_locales_that_the_typefaces_have_are_writable(locale: str) -> None:
    assert writable(locale)


@pytest.mark.parametrize("locale", ["ar_EG", "he_IL", "hi_IN"])
def test_a_locale_that_the_pages_cannot_be_written_in_is_refused(locale: str) -> None:
    with pytest.raises(ParamsError, match=f"cannot write .* locale {locale} → choose"):
        Writer(locale, "EUR")
