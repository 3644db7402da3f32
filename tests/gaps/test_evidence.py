"""What a team might have shown by chance is drawn as it would have been counted."""

from __future__ import annotations

import numpy as np
import pytest

from salesgap.gaps.evidence import Evidence, at_level
from salesgap.measures.peers import PeerLevel


def seat(driver: str, telling: float, usual: float) -> Evidence:
    zero, one, base = np.zeros(1), np.ones(1), np.array([telling])
    counts = (np.array([usual]), np.array([usual]), base, base, np.array([usual]))
    return Evidence(driver, ("r1",), ("all",), zero, 0.04 * one, *counts, np.zeros(1, bool))


def drawn(driver: str, telling: float, usual: float, level: float = 0.0) -> np.ndarray:
    peers = PeerLevel(driver, {"all": np.log(usual / telling)}, 0.05, 0.02, 0.15, 0.6, 9)
    e, rng = seat(driver, telling, usual), np.random.default_rng(1)
    return np.array([at_level(e, peers, np.full(1, level), rng).y[0] for _ in range(4000)])


def test_a_rate_is_drawn_as_counts_of_what_was_told():
    assert len(np.unique(drawn("conversion_late", telling=6, usual=2))) <= 7


def test_few_counts_are_skewed_towards_the_low_side():
    few = drawn("conversion_late", telling=12, usual=4)
    low, high = np.quantile(few - np.median(few), [0.02, 0.98])
    assert -low > 1.3 * high


def test_many_counts_lie_around_the_level_they_are_drawn_at():
    many = drawn("pipeline_creation", telling=100, usual=400, level=-0.2)
    assert many.mean() == pytest.approx(-0.2, abs=0.01)
    assert many.std() == pytest.approx(1 / np.sqrt(400 * np.exp(-0.2)), rel=0.1)


def test_a_level_keeps_its_own_sampling_variance():
    sizes = drawn("deal_size", telling=20, usual=20, level=-0.3)
    assert sizes.mean() == pytest.approx(-0.3, abs=0.02)
    assert sizes.std() == pytest.approx(0.2, rel=0.05)
