from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.gaps.evidence import Evidence, as_log
from salesgap.gaps.hypotheses import COMPONENTS, LOW, PEOPLE_PRIOR, draw_levels, weigh
from salesgap.measures.peers import PeerLevel

CREATION, LATE, SIZE = "pipeline_creation", "conversion_late", "deal_size"
PEERS = {
    driver: PeerLevel(driver, {"all": 0.0}, 0.06, 0.02, 0.15, spread=0.6, teams=14)
    for driver in (CREATION, LATE, SIZE, "cycle_time")
}
USUAL = [0.1, -0.1, 0.05, -0.05, 0.1, -0.1, 0.0, 0.0]


def evidence(driver, logs, variance=0.03):
    """Seats r0, r1, … with these logs against peers; None: nothing known of the seat."""
    y = np.array([0.0 if log is None else log for log in logs])
    v = np.array([np.inf if log is None else variance for log in logs])
    ones = np.ones(len(y))
    seats = tuple(f"r{i}" for i in range(len(y)))
    groups = ("all",) * len(y)
    return Evidence(driver, seats, groups, y, v, *[ones] * 5, np.zeros(len(y), bool))


def verdict(*of_drivers, eligible=None):
    seats = {seat for e in of_drivers for seat in e.seats}
    return weigh(of_drivers, PEERS, frozenset(seats if eligible is None else eligible))


def test_a_usual_team_has_no_gap():
    found = verdict(evidence(CREATION, USUAL), evidence(LATE, USUAL[::-1]))
    assert found.people_gap < 0.05
    assert found.condition_gap(CREATION) < 0.1
    assert found.condition_gap(LATE) < 0.1


def test_two_weak_seats_in_a_usual_team_are_a_people_gap_and_no_condition():
    logs = [-1.0, -0.9, *USUAL[2:]]
    found = verdict(evidence(CREATION, logs), evidence(LATE, [-0.2, -0.3, *USUAL[2:]]))
    assert found.people_gap > 0.9
    assert found.weak_seats == ("r0", "r1")
    assert found.condition_gap(CREATION) < 0.1


def test_a_low_team_is_a_condition_and_no_people_gap():
    found = verdict(evidence(CREATION, [log - 0.5 for log in USUAL]), evidence(LATE, USUAL))
    assert found.condition_gap(CREATION) > 0.9
    assert found.people_gap < 0.05
    assert found.condition_gap(LATE) < 0.1


def test_a_team_above_its_peers_has_no_gap():
    found = verdict(evidence(CREATION, [log + 0.5 for log in USUAL]))
    assert found.condition_gap(CREATION) < 0.01


def test_more_days_are_the_gap_in_cycle_time_and_fewer_are_not():
    slow, quick = ([log + shift for log in USUAL] for shift in (0.5, -0.5))
    assert verdict(evidence("cycle_time", slow)).condition_gap("cycle_time") > 0.9
    assert verdict(evidence("cycle_time", quick)).condition_gap("cycle_time") < 0.01


@pytest.mark.parametrize("log", [-3.0, -1.0, 0.0])
@pytest.mark.parametrize("others", [0, 1])
def test_where_fewer_than_two_would_be_left_nobody_is_weak(log, others):
    found = verdict(evidence(CREATION, [log] + [0.0] * others))
    assert (found.people_gap, found.weak_seats) == (0.0, ())


def test_a_seat_that_is_too_new_to_be_judged_is_never_weak():
    e = evidence(CREATION, [-1.2, *USUAL[1:]])
    found = verdict(e, eligible=e.seats[1:])
    assert "r0" not in found.weak_seats
    assert not found.subsets[:, 0].any()


def test_without_evidence_the_verdict_is_the_prior():
    found = verdict(evidence(CREATION, [None] * 6))
    assert found.people_gap == pytest.approx(PEOPLE_PRIOR)
    assert found.condition_gap(CREATION) == pytest.approx(COMPONENTS[LOW].prior)


@given(
    logs=st.lists(st.one_of(st.none(), st.floats(-2, 2)), min_size=1, max_size=9),
    variance=st.floats(0.001, 2),
)
def test_the_probabilities_are_probabilities(logs, variance):
    found = verdict(evidence(CREATION, logs, variance), evidence(SIZE, logs, variance))
    assert found.people.sum() == pytest.approx(1)
    for of_driver in found.components.values():
        np.testing.assert_allclose(of_driver.sum(axis=1), 1)
    assert 0 <= found.people_gap <= 1
    assert 0 <= found.condition_gap(CREATION) <= 1 + 1e-12


def levels(*of_drivers, draws=2000):
    rng = np.random.default_rng(5)
    return draw_levels(of_drivers, PEERS, verdict(*of_drivers), draws, rng)


def test_a_seat_with_little_evidence_is_drawn_nearer_to_its_team():
    logs = [0.6, *USUAL[1:]]
    sure, unsure = (levels(evidence(CREATION, logs, v))[CREATION] for v in (0.002, 0.5))
    assert sure.seat[:, 0].mean() == pytest.approx(as_log(0.6), abs=0.05)
    assert unsure.seat[:, 0].mean() < 0.2
    assert unsure.seat[:, 0].std() > sure.seat[:, 0].std()


def test_a_low_teams_gap_is_its_distance_and_a_usual_teams_would_be_small():
    low = levels(evidence(CREATION, [log - 0.5 for log in USUAL]))[CREATION]
    usual = levels(evidence(CREATION, USUAL))[CREATION]
    assert low.gap.mean() == pytest.approx(0.48, abs=0.06)
    assert (low.gap >= 0).all()
    assert usual.gap.mean() < low.gap.mean() / 3


def test_only_weak_seats_are_drawn_below_their_team():
    found = levels(evidence(CREATION, [-1.0, -0.9, *USUAL[2:]]))[CREATION]
    assert (found.drop >= 0).all()
    assert found.drop[:, :2].mean() > 0.7
    assert found.drop[:, 2:].mean() < 0.02


def test_a_seat_that_one_driver_does_not_know_is_at_its_teams_level_there():
    some = evidence(SIZE, USUAL[:3])
    found = levels(evidence(CREATION, USUAL), some)[SIZE]
    assert found.seat.shape == (2000, 8)
    assert found.seat[:, 7].mean() == pytest.approx(0.0, abs=0.06)
