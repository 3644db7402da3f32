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


@dataclass(frozen=True, slots=True)
class Evidence:
    """One driver of one team, seat by seat: arrays of equal length, aligned with ``seats``.

    ``total`` and ``base`` as counted, ``expected``: ``total`` at the peers' level.
    """

    driver: str
    seats: tuple[str, ...]
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
        return Evidence(self.driver, seats, y, v, total, expected, base, self.former[rows])

    @property
    def known(self) -> Bools:
        """Which seats have anything to tell."""
        return np.isfinite(self.v)


def team_evidence(statistics: pd.DataFrame, peers: PeerLevel) -> Evidence:
    """The evidence of one team from its :func:`seat_statistics` rows of one driver.

    A seat with rows in several groups is the base-weighted mean of them.
    """
    rows = statistics[statistics["group"].isin(peers.levels)]
    levels = np.array([peers.levels[group] for group in rows["group"]], dtype=float)
    total, base = rows["total"].to_numpy(float), rows["base"].to_numpy(float)
    expected = base * levels if DRIVERS[peers.driver].level else base * np.exp(levels)
    seats, at = np.unique(rows["seat"].to_numpy(object), return_inverse=True)

    def by_seat(values: Floats) -> Floats:
        return np.bincount(at, values, len(seats)).astype(float)

    o, e, n = by_seat(total), by_seat(expected), by_seat(base)
    y, v = _level(o, e, n, peers.spread) if DRIVERS[peers.driver].level else _rate(o, e, n, peers)
    return Evidence(peers.driver, tuple(seats.tolist()), y, v, o, e, n, seats == FORMER)


def _level(o: Floats, e: Floats, n: Floats, spread: float) -> tuple[Floats, Floats]:
    count = np.maximum(n, 1e-9)
    return (o - e) / count, np.where(n > 0, spread**2 / count, np.inf)


def _rate(o: Floats, e: Floats, n: Floats, peers: PeerLevel) -> tuple[Floats, Floats]:
    """Log of observed ÷ expected. The variance is taken at the team's own level, not at the
    seat's count, so that a seat is not trusted less because it happened to be low."""
    safe = np.maximum(e, 1e-9)
    own = (o.sum() + 0.5) / (e.sum() + 0.5)
    mean = np.maximum(safe * own, 0.25)
    left = 1.0
    if peers.driver != "pipeline_creation":
        left = np.clip(1.0 - mean / np.maximum(n, 1e-9), 0.05, 1.0)
    return np.log((o + 0.5) / (safe + 0.5)), np.where(e > 0.1, left / mean, np.inf)
