from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.facts import Range
from salesgap.publish.blocks import Span
from salesgap.publish.sections.parts import table
from salesgap.publish.words import MISSING, Writer
from salesgap.publish.written import Written

LOCALES = ("en_GB", "de_DE", "es_ES", "pt_BR", "hu_HU", "ja_JP", "ru_RU", "el_GR", "en_IN")


def values_of(*texts: str) -> list[float | None]:
    """What a column of these cells is sorted by."""
    made = table((("", "r", 1),), [(text,) for text in texts])
    return [row[0][0].value for row in made.rows]


@given(
    st.sampled_from(LOCALES),
    st.lists(st.floats(-1e10, 1e10, allow_nan=False), min_size=2, max_size=6),
)
def test_money_in_any_locale_keeps_the_amount(locale: str, amounts: list[float]) -> None:
    write = Writer(locale, "EUR")
    assert values_of(*map(write.money, amounts)) == amounts
    assert values_of(*map(write.signed_money, amounts)) == amounts


@pytest.mark.parametrize("locale", LOCALES)
def test_every_figure_of_a_table_keeps_its_value(locale: str) -> None:
    write, day = Writer(locale, "EUR"), date(2026, 6, 30)
    written = {
        write.number(1204): 1204,
        write.decimal(3.14, 1): 3.14,
        write.days(37.2): 37.2,
        write.times(3.7): 3.7,
        write.count(88, "deal"): 88,
        write.share(0.41, 88, "deal"): 0.41,
        write.part(10, 40): 0.25,
        write.benchmark(0.5): 0.5,
        write.chance(0.999): 0.999,
        write.measure(12.0, "days"): 12,
        write.money_range(Range(expected=310.0, low=190.0, high=445.0)): 190,
        write.day(day): day.toordinal(),
        write.short_day(day): day.toordinal(),
    }
    assert values_of(*written) == list(written.values())


def test_what_is_missing_has_no_value() -> None:
    write = Writer("en_GB", "EUR")
    missing = (write.money(None), write.share(None, 3), write.part(0, 0), write.day(None))
    assert missing == (MISSING,) * 4
    assert values_of(*missing) == [None] * 4


def test_what_is_added_behind_leaves_the_value() -> None:
    assert values_of(Written("€310k", 310_000) + " (12)", "plain") == [310_000, None]


def test_the_kept_data_hold_the_text_alone() -> None:
    (span,) = table((("", "r", 1),), [(Written("€310k", 310_000),)]).rows[0][0]
    assert json.loads(span.model_dump_json()) == {"text": "€310k", "tone": "plain"}
    assert span == Span(text="€310k", value=310_000)
