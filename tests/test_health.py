from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from salesgap.facts import DataQuality, Evidence, Manager
from salesgap.health import QUESTIONS, deals_to_talk_about, pipeline
from salesgap.measures.calendar import quarter
from salesgap.measures.pipeline import due_yield, open_deals, slowest_won_days
from salesgap.measures.seats import seats
from salesgap.team import Team

PEOPLE = [{"person_id": "m1", "manager_id": None}, {"person_id": "r1"}]
YEAR = {"person_id": "r1", "period_start": "2026-01-01", "period_end": "2026-12-31"}
SOUND = {"next_step": "call", "close_date": "2026-09-30", "last_activity_date": "2026-06-29"}


@pytest.fixture
def team_of(make_book, run_params, make_benchmarks):
    """``team_of(deals, quotas=…)``: one team with one rep, as of 2026-05-15.

    ``told``: what the run's export says of open deals at all.
    """

    def make(deals, told=("next_step", "close_date"), **tables) -> Team:
        params = run_params(as_of="2026-05-15")
        book = make_book(PEOPLE, deals, **tables)
        empty = pd.DataFrame()
        return Team(
            params=params,
            manager=Manager(id="m1", name="Name m1", region="North"),
            managers=1,
            book=book,
            benchmarks=make_benchmarks(
                slowest_won_days=slowest_won_days(book.deals),
                due_yield=due_yield(book, [quarter(pd.Timestamp(params.year_start), 0)]),
            ),
            places=empty,
            place=empty,
            seats=seats(book, 6),
            statistics=empty,
            quality=DataQuality(tables=(), notes=(), missing=()),
            plays={},
            waterfall=None,
            arrived=(0, 0.0),
            attention=None,
            told=told,
        )

    return make


def at_risk(team):
    return deals_to_talk_about(team, open_deals(team.book.deals))


def facts(team, *conversion):
    return pipeline(team, open_deals(team.book.deals), conversion, at_risk(team))


def reasons(team):
    return {deal.opportunity_id: deal.reasons for deal in at_risk(team)}


def test_coverage_is_open_pipeline_due_against_what_is_still_to_be_won(team_of):
    won = {"status": "won", "close_date": "2026-04-10", "amount": 3_000.0}
    deals = [
        won,
        won | {"close_date": "2026-03-31"},
        {"close_date": "2026-06-30", "amount": 1_500.0},
        {"close_date": "2026-06-01", "amount": 2_500.0, "late_date": "2026-05-01"},
        {"close_date": "2026-07-01", "amount": 9_000.0},
        {"close_date": None, "amount": 9_000.0},
    ]
    team = team_of(deals, quotas=[YEAR | {"amount": 36_500.0}])
    now, following, _ = facts(team).coverage
    assert (now.quarter, following.quarter) == ("Q2", "Q3")
    assert (now.target, now.won) == (pytest.approx(9_100), 3_000.0)
    assert (now.open_all, now.open_late, now.deals) == (4_000.0, 2_500.0, 2)
    assert now.coverage_all == pytest.approx(4_000 / 6_100)
    assert now.coverage_late == pytest.approx(2_500 / 6_100)
    assert following.coverage_all == pytest.approx(9_000 / 9_200)


def test_nothing_to_go_or_no_quota_has_no_coverage(team_of):
    won = {"status": "won", "close_date": "2026-04-10", "amount": 90_000.0}
    deals = [won, {"close_date": "2026-06-30"}]
    reached = facts(team_of(deals, quotas=[YEAR | {"amount": 36_500.0}])).coverage[0]
    assert (reached.target, reached.coverage_all) == (pytest.approx(9_100), None)
    without = facts(team_of(deals)).coverage[0]
    assert (without.target, without.coverage_all, without.open_all) == (None, None, 100.0)


def test_needed_coverage_is_one_over_the_yield_and_unknown_without_history(team_of):
    deals = [{"status": "won", "close_date": "2026-02-10"}, {"close_date": "2026-03-10"}]
    history = [
        {
            "opportunity_id": deal,
            "changed_at": "2025-12-15",
            "stage": "Qualify",
            "amount": 100.0,
            "close_date": "2026-03-10",
        }
        for deal in ("d1", "d2")
    ]
    created = [deal | {"created_date": "2025-11-01"} for deal in deals]
    found = facts(team_of(created, stage_history=history)).coverage[0]
    assert (found.yield_all, found.needed) == (pytest.approx(0.5), pytest.approx(2.0))
    without = facts(team_of(created)).coverage[0]
    assert (without.yield_all, without.needed) == (None, None)


