"""A simulated organisation looked at on a day before its export: what was so on that day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesgap.crm.asof import book_as_of
from salesgap.crm.book import Book
from salesgap.crm.freeze import take_snapshot
from salesgap.params import Params
from salesgap.simulate import STAGES, Gap, Organisation, World, counterfactual, organisation

UNTIL = date(2026, 6, 30)
STATED: dict[str, Any] = {"name": "t", "stages": [stage.model_dump() for stage in STAGES]}
EARLIER = [date(2026, 1, 15), date(2026, 3, 31), UNTIL]


def of_day(day: date, **simulated: Any) -> Params:
    source = {"simulated": {"seed": 5, "managers": 2, **simulated}}
    return Params.model_validate({**STATED, "as_of": day, "source": source})


@cache
def looked_at(day: date) -> Book:
    params = of_day(day, until=UNTIL)
    return book_as_of(take_snapshot(params), params)


@cache
def truth() -> Organisation:
    return organisation(seed=5, managers=2, as_of=UNTIL)


def day_number(day: date) -> int:
    return (pd.Timestamp(day) - truth().life.clock.first).days


def test_without_a_day_of_its_own_the_export_is_of_as_of():
    given = take_snapshot(of_day(UNTIL, until=UNTIL)).content_hash
    assert take_snapshot(of_day(UNTIL)).content_hash == given


@pytest.mark.parametrize("day", EARLIER)
def test_the_deals_of_that_day_are_those_created_until_then(day: date) -> None:
    """But for the few that passed to somebody who was hired later: no export tells whose those
    were before."""
    book = looked_at(day)
    count = int((truth().life.deals.created <= day_number(day)).sum())
    created = truth().tables["opportunities"].iloc[:count]
    start = truth().tables["people"].set_index("person_id")["start_date"]
    known = created[~(created["owner_id"].map(start) > pd.Timestamp(day))]
    assert sorted(book.deals["opportunity_id"]) == list(known["opportunity_id"])
    assert len(known) > 0.99 * count


@pytest.mark.parametrize("day", EARLIER)
def test_each_deal_stood_then_where_it_truly_stood(day: date) -> None:
    deals, now = truth().life.deals, day_number(day)
    book = looked_at(day).deals
    rows = book["opportunity_id"].str.removeprefix("O").astype(int).to_numpy() - 1
    closed = deals.closed[rows] <= now
    status = np.where(~closed, "open", np.where(deals.won[rows], "won", "lost"))
    assert (book["status"] == status).all()
    assert (book["reached_late"] == (deals.late[rows] <= now)).all()
    won = status == "won"
    assert won.any()
    assert (book["amount"][won] == deals.value[rows][won]).all()


@pytest.mark.parametrize("day", EARLIER[:-1])
def test_nothing_of_later_is_seen(day: date) -> None:
    book, end = looked_at(day), pd.Timestamp(day)
    assert looked_at(UNTIL).stage_history["changed_at"].max() > end
    for frame, column in (
        (book.stage_history, "changed_at"),
        (book.activities, "date"),
        (book.assessments, "date"),
        (book.deals, "created_date"),
        (book.deals, "last_activity_date"),
        (book.people, "start_date"),
        (book.people, "end_date"),
        (book.team_history, "start_date"),
    ):
        assert not (frame[column] > end).any(), column


def test_two_days_tell_the_same_of_the_days_before_both():
    """What was won by the earlier day was won by the later one too, for as much."""
    first, second = looked_at(EARLIER[1]), looked_at(UNTIL)
    known = first.deals[first.deals["status"] != "open"].set_index("opportunity_id")
    again = second.deals.set_index("opportunity_id").loc[known.index]
    told = ["owner_id", "created_date", "close_date", "status", "amount", "late_date"]
    pd.testing.assert_frame_equal(known[told], again[told])


# ── a gap that has been worked off ────────────────────────────────────────────────────────

QUIET = World(
    activities=False, natural_variation=0.0, rep_variation=0.0, turnover=0.0, transfers=0,
    reps_per_manager=(25, 25),
)  # fmt: skip
QUARTER = pd.Timestamp(2026, 4, 1)


def worked_off(driver: Any, share: float = 1.0) -> Organisation:
    gap = Gap(0, driver, 0.6, worked_off=share)
    return organisation(seed=11, as_of=UNTIL, managers=4, world=QUIET, gaps=[gap])


def test_creation_comes_back_to_the_peers_when_the_quarter_begins():
    org = worked_off("pipeline_creation")
    people = org.tables["people"].set_index("person_id")["manager_id"]
    deals = org.tables["opportunities"]
    mine = deals["owner_id"].map(people) == org.manager_ids[0]
    since = deals["created_date"] >= QUARTER
    assert (mine & ~since).sum() / ((~mine & ~since).sum() / 3) == pytest.approx(0.6, rel=0.06)
    assert (mine & since).sum() / ((~mine & since).sum() / 3) == pytest.approx(1.0, rel=0.15)


def test_deals_are_larger_only_if_opened_since():
    life = worked_off("deal_size").life
    mine = life.roster.team[life.deals.stint] == 0
    since = life.deals.created >= (QUARTER - life.clock.first).days
    size = np.log(life.deals.value)
    for now, ratio in ((since, 1.0), (~since, 0.6)):
        found = np.exp(size[mine & now].mean() - size[~mine & now].mean())
        assert found == pytest.approx(ratio, rel=0.1)


def test_what_is_left_of_a_gap_is_all_that_closing_it_can_bring():
    whole, half, none = (
        counterfactual(worked_off("conversion_late", share), 0, "conversion_late", 1.0, 8)
        for share in (0.0, 0.5, 1.0)
    )
    assert whole > half > none == 0.0


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_no_more_than_the_whole_gap_can_be_worked_off(share: float) -> None:
    with pytest.raises(ValueError, match=f"worked_off {share} is not between 0 and 1"):
        Gap(0, "deal_size", worked_off=share)


def test_the_demo_has_somebody_who_has_closed_a_gap():
    org = organisation(seed=3, as_of=UNTIL - timedelta(days=1), managers=20)
    (closed,) = [gap for gap in org.gaps if gap.worked_off]
    assert sum(gap.manager == closed.manager for gap in org.gaps) == 1
