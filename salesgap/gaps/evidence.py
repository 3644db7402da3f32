"""A team's evidence: each seat's driver against its like-for-like peers, on a log scale.

``y`` is the log of observed ÷ expected at the peers' level, ``v`` its sampling variance. A seat
without observations has no evidence and an infinite variance, not a zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.measures.drivers import DRIVERS, FORMER
from salesgap.measures.peers import PeerLevel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One driver of one team, seat by seat: arrays of equal length, aligned with ``seats``.

    ``total`` and ``base`` as counted, ``expected``: ``total`` at the peers' level; ``groups``: the
    like-for-like group of each seat, that of most of its base if there are several.
    """

    driver: str
    seats: tuple[str, ...]
    groups: tuple[str, ...]
    y: Floats
    v: Floats
    total: Floats
    expected: Floats
    base: Floats
    former: Bools

    def of(self, rows: list[int]) -> Evidence:
        """The evidence of some seats only."""
        counts = (self.y, self.v, self.total, self.expected, self.base)
        y, v, total, expected, base = (values[rows] for values in counts)
        seats = tuple(self.seats[row] for row in rows)
        groups = tuple(self.groups[row] for row in rows)
        return Evidence(self.driver, seats, groups, y, v, total, expected, base, self.former[rows])

    @property
    def known(self) -> Bools:
        """Which seats have anything to tell."""
        return np.isfinite(self.v)


def evidence_by_team(statistics: pd.DataFrame, peers: PeerLevel) -> dict[str, Evidence]:
    """The evidence of each manager's team from the :func:`seat_statistics` rows of one driver.

    A seat with rows in several groups is the base-weighted mean of them. Rows of a group without
    peers are left out.
    """
    rows = statistics[statistics["group"].isin(peers.levels)]
    rows = rows.sort_values(["manager_id", "seat", "base"], kind="stable")
    levels = rows["group"].map(peers.levels).to_numpy(float)
    total, base = rows["total"].to_numpy(float), rows["base"].to_numpy(float)
    expected = base * levels if DRIVERS[peers.driver].level else base * np.exp(levels)
    at = rows.groupby(["manager_id", "seat"], sort=False).ngroup().to_numpy()
    last = np.flatnonzero(np.diff(at, append=-1))
    seats = rows[["manager_id", "seat", "group"]].iloc[last]
    o, e, n = (np.bincount(at, values).astype(float) for values in (total, expected, base))
    team = pd.factorize(seats["manager_id"])[0]
    y, v = _measured(o, e, n, team, peers)
    found = {}
    for manager, mine in seats.groupby("manager_id", sort=False).indices.items():
        own = seats.iloc[mine]
        found[str(manager)] = Evidence(
            peers.driver,
            tuple(own["seat"]),
            tuple(own["group"]),
            y[mine],
            v[mine],
            total=o[mine],
            expected=e[mine],
            base=n[mine],
            former=(own["seat"] == FORMER).to_numpy(bool),
        )
    return found


def team_evidence(statistics: pd.DataFrame, peers: PeerLevel) -> Evidence | None:
    """The evidence of one team; None if there is none."""
    return next(iter(evidence_by_team(statistics, peers).values()), None)


def _measured(
    o: Floats, e: Floats, n: Floats, team: Ints, peers: PeerLevel
) -> tuple[Floats, Floats]:
    if DRIVERS[peers.driver].level:
        count = np.maximum(n, 1e-9)
        return (o - e) / count, np.where(n > 0, peers.spread**2 / count, np.inf)
    return _rate(o, e, n, team, peers)


def _rate(o: Floats, e: Floats, n: Floats, team: Ints, peers: PeerLevel) -> tuple[Floats, Floats]:
    """Log of observed ÷ expected. The variance is taken at the team's own level, not at the
    seat's count, so that a seat is not trusted less because it happened to be low."""
    safe = np.maximum(e, 1e-9)
    own = (np.bincount(team, o) + 0.5) / (np.bincount(team, e) + 0.5)
    mean = np.maximum(safe * own[team], 0.25)
    left = 1.0
    if peers.driver != "pipeline_creation":
        left = np.clip(1.0 - mean / np.maximum(n, 1e-9), 0.05, 1.0)
    return np.log((o + 0.5) / (safe + 0.5)), np.where(e > 0.1, left / mean, np.inf)
