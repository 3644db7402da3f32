from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesgap.crm.tables import TABLES, conform
from salesgap.simulate import DRIVERS, STAGES, Gap, Organisation, World, organisation, write_tables

AS_OF = date(2025, 6, 30)
NOT_YET = {("opportunities", "close_date"), ("stage_history", "close_date")}
QUIET = World(activities=False, natural_variation=0.0, rep_variation=0.0, turnover=0.0)


@cache
def demo() -> Organisation:
    return organisation(seed=3, as_of=AS_OF)


def test_the_same_seed_gives_the_same_tables() -> None:
    again = organisation(seed=3, as_of=AS_OF)
    for name, frame in demo().tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])


def test_another_seed_gives_another_organisation() -> None:
    other = organisation(seed=4, as_of=AS_OF)
    assert list(other.tables["people"]["name"]) != list(demo().tables["people"]["name"])
    assert len(other.tables["opportunities"]) != len(demo().tables["opportunities"])


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_canonical_with_its_required_columns_filled(name: str) -> None:
    frame = demo().tables[name]
    pd.testing.assert_frame_equal(frame, conform(TABLES[name], frame))
    assert len(frame) > 0
    assert not frame[list(TABLES[name].required_columns)].isna().any(axis=None)
    if TABLES[name].key:
        assert not frame.duplicated(list(TABLES[name].key)).any()


@pytest.mark.parametrize("as_of", [date(2025, 3, 31), date(2025, 5, 18), date(2025, 12, 31)])
def test_nothing_is_dated_after_as_of_but_expected_closes_and_quotas(as_of: date) -> None:
    tables = organisation(seed=5, as_of=as_of, managers=5).tables
    for name, frame in tables.items():
        for column in frame.select_dtypes("datetime"):
            if name != "quotas" and (name, column) not in NOT_YET:
                assert not (frame[column] > pd.Timestamp(as_of)).any(), (name, column)
    deals = tables["opportunities"]
    closed = deals["stage"].isin(["Won", "Lost"])
    assert (deals.loc[closed, "close_date"] <= pd.Timestamp(as_of)).all()
    assert (deals.loc[~closed, "close_date"] > pd.Timestamp(as_of)).any()


def test_every_owner_exists_and_every_rep_reports_up_to_one_chief() -> None:
    tables = demo().tables
    people = tables["people"].set_index("person_id")
    used = [
        tables["opportunities"]["owner_id"],
        tables["quotas"]["person_id"],
        tables["activities"]["person_id"],
        tables["team_history"]["manager_id"],
        tables["assessments"]["person_id"],
        tables["commitments"]["owner_id"],
    ]
    assert set(pd.concat(used)) <= set(people.index)
    top = pd.Series(people.index, index=people.index)
    for _ in range(3):
        top = top.map(people["manager_id"]).fillna(top)
    assert set(top) == {"E0001"}


def test_open_deals_belong_to_people_who_are_still_there() -> None:
    tables = demo().tables
    deals = tables["opportunities"]
    left = set(tables["people"].dropna(subset="end_date")["person_id"])
    open_deals = deals[~deals["stage"].isin(["Won", "Lost"])]
    assert left
    assert not set(open_deals["owner_id"]) & left


def test_history_starts_at_creation_moves_forward_and_ends_where_the_deal_stands() -> None:
    deals = demo().tables["opportunities"].set_index("opportunity_id")
    history = demo().tables["stage_history"]
    order = {stage.name: rank for rank, stage in enumerate(STAGES)}
    by_deal = history.assign(rank=history["stage"].map(order)).groupby("opportunity_id")
    first, last = by_deal.first(), by_deal.last()
    assert (first["changed_at"] == deals["created_date"]).all()
    assert (last["stage"] == deals["stage"]).all()
    assert (last["close_date"] == deals["close_date"]).all()
    assert ((last["amount"] == deals["amount"]) | deals["amount"].isna()).all()
    assert (by_deal["rank"].diff().fillna(0) >= 0).all()
    assert (by_deal["changed_at"].diff().dropna() >= pd.Timedelta(0)).all()


