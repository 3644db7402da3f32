from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.facts import StrategyVerdict
from salesgap.measures.peers import save_benchmarks
from salesgap.pack import coaching_pack
from salesgap.params import Method
from salesgap.prepare import BENCHMARKS, manager_entries, team_in
from salesgap.simulate import organisation
from salesgap.strategy import is_early, strategy_or_execution, verdict_of_run
from salesgap.team import load_team, save_team
from salesgap.validate.trial import analysed


def verdict(*shares: float | None) -> StrategyVerdict:
    return strategy_or_execution(shares, early=False)


def test_teams_that_all_miss_alike_are_a_question_of_strategy():
    found = verdict(0.7, 0.72, 0.68, 0.75)
    assert (found.verdict, found.missing_teams) == ("strategy", 4)
    assert found.shared == pytest.approx((0.25 + 0.28 + 0.29 + 0.29) / 1.15)


def test_one_team_that_misses_alone_is_execution():
    found = verdict(0.5, 1.1, 1.05, 1.0)
    assert (found.verdict, found.missing_teams, found.teams) == ("execution", 1, 4)
    assert found.shared == 0.0


def test_half_the_teams_missing_is_a_mix():
    assert verdict(0.6, 0.7, 1.1, 1.2).verdict == "mixed"


def test_misses_of_very_different_size_are_common_only_up_to_the_middle_one():
    found = verdict(0.29, 0.56, 0.82, 0.84, 0.94)
    assert (found.verdict, found.missing_teams) == ("mixed", 4)
    assert found.shared == pytest.approx((3 * 0.18 + 0.16 + 0.06) / 1.55)


def test_a_team_just_short_of_its_quota_does_not_miss_it():
    assert verdict(0.91, 0.95, 0.92).missing_teams == 0


@pytest.mark.parametrize("shares", [(), (None, None, None), (0.5,), (0.5, 0.6, None)])
def test_of_fewer_than_three_teams_with_a_quota_it_cannot_be_told(shares):
    assert verdict(*shares).verdict == "unknown"


def test_where_nobody_is_short_nothing_is_shared():
    assert verdict(1.1, 1.2, 1.0).shared == 0.0


def test_on_the_first_days_of_a_year_it_cannot_be_told():
    year = date(2026, 2, 1), date(2027, 1, 31)
    assert is_early(date(2026, 2, 1), *year)
    assert is_early(date(2026, 3, 2), *year)
    assert not is_early(date(2026, 3, 3), *year)
    found = strategy_or_execution([0.0, 0.0, 0.1], early=True)
    assert (found.verdict, found.missing_teams) == ("unknown", 3)


@given(st.lists(st.floats(0.0, 3.0), min_size=3, max_size=40))
def test_what_is_shared_is_a_part_of_the_shortfall(shares):
    found = strategy_or_execution(shares, early=False)
    assert found.shared is not None
    assert 0.0 <= found.shared <= 1.0 + 1e-9
    assert strategy_or_execution(shares[::-1], early=False).verdict == found.verdict


def managers(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["won", "quota"])


def test_a_run_is_judged_by_what_each_manager_won_of_the_quota():
    table = managers((50.0, 100.0), (220.0, 200.0), (105.0, 100.0), (10.0, float("nan")))
    assert verdict_of_run(table, early=False) == strategy_or_execution(
        [0.5, 1.1, 1.05], early=False
    )


def test_a_run_without_quotas_has_no_verdict():
    assert verdict_of_run(managers((50.0, float("nan")), (60.0, float("nan"))), early=False) is None
    assert verdict_of_run(managers(), early=False) is None


def test_every_pack_has_the_verdict_of_the_whole_run(tmp_path):
    org = organisation(seed=5, as_of=date(2026, 6, 30), managers=4)
    run = analysed(org, Method(draws=200))
    found = verdict_of_run(run.league.managers, early=False)
    assert found is not None
    assert found.teams == 4
    entry = manager_entries(run.book, tmp_path)[0]
    save_team(team_in(run, entry), entry.team_folder)
    save_benchmarks(run.benchmarks, tmp_path / BENCHMARKS)
    pack = coaching_pack(load_team(entry.team_folder, tmp_path / BENCHMARKS))
    assert pack.strategy == found
