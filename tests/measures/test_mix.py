from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.measures.mix import checkpoint_window, margin, shares

AMOUNTS = st.lists(st.tuples(st.sampled_from("abcd"), st.floats(1, 1e6)), min_size=1)


def won(*rows):
    return pd.DataFrame(rows, columns=["product", "amount", "margin"])


def test_the_mix_is_of_the_amount_with_the_largest_first_and_what_is_not_told_left_out():
    found = shares(won(("a", 10.0, None), ("b", 30.0, None), (None, 60.0, None)), "product")
    assert list(found.items()) == [("b", 0.75), ("a", 0.25)]


@given(AMOUNTS)
def test_the_parts_add_up_to_one(rows):
    found = shares(won(*((*row, None) for row in rows)), "product")
    assert sum(found.values()) == pytest.approx(1.0)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_nothing_told_has_no_mix():
    assert shares(won((None, 10.0, None)), "product") == {}
    assert shares(won(), "product") == {}


def test_the_margin_is_weighed_by_amount_over_the_deals_that_tell_it():
    assert margin(won(("a", 10.0, 0.2), ("a", 30.0, 0.6), ("a", 99.0, None))) == pytest.approx(0.5)
    assert margin(won(("a", 10.0, None))) is None


def test_the_checkpoint_looks_back_three_months():
    window = checkpoint_window(pd.Timestamp(2026, 6, 30))
    assert window.start == pd.Timestamp(2026, 3, 31)
