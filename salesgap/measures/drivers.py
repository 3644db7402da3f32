"""The five drivers' sufficient statistics, seat by seat.

Rates are ``total ÷ base`` (opportunities per rep-month, passes per exit); levels are means of
logarithms (``total`` the sum, ``base`` the count). Deals that left a phase in the window are
counted where they left it, so open deals are neither won nor lost.

More may tell of a driver than its measure counts: what a lost proposal was worth tells of deal
size, and how long early phases took of cycle time. ``told ÷ telling`` is the rate or level with all
of it, ``squares`` the sum of the squared logarithms; who judges a team goes by these, and what is
shown is the measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.levels import Bools, Floats, Ints, Level, Logs, comparable
from salesgap.measures.seats import (
    ALL_PEERS,
    DAYS_PER_MONTH,
    Dates,
    Window,
    active,
    filled_months,
    planned_seats,
    ramped_months,
)

TEAM = "(team)"
"""The one row of a driver that is the team's, not a seat's."""

FORMER = "(former seats)"
"""One pooled row a team: people who left it, and the deals their successors inherited."""

_KEYS = ["manager_id", "seat", "group"]
_SUMS = ("total", "base", "told", "telling", "squares")
Place = tuple[str, str, str]
"""What a deal or a month counts for: manager_id, seat, group."""

_DATES = ["created_date", "close_date", "late_date"]
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
    """Long frame: driver, manager_id, seat, group, total, base, told, telling, squares.

    ``seats``: with their like-for-like ``group``; ``phases``: whether the run's deals tell them
    (:func:`has_phases`), not this book's alone.

    ``seat`` is a person_id, or :data:`FORMER`. Deals created during their owner's ramp are left
    out, as are those of owners who hold no seat (managers).
    """
    places, counts = _counts(book.deals, seats, window, phases)
    capacity = _capacity(seats, window, _history(book, window))
    return pd.concat([capacity, _by_seat(counts, places)], ignore_index=True)


def team_totals(
    book: Book, seats: pd.DataFrame, window: Window, *, phases: bool
) -> dict[str, tuple[float, float]]:
    """Total and base of each driver: the sums of one team's :func:`seat_statistics`."""
    _, counts = _counts(_touched(book.deals, window), seats, window, phases)
    filled = float(filled_months(seats, window).sum())
    planned = float(
        (planned_seats(seats, _history(book, window)) * _months_led(seats, window)).sum()
    )
    sums = {driver: (float(c.total.sum()), float(c.base.sum())) for driver, c in counts.items()}
    return sums | {"capacity": (filled, planned)}


def _history(book: Book, window: Window) -> Window:
    """To the window's end from its start, or from as far back as the deals reach."""
    first = book.deals["created_date"].min()
    return Window(window.start if pd.isna(first) else min(first, window.start), window.end)


