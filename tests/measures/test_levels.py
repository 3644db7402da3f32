"""What tells of a level: signs moved to one mean, none with more than its say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.measures.levels import Level, Logs, comparable

ONE_GROUP = np.zeros(8, dtype=np.intp)
WON = np.array([1, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
VARIED = np.array([10.0, 20.0, 40.0, 80.0, 30.0, 60.0, 120.0, 240.0])


def level(values, other=~WON):
    """Won deals as the measure and first sign, others as the second."""
    won = Logs.of(WON, np.asarray(values))
    return Level.by(won, won, Logs.of(other, np.asarray(values)))


def test_a_second_sign_is_moved_to_the_mean_of_the_measure():
    (_, _), (lost, weight) = comparable(level(VARIED), ONE_GROUP, 1)
    assert lost[weight > 0].mean() == pytest.approx(np.log(VARIED[WON]).mean())


def test_each_group_has_its_own_mean():
    group = np.array([0, 0, 1, 1, 0, 0, 1, 1])
    (won, _), (lost, _) = comparable(level(VARIED), group, 2)
    for code in (0, 1):
        own = group == code
        assert lost[own & ~WON].mean() == pytest.approx(won[own & WON].mean())


def test_the_same_value_in_every_deal_of_the_second_sign_tells_nothing():
    placeholder = np.where(WON, VARIED, 1_000.0)
    (_, first), (_, second) = comparable(level(placeholder), ONE_GROUP, 1)
    assert first[WON].tolist() == [1.0] * 4
    assert not second.any()


def test_a_deal_without_a_value_tells_nothing():
    counted = Logs.of(WON, np.array([0.0, np.nan, -5.0, *VARIED[3:]])).counted
    assert counted.tolist() == [False, False, False, True] + [False] * 4


@given(first=st.integers(1, 40), second=st.integers(0, 400))
def test_the_second_sign_has_at_most_half_the_say_and_the_weights_are_worth_their_deals(
    first, second
):
    values = np.exp(np.random.default_rng(first).normal(size=first + second))
    won = np.arange(first + second) < first
    signs = Level.by(Logs.of(won, values), Logs.of(won, values), Logs.of(~won, values))
    (_, one), (_, two) = comparable(signs, np.zeros(first + second, dtype=np.intp), 1)
    assert two.sum() <= one.sum() * (1 + 1e-9)
    worth = (one.sum() + two.sum()) ** 2 / (one**2 + two**2).sum()
    assert one.sum() + two.sum() == pytest.approx(worth)
    assert worth >= first - 1e-9
