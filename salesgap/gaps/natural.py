"""The peers' level of each driver, and what every team of a run is compared with.

For each team from the others only: a team that lies far out must neither move the level nor widen
the spread (see :mod:`salesgap.gaps.spread`) it is judged by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesgap.gaps.evidence import Floats, evidence_by_team
from salesgap.gaps.spread import ALONE, Field, Spread, alike, everyone, others, spread_of
from salesgap.measures.drivers import DRIVERS
from salesgap.measures.peers import PeerLevel

Levels = dict[str, PeerLevel]


@dataclass(frozen=True, slots=True)
class Peers:
    """The peers' level of each driver: of all teams, and to each manager's team of the others."""

    all: Levels
    without: dict[str, Levels]


@dataclass(frozen=True, slots=True, eq=False)
class _Centred:
    """One driver about the level that most teams share: its field, and whose each row is."""

    peers: PeerLevel
    field: Field
    managers: tuple[str, ...]

    @classmethod
    def of(cls, rows: pd.DataFrame, peers: PeerLevel) -> _Centred:
        evidence = evidence_by_team(rows, peers)
        field = Field.of(list(evidence.values()), tuple(peers.levels))
        return cls(peers, field, tuple(evidence))


def peers_of(statistics: pd.DataFrame) -> Peers:
    """What every team is compared with. ``statistics``: every team's seat statistics.

    A driver nobody has counted is in neither. A manager without a driver is compared with all
    teams in it; a group that no other team has, with itself.
    """
    centred = {d: one for d in DRIVERS if (one := _centred(statistics, d)) is not None}
    priors = alike({driver: one.field for driver, one in centred.items()})
    found = {driver: _levels(one, priors[driver]) for driver, one in centred.items()}
    managers = [str(manager) for manager in statistics["manager_id"].unique()]
    return Peers(
        {driver: level for driver, (level, _) in found.items()},
        {m: {d: own.get(m, level) for d, (level, own) in found.items()} for m in managers},
    )


def _centred(statistics: pd.DataFrame, driver: str) -> _Centred | None:
    rows = statistics[(statistics["driver"] == driver) & (statistics["telling"] > 0)]
    if rows.empty or (not DRIVERS[driver].level and rows["told"].sum() == 0):
        return None
    one = _Centred.of(rows, _pooled(rows, driver))
    spread = spread_of(one.field, everyone(len(one.managers)), ALONE)
    return _Centred.of(rows, _moved(one.peers, spread, 0))


def _levels(one: _Centred, prior: Floats) -> tuple[PeerLevel, dict[str, PeerLevel]]:
    """Of all teams, and for each manager's team of the others."""
    teams = len(one.managers)
    spread = spread_of(one.field, np.vstack([everyone(teams), others(teams)]), prior)
    own = {m: _moved(one.peers, spread, row + 1) for row, m in enumerate(one.managers)}
    return _moved(one.peers, spread, 0), own


def _moved(peers: PeerLevel, spread: Spread, juror: int) -> PeerLevel:
    moves = zip(peers.levels.items(), spread.shift[juror], strict=True)
    levels = {group: level + float(shift) for (group, level), shift in moves}
    return replace(varying(peers, spread, juror), levels=levels)


def varying(peers: PeerLevel, spread: Spread, juror: int) -> PeerLevel:
    """The peers' level with the natural variation that a juror sees."""
    return replace(
        peers,
        between_teams=float(spread.teams[juror]),
        between_teams_error=float(spread.error[juror]),
        between_reps=spread.reps,
    )


def _pooled(rows: pd.DataFrame, driver: str) -> PeerLevel:
    level = DRIVERS[driver].level
    sums = rows.groupby("group")[["told", "telling"]].sum()
    mean = sums["told"] / sums["telling"]
    values = mean.to_numpy() if level else np.log(mean.clip(lower=1e-6).to_numpy())
    return PeerLevel(
        driver,
        {str(group): float(value) for group, value in zip(mean.index, values, strict=True)},
        between_teams=0.0,
        between_teams_error=0.0,
        between_reps=0.0,
        spread=_spread(rows) if level else 0.0,
        teams=int(rows["manager_id"].nunique()),
    )


def _spread(rows: pd.DataFrame) -> float:
    """Standard deviation of single logs around their seat's mean."""
    within = rows["squares"] - rows["told"] ** 2 / rows["telling"]
    freedom = max(float((rows["telling"] - 1).clip(lower=0).sum()), 1.0)
    return max(float(np.sqrt(max(within.clip(lower=0).sum(), 0.0) / freedom)), 0.05)
