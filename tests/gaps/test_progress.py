"""Whether the last gap has closed: a real rise is told from luck that comes back by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from salesgap.gaps.evidence import Evidence
from salesgap.gaps.progress import Change, change, judge
from salesgap.measures.peers import PeerLevel

NATURAL = 0.06
TEAMS = 15


def teams(rng: np.random.Generator, *, noise: float, season: float = 0.0, drift: float = 0.0):
    """So many teams that differ naturally, and nothing else; all of them moved by ``season``."""
    level = rng.normal(0.0, NATURAL, TEAMS)
    later = level + season + rng.normal(0.0, drift, TEAMS)
    before, since = (rng.normal(mean, noise) for mean in (level, later))
    return [Change(b, noise**2, s, noise**2) for b, s in zip(before, since, strict=True)]


def outcomes(lift: float, *, noise: float = 0.08, planted: float = 0.0, **kind: float) -> list[str]:
    """Of 200 organisations, what is said of the team that was lowest, or had a planted gap."""
    found = []
    for seed in range(200):
        drawn = teams(np.random.default_rng(seed), noise=noise, **kind)
        drawn[0] = Change(
            drawn[0].before - planted, noise**2, drawn[0].since - planted + lift, noise**2
        )
        lowest = 0 if planted else int(np.argmin([c.before for c in drawn]))
        others = drawn[:lowest] + drawn[lowest + 1 :]
        found.append(judge(drawn[lowest], others, NATURAL).outcome)
    return found


def test_luck_that_comes_back_by_itself_is_no_more_than_chance():
    found = outcomes(0.0)
    assert found.count("no_more_than_chance") >= 0.93 * len(found)
    assert found.count("too_early") == 0


def test_a_season_that_lifts_everybody_is_nobodys_progress():
    found = outcomes(0.0, season=0.4)
    assert found.count("moved") <= 0.07 * len(found)


def test_where_teams_move_on_their_own_a_move_is_less_of_a_sign():
    found = outcomes(0.0, drift=0.12)
    assert found.count("moved") <= 0.1 * len(found)


def test_a_gap_that_was_closed_is_found_to_have_moved_in_most_cases():
    found = outcomes(0.4, planted=0.4)
    assert found.count("moved") >= 0.9 * len(found)


def test_a_gap_that_stayed_is_not_found_to_have_moved():
    found = outcomes(0.0, planted=0.4)
    assert found.count("moved") <= 0.08 * len(found)


def test_with_few_observations_since_it_is_too_early_to_tell():
    drawn = teams(np.random.default_rng(1), noise=0.05)
    own = Change(-0.3, 0.05**2, -0.2, 0.4**2)
    assert judge(own, drawn, NATURAL).outcome == "too_early"


def test_without_other_teams_or_observations_nothing_is_known():
    drawn = teams(np.random.default_rng(1), noise=0.05)
    own = Change(-0.3, 0.01, 0.2, 0.01)
    blind = Change(-0.3, 0.01, 0.0, np.inf)
    assert judge(own, drawn[:1], NATURAL).outcome == "unknown"
    assert judge(blind, drawn, NATURAL).outcome == "unknown"
    assert judge(own, [blind] * 5, NATURAL).chance is None


def test_the_chance_and_the_others_change_are_told():
    others = [Change(0.0, 1e-6, 0.1, 1e-6)] * 8
    found = judge(Change(0.0, 1e-6, 0.1, 0.01), others, NATURAL)
    assert found.others == pytest.approx(0.1, abs=1e-3)
    assert found.chance == pytest.approx(0.5, abs=0.01)


def level(driver: str, spread: float = 0.0) -> PeerLevel:
    return PeerLevel(driver, {"all": 0.0}, NATURAL, 0.02, 0.15, spread, 5)


def counted(driver: str, total: list[float], expected: list[float], base: list[float]) -> Evidence:
    values = [np.array(x) for x in (total, expected, base)]
    blank = np.zeros(len(total))
    seats = tuple(f"r{i}" for i in range(len(total)))
    return Evidence(driver, seats, ("all",) * len(total), blank, blank, *values, blank > 0)


def test_the_change_of_a_rate_is_that_of_all_seats_together():
    before = counted("pipeline_creation", [10.0, 10.0], [20.0, 20.0], [4.0, 4.0])
    since = counted("pipeline_creation", [40.0], [40.0], [8.0])
    found = change(before, since, level("pipeline_creation"))
    assert (found.before, found.since) == pytest.approx((np.log(20.5 / 40.5), 0.0))
    assert (found.before_v, found.since_v) == pytest.approx((1 / 20.25, 1 / 40.0), rel=0.02)


def test_a_shorter_cycle_is_better_and_seats_count_by_what_tells_of_them():
    before, since = (counted("cycle_time", [0.0] * 2, [0.0] * 2, [10.0] * 2) for _ in range(2))
    before = replace(before, y=np.array([1.0, 1.0]), v=np.array([0.025, np.inf]))
    since = replace(since, y=np.array([-0.3, -0.6]), v=np.array([0.05, 0.1]))
    found = change(before, since, level("cycle_time"))
    assert (found.before, found.since) == pytest.approx((-1.0, 0.4))
    assert (found.before_v, found.since_v) == pytest.approx((0.025, 1 / 30))


def test_seats_without_an_observation_tell_nothing():
    some = counted("conversion_late", [5.0], [4.0], [10.0])
    none = counted("conversion_late", [], [], [])
    assert change(some, none, level("conversion_late")).since_v == np.inf