def _touched(deals: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The deals of which anything is dated in the window: the others count for nothing."""
    return deals[np.any([window.holds(deals[name]) for name in _DATES], axis=0)]


def _counts(
    deals: pd.DataFrame, seats: pd.DataFrame, window: Window, phases: bool
) -> tuple[list[Place], dict[str, _Counts]]:
    """What was counted where, of every driver but capacity."""
    places, seats = _places(seats.assign(here=active(seats, window.end)))
    placed = _attribute(deals, seats, window)
    group = _codes([group for _, _, group in places])
    counts = {"pipeline_creation": _creation(placed, seats, window, len(places))}
    for driver in drivers_with(phases):
        if driver in RATES:
            counts[driver] = _rated(placed.place, *RATES[driver](placed), len(places))
        if driver in LEVELS:
            counts[driver] = _levelled(placed.place, LEVELS[driver](placed, phases), group)
    return places, counts


def _codes(names: list[str]) -> Ints:
    """A number for each name, the same for the same."""
    number = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], np.intp)


def _places(seats: pd.DataFrame) -> tuple[list[Place], pd.DataFrame]:
    """Every place to count for, and the seats with the numbers of those that are their ``own`` and
    their team's ``former`` one."""
    manager, person, group = (seats[name].tolist() for name in ("manager_id", "person_id", "group"))
    own = list(zip(manager, person, group, strict=True))
    former = [(m, FORMER, g) for m, _, g in own]
    places = sorted({*own, *former})
    number = {place: row for row, place in enumerate(places)}
    return places, seats.assign(
        own=np.array([number[place] for place in own], np.intp),
        former=np.array([number[place] for place in former], np.intp),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Deals:
    """Deals to count, one entry each.

    ``place``: the row of the places it counts for, which is ``inherited`` if it was not opened
    from a seat filled now; ``created``, ``proposed``, ``closed``: whether that was in the window;
    ``amount`` may be missing, and so may ``days`` from creation to close, ``early_days`` to the
    late phase and ``late_days`` from there.
    """

    place: Ints
    inherited: Bools
    created: Bools
    proposed: Bools
    closed: Bools
    reached: Bools
    won: Bools
    lost: Bools
    amount: Floats
    days: Floats
    early_days: Floats
    late_days: Floats


def _attribute(deals: pd.DataFrame, seats: pd.DataFrame, window: Window) -> _Deals:
    """Each deal with its seat; a deal older than its owner's seat is inherited."""
    pairs = zip(seats["person_id"].tolist(), seats["manager_id"].tolist(), strict=True)
    seat = {pair: row for row, pair in enumerate(pairs)}  # of two of one pair the last counts
    owners = zip(deals["owner_id"].tolist(), deals["manager_id"].tolist(), strict=True)
    row = np.array([seat.get(pair, -1) for pair in owners], np.intp)
    seated = np.flatnonzero(row >= 0)
    row, created = row[seated], deals["created_date"].to_numpy()[seated]
    start, ramped, here, own, former = (
        seats[name].to_numpy()[row] for name in ("start", "ramped", "here", "own", "former")
    )
    before = created < start
    inherited = before | ~here
    use = before | ~(created < ramped)
    place = np.where(inherited, former, own)
    return _in_window(deals, seated[use], place[use], inherited[use], window)


def _in_window(
    deals: pd.DataFrame, rows: Ints, place: Ints, inherited: Bools, window: Window
) -> _Deals:
    created, closed, late = (deals[name].to_numpy()[rows] for name in _DATES)
    status = deals["status"].to_numpy(object)[rows]
    return _Deals(
        place=place,
        inherited=inherited,
        created=window.holds(created),
        proposed=window.holds(np.where(np.isnat(late), closed, late)),
        closed=window.holds(closed),
        reached=deals["reached_late"].to_numpy(bool, na_value=False)[rows],
        won=status == "won",
        lost=status == "lost",
        amount=deals["amount"].to_numpy(float)[rows],
        days=_days(created, closed),
        early_days=_days(created, late),
        late_days=_days(late, closed),
    )


def _days(start: Dates, end: Dates) -> Floats:
    """At least one; missing where either is."""
    return np.asarray(np.maximum(np.floor((end - start) / np.timedelta64(1, "D")), 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    """What was counted of one driver: numbers of ``places``, and what stands there."""

    places: Ints
    total: Floats
    base: Floats
    told: Floats
    telling: Floats
    squares: Floats

    @classmethod
    def of_rate(cls, places: Ints, total: Floats, base: Floats) -> _Counts:
        """Nothing tells of a rate but what it counts."""
        return cls(places, total, base, total, base, np.zeros(len(places)))


def _creation(deals: _Deals, seats: pd.DataFrame, window: Window, places: int) -> _Counts:
    """Of the seats filled now. Former ones are left out, months and deals alike: part of what they
    opened stands under their successors' names."""
    here = seats[seats["here"]]
    own = here["own"].to_numpy()
    rows = np.unique(own)
    opened = np.bincount(deals.place[deals.created & ~deals.inherited], minlength=places)
    months = np.bincount(own, ramped_months(here, window).to_numpy(float), places)
    return _Counts.of_rate(rows, opened[rows].astype(float), months[rows])


def _rated(place: Ints, counted: Bools, passed: Bools, places: int) -> _Counts:
    base = np.bincount(place[counted], minlength=places).astype(float)
    total = np.bincount(place[counted & passed], minlength=places).astype(float)
    rows = np.flatnonzero(base)
    return _Counts.of_rate(rows, total[rows], base[rows])


def _levelled(place: Ints, level: Level, group: Ints) -> _Counts:
    """Sums of the measure's logs, and of all that tell of it; ``group``: of each place."""
    places = len(group)
    base = np.bincount(place[level.counted], minlength=places).astype(float)
    total = np.bincount(place[level.counted], level.logs[level.counted], places).astype(float)
    signs = comparable(level, group[place], int(group.max(initial=0)) + 1)

    def summed(power: int) -> Floats:
        sums = [np.bincount(place, w * np.where(w > 0, y, 0.0) ** power, places) for y, w in signs]
        return np.asarray(sum(sums, np.zeros(places)))

    told, telling, squares = summed(1), summed(0), summed(2)
    rows = np.flatnonzero((base > 0) | (telling > 0))
    return _Counts(rows, total[rows], base[rows], told[rows], telling[rows], squares[rows])


def _by_seat(counts: dict[str, _Counts], places: list[Place]) -> pd.DataFrame:
    found = list(counts.values())
    rows = [places[row] for c in found for row in c.places]
    return pd.DataFrame(rows, columns=_KEYS, dtype="str").assign(
        driver=np.repeat(list(counts), [len(c.places) for c in found]),
        **{name: np.concatenate([getattr(c, name) for c in found]) for name in _SUMS},
    )


def _capacity(seats: pd.DataFrame, window: Window, history: Window) -> pd.DataFrame:
    """Filled against planned rep-months. Planned: as many seats as the team ever had at once, for
    as long as it has been led by its manager."""
    filled = filled_months(seats, window).groupby(seats["manager_id"]).sum()
    planned = planned_seats(seats, history)[filled.index].to_numpy()
    led = _months_led(seats, window)[filled.index].to_numpy()
    return pd.DataFrame(
        {
            "manager_id": filled.index,
            "seat": TEAM,
            "group": ALL_PEERS,
            "driver": "capacity",
            "total": filled.to_numpy(),
            "base": planned * led,
            "told": filled.to_numpy(),
            "telling": planned * led,
            "squares": 0.0,
        }
    )


def _months_led(seats: pd.DataFrame, window: Window) -> pd.Series:
    """Index manager_id: months of the window since the team's first seat was filled."""
    first = seats.groupby("manager_id")["start"].min()
    since = np.maximum(first.to_numpy(), window.start.to_datetime64())
    led = (window.end.to_datetime64() - since) // np.timedelta64(1, "D") / DAYS_PER_MONTH
    return pd.Series(np.maximum(led, 0.0), index=first.index)


# ── rates: which deals a driver counts, and which of them passed ──────────────────────────

Rate = tuple[Bools, Bools]


def _early(deals: _Deals) -> Rate:
    passed = deals.reached & deals.proposed
    return passed | (deals.lost & ~deals.reached & deals.closed), passed


def _late(deals: _Deals) -> Rate:
    return deals.reached & (deals.won | deals.lost) & deals.closed, deals.won


def _overall(deals: _Deals) -> Rate:
    return (deals.won | deals.lost) & deals.closed, deals.won


RATES: dict[str, Callable[[_Deals], Rate]] = {
    "conversion_early": _early,
    "conversion_late": _late,
    "conversion": _overall,
}


# ── levels: logs of the deals that a driver counts, and of all that tell of it ────────────


def _size(deals: _Deals, phases: bool) -> Level:
    won = Logs.of(deals.won & deals.closed, deals.amount)
    proposed = Logs.of(deals.lost & deals.reached & deals.closed, deals.amount)
    return Level.by(won, won, proposed) if phases else Level.by(won, won)


def _cycle(deals: _Deals, phases: bool) -> Level:
    won = Logs.of(deals.won & deals.closed, deals.days)
    late = Logs.of(deals.won & deals.closed, deals.late_days)
    early = Logs.of(deals.reached & deals.proposed, deals.early_days)
    return Level.by(won, late, early) if phases else Level.by(won, won)


LEVELS: dict[str, Callable[[_Deals, bool], Level]] = {"deal_size": _size, "cycle_time": _cycle}
