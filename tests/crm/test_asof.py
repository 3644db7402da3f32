from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesgap.crm.asof import book_as_of
from salesgap.crm.book import Book
from salesgap.crm.freeze import Snapshot
from salesgap.crm.tables import DTYPES, TABLES, Kind, conform, empty
from salesgap.crm.team import managers_of, team_of
from salesgap.params import Params
from salesgap.quality import QualityReport

Rows = list[dict[str, Any]]
Make = Callable[..., Params]


def snapshot(**tables: Iterable[dict[str, Any]]) -> Snapshot:
    """A snapshot of rows that are taken as accepted; dates are written as text."""
    frames = {}
    for name, table in TABLES.items():
        frame = pd.DataFrame(list(tables.get(name, [])))
        dates = [c.name for c in table.columns if c.kind is Kind.DATE and c.name in frame]
        for column in dates:
            frame[column] = pd.to_datetime(frame[column]).astype(DTYPES[Kind.DATE])
        frames[name] = conform(table, frame) if len(frame) else empty(table)
    return Snapshot(frames, pd.DataFrame(), QualityReport(tables=()))


def change(day: str, stage: str, amount: float | None = None, close: str | None = None) -> Any:
    return {
        "opportunity_id": "d1",
        "changed_at": day,
        "stage": stage,
        "amount": amount,
        "close_date": close,
    }


@pytest.fixture(scope="module")
def params(make_params: Make) -> Params:
    return make_params({"folder": "."})


def stood(people: Rows, deal: dict[str, Any], params: Params, **tables: Rows) -> dict[str, Any]:
    """The one deal of the book."""
    book = book_as_of(snapshot(people=people, opportunities=[deal], **tables), params)
    (row,) = book.deals.astype(object).where(book.deals.notna(), None).to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_a_deal_won_before_the_date_keeps_what_it_was_won_for(
    some_people: Rows, deal: Any, params: Params
) -> None:
    row = stood(some_people, deal(1), params)
    assert (row["status"], row["stage"], row["phase"]) == ("won", "Won", None)
    assert (row["amount"], row["amount_source"]) == (1000.0, "crm")
    assert (row["manager_id"], row["reached_late"], row["pushes"]) == ("m1", True, None)


def test_a_deal_that_closed_later_is_open_and_unknown_without_history(
    some_people: Rows, deal: Any, params: Params
) -> None:
    later = deal(1, close_date="2026-07-09", next_step="sign", last_activity_date="2026-07-08")
    row = stood(some_people, later, params)
    unknown = ("stage", "phase", "close_date", "amount", "next_step", "last_activity_date")
    assert row["status"] == "open"
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)
    assert (row["amount_source"], row["reached_late"]) == ("unknown", None)


def test_a_deal_that_closed_later_is_valued_from_the_list(
    some_people: Rows, deal: Any, params: Params
) -> None:
    later = deal(1, close_date="2026-07-09", product="P")
    products = [{"product": "P", "list_price": 70.0}]
    row = stood(some_people, later, params, products=products)
    assert (row["amount"], row["amount_source"]) == (70.0, "list price")


@pytest.mark.parametrize(
    ("closed", "next_step", "touched"),
    [("2026-07-14", "call", pd.Timestamp("2026-06-01")), ("2026-07-15", None, None)],
)
def test_what_no_history_tells_is_believed_of_a_fresh_export_only(
    some_people: Rows, deal: Any, params: Params, closed: str, next_step: Any, touched: Any
) -> None:
    shown = {"next_step": "call", "last_activity_date": "2026-06-01"}
    opened = deal(1, stage="Qualify", close_date="2026-09-30", **shown)
    deals = [opened, deal(2, close_date=closed)]
    book = book_as_of(snapshot(people=some_people, opportunities=deals), params)
    row = book.deals.astype(object).where(book.deals.notna(), None).iloc[0]
    assert (row["next_step"], row["last_activity_date"]) == (next_step, touched)


