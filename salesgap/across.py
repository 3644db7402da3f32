"""What a team's pack needs of other teams' rows: computed once a run, handed on as sums.

A team's folder holds no other team's deal or person. But whether a deal came from another team,
and how other teams spend their activities, only the whole book tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from salesgap.crm.asof import book_as_of
from salesgap.crm.book import Book
from salesgap.crm.freeze import Snapshot
from salesgap.facts import Attention, Evidence, Movement, Waterfall
from salesgap.health import ATTENTION_DAYS, NET_NEW_DAYS
from salesgap.measures.attention import attention
from salesgap.measures.definitions import MEASURES
from salesgap.measures.execution import execution
from salesgap.measures.pipeline import open_deals
from salesgap.measures.seats import seats
from salesgap.measures.waterfall import REASONS, arrivals, movements, walk_start
from salesgap.params import Params
from salesgap.team import OF_OPEN_DEALS

_ENDS = ("start", "end")

LEAST_OTHERS = 5
"""Of fewer other teams, what they do together would tell of one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Across:
    """The run's counts, by manager.

    ``walk``: :func:`salesgap.measures.waterfall.movements`, and what of the past is ``known``;
    ``arrivals``, ``attention``, ``execution``: the frames of those measures; ``joint``: the export
    tells where a manager took part; ``told``: see :class:`salesgap.team.Team`.
    """

    params: Params
    walk: pd.DataFrame
    known: frozenset[str]
    arrivals: pd.DataFrame
    attention: pd.DataFrame
    execution: pd.DataFrame
    joint: bool
    told: tuple[str, ...]


def across(snapshot: Snapshot, book: Book, params: Params) -> Across:
    """Count over all teams. ``book``: the snapshot as of ``params.as_of``."""
    as_of = pd.Timestamp(params.as_of)
    since = walk_start(params)
    earlier = _earlier(snapshot, params, since)
    history = earlier.stage_history
    known = frozenset(c for c in ("amount", "close_date") if history[c].notna().any())
    horizon = pd.Timestamp(params.year_end) if "close_date" in known else None
    opened = open_deals(book.deals)
    return Across(
        params=params,
        walk=movements(earlier, book, since, horizon),
        known=known,
        arrivals=arrivals(book, as_of - pd.Timedelta(days=NET_NEW_DAYS), as_of),
        attention=attention(book, as_of - pd.Timedelta(days=ATTENTION_DAYS)),
        execution=execution(
            book, seats(book, params.method.ramp_months), as_of, params.method.lookback_months
        ),
        joint=bool(book.activities["with_manager"].notna().any()),
        told=tuple(c for c in OF_OPEN_DEALS if opened.empty or opened[c].notna().any()),
    )


def sums_of(run: Across, manager_id: str, deals: pd.DataFrame) -> Mapping[str, Any]:
    """One manager's part: the fields of a ``Team`` that hold it. ``deals``: the team's."""
    came = run.arrivals[run.arrivals["manager_id"] == manager_id]
    return {
        "waterfall": _waterfall(run, manager_id),
        "arrived": (int(came["deals"].sum()), float(came["amount"].sum())),
        "attention": _attention(run, manager_id, deals),
        "execution": _execution(run.execution, manager_id),
        "told": run.told,
    }


def _earlier(snapshot: Snapshot, params: Params, day: pd.Timestamp) -> Book:
    """The book as of ``day``, everybody in their seat.

    Of a deal that is now with somebody who joined since, the export does not say who had it
    before. It is taken to have been in the team they joined.
    """
    people = snapshot.tables["people"]
    seated = people.assign(start_date=people["start_date"].mask(people["start_date"] > day))
    then = replace(snapshot, tables={**snapshot.tables, "people": seated})
    return book_as_of(then, params.model_copy(update={"as_of": day.date()}))


def _waterfall(run: Across, manager_id: str) -> Waterfall | None:
    mine = run.walk[run.walk["manager_id"] == manager_id].set_index("reason")
    if mine.empty:
        return None
    moved = mine[["deals", "cents"]].reindex([*_ENDS, *REASONS], fill_value=0)
    deals, amounts = moved["deals"].to_dict(), (moved["cents"] / 100.0).to_dict()
    return Waterfall(
        start=walk_start(run.params).date(),
        end=run.params.as_of,
        due_by=run.params.year_end if "close_date" in run.known else None,
        start_deals=deals["start"],
        start_amount=amounts["start"],
        end_deals=deals["end"],
        end_amount=amounts["end"],
        movements=tuple(
            Movement(reason=reason, deals=deals[reason], amount=amounts[reason])
            for reason in REASONS
            if deals[reason]
        ),
        dates_known="close_date" in run.known,
        amounts_known="amount" in run.known,
    )


def _attention(run: Across, manager_id: str, deals: pd.DataFrame) -> Attention | None:
    counts = run.attention
    if manager_id not in counts.index:
        return None
    mine, others = counts.loc[[manager_id]].sum(), counts.drop(manager_id).sum()
    joint, joint_early = (
        (int(mine["joint"]), int(mine["joint_early"])) if run.joint else (None,) * 2
    )
    phases = open_deals(deals)["phase"]
    return Attention(
        since=(pd.Timestamp(run.params.as_of) - pd.Timedelta(days=ATTENTION_DAYS)).date(),
        activities=int(mine["total"]),
        early=int(mine["early"]),
        joint=joint,
        joint_early=joint_early,
        peers=float(others["early"] / others["total"]) if others["total"] else None,
        open_deals=int(phases.notna().sum()),
        open_early=int((phases == "early").sum()),
    )


def _execution(counts: pd.DataFrame, manager_id: str) -> dict[str, Evidence]:
    """By measure, beside all other teams together."""
    mine = counts[counts["manager_id"] == manager_id].to_dict("records")
    others = counts[counts["manager_id"] != manager_id].groupby("measure")
    sums, teams = others[["total", "base"]].sum(), others.size()
    rates = (sums["total"] / sums["base"])[teams >= LEAST_OTHERS]
    return {row["measure"]: _beside(row, rates.get(row["measure"])) for row in mine}


def _beside(row: Mapping[Any, Any], rate: float | None) -> Evidence:
    """A team's evidence; others' count is as many as they would have with this team's base."""
    unit = MEASURES[row["measure"]].unit
    base = 1.0 if unit == "count" else float(row["base"])
    times = float(row["base"]) if unit == "count" else 1.0
    return Evidence(
        measure=row["measure"],
        unit=unit,
        value=float(row["total"]) / base,
        benchmark=None if rate is None else float(rate) * times,
        count=int(row["count"]),
    )
