from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.gaps.evidence import team_evidence
from salesgap.gaps.hypotheses import weigh
from salesgap.gaps.natural import peers_of
from salesgap.gaps.threshold import LOWEST, calibrate, thresholds
from salesgap.params import Method

CREATION, LATE = "pipeline_creation", "conversion_late"


def statistics(levels, driver=CREATION, reps=8, base=90.0, seed=3, group="rep"):
    """Seats of teams whose log level against 1 is given; counts are Poisson, bases equal."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "driver": driver,
            "manager_id": f"m{team:02}",
            "seat": f"m{team:02}r{rep}",
            "group": group,
            "total": float(rng.poisson(base * np.exp(level + rng.normal(0, 0.1)))),
            "base": base,
            "squares": 0.0,
        }
        for team, level in enumerate(levels)
        for rep in range(reps)
    ]
    return told(pd.DataFrame(rows))


def told(frame):
    """Seats of whose driver nothing tells but what its measure counts."""
    return frame.assign(told=frame["total"], telling=frame["base"])


def levels_of(frame, driver):
    """Of all teams, and of the others to each manager's team."""
    peers = peers_of(frame)
    return peers.all[driver], {manager: own[driver] for manager, own in peers.without.items()}


def test_a_team_far_out_is_not_judged_by_the_spread_it_makes_itself():
    everyone, without = levels_of(statistics([0.0] * 9 + [-0.15], base=900.0), CREATION)
    others = [without[f"m{team:02}"].between_teams for team in range(9)]
    assert without["m09"].between_teams < 0.8 * everyone.between_teams
    assert without["m09"].between_teams < 0.8 * min(others)


def test_a_teams_peers_are_the_others():
    _, without = levels_of(statistics([0.0, 0.0, 0.3], base=4000.0), CREATION)
    assert without["m02"].levels["rep"] == pytest.approx(0.0, abs=0.06)
    assert without["m00"].levels["rep"] > without["m02"].levels["rep"]


def test_a_group_that_no_other_team_has_is_compared_with_itself():
    alone = statistics([-0.5], group="only").assign(manager_id="z")
    frame = pd.concat([statistics([0.0] * 5), alone])
    everyone, without = levels_of(frame, CREATION)
    assert without["z"].levels["only"] == pytest.approx(everyone.levels["only"], abs=0.01)
    assert everyone.levels["only"] == pytest.approx(-0.5, abs=0.1)


def test_without_any_driver_there_is_no_threshold():
    assert calibrate(statistics([0.0] * 4), {}, Method()) == {}


def test_a_driver_that_nobody_has_counted_has_no_level():
    assert peers_of(statistics([0.0] * 4).assign(told=0.0)).all == {}
    assert set(peers_of(statistics([0.0] * 4)).all) == {CREATION}


def test_a_manager_without_a_driver_is_compared_with_everyone_in_it():
    late = statistics([0.0] * 4, driver=LATE).assign(told=lambda f: f["told"] / 10)
    peers = peers_of(pd.concat([statistics([0.0] * 5), late]))
    assert peers.without["m04"][LATE] == peers.all[LATE]


def test_a_team_that_wins_nothing_of_many_is_surely_low():
    shares = {f"m{team}": 40.0 for team in range(5)} | {"m4": 0.0}
    rows = [
        {
            "driver": LATE,
            "manager_id": manager,
            "seat": f"{manager}r{rep}",
            "group": "rep",
            "total": won / 5,
            "base": 16.0,
            "squares": 0.0,
        }
        for manager, won in shares.items()
        for rep in range(5)
    ]
    frame = told(pd.DataFrame(rows))
    levels = peers_of(frame).without["m4"]
    found = weigh(team_evidence(frame[frame["manager_id"] == "m4"], levels), levels, frozenset())
    assert found.condition_gap(LATE) > 0.95


def test_amounts_that_are_all_the_same_have_a_level_all_the_same():
    frame = statistics([0.0] * 4, driver="deal_size").assign(told=0.0)
    everyone, _ = levels_of(frame, "deal_size")
    assert everyone.levels == {"rep": pytest.approx(0.0)}


def test_with_two_teams_nothing_can_pass():
    frame = statistics([0.0, 0.0])
    assert calibrate(frame, peers_of(frame).all, Method()) == {}


chances = st.integers(1, 5).flatmap(
    lambda kinds: st.lists(
        st.lists(st.floats(0, 1), min_size=kinds, max_size=kinds), min_size=20, max_size=80
    )
)


@given(chances, st.sampled_from([0.05, 0.2]))
def test_no_more_than_the_rate_of_gapless_teams_pass(rows, rate):
    frame = pd.DataFrame(rows, columns=list("abcde")[: len(rows[0])])
    found = thresholds(frame, rate)
    limits = np.array([found[name] for name in frame])
    assert (limits >= LOWEST).all()
    passing = (frame.to_numpy() > limits).any(axis=1)
    assert passing.mean() <= rate


def test_each_kind_of_gap_has_the_same_share_of_the_false_alarms():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"sharp": rng.uniform(0, 1, 20_000), "dull": rng.uniform(0, 0.6, 20_000)})
    found = thresholds(frame, 0.05)
    passing = [(frame[name] >= limit).mean() for name, limit in found.items()]
    assert passing == pytest.approx([0.025, 0.025], abs=0.002)


def test_few_teams_without_gaps_pass_the_calibrated_thresholds():
    frame = statistics(np.random.default_rng(1).normal(0, 0.05, 14))
    limits = calibrate(frame, peers_of(frame).all, Method())
    assert set(limits) == {CREATION, "underperformance"}
    assert all(LOWEST <= limit < 1 for limit in limits.values())