def test_history_says_what_a_deal_was_that_closed_later(
    some_people: Rows, deal: Any, params: Params
) -> None:
    history = [
        change("2026-01-15", "Qualify", 500, "2026-05-31"),
        change("2026-03-01", "Propose", 600, "2026-06-15"),
        change("2026-04-01", "Propose", None, "2026-08-15"),
        change("2026-07-09", "Won", 900, "2026-07-09"),
    ]
    row = stood(some_people, deal(1, close_date="2026-07-09"), params, stage_history=history)
    assert (row["status"], row["stage"], row["phase"]) == ("open", "Propose", "late")
    assert (row["amount"], row["close_date"]) == (600.0, pd.Timestamp("2026-08-15"))
    assert row["stage_date"] == row["late_date"] == pd.Timestamp("2026-03-01")
    assert (row["reached_late"], row["pushes"]) == (True, 2)


def test_a_deal_that_went_back_is_in_its_stage_since_it_came_back(
    some_people: Rows, deal: Any, params: Params
) -> None:
    history = [
        change("2026-01-15", "Qualify"),
        change("2026-02-01", "Propose"),
        change("2026-03-01", "Qualify"),
        change("2026-04-01", "Qualify"),
    ]
    row = stood(
        some_people, deal(1, stage="Qualify", close_date=None), params, stage_history=history
    )
    assert row["stage_date"] == pd.Timestamp("2026-03-01")
    assert (row["phase"], row["late_date"]) == ("early", pd.Timestamp("2026-02-01"))
    assert (row["reached_late"], row["amount"]) == (True, 1000.0)


@pytest.mark.parametrize(
    ("stage", "history", "expected"),
    [
        ("Lost", [], None),
        ("Lost", ["Qualify", "Lost"], False),
        ("Lost", ["Qualify", "Propose", "Lost"], True),
        ("Won", [], True),
        ("Won", ["Qualify", "Won"], True),
        ("Propose", [], True),
        ("Qualify", [], False),
    ],
)
def test_whether_a_deal_got_late_is_known_only_where_it_can_be(
    some_people: Rows,
    deal: Any,
    params: Params,
    stage: str,
    history: list[str],
    expected: bool | None,
) -> None:
    rows = [change(f"2026-02-0{day}", name) for day, name in enumerate(history, 1)]
    assert (
        stood(some_people, deal(1, stage=stage), params, stage_history=rows)["reached_late"]
        is expected
    )


def test_without_phases_nothing_is_known_of_them(
    some_people: Rows, deal: Any, make_params: Make
) -> None:
    stages = [{"name": "Qualify", "status": "open"}, {"name": "Won", "status": "won"}]
    row = stood(some_people, deal(1), make_params({"folder": "."}, stages=stages))
    assert (row["reached_late"], row["late_date"], row["phase"]) == (None, None, None)


def test_the_last_touch_is_the_last_one_on_or_before_the_date(
    some_people: Rows, deal: Any, params: Params
) -> None:
    activities = [
        {"person_id": "r1", "date": day, "kind": "call", "opportunity_id": "d1"}
        for day in ("2026-05-01", "2026-06-30", "2026-07-01")
    ]
    touched = deal(1, last_activity_date="2026-07-01")
    row = stood(some_people, touched, params, activities=activities)
    assert row["last_activity_date"] == pd.Timestamp("2026-06-30")


MOVES = [
    {"person_id": "r1", "manager_id": "m2", "start_date": "2025-01-01", "end_date": "2026-02-28"},
    {"person_id": "r1", "manager_id": "m1", "start_date": "2026-03-01", "end_date": None},
]


def test_a_deal_belongs_to_the_manager_of_the_day_it_was_created(
    some_people: Rows, deal: Any, params: Params
) -> None:
    deals = [deal(1), deal(2, created_date="2026-03-01"), deal(3, created_date="2024-01-01")]
    book = book_as_of(snapshot(people=some_people, opportunities=deals, team_history=MOVES), params)
    assert list(book.deals["manager_id"]) == ["m2", "m1", "m2"]


def spells(people: Rows, deal: Any, params: Params, moves: Rows) -> list[tuple[str, str, str]]:
    """Manager, start and end of r1's spells in the book."""
    book = book_as_of(snapshot(people=people, opportunities=[deal(1)], team_history=moves), params)
    moved = book.team_history.sort_values("start_date")[["manager_id", "start_date", "end_date"]]
    return list(moved.astype("str").fillna("").itertuples(index=False, name=None))


