from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesgap.measures.waterfall import REASONS, arrivals, movements, walk_start

SINCE, AS_OF, HORIZON = pd.Timestamp(2026, 3, 31), pd.Timestamp(2026, 6, 30), "2026-12-31"
INSIDE, OUTSIDE = "2026-09-30", "2027-01-01"
PEOPLE = [
    {"person_id": "m1", "manager_id": None},
    {"person_id": "m2", "manager_id": None},
    *({"person_id": f"r{n}", "manager_id": f"m{1 + n // 3}"} for n in range(1, 5)),
]
"""m1 leads r1 and r2, m2 leads r3 and r4."""


def moved(people, **changes):
    """The same people, some of them with another manager."""
    return [
        row | {"manager_id": changes.get(row["person_id"], row["manager_id"])} for row in people
    ]


@pytest.fixture(scope="session")
def walk(make_book):
    """``walk(then, now)``: ``{team: {reason: (deals, cents)}}`` between two lists of deals."""

    def make(then, now, people_now=PEOPLE, history=None):
        told = [{"opportunity_id": one.get("opportunity_id", "d1")} for one in then]
        rows = [row | {"amount": 1.0, "close_date": INSIDE} for row in told]
        start = make_book(PEOPLE, then, stage_history=rows if history is None else history)
        end = make_book(people_now, now)
        found = movements(start, end, SINCE, pd.Timestamp(HORIZON))
        teams: dict[str, dict[str, tuple[int, int]]] = {}
        for row in found.itertuples():
            teams.setdefault(row.manager_id, {})[row.reason] = (row.deals, row.cents)
        return teams

    return make


OPEN = {"close_date": INSIDE, "amount": 100.0}
LATER = OPEN | {"close_date": OUTSIDE}
WON = {"status": "won", "close_date": "2026-05-01", "amount": 130.0}
LOST = {"status": "lost", "close_date": "2026-05-01", "amount": 70.0}
OTHER = {"opportunity_id": "d2", **OPEN}
"""A deal that stands still, so that neither book is empty."""


@pytest.mark.parametrize(
    ("then", "now", "reason", "cents"),
    [
        (None, OPEN | {"created_date": "2026-04-01"}, "new", 100_00),
        (LATER, OPEN, "pulled_in", 100_00),
        (OPEN | {"close_date": None}, OPEN, "pulled_in", 100_00),
        (LOST, OPEN, "reopened", 100_00),
        (OPEN, OPEN | {"amount": 130.5}, "raised", 30_50),
        (OPEN | {"amount": None}, OPEN, "raised", 100_00),
        (OPEN, OPEN | {"amount": 99.99}, "cut", -1),
        (OPEN, WON, "won", -100_00),
        (OPEN, LOST, "lost", -100_00),
        (OPEN, LATER, "pushed", -100_00),
        (OPEN, OPEN | {"close_date": None}, "pushed", -100_00),
        (OPEN, None, "gone", -100_00),
    ],
)
def test_each_move_has_its_reason(walk, then, now, reason, cents):
    first = {"opportunity_id": "d1"}
    found = walk(
        [OTHER, *([first | then] if then else [])], [OTHER, *([first | now] if now else [])]
    )["m1"]
    assert {k: v for k, v in found.items() if k not in ("start", "end")} == {reason: (1, cents)}


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (None, WON | {"created_date": "2026-04-10"}),
        (LATER, WON),
        (LATER, LATER | {"amount": 5.0}),
        (LOST, LOST),
        (OPEN, OPEN),
    ],
)
def test_what_was_in_neither_pipeline_or_did_not_change_moves_nothing(walk, then, now):
    first = {"opportunity_id": "d1"}
    found = walk([OTHER, *([first | then] if then else [])], [OTHER, first | now])["m1"]
    assert set(found) == {"start", "end"}


def test_a_deal_that_changes_team_with_its_owner_leaves_one_and_comes_to_the_other(walk):
    later = [OPEN | {"amount": 120.0}]
    found = walk([OPEN], later, people_now=moved(PEOPLE, r1="m2"))
    assert found == {
        "m1": {"start": (1, 100_00), "transferred_out": (1, -100_00)},
        "m2": {"transferred_in": (1, 120_00), "end": (1, 120_00)},
    }


def test_a_deal_won_after_its_owner_left_the_team_left_the_pipeline_as_won(walk):
    found = walk([OPEN], [WON], people_now=moved(PEOPLE, r1="m2"))
    assert found == {"m1": {"start": (1, 100_00), "won": (1, -100_00)}}


def test_without_history_a_deal_closed_since_was_open_with_what_is_known_now(walk):
    unknown = {"amount": None, "close_date": None}
    found = walk([unknown], [WON], history=[])
    assert found == {"m1": {"start": (1, 130_00), "won": (1, -130_00)}}


def test_without_a_horizon_all_open_deals_are_walked_whatever_their_dates(make_book):
    then = [LATER, OPEN | {"close_date": None}, OPEN | {"close_date": None}]
    start, end = make_book(PEOPLE, then), make_book(PEOPLE, [OPEN, *then[1:2], WON])
    found = movements(start, end, SINCE, None).set_index("reason")["cents"]
    assert found.to_dict() == {"start": 300_00, "won": -100_00, "end": 200_00}


