"""How well would the packs have told the future? An earlier day's forecasts against what came.

The analysis is made as of the earlier day, from what was known then; what came is read from the
export as it is now, for the teams as they were on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import ValidationError

from salesgap.crm.asof import book_as_of
from salesgap.crm.book import Book
from salesgap.crm.frames import among, at
from salesgap.crm.freeze import Snapshot
from salesgap.crm.spells import direct_reps
from salesgap.errors import DataError, ParamsError
from salesgap.facts import Range
from salesgap.gaps.choose import interval
from salesgap.gaps.forecast import year_end
from salesgap.measures.attainment import won_between
from salesgap.pack import team_outlook
from salesgap.params import Params
from salesgap.prepare import analyse, manager_entries, team_in
from salesgap.team import Team


@dataclass(frozen=True, slots=True)
class Line:
    """One manager: the forecast with its 80 % interval, and the closed won that came."""

    manager: str
    forecast: Range
    came: float

    @property
    def held(self) -> bool:
        """Whether what came lies in the interval."""
        return self.forecast.low <= self.came <= self.forecast.high


@dataclass(frozen=True, slots=True)
class Backtest:
    """Forecasts made on ``as_of`` of the closed won after it, up to and including ``until``.

    ``ends`` says what is on that last day; ``elsewhere`` is closed won of the same days that is in
    no line, because its owner was in none of these teams on ``as_of``.
    """

    as_of: date
    until: date
    ends: str
    currency: str
    lines: tuple[Line, ...]
    elsewhere: float

    @property
    def held(self) -> int:
        """How many of the intervals held."""
        return sum(line.held for line in self.lines)

    @property
    def expected(self) -> float:
        """What was expected of all teams together."""
        return float(sum(line.forecast.expected for line in self.lines))

    @property
    def came(self) -> float:
        """What came of all teams together."""
        return float(sum(line.came for line in self.lines))


def look_back(snapshot: Snapshot, params: Params, as_of: date) -> Backtest:
    """The forecasts of ``as_of`` against what came, in a snapshot taken by ``params``.

    Raises ``ParamsError`` for a day that no run can be as of, ``DataError`` where too little was
    known then, or nothing is known of later.
    """
    then = _then(params, as_of)
    until, ends = _horizon(snapshot, params, then)
    analysis = analyse(snapshot, then, {})
    if not analysis.benchmarks.forecasts:
        what = f"on {as_of} too little was known to look ahead from"
        raise DataError(what, where="opportunities", do="choose a later --as-of")
    won = won_between(
        book_as_of(snapshot, params).deals,
        pd.Timestamp(as_of) + pd.Timedelta(days=1),
        pd.Timestamp(until),
    )
    came = won["amount"].groupby(_holder(won["owner_id"], analysis.book)).sum()
    lines = tuple(
        Line(
            entry.name,
            _forecast(team_in(analysis, entry), until),
            float(came.get(entry.person_id, 0.0)),
        )
        for entry in manager_entries(analysis.book, Path())
    )
    elsewhere = float(won["amount"].sum()) - sum(line.came for line in lines)
    return Backtest(as_of, until, ends, params.currency, lines, max(elsewhere, 0.0))


def _then(params: Params, as_of: date) -> Params:
    """The params as they would have been on ``as_of``."""
    if as_of >= params.as_of:
        what = f"{as_of} is not before the params' as_of {params.as_of}"
        raise ParamsError(
            what, where="--as-of", do="choose an earlier day: what came must be known"
        )
    earlier = params.model_dump() | {"as_of": as_of, "previous_as_of": None, "last_run": None}
    try:
        return Params.model_validate(earlier)
    except ValidationError as error:
        what = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ParamsError(what, where="--as-of", do="choose another day") from None


def _horizon(snapshot: Snapshot, params: Params, then: Params) -> tuple[date, str]:
    """The last day of which everything is known, of the fiscal year; and what ends there."""
    ends = [
        (then.year_end, "the fiscal year end"),
        (params.as_of, "the params' as_of"),
        (_last_day(snapshot, params), "the last day the data tell of"),
    ]
    until, why = min(ends, key=lambda end: end[0])
    if until <= then.as_of:
        what = f"nothing is known after {then.as_of}: {until} is {why}"
        raise DataError(what, where="opportunities", do="choose an earlier --as-of")
    return until, why


def _last_day(snapshot: Snapshot, params: Params) -> date:
    """When a deal was last created or closed, up to the params' as_of."""
    deals = snapshot.tables["opportunities"]
    ended = deals["stage"].isin([stage.name for stage in params.stages if stage.status != "open"])
    days = pd.concat([deals["created_date"], deals["close_date"].where(ended)])
    last: pd.Timestamp = days[days <= pd.Timestamp(params.as_of)].max()
    return last.date()


def _holder(owners: pd.Series, book: Book) -> pd.Series:
    """In whose team each owner was, or whose own team it is; missing for who was in none."""
    manager = at(book.people.set_index("person_id")["manager_id"], owners)
    return manager.mask(among(owners, direct_reps(book.people).index), owners)


def _forecast(team: Team, until: date) -> Range:
    """As the pack's year end, without what was won before, and to ``until``."""
    rng = np.random.default_rng([team.params.method.seed, 4])
    outlook = team_outlook(team, until)
    return interval(year_end(outlook, 0.0, team.benchmarks.second_moment, rng))


# ── the report ────────────────────────────────────────────────────────────────────────────

_HEADER = ("manager", "expected", "80 % low", "80 % high", "came", "inside")


def report(found: Backtest) -> str:
    """The backtest as a Markdown table between two sentences."""
    span = f"after {found.as_of}, up to {found.until} ({found.ends})"
    of_expected = f"{found.came / found.expected:.0%}" if found.expected > 0 else "an unknown part"
    held = f"{found.held} of {len(found.lines)}"
    total = ("all", _money(found.expected), "", "", _money(found.came), held)
    header = [_HEADER, ("---", "---:", "---:", "---:", "---:", "---")]
    rows = [*header, *(_cells(line) for line in found.lines), total]
    return "\n".join(
        [
            f"Closed won {span}, in {found.currency}: as forecast on {found.as_of}, as it came.",
            "",
            *(f"| {' | '.join(row)} |" for row in rows),
            "",
            f"{held} intervals held, which are made for 80 %. What came is {of_expected} of what "
            f"was expected.{_elsewhere(found)}",
        ]
    )


def _cells(line: Line) -> tuple[str, ...]:
    forecast = line.forecast
    money = (forecast.expected, forecast.low, forecast.high, line.came)
    side = "below" if line.came < forecast.low else "above"
    return (line.manager, *map(_money, money), "yes" if line.held else f"no, {side}")


def _elsewhere(found: Backtest) -> str:
    if not found.elsewhere:
        return ""
    amount = f"{_money(found.elsewhere)} {found.currency}"
    return f" Another {amount} was won by people who were in none of these teams on {found.as_of}."


def _money(amount: float) -> str:
    return f"{amount:,.0f}"
