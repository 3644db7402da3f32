"""What a team's evidence says: a condition of the whole team, one or two seats, or neither.

Every driver of a team may be usual (it varies naturally around its peers), low (a gap) or high; and
up to two seats may be far below their own team in creation and conversion. All combinations are
weighed by their marginal likelihood, in closed form, so that a team is not told of a condition
that two seats explain, nor of two seats where the whole team is low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from salesgap.gaps.evidence import Bools, Evidence, Floats, as_log
from salesgap.measures.drivers import DRIVERS, FORMER, TEAM
from salesgap.measures.peers import PeerLevel


@dataclass(frozen=True, slots=True)
class Component:
    """One way a team's driver can differ from its peers: Normal(mean, natural² + spread²)."""

    prior: float
    mean: float
    spread: float


USUAL, LOW, HIGH = 0, 1, 2
COMPONENTS = (
    Component(0.77, 0.0, 0.0),
    Component(0.15, -0.30, 0.17),
    Component(0.08, 0.40, 0.18),
)

PEOPLE_PRIOR = 0.12
"""Prior chance that a team has one or two seats far below the rest."""

SEAT_DROP: dict[str, tuple[float, float]] = {
    "pipeline_creation": (0.60, 0.25),
    "conversion_early": (0.15, 0.20),
    "conversion_late": (0.15, 0.20),
    "conversion": (0.30, 0.25),
}
"""How far such a seat is below its team: mean and spread of the log. Other drivers: not at all."""

_NODES = np.sqrt(3.0) * np.array([-1.0, 0.0, 1.0])
_NODE_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
"""Gauss–Hermite: three standard errors that stand for a normal distribution."""