def test_expected_close_dates_are_pushed_once_they_have_passed() -> None:
    history = demo().tables["stage_history"]
    deals = demo().tables["opportunities"]
    later = history.groupby("opportunity_id")["close_date"].diff() > pd.Timedelta(0)
    assert later.mean() > 0.1
    open_deals = deals[~deals["stage"].isin(["Won", "Lost"])]
    overdue = (open_deals["close_date"] < pd.Timestamp(AS_OF)).mean()
    assert 0.02 < overdue < 0.3


def test_leaving_out_activities_and_history_changes_no_deal() -> None:
    lean = organisation(seed=3, as_of=AS_OF, world=World(activities=False, stage_history=False))
    assert len(lean.tables["activities"]) == 0
    assert len(lean.tables["stage_history"]) == 0
    columns = ["opportunity_id", "owner_id", "created_date", "close_date", "stage", "amount"]
    pd.testing.assert_frame_equal(
        lean.tables["opportunities"][columns], demo().tables["opportunities"][columns]
    )


def test_the_demo_plants_one_gap_of_each_kind_with_different_managers() -> None:
    gaps = demo().gaps
    assert sorted(gap.driver for gap in gaps) == sorted(DRIVERS)
    assert len({gap.manager for gap in gaps}) == len(DRIVERS)


def test_a_gap_of_a_manager_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="manager"):
        organisation(seed=1, as_of=AS_OF, managers=3, gaps=[Gap(3, "deal_size")])


def test_every_group_has_at_least_four_teams() -> None:
    people = demo().tables["people"]
    reps = people[people["segment"].notna()]
    assert (reps.groupby(["role", "segment"])["manager_id"].nunique() >= 4).all()
    assert people["name"].is_unique


def planted(driver: str, factor: float = 0.6) -> tuple[pd.DataFrame, pd.Series[bool]]:
    """Deals of a large even organisation whose first team has the gap, and which are theirs."""
    world = replace(QUIET, reps_per_manager=(25, 25), months=24, transfers=0)
    gap = Gap(0, driver, factor)  # type: ignore[arg-type]
    org = organisation(seed=11, as_of=AS_OF, managers=5, world=world, gaps=[gap])
    deals = org.tables["opportunities"].merge(
        org.tables["people"].rename(columns={"person_id": "owner_id"})[["owner_id", "manager_id"]]
    )
    return deals, deals["manager_id"] == org.manager_ids[0]


def test_planted_creation_shows_in_the_count_of_deals() -> None:
    _, mine = planted("pipeline_creation")
    assert mine.sum() / ((~mine).sum() / 4) == pytest.approx(0.6, rel=0.06)


def test_planted_deal_size_shows_in_what_is_won() -> None:
    deals, mine = planted("deal_size")
    won = np.log(deals["amount"].where(deals["stage"] == "Won"))
    assert np.exp(won[mine].mean() - won[~mine].mean()) == pytest.approx(0.6, rel=0.08)


def test_planted_conversion_shows_in_the_win_rate() -> None:
    deals, mine = planted("conversion_late")
    old = deals["created_date"] < pd.Timestamp("2024-06-30")
    won = deals["stage"] == "Won"
    assert won[mine & old].mean() / won[~mine & old].mean() == pytest.approx(0.6, rel=0.12)


def test_planted_cycle_shows_in_the_days_to_win() -> None:
    deals, mine = planted("cycle_time")
    old = (deals["created_date"] < pd.Timestamp("2024-01-31")) & (deals["stage"] == "Won")
    days = (deals["close_date"] - deals["created_date"]).dt.days
    ratio = days[mine & old].median() / days[~mine & old].median()
    assert ratio == pytest.approx(1 / 0.6, rel=0.15)


def test_planted_underperformance_shows_in_two_seats_of_the_team() -> None:
    deals, mine = planted("underperformance")
    counts = deals[mine].groupby("owner_id").size().sort_values()
    assert counts.iloc[:2].mean() / counts.iloc[2:].mean() == pytest.approx(0.5, rel=0.15)


