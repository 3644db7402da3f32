from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.gaps.impact import Course, OpenDeals, Process
from salesgap.gaps.people import risen_by
from salesgap.measures.curves import AT_ONCE, cumulative_incidence

YEAR_END = 30
QUANTITIES = ("created", "proposing", "passing", "winning", "speed")
factors = st.floats(1.0, 2.0)


def curve_of(passed, lost):
    """The curve of deals that passed, and were lost, after so many weeks each."""
    weeks = np.array([*passed, *lost], float)
    return cumulative_incidence(weeks, np.array([1] * len(passed) + [2] * len(lost)))


STEP = curve_of(passed=[10], lost=[10])
SPREAD = curve_of(passed=range(2, 14), lost=range(1, 53, 2))
ONE_PHASE = Process(AT_ONCE, STEP, STEP)
TWO_PHASES = Process(curve_of(passed=range(1, 9), lost=range(1, 20, 2)), SPREAD, SPREAD)
NO_DEALS = OpenDeals(np.zeros(0), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))
SOME_DEALS = OpenDeals(
    np.array([100.0, 200.0, 50.0, 400.0]),
    np.array([0.0, 6.0, 3.0, 30.0]),
    np.array([False, False, True, True]),
    np.array([False, False, True, True]),
)


def course(weeks=YEAR_END, draws=1, **changed):
    flat = np.ones((draws, weeks))
    usual = dict.fromkeys(QUANTITIES, flat) | {
        "size": np.full((draws, 1), 10.0),
        "pace": np.ones((draws, 1)),
    }
    return Course(**(usual | changed))


def total(process, of_course, deals=NO_DEALS):
    return float(process.outlook(of_course, deals).total[0])


def test_a_deal_created_after_year_end_minus_the_cycle_is_worth_nothing():
    per_new = ONE_PHASE.outlook(course(), NO_DEALS).per_new[0]
    assert per_new[YEAR_END - 10 :].tolist() == [0.0] * 10
    assert per_new[: YEAR_END - 12] == pytest.approx([0.5] * (YEAR_END - 12))


def test_the_less_is_left_of_the_year_the_less_a_new_deal_is_worth():
    per_new = TWO_PHASES.outlook(course(), NO_DEALS).per_new[0]
    assert (np.diff(per_new) <= 1e-12).all()
    assert per_new[0] > 0 == per_new[-1]


def test_revenue_is_deals_times_size_times_chance():
    created = np.zeros((1, YEAR_END))
    created[0, 0] = 4.0
    assert total(ONE_PHASE, course(created=created)) == pytest.approx(4 * 10 * 0.5)


@pytest.mark.parametrize("quantity", ["created", "proposing"])
def test_half_as_many_or_as_large_again_is_half_the_new_revenue_again(quantity):
    lifted = course().lifted(**{quantity: np.full((1, YEAR_END), 1.5)})
    before, after = (TWO_PHASES.outlook(c, SOME_DEALS) for c in (course(), lifted))
    assert after.new[0] == pytest.approx(1.5 * before.new[0])


def test_a_larger_deal_is_larger_from_the_proposal_on():
    lifted = course().lifted(proposing=np.full((1, YEAR_END), 1.5))
    before, after = (TWO_PHASES.outlook(c, SOME_DEALS).per_open[0] for c in (course(), lifted))
    assert after.tolist() == pytest.approx((before * [1.5, 1.5, 1.0, 1.0]).tolist())


def test_a_lift_of_nothing_brings_nothing():
    lifted = course().lifted(**dict.fromkeys(QUANTITIES, np.ones((1, YEAR_END))))
    assert total(TWO_PHASES, lifted, SOME_DEALS) == total(TWO_PHASES, course(), SOME_DEALS)


@pytest.mark.parametrize("quantity", QUANTITIES)
@given(low=factors, more=factors)
def test_of_new_deals_the_larger_lift_never_brings_less(quantity, low, more):
    before, after = (
        total(TWO_PHASES, course().lifted(**{quantity: np.full((1, YEAR_END), factor)}))
        for factor in (low, low * more)
    )
    assert after >= before - 1e-9


@pytest.mark.parametrize("quantity", ["proposing", "passing", "winning"])
@given(low=factors, more=factors)
def test_of_open_deals_the_larger_lift_never_brings_less(quantity, low, more):
    before, after = (
        TWO_PHASES.outlook(
            course().lifted(**{quantity: np.full((1, YEAR_END), factor)}), SOME_DEALS
        ).open[0]
        for factor in (low, low * more)
    )
    assert after >= before - 1e-9


