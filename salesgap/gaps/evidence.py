"""A team's evidence: each seat's driver against its like-for-like peers, on a log scale.

``y`` is about the log of observed ÷ expected at the peers' level, ``v`` its sampling variance. A
seat without observations has no evidence and an infinite variance, not a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.measures.drivers import DRIVERS, FORMER
from salesgap.measures.peers import PeerLevel

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

_LEAST_LEVEL = 0.25
_LEAST_SHOWN = 0.1
"""Of the peers' level: below the first a variance grows no more, below the second its evidence."""

_BY_SEAT = ("y", "v", "total", "expected", "base", "telling", "usual", "former")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One driver of one team, seat by seat: arrays of equal length, aligned with ``seats``.

    ``total`` and ``base`` as the measure counts, ``expected``: ``total`` at the peers' level;
    ``groups``: the like-for-like group of each seat, that of most of its base if there are several.
    ``telling``: how much ``y`` was told by, ``usual``: what it would have told at the peers' level.
    """

    driver: str
    seats: tuple[str, ...]
    groups: tuple[str, ...]
    y: Floats
    v: Floats
    total: Floats
    expected: Floats
    base: Floats
    telling: Floats
    usual: Floats
    former: Bools

    def of(self, rows: list[int]) -> Evidence:
        """The evidence of some seats only."""
        return replace(
            self,
            seats=tuple(self.seats[row] for row in rows),
            groups=tuple(self.groups[row] for row in rows),
            **{name: getattr(self, name)[rows] for name in _BY_SEAT},
        )

    @property
    def known(self) -> Bools:
        """Which seats have anything to tell."""
        return np.isfinite(self.v)


def evidence_by_team(statistics: pd.DataFrame, peers: PeerLevel) -> dict[str, Evidence]:
    """The evidence of each manager's team from the :func:`seat_statistics` rows of one driver."""
    found = {m: _evidence(rows, peers) for m, rows in _rows_by("manager_id", statistics).items()}
    return {manager: evidence for manager, evidence in found.items() if evidence is not None}


def team_evidence(statistics: pd.DataFrame, levels: Mapping[str, PeerLevel]) -> list[Evidence]:
    """The evidence of one team in every driver that there are peers for, from all its rows."""
    rows = _rows_by("driver", statistics)
    found = (_evidence(rows[d], levels[d]) for d in DRIVERS if d in rows and d in levels)
    return [evidence for evidence in found if evidence is not None]


_Row = tuple[str, float, str, float, float, float]
"""What was counted of a seat in one group: seat, base, group, total, told, telling."""


def _rows_by(column: str, statistics: pd.DataFrame) -> dict[str, list[_Row]]:
    """The rows of each value of a column, in the order of their seats and bases."""
    names = (column, "seat", "base", "group", "total", "told", "telling")
    values = zip(*(statistics[name].tolist() for name in names), strict=True)
    ordered = sorted(values, key=itemgetter(0, 1, 2))
    return {key: [row[1:] for row in own] for key, own in groupby(ordered, itemgetter(0))}


def _evidence(rows: Sequence[_Row], peers: PeerLevel) -> Evidence | None:
    """Of one team's rows of one driver; None if there is nothing to compare.

    A seat with rows in several groups is the base-weighted mean of them. Rows of a group without
    peers are left out.
    """
    rows = [row for row in rows if row[2] in peers.levels]
    group_of = {seat: group for seat, _, group, *_ in rows}  # that of most base comes last
    place = {seat: number for number, seat in enumerate(group_of)}
    if not rows:
        return None
    at = [place[seat] for seat, *_ in rows]
    base, total, told, telling = (np.array([row[n] for row in rows]) for n in (1, 3, 4, 5))
    levels = np.array([peers.levels[row[2]] for row in rows])
    rate = levels if DRIVERS[peers.driver].level else np.exp(levels)
    o, e, n = (np.bincount(at, v).astype(float) for v in (total, base * rate, base))
    seen, usual, of = (np.bincount(at, v).astype(float) for v in (told, telling * rate, telling))
    y, v = _measured(seen, usual, of, peers)
    former = np.array([seat == FORMER for seat in group_of])
    groups = tuple(group_of.values())
    return Evidence(peers.driver, tuple(group_of), groups, y, v, o, e, n, of, usual, former)


def _measured(o: Floats, e: Floats, n: Floats, peers: PeerLevel) -> tuple[Floats, Floats]:
    """Evidence and variance of what was observed, expected, and of how much."""
    if DRIVERS[peers.driver].level:
        count = np.maximum(n, 1e-9)
        return (o - e) / count, np.where(n > 0, peers.spread**2 / count, np.inf)
    return _rate(o, e, n, peers)


def _rate(o: Floats, e: Floats, n: Floats, peers: PeerLevel) -> tuple[Floats, Floats]:
    """The team's log of observed ÷ expected, and how far each seat's count is from that.

    A seat is twice the relative distance of square roots away (Anscombe), which is as even for few
    counts as for many: the log of none of two is no sign of anything. The variance is taken
    half-way between the peers' level and the team's own, where it weighs the one against the other
    as the counts themselves do; not at the seat's count, so that a seat is not trusted less for
    being low.
    """
    own = (o.sum() + 0.5) / (e.sum() + 0.5)
    mean = np.maximum(e, 1e-9) * own
    # A team that wins nothing of many is surely low, not hard to tell.
    seen = np.maximum(e, 1e-9) * max(float(np.sqrt(own)), _LEAST_LEVEL)
    left = np.ones(len(seen))
    if peers.driver != "pipeline_creation":
        left = np.clip(1.0 - seen / np.maximum(n, 1e-9), 0.05, 1.0)
    away = 2.0 * (np.sqrt((o + 0.375) / (mean + 0.375)) - 1.0)
    y = np.maximum(np.log(own) + away, np.log(_LEAST_SHOWN))
    return y, np.where(e > 0.1, left / np.maximum(seen, 0.25), np.inf)


def at_level(e: Evidence, peers: PeerLevel, level: Floats, rng: np.random.Generator) -> Evidence:
    """The same seats as chance might have shown them at ``level``, their log against the peers.

    Rates are counted anew: a few counts are skewed, and a normal draw of their log is not.
    """
    if DRIVERS[e.driver].level:
        spread = np.sqrt(np.where(e.known, e.v, 0.0))
        return replace(e, y=level + spread * rng.standard_normal(len(level)))
    usual = e.usual * np.exp(level)
    if e.driver == "pipeline_creation":
        counted = rng.poisson(usual).astype(float)
    else:
        chance = np.clip(usual / np.maximum(e.telling, 1e-9), 0.0, 1.0)
        counted = rng.binomial(np.rint(e.telling).astype(int), chance).astype(float)
    y, v = _rate(counted, e.usual, e.telling, peers)
    return replace(e, y=y, v=v)


def as_log(away: Floats) -> Floats:
    """The log that a distance of :class:`Evidence` stands for: half is -0.59 away and -0.69."""
    return np.asarray(2.0 * np.log1p(np.maximum(away, -1.8) / 2.0))
