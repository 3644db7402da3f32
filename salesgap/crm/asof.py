"""The book as of a date: what was known at the end of that day, and nothing of later.

Pure functions of a snapshot. Two rules decide what a deal looked like:

* A deal the export shows as won or lost on or before the date is closed, with the export's values.
* Any other deal was open on the date. If ``stage_history`` has rows of it, they say its stage,
  amount and expected close date then. If not, a deal that is open in the export keeps the
  export's values, and one that closed later has none: what the export says of it is later
  knowledge. A missing amount is taken from the price list.

A history without one amount (or close date) in it is taken to lack that column: then the rule for
deals without history holds for it.

No history tells next steps, nor the last contact where activities are not exported. An export of
up to two weeks after the date is taken at its word; an older past has none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import pandas as pd

from salesgap.crm.book import Book
from salesgap.crm.frames import among, at
from salesgap.crm.spells import direct_reps, manager_on, spells_until
from salesgap.params import Params


class Tables(Protocol):
    """Whatever holds the accepted tables: a snapshot, or what is about to become one."""

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Frames by canonical name."""


_TEXTS = ["account", "name", "type", "lead_source", "product", "segment", "next_step"]
_DEALS = [
    *("opportunity_id", "owner_id", "manager_id", *_TEXTS, "created_date", "close_date"),
    *("status", "stage", "phase", "stage_date", "late_date", "reached_late", "amount"),
    *("amount_source", "margin", "pushes", "last_activity_date"),
]

_FRESH = pd.Timedelta(days=14)
"""How much younger than the date an export may be, to be believed in what has no history."""


def book_as_of(snapshot: Tables, params: Params) -> Book:
    """Every table as it stood at the end of ``params.as_of``; see :class:`Book` for columns."""
    day = pd.Timestamp(params.as_of)
    tables = snapshot.tables
    outline = outline_as_of(snapshot, params)
    history = _until(tables["stage_history"], "changed_at", day)
    activities = _until(tables["activities"], "date", day)
    deals = _as_it_stood(outline.deals, history, params)
    deals = _priced(deals, tables["products"])
    deals = _late_phase(deals, history, params)
    deals = deals.assign(
        pushes=_pushes(deals, history, params),
        last_activity_date=_last_touch(deals, activities, day),
    )
    return replace(
        outline,
        deals=deals[_DEALS],
        stage_history=history[among(history["opportunity_id"], deals["opportunity_id"])],
        activities=activities,
    )


def outline_as_of(snapshot: Tables, params: Params) -> Book:
    """The book without history and activities, and without what they tell of the deals.

    The deals have the export's columns, ``status`` and ``manager_id``. Quickly made.
    """
    day = pd.Timestamp(params.as_of)
    tables = snapshot.tables
    people = _people(tables["people"], day)
    moves = spells_until(tables["team_history"], people, day)
    people = _with_managers(people, moves, day)
    deals = _until(tables["opportunities"], "created_date", day)
    deals = deals[deals["owner_id"].isin(people["person_id"])].reset_index(drop=True)
    deals = _outcome(_without_hindsight(deals, params, day), params, day)
    return Book(
        people=people,
        deals=deals.assign(manager_id=_leader(deals, moves, people)),
        quotas=tables["quotas"].reset_index(drop=True),
        stage_history=tables["stage_history"].iloc[:0],
        activities=tables["activities"].iloc[:0],
        team_history=moves,
        assessments=_until(tables["assessments"], "date", day),
        commitments=tables["commitments"].reset_index(drop=True),
    )


def _until(frame: pd.DataFrame, column: str, day: pd.Timestamp) -> pd.DataFrame:
    return frame[frame[column] <= day].reset_index(drop=True)


