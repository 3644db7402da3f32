"""Health of the open pipeline: coverage, yield, age, and what came in new."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.calendar import Quarter
from salesgap.measures.peers import Yield


def open_deals(deals: pd.DataFrame) -> pd.DataFrame:
    """The deals that are open on the as-of date."""
    return deals[deals["status"] == "open"]


def late_share(deals: pd.DataFrame) -> float | None:
    """Part of the open amount that is in late stages; None where phases or amounts are unknown."""
    known = open_deals(deals).dropna(subset=["phase", "amount"])
    total = float(known["amount"].sum())
    return float(known.loc[known["phase"] == "late", "amount"].sum()) / total if total else None


def slowest_won_days(deals: pd.DataFrame) -> int | None:
    """Days from creation to close of the slowest deal ever won; None without a won deal."""
    won = deals[deals["status"] == "won"]
    days = (won["close_date"] - won["created_date"]).dt.days
    return int(days.max()) if days.notna().any() else None


def slow_days(deals: pd.DataFrame, history: pd.DataFrame) -> dict[str, float]:
    """For each stage, the days in it that 90 % of deals later won did not exceed."""
    won = deals.loc[deals["status"] == "won", "opportunity_id"]
    steps = stage_steps(history[history["opportunity_id"].isin(won)])
    days = (steps["until"] - steps["since"]).dt.days.dropna()
    limits = days.groupby(steps.loc[days.index, "stage"]).quantile(0.9)
    return {str(stage): float(limit) for stage, limit in limits.items()}


def stage_steps(history: pd.DataFrame) -> pd.DataFrame:
    """Each stay of a deal in a stage: opportunity_id, stage, since, until (missing: the last)."""
    rows = history.sort_values(["opportunity_id", "changed_at"], kind="stable")
    moved = rows["opportunity_id"].ne(rows["opportunity_id"].shift()) | rows["stage"].ne(
        rows["stage"].shift()
    )
    steps = rows[moved].rename(columns={"changed_at": "since"})
    same = steps["opportunity_id"].eq(steps["opportunity_id"].shift(-1))
    return steps.assign(until=steps["since"].shift(-1).where(same))[
        ["opportunity_id", "stage", "since", "until"]
    ]


def due_yield(book: Book, quarters: Sequence[Quarter]) -> Yield | None:
    """Pipeline due in each past quarter, as expected at its start, and what of it was won in it.

    None without stage history that tells the expected close dates of those days.
    """
    parts = [_due_in(book, quarter) for quarter in quarters]
    due = pd.concat(parts) if parts else pd.DataFrame(columns=["amount", "won"])
    total = float(due["amount"].sum())
    if not total:
        return None
    return Yield(total, float(due.loc[due["won"].astype(bool), "amount"].sum()), len(due))


def _due_in(book: Book, quarter: Quarter) -> pd.DataFrame:
    """Deals open at the quarter's start and then expected to close in it: amount, won."""
    before = book.stage_history[book.stage_history["changed_at"] < quarter.start]
    last = before.sort_values("changed_at", kind="stable").groupby("opportunity_id").last()
    deals = book.deals.set_index("opportunity_id")
    known = deals.join(last[["close_date", "amount"]].add_suffix("_then"), how="inner")
    open_then = (known["status"] == "open") | (known["close_date"] >= quarter.start)
    due = known[open_then & quarter.holds(known["close_date_then"])]
    won = (due["status"] == "won") & quarter.holds(due["close_date"])
    return pd.DataFrame({"amount": due["amount_then"].fillna(due["amount"]), "won": won})


def net_new(deals: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """The deals created after ``since``, whether or not closed since."""
    return deals[deals["created_date"] > since]


def is_slow(deals: pd.DataFrame, limits: dict[str, float], as_of: pd.Timestamp) -> pd.Series:
    """Which open deals have been in their stage longer than 90 % of deals later won."""
    days = (as_of - deals["stage_date"]).dt.days
    limit = deals["stage"].map(limits).astype(float)
    slow: pd.Series = days > limit
    return slow