def test_the_first_spell_reaches_back_to_the_start(
    some_people: Rows, deal: Any, params: Params
) -> None:
    people = [row | {"start_date": "2024-05-01"} for row in some_people]
    assert spells(people, deal, params, MOVES) == [
        ("m2", "2024-05-01", "2026-02-28"),
        ("m1", "2026-03-01", ""),
    ]


def test_who_has_no_spell_now_has_been_with_their_present_manager_since_the_last(
    some_people: Rows, deal: Any, params: Params
) -> None:
    assert spells(some_people, deal, params, MOVES[:1]) == [
        ("m2", "2025-01-01", "2026-02-28"),
        ("m1", "2026-02-28", ""),
    ]
    same = [MOVES[0] | {"manager_id": "m1"}]
    assert spells(some_people, deal, params, same) == [("m1", "2025-01-01", "")]


def test_a_spell_that_ends_on_the_date_is_still_on(
    some_people: Rows, deal: Any, params: Params
) -> None:
    last_day = [MOVES[0] | {"end_date": "2026-06-30"}]
    assert spells(some_people, deal, params, last_day) == [("m2", "2025-01-01", "")]


def test_a_move_after_the_date_has_not_happened_yet(
    some_people: Rows, deal: Any, params: Params
) -> None:
    later = {"person_id": "r1", "manager_id": "m2", "start_date": "2026-07-01", "end_date": None}
    people = [
        row | {"manager_id": "m2"} if row["person_id"] == "r1" else row for row in some_people
    ]
    book = book_as_of(
        snapshot(people=people, opportunities=[deal(1)], team_history=[*MOVES, later]), params
    )
    assert book.people.set_index("person_id").loc["r1", "manager_id"] == "m1"


def test_people_who_start_later_are_out_and_later_leavers_are_in(
    some_people: Rows, deal: Any, params: Params
) -> None:
    dates = [{}, {"end_date": "2026-07-31"}, {"start_date": "2026-07-01"}, {}, {}]
    people = [row | date for row, date in zip(some_people, dates, strict=True)]
    book = book_as_of(snapshot(people=people, opportunities=[deal(1)]), params)
    assert list(book.people["person_id"]) == ["m1", "r1", "m2", "r3"]
    assert book.people["end_date"].isna().all()


def team_book(people: Rows, deal: Any, params: Params, **tables: Rows) -> Book:
    deals = [
        deal(1),
        deal(2, owner_id="r3"),
        deal(3, stage="Qualify", close_date=None),
        deal(4, owner_id="r3", stage="Qualify", close_date=None),
    ]
    return book_as_of(
        snapshot(people=people, opportunities=deals, team_history=MOVES, **tables), params
    )


def test_past_deals_stay_with_the_manager_of_the_time_and_open_ones_go_along(
    some_people: Rows, deal: Any, params: Params
) -> None:
    book = team_book(some_people, deal, params)
    assert list(team_of(book, "m1").deals["opportunity_id"]) == ["d3"]
    assert list(team_of(book, "m2").deals["opportunity_id"]) == ["d1", "d2", "d4"]
    assert list(team_of(book, "m2").people["person_id"]) == ["r1", "m2", "r3"]


def test_activities_belong_to_the_manager_of_their_day_and_quotas_to_every_team_of_a_stay(
    some_people: Rows, deal: Any, params: Params
) -> None:
    quotas = [
        {"person_id": who, "period_start": day, "period_end": day, "amount": 1.0}
        for who, day in [("r1", "2026-01-01"), ("r1", "2026-04-01"), ("m1", "2026-01-01")]
    ]
    activities = [
        {"person_id": "r1", "date": d, "kind": "call"} for d in ("2026-02-01", "2026-05-01")
    ]
    book = team_book(some_people, deal, params, quotas=quotas, activities=activities)
    first, second = team_of(book, "m1"), team_of(book, "m2")
    assert list(first.quotas["person_id"]) == ["r1", "r1", "m1"]
    assert list(second.quotas["person_id"]) == ["r1", "r1"]
    assert list(first.activities["date"]) == [pd.Timestamp("2026-05-01")]
    assert list(second.activities["date"]) == [pd.Timestamp("2026-02-01")]


