"""Nothing that happens after the as-of date changes a fact.

An organisation is simulated beyond the date, then another future is written over its later rows,
as another export of the same past would hold them. What the packs and the region's summary say is
a function of the book and of what is counted across teams (one test computes them of another
future as a whole), so they are only computed again where another future has changed those.

``data_quality`` is left out: it accounts for the rows of the file that was read, those of later
days too. Quotas, commitments and price lists bear no date of their making, and of whom a deal was
before its present owner no table tells: these stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesgap.across import Across, across
from salesgap.coaching.plays import load_plays
from salesgap.crm.asof import book_as_of
from salesgap.crm.checking.check import check_sheets
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.freeze import Snapshot
from salesgap.crm.reading.read import raw_from_frame
from salesgap.crm.tables import TABLES
from salesgap.pack import coaching_pack
from salesgap.params import Params
from salesgap.prepare import analyse, manager_entries, team_in
from salesgap.quality import QualityReport
from salesgap.region import summarise
from salesgap.simulate import STAGES, World, organisation

Tables = dict[str, pd.DataFrame]
Change = Callable[[Tables, np.random.Generator], Tables]

PLAYS = Path(__file__).resolve().parents[1] / "templates" / "plays"
AS_OF = pd.Timestamp("2026-05-29")
FIELDS = [field.name for field in fields(Across)]
EXPORTED = date(2026, 8, 14)
PARAMS = Params.model_validate(
    {
        "name": "t",
        "as_of": AS_OF.date(),
        "source": {"simulated": {}},
        "method": {"draws": 200},
        "stages": [
            {"name": stage.name, "status": stage.status, "phase": stage.phase} for stage in STAGES
        ],
    }
)


def exported() -> Tables:
    """Three small teams' ten months up to the date, and what came in the eleven weeks after."""
    world = World(months=13, reps_per_manager=(3, 3), turnover=0.5, deals_per_rep_month=3.0)
    made = organisation(seed=11, managers=3, as_of=EXPORTED, world=world).tables
    calls = made["activities"]
    return made | {"activities": calls[np.arange(len(calls)) % 30 == 0]}


def snapshot(tables: Tables) -> Snapshot:
    sheets = {
        name: Sheet(raw_from_frame(TABLES[name], frame, name))
        for name, frame in tables.items()
        if not frame.empty
    }
    checked = check_sheets(sheets, PARAMS)
    return Snapshot(checked.tables, pd.DataFrame(), QualityReport(tables=()))


def facts(known: Snapshot) -> dict[str, Any]:
    """Every pack and the region's summary, as they are written."""
    analysis = analyse(known, PARAMS, load_plays(PLAYS))
    entries = manager_entries(analysis.book, Path())
    packs = [coaching_pack(team_in(analysis, entry)) for entry in entries]
    summary = summarise(packs, "all", ())
    found = {pack.manager.id: pack for pack in packs} | {"region": summary}
    return {
        key: one.model_dump(mode="json", exclude={"data_quality"}) for key, one in found.items()
    }


@pytest.fixture(scope="module")
def tables() -> Tables:
    return exported()


@pytest.fixture(scope="module")
def foundation(tables: Tables) -> list[Any]:
    return basis(snapshot(tables))


@pytest.fixture(scope="module")
def expected(tables: Tables) -> dict[str, Any]:
    return facts(snapshot(tables))


def basis(known: Snapshot) -> list[Any]:
    """What all facts are made from: the book's frames, and what is counted across teams."""
    book = book_as_of(known, PARAMS)
    counted = across(known, book, PARAMS)
    return [*(frame for _, frame in book.items()), *map(counted.__getattribute__, FIELDS)]


def same(first: list[Any], second: list[Any]) -> bool:
    pairs = zip(first, second, strict=True)
    return all(
        left.reset_index(drop=True).equals(right.reset_index(drop=True))
        if isinstance(left, pd.DataFrame)
        else left == right
        for left, right in pairs
    )


# ── other futures ─────────────────────────────────────────────────────────────────────────


def later(days: pd.Series) -> pd.Series:
    return days > AS_OF


def after(rng: np.random.Generator, count: int) -> pd.DatetimeIndex:
    """So many days after the date."""
    return pd.DatetimeIndex(AS_OF + pd.to_timedelta(rng.integers(1, 120, count), unit="D"))


def thinned(frame: pd.DataFrame, column: str, rng: np.random.Generator) -> pd.DataFrame:
    """Without half of the later rows."""
    return frame[~later(frame[column]) | (rng.random(len(frame)) < 0.5)]


def open_then(tables: Tables) -> pd.Series:
    """Which opportunities were there on the date and had not been closed."""
    deals = tables["opportunities"]
    closed = deals["stage"].isin(["Won", "Lost"]) & ~later(deals["close_date"])
    return ~later(deals["created_date"]) & ~closed


def other_deals(tables: Tables, rng: np.random.Generator) -> Tables:
    """Of the deals created later half never are, and others come, of other owners."""
    deals = thinned(tables["opportunities"], "created_date", rng)
    kept = deals[later(deals["created_date"])]
    more = kept.assign(
        opportunity_id="N" + kept["opportunity_id"],
        created_date=after(rng, len(kept)),
        close_date=pd.Timestamp("2026-12-31"),
        amount=kept["amount"] * 7,
        stage="Won",
        owner_id=rng.permutation(kept["owner_id"].to_numpy(object)),
    )
    return tables | {"opportunities": pd.concat([deals, more], ignore_index=True)}


