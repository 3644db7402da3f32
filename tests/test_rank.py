from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.rank import League, fiscal_days, league, places

YEAR = {"period_start": "2026-01-01", "period_end": "2026-12-31"}


@pytest.fixture
def league_of(make_book, run_params, make_benchmarks):
    """``league_of({rep: (won deals, quota)})``: a team of each letter, each deal worth 100."""

    def make(reps, *, params=None, peers=None, gone=(), **tables) -> League:
        teams = sorted({rep[0] for rep in reps})
        people = [{"person_id": team.upper(), "manager_id": None} for team in teams]
        people += [
            {
                "person_id": rep,
                "manager_id": rep[0].upper(),
                **({"end_date": "2026-02-01"} if rep in gone else {}),
            }
            for rep in reps
        ]
        deals = [
            {
                "owner_id": rep,
                "manager_id": rep[0].upper(),
                "status": "won",
                "close_date": "2026-03-01",
            }
            for rep, (deals, _) in reps.items()
            for _ in range(deals)
        ]
        quotas = [
            {"person_id": rep, "amount": quota, **YEAR} for rep, (_, quota) in reps.items() if quota
        ]
        book = make_book(people, deals, quotas=quotas, **tables)
        params = params or run_params()
        benchmarks = make_benchmarks(revenue_per_month={"rep": 100.0 if peers is None else peers})
        return league(book, benchmarks, params)

    return make