def test_a_shorter_cycle_from_now_on_never_makes_an_open_deal_worth_less():
    deals = OpenDeals(np.ones(1), np.array([10.0]), np.ones(1, bool), np.ones(1, bool))
    chances = [
        TWO_PHASES.outlook(course(weeks=4).lifted(speed=np.full((1, 4), factor)), deals).per_open[
            0, 0
        ]
        for factor in (1.0, 1.2, 1.5)
    ]
    assert chances == sorted(chances)


def test_the_same_lift_is_worth_less_the_later_it_comes():
    gains = []
    for since in (0, 10, 20, 29):
        lift = np.where(np.arange(YEAR_END) >= since, 1.5, 1.0)[None, :]
        gains.append(total(TWO_PHASES, course().lifted(created=lift)))
    assert gains == sorted(gains, reverse=True)
    assert gains[-1] == pytest.approx(total(TWO_PHASES, course()))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_what_a_lift_leaves_untouched_is_taken_over_unchanged(quantity):
    before = TWO_PHASES.outlook(course(draws=2), SOME_DEALS)
    lift = np.linspace(1.0, 1.4, 2 * YEAR_END).reshape(2, -1)
    lifted = before.course.lifted(**{quantity: lift})
    anew = TWO_PHASES.outlook(lifted, SOME_DEALS)
    again = TWO_PHASES.outlook(lifted, SOME_DEALS, before)
    np.testing.assert_array_equal(again.total, anew.total)
    np.testing.assert_array_equal(again.per_open, anew.per_open)


def test_an_open_deals_chance_falls_once_it_is_older_than_deals_usually_are_when_won():
    ages = np.array([4.0, 8.0, 12.0, 14.0, 30.0])
    deals = OpenDeals(np.ones(5), ages, np.ones(5, bool), np.ones(5, bool))
    chance = TWO_PHASES.outlook(course(), deals).per_open[0]
    assert (np.diff(chance) < 0).tolist() == [True, True, True, False]
    assert chance[3:].tolist() == [0.0, 0.0]


def test_an_open_deal_that_is_as_old_as_new_ones_has_their_chance():
    deals = OpenDeals(np.ones(1), np.zeros(1), np.ones(1, bool), np.ones(1, bool))
    found = TWO_PHASES.outlook(course(weeks=60), deals)
    assert found.per_open[0, 0] == pytest.approx(SPREAD.share)


def test_no_lift_makes_more_deals_pass_than_there_are():
    lifted = course(weeks=60).lifted(winning=np.full((1, 60), 50.0))
    deals = OpenDeals(np.ones(3), np.array([0.0, 5.0, 12.0]), np.ones(3, bool), np.ones(3, bool))
    chance = TWO_PHASES.outlook(lifted, deals).per_open
    assert chance.max() <= 1.0 + 1e-9


def test_the_expected_course_is_the_mean_of_the_draws():
    created = np.array([[1.0] * YEAR_END, [3.0] * YEAR_END])
    mean = course(draws=2, created=created).expected(1)
    assert (mean.created.shape, mean.created[0, 0]) == ((1, YEAR_END), 2.0)


def test_what_seats_rise_by_is_the_mean_rise_by_their_share():
    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.ones(4), size=6)
    drop = np.where(rng.random((6, 4)) < 0.3, rng.random((6, 4)), 0.0)
    closing = np.linspace(0.0, 0.5, 5)
    direct = (share[:, :, None] * np.exp(drop[:, :, None] * closing)).sum(axis=1)
    assert np.allclose(risen_by(share, drop, closing), direct)


def test_what_is_agreed_but_held_to_the_quarters_end_is_as_good_as_won():
    # Of all deals two in three are won in the fourth week; today, in mid-quarter, none is closed.
    later = curve_of(passed=[4, 4], lost=[30])
    today = curve_of(passed=[26, 26], lost=[30])
    old = OpenDeals(np.array([100.0]), np.array([8.0]), np.array([True]), np.array([True]))
    plain = Process(AT_ONCE, later, later).outlook(course(weeks=2), old)
    held = Process(AT_ONCE, later, today).outlook(course(weeks=2), old)
    assert plain.open.mean() == pytest.approx(0.0, abs=1.0)
    assert held.open.mean() == pytest.approx(100 * 2 / 3, rel=0.02)


def test_without_phases_only_what_is_not_proposed_yet_can_grow():
    amount, age = np.array([100.0, 100.0]), np.array([2.0, 2.0])
    deals = OpenDeals(amount, age, np.ones(2, bool), np.array([False, True]))
    process = Process(AT_ONCE, SPREAD, SPREAD)
    before = process.outlook(course(), deals)
    raised = process.outlook(course(proposing=np.full((1, YEAR_END), 1.3)), deals)
    assert before.per_open[0, 0] == before.per_open[0, 1] > 0
    assert raised.per_open[0] == pytest.approx(before.per_open[0] * [1.3, 1.0])
