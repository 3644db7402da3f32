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
RUNS = 200


def teams(rng: np.random.Generator, *, noise: float, season: float = 0.0, drift: float = 0.0):
    """So many teams that differ naturally, and nothing else; all of them moved by ``season``."""
    level = rng.normal(0.0, NATURAL, TEAMS)
    later = level + season + rng.normal(0.0, drift, TEAMS)
    before, since = (rng.normal(mean, noise) for mean in (level, later))
    return [Change(b, noise**2, s, noise**2) for b, s in zip(before, since, strict=True)]


def outcomes(lift: float, *, noise: float = 0.08, planted: float = 0.0, **kind: float) -> list[str]:
    """Of 200 organisations, what is said of the team that was lowest, or had a planted gap.

    ``luck``: of every such team since, beyond chance as it is drawn.
    """
    found, luck = [], kind.pop("luck", 0.0)
    for seed in range(RUNS):
        drawn = teams(np.random.default_rng(seed), noise=noise, **kind)
        drawn[0] = Change(
            drawn[0].before - planted, noise**2, drawn[0].since - planted + lift + luck, noise**2
        )
        lowest = 0 if planted else int(np.argmin([c.before for c in drawn]))
        others = drawn[:lowest] + drawn[lowest + 1 :]
        found.append(judge(drawn[lowest], others, NATURAL).outcome)
    return found


def moved(found: list[str]) -> float:
    """The part that moved by more than chance, closed or not."""
    return sum(outcome in ("moved", "closed") for outcome in found) / len(found)


def test_luck_that_comes_back_by_itself_is_no_more_than_chance():
    found = outcomes(0.0)
    assert found.count("no_more_than_chance") >= 0.93 * len(found)
    assert found.count("too_early") == 0


def test_a_season_that_lifts_everybody_is_nobodys_progress():
    found = outcomes(0.0, season=0.4)
    assert moved(found) <= 0.07


def test_where_teams_move_on_their_own_a_move_is_less_of_a_sign():
    found = outcomes(0.0, drift=0.12)
    assert moved(found) <= 0.1


def test_a_gap_that_was_closed_is_found_to_have_moved_in_most_cases():
    assert moved(outcomes(0.4, planted=0.4)) >= 0.9


def test_a_gap_that_stayed_is_not_found_to_have_moved():
    assert moved(outcomes(0.0, planted=0.4)) <= 0.08


@pytest.mark.parametrize(("depth", "season"), [(0.4, 0.0), (0.4, 0.3), (0.9, 0.0)])
def test_a_gap_that_was_worked_off_is_called_closed_in_most_cases(depth, season):
    assert outcomes(depth, planted=depth, season=season).count("closed") >= 0.55 * RUNS
    assert outcomes(depth + 0.1, planted=depth, season=season).count("closed") >= 0.9 * RUNS


def test_a_lucky_quarter_after_a_real_gap_is_hardly_ever_called_closed():
    assert outcomes(0.0, planted=0.4).count("closed") <= 0.01 * RUNS
    lucky = outcomes(0.0, planted=0.4, luck=0.16)  # two standard errors
    assert moved(lucky) >= 0.2
    assert lucky.count("closed") <= 0.05 * RUNS


def test_a_gap_half_closed_has_moved_and_is_rarely_called_closed():
    found = outcomes(0.2, planted=0.4)
    assert found.count("closed") <= 0.12 * RUNS
    assert found.count("moved") >= 0.3 * RUNS


def test_a_deep_gap_mostly_closed_is_not_closed_while_clearly_below_the_peers():
    found = outcomes(0.75, planted=1.0, noise=0.04)
    assert found.count("moved") >= 0.95 * RUNS


def test_where_all_rise_the_peers_level_of_since_is_what_counts():
    others = [Change(0.0, 1e-4, 0.4, 1e-4)] * 8
    at_the_old_level = Change(-0.4, 1e-3, 0.2, 1e-3)
    assert judge(at_the_old_level, others, NATURAL).outcome == "moved"
    assert judge(replace(at_the_old_level, since=0.4), others, NATURAL).outcome == "closed"


def test_with_few_observations_a_gap_may_have_moved_and_is_not_surely_closed():
    others = [Change(0.0, 1e-4, 0.0, 1e-4)] * 8
    found = [judge(Change(-0.4, 1e-3, 0.0, v), others, NATURAL).outcome for v in (0.01, 0.035)]
    assert found == ["closed", "moved"]


def test_with_few_observations_since_it_is_too_early_to_tell():
    drawn = teams(np.random.default_rng(1), noise=0.05)
    own = Change(-0.3, 0.05**2, -0.2, 0.4**2)
    assert judge(own, drawn, NATURAL).outcome == "too_early"


def test_it_is_late_enough_to_say_that_a_gap_has_grown():
    drawn = teams(np.random.default_rng(1), noise=0.05)
    fell = Change(-0.3, 0.05**2, -1.2, 0.4**2)
    assert judge(fell, drawn, NATURAL).outcome == "no_more_than_chance"


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
    return Evidence(
        driver, seats, ("all",) * len(total), blank, blank, *values, *values[1:], blank > 0
    )


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
