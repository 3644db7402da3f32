"""The five drivers' sufficient statistics, seat by seat.

Rates are ``total ÷ base`` (opportunities per rep-month, passes per exit); levels are means of
logarithms (``total`` the sum, ``base`` the count, ``squares`` the sum of squares). Deals that left
a phase in the window are counted where they left it, so open deals are neither won nor lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.seats import (
    ALL_PEERS,
    Window,
    active,
    filled_months,
    peer_groups,
    planned_seats,
    ramped_months,
)

TEAM = "(team)"
"""The one row of a driver that is the team's, not a seat's."""

FORMER = "(former seats)"
"""One pooled row a team: people who left it, and the deals their successors inherited."""

_KEYS = ["manager_id", "seat", "group"]
_KNOWN_PHASES = 0.8


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """How a driver is counted. ``level``: a mean of logs, else a rate; ``needs_phases``: only
    with (True) or only without (False) known phases; ``per_seat``: False if of the team alone."""

    id: str
    level: bool
    needs_phases: bool | None
    higher_is_better: bool = True
    per_seat: bool = True


DRIVERS: dict[str, DriverSpec] = {
    spec.id: spec
    for spec in (
        DriverSpec("pipeline_creation", level=False, needs_phases=None),
        DriverSpec("conversion_early", level=False, needs_phases=True),
        DriverSpec("conversion_late", level=False, needs_phases=True),
        DriverSpec("conversion", level=False, needs_phases=False),
        DriverSpec("deal_size", level=True, needs_phases=None),
        DriverSpec("cycle_time", level=True, needs_phases=None, higher_is_better=False),
        DriverSpec("capacity", level=False, needs_phases=None, per_seat=False),
    )
}


def has_phases(deals: pd.DataFrame) -> bool:
    """Whether it is known of most closed deals if and when they reached the late phase."""
    closed = deals[deals["status"] != "open"]
    known = (closed["reached_late"] == False) | closed["late_date"].notna()  # noqa: E712
    return len(closed) > 0 and float(known.fillna(False).mean()) >= _KNOWN_PHASES


def drivers_with(phases: bool) -> tuple[str, ...]:
    """The drivers that deals of known (or unknown) phases can speak of."""
    return tuple(s.id for s in DRIVERS.values() if s.needs_phases in (None, phases))


def seat_statistics(
    book: Book, seats: pd.DataFrame, window: Window, *, phases: bool
) -> pd.DataFrame:
    """Long frame: driver, manager_id, seat, group, total, base, squares.

    ``phases``: whether the run's deals tell them (:func:`has_phases`), not this book's alone.

    ``seat`` is a person_id, or :data:`FORMER`. Deals created during their owner's ramp are left
    out, as are those of owners who hold no seat (managers).
    """
    seats = seats.assign(group=peer_groups(seats), here=active(seats, window.end))
    deals = _attribute(book.deals, seats)
    first = book.deals["created_date"].min()
    history = Window(window.start if pd.isna(first) else min(first, window.start), window.end)
    parts = [_creation(deals, seats, window), _capacity(seats, window, history)]
    parts += [
        COUNTERS[driver](deals, window).assign(driver=driver)
        for driver in drivers_with(phases)
        if driver in COUNTERS
    ]
    return pd.concat(parts, ignore_index=True)


def _attribute(deals: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    """Each deal with its seat and group; a deal older than its owner's seat is inherited."""
    columns = ["person_id", "manager_id", "group", "start", "ramped", "here"]
    found = deals.merge(
        seats[columns].drop_duplicates(["person_id", "manager_id"], keep="last"),
        left_on=["owner_id", "manager_id"],
        right_on=["person_id", "manager_id"],
    )
    inherited = found["created_date"] < found["start"]
    ramping = ~inherited & (found["created_date"] < found["ramped"])
    own = found["here"].astype(bool) & ~inherited
    return found.assign(seat=found["owner_id"].where(own, FORMER))[~ramping]


def _creation(deals: pd.DataFrame, seats: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Of the seats filled now. Former ones are left out, months and deals alike: part of what they
    opened stands under their successors' names."""
    here = seats[seats["here"]]
    months = here.assign(seat=here["person_id"], base=ramped_months(here, window))
    base = months.groupby(_KEYS)["base"].sum()
    own = deals[window.holds(deals["created_date"]) & (deals["seat"] != FORMER)]
    frame = pd.DataFrame({"total": own.groupby(_KEYS).size(), "base": base}).fillna(0.0)
    return frame.assign(squares=0.0, driver="pipeline_creation").reset_index()


def _capacity(seats: pd.DataFrame, window: Window, history: Window) -> pd.DataFrame:
    """Filled against planned rep-months. Planned: as many seats as the team ever had at once."""
    filled = seats.assign(total=filled_months(seats, window))
    teams = filled.groupby("manager_id")
    planned = {m: planned_seats(team, history) * window.months for m, team in teams}
    frame = pd.DataFrame({"total": teams["total"].sum(), "base": pd.Series(planned)})
    frame.index.name = "manager_id"
    return frame.assign(squares=0.0, driver="capacity", seat=TEAM, group=ALL_PEERS).reset_index()


def _rate(passed: pd.Series, left: pd.Series, deals: pd.DataFrame) -> pd.DataFrame:
    counted = deals.assign(total=passed.astype(float), base=left.astype(float), squares=0.0)
    return _summed(counted[left.astype(bool)])


def _level(values: pd.Series, deals: pd.DataFrame) -> pd.DataFrame:
    logs = pd.Series(np.log(values), index=deals.index)
    return _summed(deals.assign(total=logs, base=1.0, squares=logs**2)[logs.notna()])


def _summed(counted: pd.DataFrame) -> pd.DataFrame:
    return counted.groupby(_KEYS)[["total", "base", "squares"]].sum().reset_index()


def _early(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    reached = deals["reached_late"].fillna(False).astype(bool)
    passed = reached & window.holds(deals["late_date"].fillna(deals["close_date"]))
    lost = (deals["status"] == "lost") & ~reached & window.holds(deals["close_date"])
    return _rate(passed, passed | lost, deals)


def _late(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    reached = deals["reached_late"].fillna(False).astype(bool)
    left = reached & (deals["status"] != "open") & window.holds(deals["close_date"])
    return _rate(left & (deals["status"] == "won"), left, deals)


def _overall(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    left = (deals["status"] != "open") & window.holds(deals["close_date"])
    return _rate(left & (deals["status"] == "won"), left, deals)


def _won(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    return deals[(deals["status"] == "won") & window.holds(deals["close_date"])]


def _size(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    won = _won(deals, window)
    return _level(won["amount"].where(won["amount"] > 0), won)


def _cycle(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    won = _won(deals, window)
    days = (won["close_date"] - won["created_date"]).dt.days
    return _level(days.clip(lower=1).astype(float), won)


COUNTERS: dict[str, Callable[[pd.DataFrame, Window], pd.DataFrame]] = {
    "conversion_early": _early,
    "conversion_late": _late,
    "conversion": _overall,
    "deal_size": _size,
    "cycle_time": _cycle,
}