_MIN_REST = 2
_MAX_SEATS = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The weighed hypotheses of one team.

    ``subsets``: rows of booleans over ``seats``, the first all false; ``people``: probability of
    each; ``components``: driver → array (subset, component) of probabilities given the subset.
    """

    seats: tuple[str, ...]
    subsets: Bools
    people: Floats
    components: dict[str, Floats]

    @property
    def people_gap(self) -> float:
        """Probability that some seats are far below their team."""
        return float(1.0 - self.people[0])

    def condition_gap(self, driver: str) -> float:
        """Probability that the whole team is low in ``driver``."""
        return float(self.people @ self.components[driver][:, LOW])

    @property
    def weak_seats(self) -> tuple[str, ...]:
        """The most probable seats, if any are."""
        return tuple(np.array(self.seats)[self.subsets[_weakest(self), :]])


def eligible_seats(evidence: list[Evidence], months: float = 4.0) -> frozenset[str]:
    """Seats with enough ramped rep-months to be judged at all."""
    return frozenset(
        seat
        for e in evidence
        if e.driver == "pipeline_creation"
        for seat, base in zip(e.seats, e.base, strict=True)
        if base >= months and seat not in (FORMER, TEAM)
    )


def _weakest(verdict: Verdict) -> int:
    """The most probable subset of weak seats; the empty one if there is no other."""
    return int(np.argmax(verdict.people[1:])) + 1 if len(verdict.people) > 1 else 0


def weigh(
    evidence: Sequence[Evidence], peers: dict[str, PeerLevel], eligible: frozenset[str]
) -> Verdict:
    """The verdict on one team. ``eligible``: seats that may be found weak (there long enough)."""
    seats = tuple(sorted({seat for e in evidence for seat in e.seats}))
    subsets = _subsets(seats, eligible)
    log_people = np.log(_subset_prior(subsets))
    components: dict[str, Floats] = {}
    for e in evidence:
        aligned = subsets[:, [seats.index(seat) for seat in e.seats]]
        logs = _log_marginals(e, peers[e.driver], aligned)
        top = logs.max(axis=1, keepdims=True)
        log_people = log_people + top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))
        components[e.driver] = _normalised(logs)
    return Verdict(seats, subsets, _normalised(log_people[None, :])[0], components)


def _subsets(seats: tuple[str, ...], eligible: frozenset[str]) -> Bools:
    able = [i for i, seat in enumerate(seats) if seat in eligible]
    largest = min(_MAX_SEATS, max(len(able) - _MIN_REST, 0))
    rows = [()] + [c for size in range(1, largest + 1) for c in combinations(able, size)]
    subsets = np.zeros((len(rows), len(seats)), dtype=bool)
    for row, chosen in enumerate(rows):
        subsets[row, list(chosen)] = True
    return subsets


def _subset_prior(subsets: Bools) -> Floats:
    """Half of the people prior to single seats, half to pairs; the rest to none."""
    size = subsets.sum(axis=1)
    if len(size) == 1:
        return np.ones(1)
    kinds = np.unique(size[size > 0])
    prior = np.zeros(len(size))
    for kind in kinds:
        prior[size == kind] = PEOPLE_PRIOR / len(kinds) / (size == kind).sum()
    prior[0] = 1.0 - PEOPLE_PRIOR
    return prior


def _log_marginals(e: Evidence, peers: PeerLevel, weak: Bools) -> Floats:
    """Log marginal likelihood of the seats' evidence (subset, component), its prior included.

    Seats scatter around the team's level by sampling and naturally; the level scatters around the
    component's mean, as much as teams differ naturally, which itself is known with an error. The
    first two integrals are Gaussian, the third is a sum over :data:`_NODES`.
    """
    weight, z, log_norm = _precision(e, peers, weak)
    total, linear = weight.sum(axis=1), (weight * z).sum(axis=1)
    square = (weight * z**2).sum(axis=1)[:, None, None]
    total, linear = total[:, None, None], linear[:, None, None]
    means = np.array([c.mean for c in COMPONENTS]) * _direction(peers.driver)
    natural = np.maximum(peers.between_teams + _NODES * peers.between_teams_error, 0.0)
    kappa2 = natural[:, None] ** 2 + np.array([c.spread for c in COMPONENTS]) ** 2
    squares = square - 2 * means * linear + means**2 * total
    fit = squares - (linear - means * total) ** 2 * kappa2 / (1.0 + kappa2 * total)
    logs = -0.5 * (fit + np.log1p(kappa2 * total))
    top = logs.max(axis=1, keepdims=True)
    mixed = top[:, 0] + np.log((np.exp(logs - top) * _NODE_WEIGHTS[:, None]).sum(axis=1))
    return np.asarray(np.log([c.prior for c in COMPONENTS]) + mixed + log_norm[:, None])


def _precision(e: Evidence, peers: PeerLevel, weak: Bools) -> tuple[Floats, Floats, Floats]:
    """Weights and centred evidence (subset, seat), weak seats lifted by their expected drop."""
    drop, spread = SEAT_DROP.get(peers.driver, (0.0, 0.0))
    variance = np.where(e.known, e.v, 1.0) + peers.between_reps**2 + weak * spread**2
    weight = np.where(e.known, 1.0 / variance, 0.0)
    z = np.where(e.known, e.y + weak * drop, 0.0)
    return weight, z, 0.5 * np.where(e.known, np.log(1.0 / variance), 0.0).sum(axis=1)


def _direction(driver: str) -> float:
    return 1.0 if DRIVERS[driver].higher_is_better else -1.0


def _normalised(logs: Floats) -> Floats:
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


# ── draws ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Levels:
    """Posterior draws of one driver of one team, on the log scale against peers.

    ``seat``: (draw, seat) level of each seat, whether there is a gap or not. If there is one:
    ``gap``: (draw,) how far the team is below its peers, ≥ 0; ``drop``: (draw, seat) how far a weak
    seat is below its team.
    """

    seat: Floats
    gap: Floats
    drop: Floats


def draw_levels(
    evidence: Sequence[Evidence],
    peers: dict[str, PeerLevel],
    verdict: Verdict,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Levels]:
    """Joint draws: one subset of weak seats a draw, then every driver given it."""
    subset = rng.choice(len(verdict.people), size=draws, p=verdict.people)
    return {e.driver: _draw(e, peers[e.driver], verdict, subset, rng) for e in evidence}


def _draw(
    e: Evidence,
    peers: PeerLevel,
    verdict: Verdict,
    subset: npt.NDArray[np.int_],
    rng: np.random.Generator,
) -> Levels:
    at = [verdict.seats.index(seat) for seat in e.seats]
    weak = verdict.subsets[subset][:, at]
    chances = verdict.components[e.driver][subset].cumsum(axis=1)
    component = (rng.random(len(subset))[:, None] > chances[:, :-1]).sum(axis=1)
    team = _draw_team(e, peers, weak, component, rng)
    low = np.where(
        component == LOW, team, _draw_team(e, peers, weak, np.full_like(component, LOW), rng)
    )
    none = (subset == 0)[:, None]
    found = np.where(none, verdict.subsets[_weakest(verdict), at], weak)
    drop = _draw_drop(e, peers, found, team, rng)
    seat = _draw_seats(e, peers, team[:, None] - np.where(weak, drop, 0.0), rng)
    if not DRIVERS[e.driver].level:
        seat, drop = team[:, None] + as_log(seat - team[:, None]), -as_log(-drop)
    gap = np.maximum(-low * _direction(e.driver), 0.0)
    return Levels(_expand(seat, at, team, verdict), gap, _expand(drop, at, None, verdict))


def _draw_team(
    e: Evidence,
    peers: PeerLevel,
    weak: Bools,
    component: npt.NDArray[np.int_],
    rng: np.random.Generator,
) -> Floats:
    mean = np.array([c.mean for c in COMPONENTS])[component] * _direction(e.driver)
    extra = np.array([c.spread for c in COMPONENTS])[component]
    weight, z, _ = _precision(e, peers, weak)
    prior = 1.0 / (peers.between_teams**2 + extra**2 + 1e-6)
    precision = weight.sum(axis=1) + prior
    centre = ((weight * z).sum(axis=1) + prior * mean) / precision
    return np.asarray(centre + rng.standard_normal(len(mean)) / np.sqrt(precision))


def _draw_drop(
    e: Evidence, peers: PeerLevel, weak: Bools, team: Floats, rng: np.random.Generator
) -> Floats:
    """How far each weak seat is below its team, at least nothing."""
    drop, spread = SEAT_DROP.get(peers.driver, (0.0, 0.0))
    if spread == 0.0:
        return np.zeros(weak.shape)
    variance = np.where(e.known, e.v, np.inf) + peers.between_reps**2
    precision = 1.0 / variance + 1.0 / spread**2
    centre = (team[:, None] - np.where(e.known, e.y, 0.0)) / variance + drop / spread**2
    draws = centre / precision + rng.standard_normal(weak.shape) / np.sqrt(precision)
    return np.where(weak, np.maximum(draws, 0.0), 0.0)


def _draw_seats(e: Evidence, peers: PeerLevel, centre: Floats, rng: np.random.Generator) -> Floats:
    """Each seat's own level: around ``centre`` by nature, pulled to its evidence."""
    natural = peers.between_reps**2 + 1e-9
    pull = np.where(e.known, natural / (natural + np.where(e.known, e.v, 1.0)), 0.0)
    spread = np.sqrt(natural * (1.0 - pull))
    away = np.where(e.known, e.y, 0.0) - centre
    return centre + pull * away + spread * rng.standard_normal(centre.shape)


def _expand(values: Floats, at: list[int], missing: Floats | None, verdict: Verdict) -> Floats:
    """Columns for every seat of the verdict; a seat without evidence is at its team's level."""
    full = np.zeros((values.shape[0], len(verdict.seats)))
    if missing is not None:
        full += missing[:, None]
    full[:, at] = values
    return full
