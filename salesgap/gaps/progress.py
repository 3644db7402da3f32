"""Has the last pack's gap moved, or closed? A driver's change since, against what chance brings.

A team is picked for a gap because it was low, and part of that was bad luck: it would come back by
itself. So it is held against where it was expected to be, shrunken as every level is, and moved
by what other teams moved that were not working on it (a season, a market, a new price list).

A gap that moved has *closed* if the team (or the seats) stands at its peers' level since, within
what such differ by nature, and it is 90 % sure that less than half of the gap is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import norm

from salesgap.facts import Outcome
from salesgap.gaps.evidence import Evidence
from salesgap.gaps.hypotheses import COMPONENTS, LOW, PEOPLE_PRIOR, SEAT_DROP, Component
from salesgap.measures.drivers import DRIVERS
from salesgap.measures.peers import PeerLevel

Floats = npt.NDArray[np.float64]

SURE = 0.95
"""So much more of the unchanged teams must have moved less, before it is more than chance."""

NEARLY_SURE = 0.9
"""Chance that less than half of a gap is left, before it is called closed."""

_FEWEST_OTHERS = 2
_TYPICAL = -COMPONENTS[LOW].mean

SEATS = (
    Component(1.0 - PEOPLE_PRIOR, 0.0, 0.0),
    Component(PEOPLE_PRIOR, -SEAT_DROP["pipeline_creation"][0], SEAT_DROP["pipeline_creation"][1]),
)
"""How seats differ from their peers, as :data:`COMPONENTS` says how teams do."""


@dataclass(frozen=True, slots=True)
class Change:
    """A driver before and since, as log of observed ÷ peers' (one level for both), up is better.

    ``before_v`` and ``since_v`` are the sampling variances.
    """

    before: float
    before_v: float
    since: float
    since_v: float


@dataclass(frozen=True, slots=True)
class Progress:
    """The judgement. ``others``: log change of the other teams beyond what was expected of them.

    ``chance``: share of teams as this one, unchanged, that would have moved less.
    """

    outcome: Outcome
    chance: float | None
    others: float | None


def change(before: Evidence, since: Evidence, peers: PeerLevel) -> Change:
    """A team's change, or that of some of its seats (see :meth:`Evidence.of`)."""
    sign = 1.0 if DRIVERS[peers.driver].higher_is_better else -1.0
    (y, v), (later, later_v) = _pooled(before, peers), _pooled(since, peers)
    return Change(sign * y, v, sign * later, later_v)


def judge(
    own: Change,
    others: Sequence[Change],
    natural: float,
    components: Sequence[Component] = COMPONENTS,
) -> Progress:
    """What became of a gap.

    ``others``: teams (or seats) that were not working on it; ``natural``: standard deviation of
    the log level between such; ``components``: how else they may differ.
    """
    told = [other for other in others if np.isfinite(other.before_v + other.since_v)]
    if len(told) < _FEWEST_OTHERS or not np.isfinite(own.before_v + own.since_v):
        return Progress("unknown", None, None)
    common, others_v, drift = _common(told, natural, components)
    noise = own.since_v + drift + others_v
    weights, means, variances = _expected(own, natural, components)
    distance = (own.since - common - means) / np.sqrt(variances + noise)
    chance = float(weights @ ndtr(distance))
    outcome = _outcome(chance, own.since - common, noise)
    if outcome == "moved":
        error = float(np.sqrt(own.since_v + others_v))
        closed = _has_closed(own.since - common, error, float(weights @ means), natural)
        outcome = "closed" if closed else "moved"
    return Progress(outcome, chance, common)


def _outcome(chance: float, level: float, noise: float) -> Outcome:
    """Too early, where a gap of typical size might be closed altogether and not be seen.

    ``level``: since, against the peers' of since; so low that a closed gap is ruled out, it is
    late enough to say so.
    """
    if chance >= SURE:
        return "moved"
    unseen = float(norm.ppf(SURE) * np.sqrt(noise))
    return "too_early" if unseen > max(_TYPICAL, -level) else "no_more_than_chance"


def _has_closed(level: float, error: float, was: float, natural: float) -> bool:
    """Whether a team that moved stands at its peers' level, and not by luck after half the way.

    ``level``: since, against the peers' of since, with its standard ``error``; ``was``: before. Of
    gaps half closed, one in ten is called closed at most; of the unchanged hardly any, as those
    have to have moved as well.
    """
    return level >= -natural and float(ndtr((level - min(was, 0.0) / 2) / error)) >= NEARLY_SURE


def _pooled(e: Evidence, peers: PeerLevel) -> tuple[float, float]:
    """Log of observed ÷ expected of all seats together, and its sampling variance."""
    if DRIVERS[peers.driver].level:
        weight = 1.0 / e.v[e.known]
        known = float(weight.sum())
        return (float(weight @ e.y[e.known]) / known, 1.0 / known) if known else (0.0, np.inf)
    total, expected, base = (float(x.sum()) for x in (e.total, e.expected, e.base))
    if base <= 0 or expected <= 0:
        return 0.0, np.inf
    ratio = (total + 0.5) / (expected + 0.5)
    mean = max(expected * ratio, 0.25)
    left = 1.0 if peers.driver == "pipeline_creation" else float(np.clip(1 - mean / base, 0.05, 1))
    return float(np.log(ratio)), left / mean


def _expected(
    own: Change, natural: float, components: Sequence[Component]
) -> tuple[Floats, Floats, Floats]:
    """Where it was before, of each component: weight, mean and variance of the true level."""
    prior, centre, spread = np.array([(c.prior, c.mean, c.spread) for c in components]).T
    between = natural**2 + spread**2 + 1e-9
    total = between + own.before_v
    logs = np.log(prior) - 0.5 * ((own.before - centre) ** 2 / total + np.log(total))
    weights = np.exp(logs - logs.max())
    means = (between * own.before + own.before_v * centre) / total
    return weights / weights.sum(), means, between * own.before_v / total


def _common(
    others: Sequence[Change], natural: float, components: Sequence[Component]
) -> tuple[float, float, float]:
    """Of the others' changes beyond expectation: the mean, its variance, and the variance of true
    changes between them (DerSimonian–Laird)."""
    moved, variance = np.array([_moved(other, natural, components) for other in others]).T
    weight = 1.0 / variance
    mean = weight @ moved / weight.sum()
    excess = weight @ (moved - mean) ** 2 - (len(moved) - 1)
    drift = max(float(excess / (weight.sum() - weight @ weight / weight.sum())), 0.0)
    weight = 1.0 / (variance + drift)
    return float(weight @ moved / weight.sum()), float(1.0 / weight.sum()), drift


def _moved(other: Change, natural: float, components: Sequence[Component]) -> tuple[float, float]:
    """The change beyond the expected level, and the variance that chance gives it."""
    weights, means, variances = _expected(other, natural, components)
    level = float(weights @ means)
    spread = float(weights @ (variances + (means - level) ** 2))
    return other.since - level, spread + other.since_v
