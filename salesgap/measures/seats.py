"""Seats: who worked for whom, since when, and from when on as a fully ramped rep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.crm.book import Book

Floats = npt.NDArray[np.float64]
Dates = npt.NDArray[np.datetime64]
Bools = npt.NDArray[np.bool_]

DAYS_PER_MONTH = 365.25 / 12
ALL_PEERS = "all"

_MIN_TEAMS = 4
_MIN_SEATS = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The trailing window, ``start`` < day <= ``end`` (the as-of date)."""

    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def months(self) -> float:
        """Length in months of an average year's twelfth."""
        return float((self.end - self.start).days / DAYS_PER_MONTH)

    def holds(self, dates: pd.Series | Dates) -> Bools:
        """Which dates lie in the window; a missing date does not."""
        days = np.asarray(dates)
        return (days > self.start.to_datetime64()) & (days <= self.end.to_datetime64())


def trailing_window(book: Book, as_of: pd.Timestamp, months: int) -> Window:
    """The last ``months`` before ``as_of``, or as much of them as the deals reach back."""
    start = as_of - pd.DateOffset(months=months)
    first = book.deals["created_date"].min()
    return Window(start if pd.isna(first) else max(start, first - pd.Timedelta(days=1)), as_of)


def seats(book: Book, ramp_months: int) -> pd.DataFrame:
    """One row a rep and manager with the dates it lasted.

    Columns: person_id, manager_id, role, segment, joined (first day in the role), ramped (day of
    full productivity), start and end with this manager (end missing while it lasts), known (there
    is a start date or a deal that says they worked). A missing start date means: long in seat; one
    that is later than the person's own deals, in a team that nobody left to hand them over, is of
    a change of role, and the first deal counts. Managers hold no seat.
    """
    people = book.people
    managers = set(people["manager_id"].dropna())
    reps = people[people["manager_id"].notna() & ~people["person_id"].isin(managers)]
    spells = _spells(reps, book.team_history)
    long_ago = pd.Timestamp(1970, 1, 1)
    started = _started(spells, book.deals).fillna(long_ago)
    ramped = started + pd.DateOffset(months=ramp_months)
    return pd.DataFrame(
        {
            "person_id": spells["person_id"],
            "manager_id": spells["manager_id"],
            "role": spells["role"].fillna(""),
            "segment": spells["segment"].fillna(""),
            "joined": started,
            "ramped": ramped.where(spells["start_date"].notna(), long_ago),
            "start": spells["from_date"].fillna(started),
            "end": spells["to_date"].fillna(spells["end_date"]),
            "known": spells["start_date"].notna()
            | spells["person_id"].isin(book.deals["owner_id"].unique()),
        }
    ).reset_index(drop=True)


