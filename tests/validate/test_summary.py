"""The study's table counts what the trials say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from salesgap.params import Method
from salesgap.validate.summary import summary
from salesgap.validate.trial import Trial, trials
from salesgap.validate.worlds import PLANTINGS, WORLDS, Planting

USUAL = Trial(
    world="plain",
    planting="none",
    seed=0,
    as_of=date(2026, 6, 30),
    planted="",
    kind="",
    named="none",
    chances={},
    impacts={},
    ratios={"pipeline_creation": 0.9, "deal_size": 1.1},
    coverage=3.5,
    worth=0.0,
    chance_year=0.25,
    made_year=False,
    rank_held=True,
    rep_ranks_held=7,
    rep_ranks=8,
)
PLANTED = replace(
    USUAL,
    planting="strong",
    planted="pipeline_creation",
    kind="pipeline_creation",
    named="pipeline_creation",
    impacts={"pipeline_creation": (110.0, 80.0, 140.0)},
    ratios={"pipeline_creation": 0.6, "deal_size": 1.0},
    coverage=2.0,
    worth=100.0,
    made_year=True,
)


def lines(*of: Trial) -> str:
    return summary(of)


def test_a_gap_named_rightly_is_a_hit_and_another_or_none_is_not():
    text = lines(USUAL, PLANTED, replace(PLANTED, named="none"), replace(PLANTED, named="capacity"))
    assert "| plain | strong | 33.3% (1 of 3) | 1 none, 1 another |" in text


def test_false_gaps_are_counted_in_organisations_without_one_only():
    text = lines(USUAL, replace(USUAL, named="capacity"), PLANTED)
    assert "| plain | 50.0% (1 of 2) |" in text


def test_the_worth_of_gaps_named_rightly_is_held_against_the_truth():
    text = lines(USUAL, PLANTED, replace(PLANTED, worth=220.0))
    assert "| plain | strong | 50.0% (1 of 2) | 0.80 |" in text


def test_the_days_of_the_year_are_told_apart_in_their_order():
    text = lines(USUAL, PLANTED, replace(PLANTED, as_of=date(2026, 3, 31), named="none"))
    march, june = (line for line in text.splitlines() if line.startswith(("| March", "| June")))
    assert march == "| March | strong | 0.0% (0 of 1) | – | – |"
    assert june == "| June | strong | 100.0% (1 of 1) | 100.0% (1 of 1) | 1.10 |"


def test_places_and_chances_are_counted_over_all():
    text = lines(USUAL, replace(PLANTED, rank_held=False))
    assert "| plain | 50.0% (1 of 2) | 87.5% (14 of 16) |" in text
    assert "| 0.2 to 0.3 | 0.25 | 50.0% (1 of 2) |" in text


def test_a_naive_rule_is_held_to_the_same_rate_of_false_gaps():
    told = replace(USUAL, named="capacity", ratios={"deal_size": 0.7})
    text = lines(*[USUAL] * 3, told, PLANTED)
    naive = text.split("## Against naive rules")[1].splitlines()
    row = next(line for line in naive if "100.0% (1 of 1) | 100.0% (1 of 1)" in line)
    assert row.endswith("| 0.0% (0 of 4) |")


def test_three_managers_have_three_different_gaps_and_the_same_seed_plants_the_same():
    strong = Planting("strong", 0.65)
    gaps = strong.gaps(7)
    assert len({gap.manager for gap in gaps}) == len({gap.driver for gap in gaps}) == 3
    assert strong.gaps(7) == gaps
    assert Planting("none", None).gaps(7) == ()


def test_every_world_is_also_studied_without_a_gap():
    assert all(any(p.factor is None for p in PLANTINGS[world]) for world in WORLDS)


@pytest.fixture(scope="module")
def organisation() -> list[Trial]:
    return trials("plain", Planting("strong", 0.65), 1, Method(draws=200))


def test_a_trial_holds_each_manager_with_a_gap_against_the_truth(organisation):
    assert len(organisation) == 3
    assert all(trial.planted and trial.worth > 0 for trial in organisation)
    assert {trial.made_year for trial in organisation} <= {True, False}
