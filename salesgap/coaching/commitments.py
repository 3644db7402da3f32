"""What the manager took on in the last pack, and what became of it."""

from __future__ import annotations

import pandas as pd

from salesgap.facts import Commitment
from salesgap.measures.seats import Window
from salesgap.team import Team

_A_PACK = pd.Timedelta(days=30)
"""The actions of one pack fall due within so many days of each other."""

_VALID_MONTHS = 6
"""Two quarters."""


def commitments(team: Team) -> tuple[Commitment, ...]:
    """Those of the last pack, by due date, a few of them still to come; empty without any."""
    rows = of_late(team)
    if rows.empty:
        return ()
    last = rows[(rows["gap"] == rows["gap"].iloc[-1]) & (rows["due_date"] > _since(team, rows))]
    names = _names(team)
    return tuple(
        Commitment(
            action=row["action"],
            owner="" if pd.isna(row["owner_id"]) else names.get(row["owner_id"], ""),
            due=row["due_date"].date(),
            status=row["status"].casefold(),
        )
        for row in last.to_dict("records")
    )


def of_late(team: Team) -> pd.DataFrame:
    """The commitments, by due date, that the last pack may have asked for.

    What falls due more than a month after the as-of date is somebody's own plan, as no pack asks
    for anything so far ahead; what fell due two quarters ago and more is of another half-year, and
    nobody wants to be asked about it today.
    """
    as_of = pd.Timestamp(team.params.as_of)
    since = as_of - pd.DateOffset(months=_VALID_MONTHS)
    asked = Window(since, as_of + _A_PACK).holds(team.book.commitments["due_date"])
    return team.book.commitments[asked].sort_values("due_date", kind="stable")


def _since(team: Team, rows: pd.DataFrame) -> pd.Timestamp:
    """The day of the last pack, as far as it is known: what it asked for is due after it."""
    told = team.last_gap.since if team.last_gap is not None else team.params.previous_as_of
    return rows["due_date"].iloc[-1] - _A_PACK if told is None else pd.Timestamp(told)


def _names(team: Team) -> dict[str, str]:
    """Of the manager and the reps, leavers too; who moved to another team is not named."""
    people = team.book.people
    own = (people["manager_id"] == team.manager.id) | (people["person_id"] == team.manager.id)
    return dict(zip(people["person_id"][own], people["name"][own], strict=True))