def _spells(reps: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Reps with ``from_date``/``to_date`` of each manager; without history, one spell a rep."""
    moves = history.rename(columns={"start_date": "from_date", "end_date": "to_date"})
    told = reps.drop(columns="manager_id").merge(moves, on="person_id")
    untold = reps[~reps["person_id"].isin(told["person_id"])]
    never = pd.Series(pd.NaT, index=untold.index, dtype=untold["start_date"].dtype)
    untold = untold.assign(from_date=never, to_date=untold["end_date"])
    return pd.concat([told, untold], ignore_index=True)


def _started(spells: pd.DataFrame, deals: pd.DataFrame) -> pd.Series:
    first_deals = deals.groupby("owner_id")["created_date"].min()
    first_deal = first_deals.reindex(spells["person_id"]).set_axis(spells.index)
    handed_over = spells["manager_id"].isin(spells.loc[spells["end_date"].notna(), "manager_id"])
    earlier = (first_deal < spells["start_date"]) & ~handed_over
    return spells["start_date"].where(~earlier, first_deal)


def ramped_months(seats: pd.DataFrame, window: Window) -> pd.Series:
    """Months of ``window`` in which each seat was filled by a ramped rep."""
    since = np.maximum(seats["start"].to_numpy(), seats["ramped"].to_numpy())
    return _months(seats, since, window) * seats["known"]


def filled_months(seats: pd.DataFrame, window: Window) -> pd.Series:
    """Months of ``window`` in which each seat was filled, ramped or not."""
    return _months(seats, seats["start"].to_numpy(), window)


def active(seats: pd.DataFrame, on: pd.Timestamp) -> pd.Series:
    """Which seats are filled on that day."""
    start, end, day = seats["start"].to_numpy(), seats["end"].to_numpy(), on.to_datetime64()
    return pd.Series((start <= day) & (np.isnat(end) | (end > day)), index=seats.index)


def planned_seats(seats: pd.DataFrame, window: Window) -> pd.Series:
    """Index manager_id: the most seats filled for a whole month of the window, for a handover's
    overlap is no seat."""
    firsts = pd.date_range(window.start, window.end, freq="MS").union([window.start, window.end])
    filled = presence(seats, firsts)
    whole = np.minimum(filled[:, :-1], filled[:, 1:]) if len(firsts) > 1 else filled
    at, managers = pd.factorize(seats["manager_id"])
    most = ((at == np.arange(len(managers))[:, None]) @ whole).max(axis=1)
    return pd.Series(most.astype(int), index=managers)


def presence(seats: pd.DataFrame, days: pd.DatetimeIndex) -> Floats:
    """1 where a seat (row) is filled on a day (column), else 0."""
    day, start, end = _numbered(days), _column(seats, "start"), _column(seats, "end", np.inf)
    return np.asarray(((start <= day) & (day < end)).astype(float))


def ramp_share(seats: pd.DataFrame, days: pd.DatetimeIndex) -> Floats:
    """Part of full productivity (seat, day), 0 to 1: linear over the ramp, 0 while not filled.

    The ramp runs from the first day in the role, also through a change of manager.
    """
    day, joined, ramped = _numbered(days), _column(seats, "joined"), _column(seats, "ramped")
    grown = np.where(ramped > joined, (day - joined) / np.maximum(ramped - joined, 1.0), 1.0)
    return np.asarray(np.clip(grown, 0.0, 1.0) * presence(seats, days))


def _column(seats: pd.DataFrame, name: str, missing: float = -np.inf) -> Floats:
    """A column of dates as a column of days since 1970."""
    return _numbered(seats[name], missing)[:, None]


def _numbered(dates: pd.Series | pd.DatetimeIndex, missing: float = np.nan) -> Floats:
    days = dates.to_numpy().astype("datetime64[D]")
    return np.asarray(np.where(np.isnat(days), missing, days.astype(np.int64)))


def peer_groups(seats: pd.DataFrame) -> pd.Series:
    """The like-for-like group of each seat: role and segment, or role alone.

    A segment needs four teams and twelve seats; smaller ones are pooled within their role. Roles
    are never mixed: a role that a single team has is compared with nobody but itself.
    """
    fine = seats["role"] + " · " + seats["segment"]
    return fine.where(_large(seats, fine), seats["role"])


def _large(seats: pd.DataFrame, group: pd.Series) -> npt.NDArray[np.bool_]:
    of = seats.groupby(group)
    teams, reps = of["manager_id"].nunique(), of["person_id"].nunique()
    return group.isin(teams.index[(teams >= _MIN_TEAMS) & (reps >= _MIN_SEATS)]).to_numpy()


def _months(seats: pd.DataFrame, since: Dates, window: Window) -> pd.Series:
    """From ``since`` to the seats' end, as far as the window holds them."""
    first = np.maximum(since, window.start.to_datetime64())
    last = np.fmin(seats["end"].to_numpy(), window.end.to_datetime64())  # no end: the window's
    days = np.maximum((last - first) // np.timedelta64(1, "D"), 0)
    return pd.Series(days / DAYS_PER_MONTH, index=seats.index)
