"""Levels that more than one thing tells of, such as the value of won deals and of lost proposals.

A sign is a logarithm of some of the deals. Each is moved to where the measure itself stands among
like-for-like peers, so that all of them tell of one level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

_ALIKE = (0.5, 2.0)
"""A second sign spreads this many times as much as the first, or it tells of something else: the
same amount in every lost deal, phases that are entered all at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Logs:
    """Some of the deals, and the logarithm of a value of each of them."""

    counted: Bools
    logs: Floats

    @classmethod
    def of(cls, counted: Bools, value: Floats) -> Logs:
        """Of those ``counted`` that have a value above nothing."""
        use = counted & (value > 0)
        return cls(use, np.log(np.where(use, value, 1.0)))


@dataclass(frozen=True, slots=True, eq=False)
class Level(Logs):
    """The deals of a measure, and its ``signs``: one or two, the surer one first."""

    signs: tuple[Logs, ...]

    @classmethod
    def by(cls, measure: Logs, *signs: Logs) -> Level:
        """The level of ``measure``, and what tells of it."""
        return cls(measure.counted, measure.logs, signs)


def comparable(level: Level, group: Ints, groups: int) -> list[tuple[Floats, Floats]]:
    """Log and weight of each deal by each sign: moved in its group to the mean of the measure, so
    that a seat with more of one sign is not higher for it."""
    to = _mean(level, group, groups)
    count = [np.bincount(group[sign.counted], minlength=groups) for sign in level.signs]
    shift = [to - _mean(sign, group, groups) for sign in level.signs]
    weights = [np.where(count[0] > 0, 1.0, 0.0)]
    if len(level.signs) == 2:
        one, two = (_deviation(sign, group, groups) for sign in level.signs)
        alike = (count[0] > 0) & (_ALIKE[0] * one <= two) & (two <= _ALIKE[1] * one) & (two > 0)
        weights = _shared(count[0], np.where(alike, count[1], 0))
    return [
        (sign.logs + move[group], np.where(sign.counted, weight[group], 0.0))
        for sign, move, weight in zip(level.signs, shift, weights, strict=True)
    ]


def _shared(first: Ints, second: Ints) -> list[Floats]:
    """Weight of one deal by either sign: alike, but that the second sign has at most half the say.

    Scaled so that weights add up to as many deals as would say as much.
    """
    all_of_them = np.maximum(first + second, 1)
    more = second > first
    return [
        np.where(more, 2.0 * second / all_of_them, (first > 0).astype(float)),
        np.where(more, 2.0 * first / all_of_them, (second > 0).astype(float)),
    ]


def _mean(some: Logs, group: Ints, groups: int) -> Floats:
    count = np.bincount(group[some.counted], minlength=groups)
    total = np.bincount(group[some.counted], some.logs[some.counted], groups)
    return np.asarray(total / np.maximum(count, 1))


def _deviation(some: Logs, group: Ints, groups: int) -> Floats:
    """Standard deviation in each group."""
    away = some.logs - _mean(some, group, groups)[group]
    return np.sqrt(_mean(Logs(some.counted, away**2), group, groups))