def by_person(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("person_id")


def test_attainment_is_pulled_towards_the_runs_mean_and_more_so_with_less_data(league_of):
    # Quotas of the half year: 40, 4 and 40 deals; the pairs attain 150 % and 50 %.
    reps = {"a1": (60, 8066), "a2": (6, 807), "b1": (20, 8066), "b2": (2, 807)}
    ranked = by_person(league_of(reps).reps)["expected"]
    assert 1.0 < ranked["a2"] < ranked["a1"] < 1.5
    assert 0.5 < ranked["b1"] < ranked["b2"] < 1.0


def test_intervals_widen_with_less_data(league_of):
    reps = {"a1": (60, 8066), "a2": (6, 807), "b1": (20, 8066), "b2": (2, 807)}
    ranked = by_person(league_of(reps).reps)
    width = ranked["high"] - ranked["low"]
    assert width["a2"] > 1.5 * width["a1"]


def test_one_windfall_is_not_everybodys_attainment(league_of):
    reps = {f"a{i}": (10, 2000) for i in range(12)} | {"a12": (1000, 2000)}
    ranked = by_person(league_of(reps).reps)["expected"]
    assert ranked["a0"] == pytest.approx(ranked["a11"], abs=0.1)
    assert ranked["a0"] < 2 * 10 * 100 / 1000
    assert ranked["a12"] > 2 * ranked["a0"]


def test_a_manager_who_leads_nobody_any_more_has_no_place(league_of):
    found = league_of({"a1": (10, 2000), "b1": (10, 2000)}, gone={"b1"})
    assert found.managers["person_id"].tolist() == ["A"]


def test_people_who_cannot_be_told_apart_share_a_band(league_of):
    ranked = league_of({"a1": (10, 2000), "a2": (10, 2000), "a3": (11, 2000)}).reps
    assert ranked["band"].tolist() == [1, 1, 1]
    assert (ranked["rank_low"].min(), ranked["rank_high"].max()) == (1, 3)


def test_a_rank_interval_holds_nine_in_ten_draws(league_of):
    ranked = league_of({f"a{i}": (10, 2000) for i in range(40)}).reps
    # Any 36 of the 40 places hold nine in ten, give or take one in so many draws.
    assert set(ranked["rank_high"] - ranked["rank_low"] + 1) <= {35, 36, 37}


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_no_fewer_neighbouring_places_hold_as_much(people, seed):
    draws = np.random.default_rng(seed).normal(np.arange(people), 2.0, (300, people))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    found = places(draws, np.arange(people))
    for own, low, high in zip(ranks.T, found["rank_low"], found["rank_high"], strict=True):
        assert ((low <= own) & (own <= high)).sum() >= 270
        narrower = [((at <= own) & (own < at + high - low)).sum() for at in range(1, people + 1)]
        assert max(narrower) < 270


def test_a_band_goes_on_as_far_as_the_interval_of_its_first():
    # In 8 of 10 draws the order is a, b, c, d; in two it is c, a, b, d.
    draws = np.array([[4.0, 3.0, 2.0, 1.0]] * 8 + [[3.0, 2.0, 4.0, 1.0]] * 2)
    found = places(draws, np.arange(4))
    assert found["rank"].tolist() == pytest.approx([1.2, 2.2, 2.6, 4.0])
    assert found["rank_low"].tolist() == [1, 2, 1, 4]
    assert found["rank_high"].tolist() == [2, 3, 3, 4]
    assert found["band"].tolist() == [1, 1, 1, 2]


def test_people_far_apart_have_bands_of_their_own(league_of):
    ranked = by_person(league_of({"a1": (400, 40000), "a2": (100, 40000), "a3": (398, 40000)}).reps)
    assert ranked["band"].to_dict() == {"a1": 1, "a3": 1, "a2": 3 - 1}
    assert ranked.loc["a2", ["rank_low", "rank_high"]].tolist() == [3, 3]


def test_equal_people_have_equal_expected_ranks(league_of):
    ranks = league_of({f"a{i}": (10, 2000) for i in range(4)}).reps["rank"]
    assert ranks.sum() == pytest.approx(10)
    assert ranks.tolist() == pytest.approx([2.5] * 4, abs=0.15)


def test_reps_are_placed_within_their_team_and_managers_among_all(league_of):
    reps = {"a1": (400, 40000), "a2": (300, 40000), "b1": (30, 40000), "b2": (100, 40000)}
    found = league_of(reps)
    assert by_person(found.reps)["rank"].round().to_dict() == {"a1": 1, "a2": 2, "b1": 2, "b2": 1}
    assert by_person(found.managers)["rank"].round().to_dict() == {"A": 1, "B": 2}


def test_the_chances_of_the_lowest_tenth_add_up_to_it(league_of):
    reps = {f"a{i:02}": (3 if i else 0, 600) for i in range(20)}
    ranked = by_person(league_of(reps).reps)
    assert ranked["bottom"].sum() == pytest.approx(2)
    assert ranked["bottom"].idxmax() == "a00"


def test_of_fewer_than_ten_people_nobody_is_the_lowest_tenth(league_of):
    found = league_of({f"a{i}": (i, 1000) for i in range(9)})
    assert found.reps["bottom"].tolist() == [0.0] * 9
    assert found.managers["bottom"].tolist() == [0.0]


def test_who_has_no_quota_where_others_do_has_no_attainment(league_of):
    ranked = by_person(league_of({"a1": (10, 2000), "a2": (5, None)}).reps)
    assert np.isnan(ranked.loc["a2", ["quota", "expected", "low", "high"]].to_numpy(float)).all()
    assert ranked["won"].to_dict() == {"a1": 1000.0, "a2": 500.0}
    assert ranked.loc["a2", ["rank_low", "rank_high"]].tolist() == [1, 2]


def test_without_any_quota_reps_are_measured_against_peers(league_of):
    ranked = by_person(league_of({"a1": (60, None), "a2": (20, None)}, peers=700.0).reps)
    assert ranked["quota"].isna().all()
    assert ranked.loc["a1", "expected"] > 1.0 > ranked.loc["a2", "expected"]


def test_without_any_quota_or_revenue_nobody_has_an_attainment(league_of):
    ranked = league_of({"a1": (0, None), "a2": (0, None)}, peers=0.0).reps
    assert ranked["expected"].isna().all()


def test_who_came_back_to_a_team_is_one_row_of_it(league_of):
    stays = [
        {
            "person_id": "a1",
            "manager_id": "A",
            "start_date": "2020-01-01",
            "end_date": "2026-02-01",
        },
        {
            "person_id": "a1",
            "manager_id": "B",
            "start_date": "2026-02-01",
            "end_date": "2026-05-01",
        },
        {"person_id": "a1", "manager_id": "A", "start_date": "2026-05-01"},
    ]
    found = league_of({"a1": (6, 365), "b1": (3, 365)}, team_history=stays)
    ranked = by_person(found.reps)
    assert ranked.loc["a1", ["won", "won_deals"]].tolist() == [600.0, 6]
    assert ranked.loc["a1", "quota"] == pytest.approx(31 + 61)
    assert by_person(found.managers).loc["A", "won"] == 600.0


def test_what_leavers_won_counts_for_the_manager(make_book, run_params, make_benchmarks):
    people = [{"person_id": "m1", "manager_id": None}, {"person_id": "r1"}]
    people += [{"person_id": "r2", "end_date": "2026-04-01"}]
    won = {"status": "won", "close_date": "2026-03-01"}
    book = make_book(people, [won, won | {"owner_id": "r2"}])
    found = league(book, make_benchmarks(), run_params())
    assert found.reps["person_id"].tolist() == ["r1"]
    assert found.managers["won"].tolist() == [200.0]


def test_the_same_run_gives_the_same_places(league_of, run_params):
    reps = {"a1": (10, 2000), "a2": (5, 2000), "b1": (7, 2000)}
    one, same = league_of(reps), league_of(reps)
    pd.testing.assert_frame_equal(one.reps, same.reps)
    other = league_of(reps, params=run_params(method={"seed": 2}))
    assert other.reps["expected"].tolist() != one.reps["expected"].tolist()


def test_fiscal_days_run_to_the_as_of_date(run_params):
    days = fiscal_days(run_params(as_of="2026-05-02", fiscal_year_start_month=4))
    assert (days[0], days[-1], len(days)) == (
        pd.Timestamp(2026, 4, 1),
        pd.Timestamp(2026, 5, 2),
        32,
    )
