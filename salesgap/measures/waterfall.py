"""The two-date waterfall of the open pipeline: what it was, why it moved, what it is.

Walked is what is open, held by a team and expected to close by the horizon, the end of the
fiscal year; a deal without a date lies outside. Without a history of dates nobody can tell what
was pushed or pulled in, and all open deals are walked.

A deal has at most one reason in a team: it stays (and its value may change), it leaves at the
value it had, or it arrives at the value it has. So start + movements = end holds by
construction, in whole cents. A deal that was opened and closed between the dates was in neither
pipeline and moves nothing.

Known limitation: an export tells a deal's present owner only. A deal is taken to have been its
present owner's all along, so that a transfer shows where its owner changed team, not where the
deal changed owner.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesgap.crm.book import Book
from salesgap.crm.frames import among, at
from salesgap.crm.spells import direct_reps, manager_on
from salesgap.crm.team import holder
from salesgap.measures.calendar import quarters_ahead
from salesgap.params import Params

REASONS: Final = (
    *("new", "transferred_in", "pulled_in", "reopened", "raised"),
    *("cut", "won", "lost", "pushed", "transferred_out", "gone"),
)
"""In the order they are shown: what adds to the pipeline, then what takes from it."""

_SETTLING_DAYS = 14
"""A quarter younger than this says little; the walk then begins a quarter earlier."""


def walk_start(params: Params) -> pd.Timestamp:
    """The day at whose end the walk begins: that of the last pack, or the eve of the quarter."""
    if params.previous_as_of is not None:
        return pd.Timestamp(params.previous_as_of)
    begin = quarters_ahead(params, 1)[0].start
    if (pd.Timestamp(params.as_of) - begin).days < _SETTLING_DAYS:
        begin -= pd.DateOffset(months=3)
    return begin - pd.Timedelta(days=1)


def movements(
    start: Book, end: Book, since: pd.Timestamp, horizon: pd.Timestamp | None
) -> pd.DataFrame:
    """One row a team and reason: manager_id, reason, deals, cents (signed whole numbers).

    ``reason`` is 'start', 'end' or one of :data:`REASONS`; for each team the cents of 'start' and
    of the reasons add up to those of 'end'. ``since`` is the day of ``start``; without a
    ``horizon`` all open deals are walked. Empty if no deal is as old as ``since``: nothing can be
    told then.
    """
    if start.deals.empty:
        return _summed(pd.DataFrame({"manager_id": [], "reason": [], "cents": []}))
    then = _stood(start, _as_known(start, end), horizon).add_suffix("_then")
    now = _stood(end, end.deals, horizon).add_suffix("_now")
    both = then.join(now, how="outer")
    team_then, team_now = both["team_then"], both["team_now"]
    stays = team_then == team_now
    was = both["cents_then"][team_then.notna()]
    has = both["cents_now"][team_now.notna()]
    left, arrived = was[~stays[was.index]], has[~stays[has.index]]
    change = (both["cents_now"] - both["cents_then"])[stays]
    rows = [
        _rows(team_then, "start", was),
        _rows(team_then, _why_left(both), -left),
        _rows(team_now, _why_arrived(both, since), arrived),
        _rows(team_now, "raised", change[change > 0]),
        _rows(team_now, "cut", change[change < 0]),
        _rows(team_now, "end", has),
    ]
    return _summed(pd.concat(rows))


def _as_known(start: Book, end: Book) -> pd.DataFrame:
    """The deals of the start. What no history tells of then is as the end has it."""
    deals, history = start.deals, start.stage_history
    told = among(deals["opportunity_id"], history["opportunity_id"])
    later = end.deals.set_index("opportunity_id")
    filled = {}
    for name in ("amount", "close_date"):
        unknown = deals[name].isna() & ~(told & bool(history[name].notna().any()))
        filled[name] = deals[name].mask(unknown, at(later[name], deals["opportunity_id"]))
    return deals.assign(**filled)


def _stood(book: Book, deals: pd.DataFrame, horizon: pd.Timestamp | None) -> pd.DataFrame:
    """Index opportunity_id: status, held (by whom), team (if in its pipeline), cents, created."""
    held = holder(deals, book.people)
    inside = deals["status"] == "open"
    if horizon is not None:
        inside &= deals["close_date"] <= horizon
    return pd.DataFrame(
        {
            "status": deals["status"],
            "held": held,
            "team": held.where(inside),
            "cents": np.rint(deals["amount"].fillna(0.0) * 100),
            "created": deals["created_date"],
        }
    ).set_index(deals["opportunity_id"].rename("opportunity_id"))


def _why_left(both: pd.DataFrame) -> pd.Series:
    status = both["status_now"]
    reasons = ["gone", "won", "lost", "transferred_out"]
    moved = both["held_now"].isna() | (both["held_now"] != both["team_then"])
    cases = [status.isna(), status == "won", status == "lost", moved]
    return pd.Series(np.select(cases, reasons, "pushed"), index=both.index)


def _why_arrived(both: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    moved = both["held_then"].isna() | (both["held_then"] != both["team_now"])
    fresh = both["status_then"].isna() & (both["created_now"] > since)
    cases = [fresh, both["status_then"].isin(["won", "lost"]), moved]
    reasons = ["new", "reopened", "transferred_in"]
    return pd.Series(np.select(cases, reasons, "pulled_in"), index=both.index)


def _rows(teams: pd.Series, reason: str | pd.Series, cents: pd.Series) -> pd.DataFrame:
    """The deals that ``cents`` names, each with its team and reason."""
    named = reason if isinstance(reason, str) else reason[cents.index]
    return pd.DataFrame({"manager_id": teams[cents.index], "reason": named, "cents": cents})


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    sums = rows.groupby(["manager_id", "reason"])["cents"].agg(deals="size", cents="sum")
    return sums.reset_index().astype({"deals": "int64", "cents": "int64"})


def arrivals(book: Book, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """Deals that came into a team with their owner after ``since``: manager_id, deals, amount.

    They were open then, and count whether or not closed since. A deal handed from one rep to
    another does not show (see the limitation above).
    """
    deals, people, moves = book.deals, book.people, book.team_history
    is_open = deals["status"] == "open"
    older = deals[(deals["created_date"] <= since) & (is_open | (deals["close_date"] > since))]
    owners = older["owner_id"]
    last = older["close_date"].mask(older["status"] == "open", as_of)
    before = manager_on(owners, pd.Series(since, index=older.index), moves, people)
    after = manager_on(owners, last, moves, people)
    came = after.notna() & (before != after) & ~among(owners, direct_reps(people).index)
    rows = pd.DataFrame({"manager_id": after, "amount": older["amount"]})[came]
    sums = rows.groupby("manager_id")["amount"].agg(deals="size", amount="sum")
    return sums.reset_index().astype({"deals": "int64", "amount": "float64"})
