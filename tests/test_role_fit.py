from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from salesgap.facts import ManagerRank, Range
from salesgap.measures.seats import DAYS_PER_MONTH
from salesgap.pack import team_outlook
from salesgap.params import Method
from salesgap.prepare import manager_entries, team_in
from salesgap.rank import ROLE_FIT_CHANCE
from salesgap.role_fit import HANDOVER_WEEKS, role_fit, territory_value
from salesgap.simulate import organisation
from salesgap.team import Team
from salesgap.validate.trial import analysed

AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def team() -> Team:
    run = analysed(organisation(seed=5, as_of=AS_OF, managers=4), Method(draws=400))
    return team_in(run, manager_entries(run.book, Path())[0])


def worth(team: Team, until: date) -> Range:
    found = territory_value(team, team_outlook(team, until))
    assert found is not None
    return found


def rank(chance: float) -> ManagerRank:
    return ManagerRank(
        managers=20, expected_rank=19.0, rank_low=17, rank_high=20, chance_bottom_tenth=chance
    )


def test_a_conversation_is_suggested_only_where_the_bottom_tenth_is_likely(team):
    outlook = team_outlook(team, team.params.year_end)
    assert role_fit(team, outlook, None) is None
    assert role_fit(team, outlook, rank(ROLE_FIT_CHANCE - 0.01)) is None
    found = role_fit(team, outlook, rank(ROLE_FIT_CHANCE))
    assert found is not None
    assert found.chance == ROLE_FIT_CHANCE
    assert found.seat_open_until == AS_OF + timedelta(days=90)
    assert found.territory_value == territory_value(team, outlook)


def test_a_territory_brings_nothing_before_the_handover_is_done(team):
    handover = AS_OF + timedelta(weeks=HANDOVER_WEEKS)
    assert worth(team, handover).high == pytest.approx(0.0, abs=1.0)
    assert worth(team, team.params.year_end).expected > 0


def test_what_has_no_time_left_to_be_won_does_not_count(team):
    """Less than the peers' revenue of the weeks left, and the nearer to it the more there are."""
    monthly = max(team.benchmarks.revenue_per_month.values())
    parts = []
    for months in (3, 6, 24):
        days = round(months * DAYS_PER_MONTH)
        most = monthly * (days / DAYS_PER_MONTH - HANDOVER_WEEKS * 7 / DAYS_PER_MONTH)
        parts.append(worth(team, AS_OF + timedelta(days=days)).expected / most)
    assert parts == sorted(parts)
    assert parts[-1] < 1.15


def test_one_seller_is_mostly_chance_so_the_range_is_wide(team):
    found = worth(team, team.params.year_end)
    assert found.low < 0.6 * found.expected
    assert found.high > 1.4 * found.expected


def test_without_peers_the_value_is_unknown_and_not_nothing(team):
    alone = replace(team, benchmarks=replace(team.benchmarks, teams=1))
    unknown = replace(team, benchmarks=replace(team.benchmarks, revenue_per_month={}))
    for changed in (alone, unknown):
        outlook = team_outlook(team, team.params.year_end)
        assert territory_value(changed, outlook) is None