def test_what_is_not_known_of_open_deals_is_counted(team_of):
    won = {"status": "won", "created_date": "2026-01-01", "close_date": "2026-02-10"}
    deals = [
        won,
        {"created_date": "2026-04-20", "amount": None, "close_date": "2026-06-01"},
        {"created_date": "2026-03-01", "amount": 10.0, "amount_source": "list price"},
    ]
    found = facts(team_of(deals))
    assert (found.open_deals, found.open_amount, found.unvalued_deals) == (2, 10.0, 1)
    assert (found.list_price_deals, found.undated_deals) == (1, 1)
    assert (found.older_than_slowest_won, found.slowest_won_days) == (1, 40)
    assert (found.net_new_deals, found.net_new_amount) == (1, 0.0)
    assert found.without_next_step == 2


def test_what_the_export_never_tells_is_not_known_and_nobody_lacks_it(team_of):
    found = facts(team_of([{"close_date": None}, {}], told=()))
    assert found.coverage == ()
    assert (found.undated_deals, found.without_next_step) == (None, None)


def test_deals_that_came_with_their_owner_are_net_new_too(team_of):
    team = replace(team_of([{"created_date": "2026-05-01", "amount": 40.0}]), arrived=(2, 60.0))
    found = facts(team)
    assert (found.net_new_deals, found.net_new_amount) == (3, 100.0)
    assert found.net_new_transferred == 2


def test_stages_are_shown_in_their_order_with_the_median_days_in_them(team_of):
    deals = [{"stage_date": day} for day in ("2026-05-01", "2026-05-05", "2026-04-05")]
    rows = facts(team_of([*deals, {"stage_date": None}])).stages
    assert [(row.stage, row.phase, row.deals) for row in rows] == [
        ("Qualify", "early", 4),
        ("Propose", "late", 0),
    ]
    assert [row.median_age_days for row in rows] == [14.0, None]


def test_conversion_shows_its_counts_and_what_is_still_open(team_of):
    deals = [{}, {}, {"late_date": "2026-05-01"}]
    evidence = Evidence(
        measure="conversion_late", unit="share", value=0.25, benchmark=0.4, count=12
    )
    (found,) = facts(team_of(deals), evidence).conversion
    assert (found.phase, found.passed, found.lost, found.open) == ("late", 3, 9, 1)
    assert (found.share, found.peers) == (0.25, 0.4)


def test_a_sound_deal_needs_no_talk(team_of):
    assert reasons(team_of([SOUND])) == {}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"close_date": "2026-05-14"}, "past its close date"),
        ({"pushes": 2}, "moved later twice or more"),
        ({"next_step": None}, "no next step"),
        ({"last_activity_date": "2026-04-14"}, "silent"),
    ],
)
def test_a_deal_is_talked_about_for_its_reason(team_of, changed, reason):
    team = team_of([SOUND, SOUND | changed])
    assert reasons(team) == {"d2": (reason,)}
    (deal,) = facts(team).at_risk
    assert deal.question == QUESTIONS[reason]


@pytest.mark.parametrize(
    "changed",
    [
        {"close_date": "2026-05-15"},
        {"close_date": None},
        {"pushes": 1},
        {"pushes": None},
        {"last_activity_date": "2026-04-15"},
        {"last_activity_date": None},
    ],
)
def test_a_day_or_push_less_or_one_not_known_is_no_reason(team_of, changed):
    assert reasons(team_of([SOUND, SOUND | changed])) == {}


def test_an_export_without_next_steps_blames_nobody_for_having_none(team_of):
    assert reasons(team_of([SOUND | {"next_step": None}], told=("close_date",))) == {}


def test_a_deal_over_a_third_of_the_quarters_quota_is_talked_about(team_of):
    quotas = [YEAR | {"amount": 36_500.0}]
    due = SOUND | {"close_date": "2026-06-15"}
    deals = [due | {"amount": 3_000.0}, due | {"amount": 3_100.0}, SOUND | {"amount": 9_000.0}]
    assert reasons(team_of(deals, quotas=quotas)) == {"d2": ("over a third of the quarter",)}
    assert reasons(team_of(deals)) == {}


def test_the_largest_with_most_reasons_come_first_and_no_more_than_ten(team_of):
    late = {"close_date": "2026-05-01"}
    deals = [SOUND | late | {"amount": float(n)} for n in range(1, 13)]
    deals.append(SOUND | late | {"amount": 8.0, "next_step": None})
    found = facts(team_of(deals)).at_risk
    assert [deal.opportunity_id for deal in found][:3] == ["d13", "d12", "d11"]
    assert len(found) == 10


def test_a_deal_that_tells_little_is_shown_with_what_it_tells(team_of):
    bare = {"amount": None, "name": None, "account": None, "stage": None, "pushes": 3}
    (deal,) = facts(team_of([bare], told=())).at_risk
    assert (deal.amount, deal.close_date, deal.name, deal.account, deal.stage) == (
        None,
        None,
        "",
        "",
        "",
    )
    assert deal.reasons == ("moved later twice or more",)
