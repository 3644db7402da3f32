from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest

from salesgap.simulate import (
    DRIVERS,
    Driver,
    Gap,
    Organisation,
    World,
    counterfactual,
    expected_revenue,
    organisation,
    realised_revenue,
    refill,
    true_attainment_level,
)
from salesgap.simulate.futures import Closing, Span, from_new_deals, standing
from salesgap.simulate.spec import LEVELS, SPEED

LEAN = World(activities=False, stage_history=False)
MARCH, JUNE, SEPTEMBER = date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30)


@cache
def with_gap(driver: Driver, as_of: date = JUNE, seed: int = 1) -> Organisation:
    return organisation(seed=seed, as_of=as_of, managers=4, world=LEAN, gaps=[Gap(1, driver, 0.65)])


@pytest.mark.parametrize("driver", DRIVERS)
def test_closing_a_planted_gap_is_worth_something_and_more_if_closed_further(
    driver: Driver,
) -> None:
    org = with_gap(driver)
    half, full = counterfactual(org, 1, driver, 0.5, 8), counterfactual(org, 1, driver, 1.0, 8)
    assert 0 < half < full
    assert full < counterfactual(org, 1, driver, 1.0, 0)


@pytest.mark.parametrize("driver", DRIVERS)
def test_there_is_nothing_to_win_where_nothing_was_planted(driver: Driver) -> None:
    assert counterfactual(with_gap(driver), 2, driver, 1.0, 8) == 0.0
    other: Driver = "deal_size" if driver != "deal_size" else "cycle_time"
    assert counterfactual(with_gap(driver), 1, other, 1.0, 8) == 0.0


def test_a_creation_gap_is_worth_less_the_nearer_the_year_end() -> None:
    worth = [
        np.mean(
            [
                counterfactual(
                    with_gap("pipeline_creation", day, seed), 1, "pipeline_creation", 0.5, 8
                )
                for seed in range(1, 4)
            ]
        )
        for day in (MARCH, JUNE, SEPTEMBER)
    ]
    assert worth[0] > 1.5 * worth[1] > 1.5 * 1.5 * worth[2] > 0


@pytest.mark.parametrize("driver", DRIVERS[:5])
def test_a_gap_closed_at_once_gives_new_deals_the_drivers_own_level(driver: Driver) -> None:
    life = with_gap(driver).life
    stints = np.flatnonzero(life.roster.team == 1)
    span = Span(life.clock.as_of, life.clock.year_end, life.clock.as_of + 1)
    closing = Closing(-life.roster.planted[stints], 1.0, 0.0)
    closed = from_new_deals(life, stints, span, closing, np.random.default_rng(1))
    sound = replace(
        life, roster=replace(life.roster, levels=life.roster.levels - life.roster.planted)
    )
    never = from_new_deals(sound, stints, span, standing(len(stints)), np.random.default_rng(1))
    assert closed == pytest.approx(never, rel=1e-6)


def test_a_slow_team_speeds_up_along_the_planned_path() -> None:
    missing = np.zeros((3, LEVELS))
    missing[:, SPEED] = -np.log(0.5)
    closing = Closing(missing, 0.5, 56.0)
    start, work = np.array([0.0, 30.0, 100.0]), np.array([20.0, 60.0, 10.0])
    finish = closing.finish(start, work)
    for row in range(3):
        days = np.linspace(start[row], finish[row], 20_001)
        speed = 0.5 ** (-0.5 * np.minimum(days / 56, 1))
        assert np.trapezoid(speed, days) == pytest.approx(work[row], rel=1e-5)


@pytest.mark.parametrize("as_of", [date(2025, 5, 16), SEPTEMBER])
def test_the_year_comes_out_as_expected_on_average(as_of: date) -> None:
    world = replace(LEAN, quarter_end_bunching=0.5, overdispersion=0.0)
    orgs = [organisation(seed=s, as_of=as_of, managers=14, world=world) for s in range(8)]
    realised = sum(realised_revenue(org).sum() for org in orgs)
    expected = sum(expected_revenue(org, manager) for org in orgs for manager in range(14))
    assert realised / expected == pytest.approx(1.0, abs=0.05)


def test_refilling_seats_pays_early_in_the_year_and_costs_late() -> None:
    world = replace(LEAN, cycle_days=40.0)
    gap = Gap(1, "underperformance")
    early, late = (
        organisation(seed=1, as_of=day, managers=4, world=world, gaps=[gap])
        for day in (date(2025, 1, 31), SEPTEMBER)
    )
    assert refill(early, 1, vacancy_weeks=2, ramp_months=1) > 0
    assert refill(late, 1, vacancy_weeks=10) < 0
    assert refill(early, 2) == 0.0


def test_empty_seats_filled_sooner_bring_more() -> None:
    org = with_gap("capacity", MARCH)
    soon = refill(org, 1, "capacity", vacancy_weeks=4)
    assert soon > refill(org, 1, "capacity", vacancy_weeks=16) > 0
    with pytest.raises(ValueError, match="seats"):
        refill(with_gap("deal_size"), 1, "deal_size")


def test_true_levels_are_those_of_the_latent_drivers() -> None:
    world = replace(LEAN, natural_variation=0.0, rep_variation=0.0, turnover=0.0)
    org = organisation(seed=1, as_of=JUNE, world=world, managers=4, gaps=[Gap(0, "deal_size", 0.7)])
    truth = true_attainment_level(org)
    managers = truth.loc[list(org.manager_ids)]
    level, to_date = managers["level"].to_numpy(), managers["to_date"].to_numpy()
    plain = 1 / world.quota_stretch
    assert set(truth["kind"]) == {"rep", "manager"}
    assert level == pytest.approx(plain * np.array([0.7, 1, 1, 1]), rel=0.02)
    assert to_date == pytest.approx(level, rel=0.1)


def test_true_levels_cover_everybody_in_seat() -> None:
    org = organisation(seed=9, as_of=JUNE, managers=6, world=LEAN)
    people = org.tables["people"]
    reps = people[people["segment"].notna() & people["end_date"].isna()]
    assert set(true_attainment_level(org).index) == set(reps["person_id"]) | set(org.manager_ids)
