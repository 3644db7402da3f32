"""How execution is run: joint calls, records in order, follow-through, who stays.

These are things done or not done, counted in full rather than sampled, so they come without an
interval; the count stands beside each.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from salesgap.crm.book import Book
from salesgap.crm.frames import among
from salesgap.crm.spells import direct_reps, manager_on
from salesgap.crm.team import holder
from salesgap.measures.attainment import won_between
from salesgap.measures.pipeline import open_deals
from salesgap.measures.seats import Window, filled_months

JOINT_DAYS = 90
TOUCHED_DAYS = 30
PAST_MONTHS = 12

_FIELDS = ("amount", "close_date", "product", "type", "segment", "margin")
"""What the measures of a pack read from a deal, and a rep is to fill in."""

_WITHOUT_THESE = ["amount", "close_date"]
"""Where no open deal of the run has one of them, the export leaves it out: no team's doing."""


def execution(book: Book, seats: pd.DataFrame, as_of: pd.Timestamp, months: int) -> pd.DataFrame:
    """One row a manager and measure: manager_id, measure, total, base, count.

    The measure is total ÷ base; ``count`` says of how many observations. What the export does not
    tell has no row. ``seats``: of :func:`salesgap.measures.seats.seats`; ``months``: how far back
    won deals are looked at.
    """
    counted: dict[str, Callable[[], pd.DataFrame]] = {
        "joint_calls": lambda: _joint_calls(book, seats, as_of),
        "crm_hygiene": lambda: _hygiene(book, as_of),
        "metrics_complete": lambda: _completeness(book, as_of, months),
        "commitments_done": lambda: _follow_through(book.commitments, as_of),
        "leavers": lambda: _leavers(book.people, seats, as_of),
    }
    found = [count().assign(measure=measure) for measure, count in counted.items()]
    rows = pd.concat(found).rename_axis("manager_id").reset_index()
    return rows[rows["base"] > 0][["manager_id", "measure", "total", "base", "count"]]


def _table(total: pd.Series, base: pd.Series, count: pd.Series) -> pd.DataFrame:
    """Index manager_id; of a manager without any of it, the total is nought."""
    parts = {"total": total, "base": base, "count": count}
    frame = pd.DataFrame(parts).reindex(base.index).fillna(0)
    return frame.astype({"total": "float64", "base": "float64", "count": "int64"})


def _untold() -> pd.DataFrame:
    nobody = pd.Series(dtype="float64", index=pd.Index([], dtype="str"))
    return _table(nobody, nobody, nobody)


def _joint_calls(book: Book, seats: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    window = Window(as_of - pd.Timedelta(days=JOINT_DAYS), as_of)
    log = book.activities[window.holds(book.activities["date"])]
    if not log["with_manager"].notna().any():
        return _untold()
    joint = log[log["with_manager"].fillna(False).astype(bool)]
    joint = joint[~among(joint["person_id"], direct_reps(book.people).index)]
    teams = manager_on(joint["person_id"], joint["date"], book.team_history, book.people)
    months = filled_months(seats, window).groupby(seats["manager_id"]).sum()
    return _table(teams.value_counts(), months, teams.value_counts())


def _hygiene(book: Book, as_of: pd.Timestamp) -> pd.DataFrame:
    """Open deals with all in order that the export tells of any."""
    opened = open_deals(book.deals)
    entered = opened["amount_source"] == "crm"
    silent = as_of - opened["last_activity_date"]
    fresh = opened["close_date"] >= as_of
    touched = silent <= pd.Timedelta(days=TOUCHED_DAYS)
    checks = {
        "close_date": (fresh, opened["close_date"].notna()),
        "next_step": (opened["next_step"].notna(),) * 2,
        "amount": (entered, entered),
        "touch": (touched, silent.notna()),
    }
    told = [right for right, known in checks.values() if known.any()]
    if not told:
        return _untold()
    in_order = pd.concat(told, axis=1).all(axis=1)
    deals = in_order.groupby(holder(opened, book.people))
    return _table(deals.sum(), deals.size(), deals.size())


def _completeness(book: Book, as_of: pd.Timestamp, months: int) -> pd.DataFrame:
    """Filled fields of the deals that are open or were won in the window."""
    deals = book.deals.assign(
        amount=book.deals["amount"].where(book.deals["amount_source"] == "crm")
    )
    opened = open_deals(deals)
    told = [name for name in _FIELDS if opened[name].notna().any()]
    if not set(_WITHOUT_THESE) <= set(told):
        return _untold()
    won = won_between(deals, as_of - pd.DateOffset(months=months, days=-1), as_of)
    looked_at = pd.concat([opened, won])
    filled = looked_at[told].notna().sum(axis=1).groupby(holder(looked_at, book.people))
    return _table(filled.sum(), filled.size() * len(told), filled.size())


def _follow_through(commitments: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    due = commitments[_past(as_of).holds(commitments["due_date"])]
    done = (due["status"].str.casefold() == "done").groupby(due["manager_id"])
    return _table(done.sum(), done.size(), done.size())


def _leavers(people: pd.DataFrame, seats: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Reps who left the company, by their last manager; the base is rep-months in seat."""
    if not people["end_date"].notna().any():
        return _untold()
    window = _past(as_of)
    reps = people[~people["person_id"].isin(people["manager_id"])]
    left = reps[window.holds(reps["end_date"])]["manager_id"].value_counts()
    months = filled_months(seats, window).groupby(seats["manager_id"]).sum()
    return _table(left, months, left)


def _past(as_of: pd.Timestamp) -> Window:
    return Window(as_of - pd.DateOffset(months=PAST_MONTHS), as_of)