def test_a_date_that_the_history_says_was_missing_is_not_filled_in(walk):
    history = [
        {"opportunity_id": "d1", "amount": 1.0, "close_date": None},
        {"opportunity_id": "d9", "amount": 1.0, "close_date": INSIDE},
    ]
    assert walk([OPEN | {"close_date": None}], [WON], history=history) == {}


def test_before_the_first_deal_nothing_can_be_told(walk):
    assert walk([], [OPEN | {"created_date": "2026-04-01"}]) == {}


# ── whatever happens, it adds up ──────────────────────────────────────────────────────────

STATES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["open", "open", "won", "lost"]),
        "owner_id": st.sampled_from(["r1", "r2", "r3", "r4", "m1"]),
        "manager_id": st.sampled_from(["m1", "m2", None]),
        "close_date": st.sampled_from(["2026-05-01", INSIDE, HORIZON, OUTSIDE, None]),
        "amount": st.none() | st.floats(0, 1e9, allow_nan=False) | st.integers(0, 10**7),
        "created_date": st.sampled_from(["2025-01-01", "2026-03-31", "2026-04-01"]),
    }
)
LIVES = st.lists(st.tuples(st.none() | STATES, st.none() | STATES), min_size=1, max_size=8)
MOVES = st.dictionaries(st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(["m1", "m2", None]))


def states_of(lives, which):
    """The deals of one of the two books; a life without that state is not in it."""
    return [
        life[which] | {"opportunity_id": f"d{number}"}
        for number, life in enumerate(lives)
        if life[which] is not None
    ]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(lives=LIVES, moves=MOVES, told=st.sets(st.integers(0, 7)))
def test_start_and_all_movements_are_the_end_to_the_cent(walk, lives, moves, told):
    history = [
        {"opportunity_id": f"d{n}", "amount": 1.0, "close_date": INSIDE} for n in sorted(told)
    ]
    found = walk(
        states_of(lives, 0),
        states_of(lives, 1),
        people_now=moved(PEOPLE, **moves),
        history=history,
    )
    for rows in found.values():
        parts = [cents for reason, (_, cents) in rows.items() if reason != "end"]
        assert sum(parts) == rows.get("end", (0, 0))[1]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(life=st.tuples(STATES | st.none(), STATES), moves=MOVES)
def test_one_deal_has_one_reason_at_most_in_a_team_and_moves_two_teams_at_most(walk, life, moves):
    found = walk(states_of([life], 0), states_of([life], 1), people_now=moved(PEOPLE, **moves))
    reasons = [[reason for reason in rows if reason in REASONS] for rows in found.values()]
    assert all(len(one) <= 1 for one in reasons)
    assert all(deals == 1 for rows in found.values() for deals, _ in rows.values())
    assert len(found) <= 2
    if len(found) == 2:
        assert sorted(reasons) == [["transferred_in"], ["transferred_out"]]


# ── since when ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("as_of", "start"),
    [
        ("2026-06-30", "2026-03-31"),
        ("2026-07-14", "2026-03-31"),
        ("2026-07-15", "2026-06-30"),
        ("2026-01-05", "2025-09-30"),
    ],
)
def test_the_walk_begins_on_the_eve_of_the_quarter_unless_that_was_just_now(
    run_params, as_of, start
):
    assert walk_start(run_params(as_of=as_of)) == pd.Timestamp(start)


def test_the_walk_begins_where_the_last_pack_ended(run_params):
    params = run_params(as_of="2026-06-30", previous_as_of="2026-05-15")
    assert walk_start(params) == pd.Timestamp(2026, 5, 15)


# ── net new: what came with its owner ─────────────────────────────────────────────────────


@pytest.fixture
def came(make_book):
    """``came(deals)``: what came into m2's team with r1, who moved there on 10 June."""
    moves = [
        {"person_id": "r1", "manager_id": "m1", "start_date": "2020-01-01", "end_date": None},
        {"person_id": "r1", "manager_id": "m2", "start_date": "2026-06-10", "end_date": None},
    ]
    moves[0]["end_date"] = "2026-06-09"

    def make(deals):
        book = make_book(moved(PEOPLE, r1="m2"), deals, team_history=moves)
        found = arrivals(book, pd.Timestamp(2026, 6, 2), AS_OF)
        return [tuple(row) for row in found.itertuples(index=False)]

    return make


def test_open_deals_come_into_a_team_with_their_owner_whether_or_not_closed_since(came):
    won = WON | {"close_date": "2026-06-20"}
    assert came([OPEN, won, OPEN | {"owner_id": "r3"}]) == [("m2", 2, 230.0)]


@pytest.mark.parametrize(
    "deal",
    [
        WON | {"close_date": "2026-06-05"},
        WON | {"close_date": "2026-05-20"},
        OPEN | {"created_date": "2026-06-11"},
    ],
)
def test_closed_before_the_move_or_created_since_did_not_come_with_the_owner(came, deal):
    assert came([deal]) == []
