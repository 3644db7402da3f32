"""Which deals the activities go to: a team that only tends late deals soon has no others."""

from __future__ import annotations

import pandas as pd

from salesgap.crm.book import Book
from salesgap.crm.frames import among, at
from salesgap.crm.spells import direct_reps, manager_on

COUNTS = ("early", "total", "joint_early", "joint")


def attention(book: Book, since: pd.Timestamp) -> pd.DataFrame:
    """Index manager_id: activities on deals after ``since``, of the manager's team on that day.

    ``total`` are those whose deal's phase on the day is known, ``early`` of them those in the early
    phase; ``joint`` and ``joint_early`` are the ones the manager took part in or logged. A team
    without any has no row.
    """
    log = book.activities
    log = log[(log["date"] > since) & log["opportunity_id"].notna()]
    early = early_on_the_day(log, book.deals)
    log, early = log[early.notna()], early.dropna().astype(bool)
    leads = among(log["person_id"], direct_reps(book.people).index)
    teams = manager_on(log["person_id"], log["date"], book.team_history, book.people)
    joint = leads | log["with_manager"].fillna(False).astype(bool)
    rows = pd.DataFrame(
        {
            "manager_id": teams.mask(leads, log["person_id"]),
            "early": early,
            "total": True,
            "joint_early": joint & early,
            "joint": joint,
        }
    )
    return rows.groupby("manager_id")[list(COUNTS)].sum().astype("int64")


def early_on_the_day(log: pd.DataFrame, deals: pd.DataFrame) -> pd.Series:
    """Whether each activity's deal was in the early phase that day; missing if not known."""
    known = deals[["opportunity_id", "late_date", "reached_late"]].set_index("opportunity_id")
    late_since = at(known["late_date"], log["opportunity_id"])
    reached = at(known["reached_late"], log["opportunity_id"])
    early = (log["date"] < late_since).astype("boolean")
    return early.mask(late_since.isna(), ~reached.mask(reached))
