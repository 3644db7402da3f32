"""One team, as a notebook opens it: its own rows, the peers' numbers, its places in the league."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from salesgap.coaching.plays import Play
from salesgap.crm.book import Book, load_book, save_book
from salesgap.facts import (
    Attention,
    DataQuality,
    Evidence,
    LastGap,
    Manager,
    StrategyVerdict,
    Waterfall,
)
from salesgap.measures.peers import Benchmarks, PeerLevel, load_benchmarks
from salesgap.params import Params

OF_OPEN_DEALS = ("next_step", "close_date")
"""What a rep is to keep up to date of an open deal, if the CRM has it."""

CARD = "team.json"
_FRAMES = ("places", "place", "seats", "statistics")
_PREFIX = "team-"


@dataclass(frozen=True, slots=True, eq=False)
class Team:
    """Everything a pack is made from, and nothing of any other team.

    ``places``: this team's rows of :attr:`salesgap.rank.League.reps`; ``place``: the manager's own
    row of :attr:`salesgap.rank.League.managers`, or no row; ``managers``: how many the run ranks;
    ``seats``: its seats with the like-for-like ``group`` that the benchmarks name;
    ``statistics``: its rows of :func:`salesgap.measures.drivers.seat_statistics`; ``benchmarks``:
    with the levels of the other teams only.

    ``waterfall``, ``arrived`` (deals and amount transferred in), ``attention`` and ``execution``
    (by measure, see :mod:`salesgap.measures.execution`) need rows of other teams to be counted,
    and so come as sums; ``told`` are the columns of
    :data:`OF_OPEN_DEALS` that the export has a value of at all. ``last_gap``: what became of the
    gap of this manager's last pack, judged against the other teams; ``strategy``: the verdict over
    all teams of the run, without names.
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
    waterfall: Waterfall | None
    arrived: tuple[int, float]
    attention: Attention | None
    told: tuple[str, ...]
    last_gap: LastGap | None = None
    strategy: StrategyVerdict | None = None
    execution: dict[str, Evidence] = field(default_factory=dict)


class _Card(BaseModel):
    """What of a team is no frame. ``levels``, ``revenue``: its peers', without itself."""

    params: Params
    manager: Manager
    managers: int
    quality: DataQuality
    plays: dict[str, Play]
    waterfall: Waterfall | None
    arrived: tuple[int, float]
    attention: Attention | None
    told: tuple[str, ...]
    last_gap: LastGap | None
    strategy: StrategyVerdict | None
    execution: dict[str, Evidence]
    levels: dict[str, PeerLevel]
    revenue: dict[str, float]


_OWN = tuple(name for name in _Card.model_fields if name not in ("levels", "revenue"))


def save_team(team: Team, folder: Path) -> None:
    """Write a team's own rows into ``folder``; the benchmarks are shared and stay outside."""
    save_book(team.book, folder)
    for name in _FRAMES:
        getattr(team, name).to_parquet(folder / f"{_PREFIX}{name}.parquet", index=False)
    own = {name: getattr(team, name) for name in _OWN}
    card = _Card(**own, levels=team.benchmarks.levels, revenue=team.benchmarks.revenue_per_month)
    (folder / CARD).write_text(card.model_dump_json(), "utf-8")


def load_team(folder: Path, benchmarks: Path) -> Team:
    """The team that :func:`save_team` wrote into ``folder``."""
    card = _Card.model_validate_json((folder / CARD).read_text("utf-8"))
    frames: dict[str, Any] = {
        name: pd.read_parquet(folder / f"{_PREFIX}{name}.parquet") for name in _FRAMES
    }
    return Team(
        **{name: getattr(card, name) for name in _OWN},
        book=load_book(folder),
        benchmarks=load_benchmarks(benchmarks).seen_by(card.levels, card.revenue),
        **frames,
    )