def other_outcomes(tables: Tables, rng: np.random.Generator) -> Tables:
    """What was open then ends otherwise, at another price, on another day, or not at all."""
    deals = tables["opportunities"].copy()
    at = deals.index[open_then(tables) & (rng.random(len(deals)) < 0.7)]
    deals.loc[at, "stage"] = rng.choice(["Won", "Lost", "Propose", "Qualify"], len(at))
    deals.loc[at, "amount"] = rng.integers(1, 99_999, len(at)).astype(float)
    deals.loc[at, "close_date"] = after(rng, len(at))
    return tables | {"opportunities": deals}


def other_touches(tables: Tables, rng: np.random.Generator) -> Tables:
    """Other words on what to do next, and other days of the last contact."""
    deals = tables["opportunities"].copy()
    at = deals.index[open_then(tables) & (rng.random(len(deals)) < 0.5)]
    deals.loc[at, "last_activity_date"] = after(rng, len(at))
    deals.loc[at, "next_step"] = rng.choice(np.array(["Call them", None], dtype=object), len(at))
    return tables | {"opportunities": deals}


def other_changes(tables: Tables, rng: np.random.Generator) -> Tables:
    """Half of the later changes never happen, the others are of another kind."""
    history = thinned(tables["stage_history"], "changed_at", rng).copy()
    at = history.index[later(history["changed_at"])]
    history.loc[at, "stage"] = rng.choice(["Prospect", "Propose", "Lost"], len(at))
    history.loc[at, "amount"] = rng.integers(1, 99_999, len(at)).astype(float)
    history.loc[at, "close_date"] = after(rng, len(at))
    return tables | {"stage_history": history}


def other_activities(tables: Tables, rng: np.random.Generator) -> Tables:
    calls = thinned(tables["activities"], "date", rng)
    more = calls.tail(50).assign(
        activity_id=[f"N{n}" for n in range(50)], date=after(rng, 50), with_manager="yes"
    )
    return tables | {"activities": pd.concat([calls, more], ignore_index=True)}


def other_people(tables: Tables, rng: np.random.Generator) -> Tables:
    """Who was to start does not, who was there leaves, and others start."""
    people, moves = tables["people"], tables["team_history"]
    starting = people.loc[later(people["start_date"]), "person_id"]
    people = people[~people["person_id"].isin(starting)]
    reps = people.index[people["manager_id"].isin(moves["manager_id"])]
    leaving = [i for i in reps if not people.loc[i, "end_date"] <= AS_OF and rng.random() < 0.3]
    people = people.copy()
    people.loc[leaving, "end_date"] = after(rng, len(leaving))
    new = people.loc[reps[:2]].assign(
        person_id=["X1", "X2"],
        name=["New One", "New Two"],
        start_date=after(rng, 2),
        end_date=pd.NaT,
    )
    return tables | {
        "people": pd.concat([people, new], ignore_index=True),
        "team_history": moves[~moves["person_id"].isin(starting)],
    }


def other_moves(tables: Tables, rng: np.random.Generator) -> Tables:
    """Some reps change teams after the date."""
    people, moves = tables["people"].copy(), tables["team_history"].copy()
    managers = moves["manager_id"].unique().astype(object)
    there = (moves["start_date"] <= AS_OF) & ~(moves["end_date"] <= AS_OF)
    moving = moves.index[there & (rng.random(len(moves)) < 0.3)]
    days, new = after(rng, len(moving)), rng.choice(managers, len(moving))
    added = moves.loc[moving].assign(manager_id=new, start_date=days, end_date=pd.NaT)
    moves.loc[moving, "end_date"] = days - pd.Timedelta(days=1)
    now = dict(zip(added["person_id"], new, strict=True))
    moved = people["person_id"].isin(list(now))
    people.loc[moved, "manager_id"] = people.loc[moved, "person_id"].map(now)
    return tables | {
        "people": people,
        "team_history": pd.concat([moves, added], ignore_index=True),
    }


def other_assessments(tables: Tables, rng: np.random.Generator) -> Tables:
    scores = thinned(tables["assessments"], "date", rng)
    more = scores.tail(20).assign(date=after(rng, 20), score=0.5)
    return tables | {"assessments": pd.concat([scores, more], ignore_index=True)}


CHANGES: list[Change] = [
    other_deals,
    other_outcomes,
    other_touches,
    other_changes,
    other_activities,
    other_people,
    other_moves,
    other_assessments,
]


def altered(tables: Tables, changes: list[Change], seed: int) -> Tables:
    rng = np.random.default_rng(seed)
    for change in changes:
        tables = change(tables, rng)
    return tables


# ── the property ──────────────────────────────────────────────────────────────────────────


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), min_size=1, unique=True), st.integers(0, 2**16))
def test_no_fact_of_a_pack_or_a_region_looks_ahead(
    tables: Tables, foundation: list[Any], expected: Any, changes: list[Change], seed: int
) -> None:
    known = snapshot(altered(tables, changes, seed))
    assert same(basis(known), foundation) or facts(known) == expected


def test_with_all_of_the_future_changed_every_fact_is_computed_again_and_is_the_same(
    tables: Tables, expected: dict[str, Any]
) -> None:
    assert facts(snapshot(altered(tables, CHANGES, 1))) == expected


@pytest.mark.parametrize("change", CHANGES)
def test_each_other_future_is_another_export(tables: Tables, change: Change) -> None:
    other = change(tables, np.random.default_rng(1))
    assert any(not other[name].equals(tables[name]) for name in tables)