def test_only_managers_of_reps_get_a_pack(some_people: Rows, deal: Any, params: Params) -> None:
    top = {"person_id": "t", "name": "Top", "role": "head", "region": "North"}
    people = [row if row["manager_id"] else row | {"manager_id": "t"} for row in some_people]
    people[4] = people[4] | {"end_date": "2026-01-31"}
    book = book_as_of(snapshot(people=[top, *people], opportunities=[deal(1)]), params)
    assert managers_of(book).to_dict("records") == [
        {"person_id": "m1", "name": "Mia", "region": "North", "reps": 2}
    ]


def test_a_manager_who_left_keeps_the_team_that_still_reports_to_them(
    some_people: Rows, deal: Any, params: Params
) -> None:
    some_people[0] |= {"end_date": "2026-01-31"}
    book = book_as_of(snapshot(people=some_people, opportunities=[deal(1)]), params)
    assert list(managers_of(book)["person_id"]) == ["m2", "m1"]
    assert list(team_of(book, "m1").deals["opportunity_id"]) == ["d1"]


def test_deals_of_somebody_who_leads_reps_are_in_their_own_team_only(
    some_people: Rows, deal: Any, params: Params
) -> None:
    some_people[0] |= {"manager_id": "m2"}
    deals = [deal(1, owner_id="m1"), deal(2, owner_id="m1", stage="Qualify", close_date=None)]
    book = book_as_of(snapshot(people=some_people, opportunities=deals), params)
    assert list(team_of(book, "m1").deals["opportunity_id"]) == ["d1", "d2"]
    assert list(team_of(book, "m2").deals["opportunity_id"]) == []


DAYS = st.integers(0, 364).map(lambda n: pd.Timestamp("2026-01-01") + pd.Timedelta(days=n))
AMOUNTS = st.none() | st.integers(0, 9).map(float)
AS_OF = pd.Timestamp("2026-06-30")
BY_DAY = ("changed_at", "date")


@st.composite
def histories(draw: st.DrawFn) -> tuple[Rows, Rows, Rows]:
    """Deals, their history and activities; the deals' own values follow from the history."""
    deals, history, activities = [], [], []
    for number in range(draw(st.integers(1, 5))):
        who = {"opportunity_id": f"d{number}"}
        days = sorted(draw(st.lists(DAYS, min_size=1, max_size=5)))
        stages = [draw(st.sampled_from(["Qualify", "Propose"])) for _ in days]
        if draw(st.booleans()):
            stages[-1] = draw(st.sampled_from(["Won", "Lost"]))
        rows = [
            who
            | {"changed_at": day, "stage": stage, "amount": draw(AMOUNTS), "close_date": draw(DAYS)}
            for day, stage in zip(days, stages, strict=True)
        ]
        closed = stages[-1] in ("Won", "Lost")
        rows[-1]["close_date"] = days[-1] if closed else rows[-1]["close_date"]
        known = [row["amount"] for row in rows if row["amount"] is not None]
        history += rows
        deals.append(
            who
            | {
                "owner_id": draw(st.sampled_from(["r1", "r3", "m1"])),
                "created_date": days[0],
                "stage": stages[-1],
                "amount": known[-1] if known else None,
                "close_date": rows[-1]["close_date"],
                "product": draw(st.sampled_from("PQ")),
            }
        )
        activities += [
            who | {"person_id": "r1", "date": day, "kind": "call"}
            for day in draw(st.lists(DAYS, max_size=3))
        ]
    return deals, history, activities


def without_the_future(history: Rows, activities: Rows) -> tuple[Rows, Rows]:
    past = [row for row in history if row["changed_at"] <= AS_OF]
    return past, [row for row in activities if row["date"] <= AS_OF]


def later_self(draw: st.DrawFn, deal: dict[str, Any], closed: bool) -> dict[str, Any]:
    """The deal as an export of another future might show it."""
    after = AS_OF + pd.Timedelta(days=draw(st.integers(1, 200)))
    stage = draw(st.sampled_from(["Won", "Lost"] if closed else ["Qualify", "Propose", "Won"]))
    return deal | {"stage": stage, "close_date": after, "amount": draw(AMOUNTS)}