def test_a_capacity_gap_leaves_seats_empty_that_the_managers_quota_counts() -> None:
    org = organisation(seed=2, as_of=AS_OF, world=QUIET, gaps=[Gap(1, "capacity", 0.6)])
    manager = org.manager_ids[1]
    people = org.tables["people"]
    team = people[people["manager_id"] == manager]
    assert 0.5 <= team["end_date"].isna().mean() <= 0.7
    quotas = org.tables["quotas"]
    latest = quotas[quotas["period_start"] == quotas["period_start"].max()]
    own = latest.loc[latest["person_id"] == manager, "amount"].item()
    carried = latest.loc[latest["person_id"].isin(team["person_id"]), "amount"].sum()
    assert carried / own == pytest.approx(team["end_date"].isna().mean())


def test_some_teams_carry_more_goals_than_revenue_this_year() -> None:
    org = demo()
    quotas = org.tables["quotas"].merge(org.tables["people"][["person_id", "manager_id"]])
    goals = quotas.groupby(["manager_id", "person_id"])["measure"].nunique()
    teams = goals[list(org.manager_ids)].groupby("manager_id").max()
    assert (teams == 1).any()
    assert (teams > 3).any()
    others = quotas[quotas["measure"] != "revenue"]
    assert (others["period_start"] >= pd.Timestamp(2025, 1, 1)).all()
    assert not others["person_id"].isin(org.manager_ids).any()


def test_teams_differ_in_what_they_leave_empty() -> None:
    tables = demo().tables
    owners = tables["people"].set_index("person_id")["manager_id"]
    empty = tables["opportunities"]["margin"].isna()
    share = empty.groupby(tables["opportunities"]["owner_id"].map(owners)).mean()
    assert share.min() < 0.05 < 0.2 < share.max()


def test_a_manager_whose_team_a_condition_holds_back_scores_the_process_lower() -> None:
    scores: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(1, 5):
        org = organisation(seed=seed, as_of=AS_OF, world=QUIET)
        held = {
            org.manager_ids[gap.manager]
            for gap in org.gaps
            if gap.driver not in ("capacity", "underperformance")
        }
        rows = org.tables["assessments"]
        for person, score in rows[["person_id", "score"]].itertuples(index=False):
            if person in org.manager_ids:
                scores[person in held].append(score)
    assert np.mean(scores[True]) < np.mean(scores[False]) - 0.3


def test_bunching_draws_wins_to_the_quarters_last_days() -> None:
    def share(bunching: float) -> float:
        world = replace(QUIET, quarter_end_bunching=bunching)
        deals = organisation(seed=6, as_of=AS_OF, managers=4, world=world).tables["opportunities"]
        closed = deals.loc[deals["stage"] == "Won", "close_date"]
        ends = closed.dt.to_period("Q").dt.end_time.dt.normalize()
        return float(((ends - closed).dt.days < 14).mean())

    assert share(0.0) < 0.25
    assert share(0.6) > 0.55


def test_the_fiscal_year_sets_the_quota_quarters() -> None:
    org = organisation(seed=1, as_of=AS_OF, managers=3, fiscal_year_start_month=4)
    quotas = org.tables["quotas"]
    assert org.year_end == date(2026, 3, 31)
    assert quotas["period_end"].max() == pd.Timestamp("2026-03-31")
    managers = quotas[quotas["person_id"].isin(org.manager_ids)]
    assert set(managers["period_start"].dt.month) == {1, 4, 7, 10}


def test_a_quota_is_of_the_days_in_seat_and_so_the_same_a_day() -> None:
    org = organisation(seed=7, as_of=AS_OF, world=replace(QUIET, transfers=0))
    quotas = org.tables["quotas"]
    reps = quotas[~quotas["person_id"].isin(org.manager_ids) & (quotas["measure"] == "revenue")]
    days = (reps["period_end"] - reps["period_start"]).dt.days + 1
    assert (days < 90).any()
    a_day = (reps["amount"] / days).groupby(reps["person_id"]).agg(["min", "max"])
    assert (a_day["max"] / a_day["min"] < 92 / 90 * 1.06).all()


def test_written_tables_read_back_as_they_were(tmp_path: Path) -> None:
    write_tables(demo(), tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == set(TABLES)
    for name, frame in demo().tables.items():
        dates = list(frame.select_dtypes("datetime").dropna(axis="columns", how="all"))
        read = pd.read_csv(
            tmp_path / f"{name}.csv", parse_dates=dates, dtype={"with_manager": bool}
        )
        pd.testing.assert_frame_equal(conform(TABLES[name], read), frame)
