"""One team, as a notebook opens it: its own rows, the peers' numbers, its places in the league."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from salesgap.coaching.plays import Play
from salesgap.crm.book import Book, load_book, save_book
from salesgap.facts import DataQuality, Manager
from salesgap.measures.peers import Benchmarks, load_benchmarks
from salesgap.params import Params

_FRAMES = ("places", "place", "seats", "statistics")
_PREFIX = "team-"
_CARD = "team.json"


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """Everything a pack is made from, and nothing of any other team.

    ``places``: this team's rows of :attr:`salesgap.rank.League.reps`; ``place``: the manager's own
    row of :attr:`salesgap.rank.League.managers`, or no row; ``managers``: how many the run ranks;
    ``seats``: its seats with the like-for-like ``group`` that the benchmarks name;
    ``statistics``: its rows of :func:`salesgap.measures.drivers.seat_statistics`.
    """

    params: Params
    manager: Manager
    managers: int
    book: Book
    benchmarks: Benchmarks
    places: pd.DataFrame
    place: pd.DataFrame
    seats: pd.DataFrame
    statistics: pd.DataFrame
    quality: DataQuality
    plays: dict[str, Play]


class _Card(BaseModel):
    """What of a team is no frame."""

    params: Params
    manager: Manager
    managers: int
    quality: DataQuality
    plays: dict[str, Play]


def save_team(team: Team, folder: Path) -> None:
    """Write a team's own rows into ``folder``; the benchmarks are shared and stay outside."""
    save_book(team.book, folder)
    for name in _FRAMES:
        getattr(team, name).to_parquet(folder / f"{_PREFIX}{name}.parquet", index=False)
    card = _Card(
        params=team.params,
        manager=team.manager,
        managers=team.managers,
        quality=team.quality,
        plays=team.plays,
    )
    (folder / _CARD).write_text(card.model_dump_json(), "utf-8")


def load_team(folder: Path, benchmarks: Path) -> Team:
    """The team that :func:`save_team` wrote into ``folder``."""
    card = _Card.model_validate_json((folder / _CARD).read_text("utf-8"))
    frames = {name: pd.read_parquet(folder / f"{_PREFIX}{name}.parquet") for name in _FRAMES}
    return Team(
        params=card.params,
        manager=card.manager,
        managers=card.managers,
        quality=card.quality,
        plays=card.plays,
        book=load_book(folder),
        benchmarks=load_benchmarks(benchmarks),
        **frames,
    )
