"""The canonical tables: their columns, what each column holds, and the frozen book of them all.

A profile maps an export onto these tables; everything after :mod:`salesgap.crm` knows
these names only. The tables are data, so that the reader, the checks, the simulator and
the documentation share one definition.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class Kind(StrEnum):
    """What a column holds, and so how its text is parsed.

    ``ID`` and ``TEXT`` become strings (text on one line), ``DATE`` a midnight timestamp without
    zone, ``NUMBER`` a float, ``MONEY`` a float in the run's currency, ``FLAG`` a boolean.
    """

    ID = "id"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table. ``key`` names the columns that make a row unique; empty: none do."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The names of the columns a row cannot do without."""
        return tuple(column.name for column in self.columns if column.required)


def _column(name: str, kind: Kind, meaning: str) -> Column:
    return Column(name.rstrip("*"), kind, meaning, required=name.endswith("*"))


PEOPLE = Table(
    "people",
    "one row a person who sells or manages",
    (
        _column("person_id*", Kind.ID, "the CRM's id of the person"),
        _column("name*", Kind.TEXT, "as it should read in a pack"),
        _column("manager_id", Kind.ID, "person_id of the manager; empty at the top"),
        _column("role*", Kind.TEXT, "peers share a role"),
        _column("region*", Kind.TEXT, "one summary a region"),
        _column("segment", Kind.TEXT, "peers share a segment"),
        _column("start_date", Kind.DATE, "first day in this role"),
        _column("end_date", Kind.DATE, "last day in this role"),
        _column("email", Kind.TEXT, "not printed"),
    ),
    key=("person_id",),
    required=True,
)

OPPORTUNITIES = Table(
    "opportunities",
    "one row a deal, as it stands in the export",
    (
        _column("opportunity_id*", Kind.ID, "the CRM's id of the deal"),
        _column("owner_id*", Kind.ID, "person_id of the owner"),
        _column("account", Kind.TEXT, "the customer"),
        _column("name", Kind.TEXT, "the deal's own name"),
        _column("created_date*", Kind.DATE, "when the deal was opened"),
        _column("close_date", Kind.DATE, "expected while open, actual once won or lost"),
        _column("stage*", Kind.TEXT, "as the stage map of the params spells it"),
        _column("amount", Kind.MONEY, "value of the deal"),
        _column("currency", Kind.TEXT, "ISO 4217; left out: the run's currency"),
        _column("type", Kind.TEXT, "new business, renewal …"),
        _column("lead_source", Kind.TEXT, "where the deal came from"),
        _column("product", Kind.TEXT, "what is being sold"),
        _column("segment", Kind.TEXT, "the customer's segment"),
        _column("margin", Kind.NUMBER, "share of the amount, 0 to 1"),
        _column("next_step", Kind.TEXT, "what the rep wrote"),
        _column("last_activity_date", Kind.DATE, "last logged touch"),
    ),
    key=("opportunity_id",),
    required=True,
)

QUOTAS = Table(
    "quotas",
    "one row a person, period and measure",
    (
        _column("person_id*", Kind.ID, "who carries the quota"),
        _column("period_start*", Kind.DATE, "first day"),
        _column("period_end*", Kind.DATE, "last day"),
        _column("amount*", Kind.MONEY, "target for the period, the same each day of it"),
        _column("measure", Kind.TEXT, "revenue unless said"),
    ),
    key=("person_id", "period_start", "period_end", "measure"),
)

STAGE_HISTORY = Table(
    "stage_history",
    "one row a change of a deal",
    (
        _column("opportunity_id*", Kind.ID, "the deal"),
        _column("changed_at*", Kind.DATE, "the day of the change"),
        _column("stage*", Kind.TEXT, "the stage after it"),
        _column("amount", Kind.MONEY, "the amount after it"),
        _column("close_date", Kind.DATE, "the expected close date after it"),
    ),
)

ACTIVITIES = Table(
    "activities",
    "one row a logged activity",
    (
        _column("activity_id", Kind.ID, "the CRM's id"),
        _column("person_id*", Kind.ID, "who did it"),
        _column("date*", Kind.DATE, "when"),
        _column("kind*", Kind.TEXT, "call, meeting, email …"),
        _column("opportunity_id", Kind.ID, "the deal it was for"),
        _column("account", Kind.TEXT, "the customer it was for"),
        _column("with_manager", Kind.FLAG, "the manager took part"),
    ),
)

TEAM_HISTORY = Table(
    "team_history",
    "one row a person and manager, with its dates",
    (
        _column("person_id*", Kind.ID, "who"),
        _column("manager_id*", Kind.ID, "worked for whom"),
        _column("start_date*", Kind.DATE, "from"),
        _column("end_date", Kind.DATE, "to; empty: until now"),
    ),
    key=("person_id", "start_date"),
)

ASSESSMENTS = Table(
    "assessments",
    "one row a person, date and item",
    (
        _column("person_id*", Kind.ID, "who was assessed"),
        _column("date*", Kind.DATE, "when"),
        _column("item*", Kind.TEXT, "the skill, driver or question"),
        _column("score*", Kind.NUMBER, "0 to 5"),
    ),
    key=("person_id", "date", "item"),
)

COMMITMENT_STATUSES = ("open", "done", "dropped")

COMMITMENTS = Table(
    "commitments",
    "one row an action a manager took on in an earlier pack",
    (
        _column("manager_id*", Kind.ID, "whose pack"),
        _column("gap*", Kind.TEXT, "the driver it was for"),
        _column("action*", Kind.TEXT, "what was to be done"),
        _column("owner_id", Kind.ID, "by whom"),
        _column("due_date*", Kind.DATE, "by when"),
        _column("status*", Kind.TEXT, ", ".join(COMMITMENT_STATUSES)),
    ),
)

PRODUCTS = Table(
    "products",
    "one row a product",
    (
        _column("product*", Kind.TEXT, "as deals name it"),
        _column("list_price*", Kind.MONEY, "values an open deal that carries no amount"),
    ),
    key=("product",),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PEOPLE,
        OPPORTUNITIES,
        QUOTAS,
        STAGE_HISTORY,
        ACTIVITIES,
        TEAM_HISTORY,
        ASSESSMENTS,
        COMMITMENTS,
        PRODUCTS,
    )
}

DTYPES: dict[Kind, str] = {
    Kind.ID: "str",
    Kind.TEXT: "str",
    Kind.DATE: "datetime64[us]",
    Kind.NUMBER: "float64",
    Kind.MONEY: "float64",
    Kind.FLAG: "boolean",
}


# Control characters that are no blanks, and marks that turn the order of the text around them.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")


# Signs without width stand around what was copied from a web page; inside they may count.
_MARKS = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
_AROUND = re.compile(f"^{_MARKS}|{_MARKS}$")


def unmarked(text: str) -> str:
    """A header or an id without blanks and signs that nobody sees around it."""
    return _AROUND.sub("", text)


def folded(text: str) -> str:
    """``text`` on one line: any blank is one space, control and turning marks are dropped."""
    return " ".join(_UNSEEN.sub("", text).split())


def empty(table: Table) -> pd.DataFrame:
    """A frame of ``table`` with every column, typed, and no row."""
    return pd.DataFrame({c.name: pd.Series(dtype=DTYPES[c.kind]) for c in table.columns})


def conform(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns of ``table``, in order and typed; absent ones missing."""
    full = frame.reindex(columns=[column.name for column in table.columns])
    return full.astype({column.name: DTYPES[column.kind] for column in table.columns})
