from __future__ import annotations

from math import fsum, prod
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.gaps.evidence import Evidence
from salesgap.gaps.shortfall import shapley, shortfall

NAMES = ("pipeline_creation", "conversion_early", "conversion_late", "deal_size", "capacity")
ratios = st.lists(st.one_of(st.just(0.0), st.floats(0.05, 4)), min_size=1, max_size=5)
money = st.floats(1, 1e8)


def evidence(driver, total, expected, base=10.0):
    arrays = [np.array([float(value)]) for value in (total, expected, base)]
    return Evidence(
        driver, ("r1",), ("all",), np.zeros(1), np.ones(1), *arrays, *arrays[1:], np.zeros(1, bool)
    )


def team(**counted):
    """Of each driver, ``(total, expected)`` or ``(total, expected, base)``."""
    return SimpleNamespace(evidence={name: evidence(name, *c) for name, c in counted.items()})


def parts(found):
    return {part.driver: part.value for part in found.parts}


@given(ratios, money)
def test_shapley_shares_add_up_also_with_zeros(values, scale):
    shares = shapley(dict(zip(NAMES, values, strict=False)), scale)
    assert fsum(shares.values()) == pytest.approx(scale * (prod(values) - 1), abs=1e-9 * scale)


@given(ratios, money)
def test_the_order_of_the_drivers_does_not_matter(values, scale):
    named = dict(zip(NAMES, values, strict=False))
    backwards = dict(reversed(named.items()))
    assert shapley(backwards, scale) == pytest.approx(shapley(named, scale), abs=1e-9 * scale)


def test_two_drivers_share_their_joint_effect_evenly():
    assert shapley({"a": 0.5, "b": 0.8}, 100) == pytest.approx({"a": -45, "b": -15})


def test_a_driver_at_the_peers_level_has_no_part():
    assert shapley({"a": 1.0, "b": 0.8}, 100) == pytest.approx({"a": 0, "b": -20})


@given(
    counted=st.lists(
        st.tuples(st.integers(0, 400), st.floats(0.5, 400)), min_size=1, max_size=len(NAMES)
    ),
    actual=st.one_of(st.just(0.0), st.floats(0, 1e8)),
    peers=money,
)
def test_the_parts_of_a_shortfall_add_up_to_it_also_with_zeros(counted, actual, peers):
    own = {name: c for name, c in zip(NAMES, counted, strict=False) if name != "deal_size"}
    found = shortfall(team(**own), actual, peers, 12.0)
    assert found.total == actual - peers
    values = list(parts(found).values())
    rounding = 1e-12 * max(actual, peers, *map(abs, values))
    assert fsum(values) == pytest.approx(actual - peers, abs=rounding)


def test_what_the_drivers_leave_is_timing():
    found = shortfall(team(pipeline_creation=(30, 60)), 70.0, 100.0, 12.0)
    assert parts(found)["pipeline_creation"] == pytest.approx(-50.0)
    assert parts(found)["timing"] == pytest.approx(20.0)


def test_deal_size_is_compared_by_its_logs():
    half = np.log(0.5)
    found = shortfall(team(deal_size=(10 * 7 + 10 * half, 10 * 7)), 50.0, 100.0, 12.0)
    assert parts(found) == pytest.approx({"deal_size": -50.0, "timing": 0.0})


def test_a_driver_without_observations_takes_no_blame():
    found = shortfall(team(pipeline_creation=(5, 10), deal_size=(0, 0, 0)), 50.0, 100.0, 12.0)
    assert parts(found)["deal_size"] == 0.0