def same(first: Book, second: Book) -> None:
    for (name, left), (_, right) in zip(first.items(), second.items(), strict=True):
        pd.testing.assert_frame_equal(
            left.reset_index(drop=True), right.reset_index(drop=True), obj=name
        )


PRODUCTS = [{"product": "P", "list_price": 70.0}]


def book_of(people: Rows, deals: Rows, params: Params, **tables: Rows) -> Book:
    return book_as_of(
        snapshot(people=people, opportunities=deals, products=PRODUCTS, **tables), params
    )


def future_deal(number: int) -> dict[str, Any]:
    created = {"created_date": AS_OF + pd.Timedelta(days=1), "stage": "Qualify"}
    return {"opportunity_id": f"f{number}", "owner_id": "r1", **created}


PEOPLE = [
    {"person_id": "m1", "name": "Mia", "role": "manager", "region": "North"},
    {"person_id": "r1", "name": "Rob", "manager_id": "m1", "role": "rep", "region": "North"},
    {"person_id": "r3", "name": "Ray", "manager_id": "m1", "role": "rep", "region": "North"},
]


@settings(max_examples=25, deadline=None)
@given(histories(), st.data())
def test_nothing_that_happens_later_changes_the_book_where_history_is_given(
    make_params: Make, rows: tuple[Rows, Rows, Rows], data: st.DataObject
) -> None:
    deals, history, activities = rows
    params = make_params({"folder": "."})
    # A history that tells no amount of any deal is taken to have no amounts: this one has.
    start = {"opportunity_id": "a", "stage": "Qualify", "amount": 1.0, "close_date": AS_OF}
    deals = [start | {"owner_id": "r1", "created_date": AS_OF}, *deals]
    history = [start | {"changed_at": AS_OF}, *history]
    book = book_of(PEOPLE, deals, params, stage_history=history, activities=activities)
    past, touches = without_the_future(history, activities)
    opened = set(book.deals.loc[book.deals["status"] == "open", "opportunity_id"])
    other = [
        later_self(data.draw, deal, closed=False)
        if deal["opportunity_id"] in opened or deal["created_date"] > AS_OF
        else deal
        for deal in deals
    ]
    more = [
        {
            "opportunity_id": d["opportunity_id"],
            "changed_at": AS_OF + pd.Timedelta(days=9),
            "stage": "Lost",
            "amount": 5.0,
            "close_date": AS_OF,
        }
        for d in deals
    ]
    call = {
        "opportunity_id": "d0",
        "person_id": "r1",
        "kind": "call",
        "date": AS_OF + pd.Timedelta(days=1),
    }
    changed = book_of(
        PEOPLE,
        [*other, future_deal(1)],
        params,
        stage_history=past + more,
        activities=[*touches, call],
    )
    same(book, changed)


@settings(max_examples=25, deadline=None)
@given(histories(), st.data())
def test_nothing_that_happens_later_changes_the_book_without_history(
    make_params: Make, rows: tuple[Rows, Rows, Rows], data: st.DataObject
) -> None:
    deals, _, activities = rows
    params = make_params({"folder": "."})
    book = book_of(PEOPLE, deals, params, activities=activities)
    _, touches = without_the_future([], activities)
    other = [
        later_self(data.draw, deal, closed=True)
        if deal["stage"] in ("Won", "Lost") and deal["close_date"] > AS_OF
        else deal
        for deal in deals
    ]
    same(book, book_of(PEOPLE, [*other, future_deal(1)], params, activities=touches))


@settings(max_examples=15, deadline=None)
@given(histories())
def test_every_deal_is_in_exactly_one_team(
    make_params: Make, rows: tuple[Rows, Rows, Rows]
) -> None:
    deals, history, _ = rows
    split = [row | {"manager_id": "m2"} if row["person_id"] == "r3" else row for row in PEOPLE]
    people = [*split, {"person_id": "m2", "name": "M", "role": "manager", "region": "North"}]
    book = book_of(
        people, deals, make_params({"folder": "."}), stage_history=history, team_history=MOVES
    )
    teams = [team_of(book, who).deals["opportunity_id"] for who in managers_of(book)["person_id"]]
    assert sorted(pd.concat(teams)) == sorted(book.deals["opportunity_id"])