def _people(people: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """People who had started."""
    people = people[~(people["start_date"] > day)].reset_index(drop=True)
    return people.assign(end_date=people["end_date"].where(people["end_date"] <= day))


def _with_managers(people: pd.DataFrame, moves: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """People with the manager of that day."""
    # A leaver's manager is the last one they had.
    days = people["end_date"].fillna(day)
    return people.assign(manager_id=manager_on(people["person_id"], days, moves, people))


def _leader(deals: pd.DataFrame, moves: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Whose team a deal was won or lost for: its owner's, if the owner leads reps."""
    owners = deals["owner_id"]
    above = manager_on(owners, deals["created_date"], moves, people)
    return above.mask(among(owners, direct_reps(people).index), owners)


def _without_hindsight(deals: pd.DataFrame, params: Params, day: pd.Timestamp) -> pd.DataFrame:
    """The deals; of an export much later than ``day``, without what it alone tells of then."""
    ended = deals["stage"].isin([stage.name for stage in params.stages if stage.status != "open"])
    seen = pd.concat([deals["close_date"].where(ended), deals["last_activity_date"]]).max()
    if not seen > day + _FRESH:
        return deals
    told = ["next_step", "last_activity_date"]
    return deals.assign(**{name: deals[name].where(deals[name].isna()) for name in told})


def _outcome(deals: pd.DataFrame, params: Params, day: pd.Timestamp) -> pd.DataFrame:
    """Add ``status``; of a deal that closed later, forget what it became."""
    outcome = deals["stage"].map({stage.name: stage.status for stage in params.stages})
    later = (outcome != "open") & (deals["close_date"] > day)
    deals = deals.assign(status=outcome.mask(later, "open").astype("str"))
    unknown = ["stage", "amount", "close_date", "next_step"]
    return deals.assign(**{name: deals[name].mask(later) for name in unknown})


def _as_it_stood(deals: pd.DataFrame, history: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Open deals as their last open row of the history has them; ``stage_date`` for all."""
    spells = _spells(history)
    is_open = deals["status"] == "open"
    stages = [stage.name for stage in params.stages if stage.status == "open"]
    last = _last_known(history[history["stage"].isin(stages)])
    told = is_open & among(deals["opportunity_id"], last.index)
    stood = {
        name: deals[name].mask(told, at(last[name], deals["opportunity_id"]))
        for name in ("stage", "amount", "close_date")
        if name == "stage" or history[name].notna().any()
    }
    deals = deals.assign(**stood)
    phases = {stage.name: stage.phase for stage in params.stages}
    keys = pd.MultiIndex.from_frame(deals[["opportunity_id", "stage"]])
    return deals.assign(
        phase=deals["stage"].map(phases).where(is_open).astype("str"),
        stage_date=spells.reindex(keys).to_numpy(),
    )


def _last_known(history: pd.DataFrame) -> pd.DataFrame:
    """Index opportunity_id: the last stage, amount and close date the history tells."""
    known = ["stage", "amount", "close_date"]
    return history.groupby("opportunity_id", sort=False)[known].last()


def _spells(history: pd.DataFrame) -> pd.Series:
    """Index (opportunity_id, stage): since when, for the last time the deal came to that stage."""
    same_deal = history["opportunity_id"] == history["opportunity_id"].shift()
    entered = history[~(same_deal & (history["stage"] == history["stage"].shift()))]
    last = entered.drop_duplicates(["opportunity_id", "stage"], keep="last")
    return last.set_index(["opportunity_id", "stage"])["changed_at"]


def _priced(deals: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Add ``amount_source``, and the list price where no amount is known."""
    prices = products.set_index("product")["list_price"]
    listed = at(prices, deals["product"])
    source = pd.Series("crm", index=deals.index, dtype="str")
    source = source.mask(deals["amount"].isna(), "list price")
    source = source.mask(deals["amount"].isna() & listed.isna(), "unknown")
    return deals.assign(amount=deals["amount"].fillna(listed), amount_source=source)


def _late_phase(deals: pd.DataFrame, history: pd.DataFrame, params: Params) -> pd.DataFrame:
    """Add ``late_date`` and ``reached_late``: by the history, else by where the deal is now."""
    late = [stage.name for stage in params.stages if stage.phase == "late"]
    if not any(stage.phase for stage in params.stages):
        unknown = pd.Series(pd.NaT, index=deals.index, dtype="datetime64[us]")
        return deals.assign(
            late_date=unknown, reached_late=pd.array([pd.NA] * len(deals), dtype="boolean")
        )
    first = history[history["stage"].isin(late)].groupby("opportunity_id")["changed_at"].min()
    ids = deals["opportunity_id"]
    reached = pd.Series(pd.NA, index=deals.index, dtype="boolean")
    reached = reached.mask(
        among(ids, history["opportunity_id"]) | (deals["phase"] == "early"), False
    )
    passed = (deals["status"] == "won") | (deals["phase"] == "late") | among(ids, first.index)
    late_date = at(first, ids)
    return deals.assign(late_date=late_date, reached_late=reached.mask(passed, True))


def _pushes(deals: pd.DataFrame, history: pd.DataFrame, params: Params) -> pd.Series:
    """How often the expected close date moved later; missing without a history of it."""
    stages = [stage.name for stage in params.stages if stage.status == "open"]
    rows = history[history["stage"].isin(stages) & history["close_date"].notna()]
    before = rows.groupby("opportunity_id")["close_date"].shift()
    counts = (rows["close_date"] > before).groupby(rows["opportunity_id"]).sum()
    return at(counts, deals["opportunity_id"]).astype("Int64")


def _last_touch(deals: pd.DataFrame, activities: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    logged = activities.groupby("opportunity_id")["date"].max()
    written = deals["last_activity_date"].where(deals["last_activity_date"] <= day)
    return at(logged, deals["opportunity_id"]).fillna(written)
