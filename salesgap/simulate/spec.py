"""What a simulated organisation is like: its world, and the gaps planted in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from salesgap.params import Stage

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Driver = Literal[
    "pipeline_creation",
    "conversion_early",
    "conversion_late",
    "deal_size",
    "cycle_time",
    "capacity",
    "underperformance",
]
DRIVERS: Final[tuple[Driver, ...]] = get_args(Driver)

STAGES: Final = (
    Stage(name="Prospect", status="open", phase="early"),
    Stage(name="Qualify", status="open", phase="early"),
    Stage(name="Propose", status="open", phase="late"),
    Stage(name="Negotiate", status="open", phase="late"),
    Stage(name="Won", status="won", phase=None),
    Stage(name="Lost", status="lost", phase=None),
)

# Columns of every array of log driver levels. Cycle is kept as speed, so that a factor
# below one is worse in every column.
CREATION, EARLY, LATE, SIZE, SPEED = range(5)
LEVELS: Final = 5
_COLUMN: Final[dict[Driver, int]] = {
    "pipeline_creation": CREATION,
    "conversion_early": EARLY,
    "conversion_late": LATE,
    "deal_size": SIZE,
    "cycle_time": SPEED,
}
_WEAK_CREATION: Final = 0.5
_WEAK_CONVERSION: Final = 0.75

DAYS_A_MONTH: Final = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Gap:
    """One planted gap.

    ``manager`` is the index of the manager. The team's driver stands at ``factor`` of its
    peers' (cycle time: the cycle is 1/``factor`` as long; capacity: that share of the seats is
    filled), its reps around that as naturally as others. Underperformance ignores ``factor``:
    ``seats`` reps create half as much as the peers and convert three quarters as much, the
    loss split evenly over early and late. ``worked_off`` is the share of it that has been closed
    since the first day of the fiscal quarter of ``as_of``, in what is created from then on.
    """

    manager: int
    driver: Driver
    factor: float = 0.65
    seats: int = 2
    worked_off: float = 0.0

    def __post_init__(self) -> None:
        if self.driver not in DRIVERS:
            raise ValueError(f"{self.driver!r} is no driver; known: {', '.join(DRIVERS)}")
        if not 0 < self.factor <= 1:
            raise ValueError(f"factor {self.factor} is not above 0 and at most 1")
        if not 0 <= self.worked_off <= 1:
            raise ValueError(f"worked_off {self.worked_off} is not between 0 and 1")

    def log_levels(self) -> Floats:
        """What the gap adds to the log driver levels of a rep it touches today, shape (5,)."""
        return self._planted() * (1 - self.worked_off)

    def lifted(self) -> Floats:
        """How much higher those levels are today than before the quarter began, shape (5,)."""
        return -self._planted() * self.worked_off

    def _planted(self) -> Floats:
        levels = np.zeros(LEVELS)
        if self.driver == "underperformance":
            levels[CREATION] = np.log(_WEAK_CREATION)
            levels[[EARLY, LATE]] = np.log(_WEAK_CONVERSION) / 2
        elif self.driver != "capacity":
            levels[_COLUMN[self.driver]] = np.log(self.factor)
        return levels


@dataclass(frozen=True, slots=True)
class Group:
    """One role and segment, as multiples of the world's levels. Its reps are peers."""

    role: str
    segment: str
    creation: float = 1.0
    conversion: float = 1.0
    size: float = 1.0
    cycle: float = 1.0


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a phase takes: a Weibull whose mean is ``share`` of ``World.cycle_days``."""

    share: float
    shape: float


@dataclass(frozen=True, slots=True)
class World:
    """How an organisation behaves. The defaults are a plain one.

    Levels are those of a ramped rep of a group whose multiples are 1; groups of fewer than
    four teams are not formed. ``early_pass`` and ``late_win`` shares add up to 1, so that
    ``cycle_days`` is the mean from creation to won, before ``quarter_end_bunching``.
    """

    months: int = 21  # of history up to as_of, its month included
    reps_per_manager: tuple[int, int] = (6, 10)  # fewest and most seats, any as likely
    groups: tuple[Group, ...] = (
        Group("Account Executive", "Mid-market", creation=1.1, size=0.75, cycle=0.9),
        Group("Enterprise Account Executive", "Enterprise", 0.88, 0.95, 1.9, 1.25),
    )
    deals_per_rep_month: float = 5.0
    overdispersion: float = 0.1  # a rep-month's count has variance mean + this * mean²
    early_conversion: float = 0.5
    late_conversion: float = 0.45
    median_deal: float = 20_000.0
    deal_spread: float = 0.7  # sd of the log
    deal_tail: Literal["lognormal", "pareto"] = "lognormal"
    pareto_alpha: float = 1.5  # of a heavy tail, cut at 60 times its least deal
    cycle_days: float = 75.0
    early_pass: Duration = Duration(0.35, 1.4)
    early_loss: Duration = Duration(0.45, 1.0)
    late_win: Duration = Duration(0.65, 1.5)
    late_loss: Duration = Duration(0.75, 1.1)
    seasonality: tuple[float, ...] = (  # of creation, January first; scaled to a mean of 1
        1.0, 1.02, 1.06, 1.02, 1.03, 1.04, 0.94, 0.84, 1.06, 1.06, 1.04, 0.89,
    )  # fmt: skip
    quarter_end_bunching: float = 0.2  # share of wins held until their quarter's last days
    natural_variation: float = 0.04  # sd of each log driver between teams
    rep_variation: float = 0.10  # sd of each log driver between reps of a team
    ramp_months: float = 6.0  # a new rep's creation rises from nothing to full, linearly
    turnover: float = 0.12  # yearly rate of leaving
    vacancy_weeks: tuple[int, int] = (4, 12)  # until a leaver's seat is filled
    transfers: int = 2  # pairs of reps who changed teams
    quota_stretch: float = 1.0  # quota ÷ what the group is expected to win
    stage_history: bool = True
    activities: bool = True

    def __post_init__(self) -> None:
        if len(self.seasonality) != 12:
            raise ValueError("seasonality takes twelve factors, January first")

    @property
    def least_deal(self) -> float:
        """Where the Pareto tail starts, so that its median is ``median_deal``."""
        return float(self.median_deal * 2 ** (-1 / self.pareto_alpha))

    @property
    def mean_deal(self) -> float:
        """Expected value of a deal of a plain rep."""
        if self.deal_tail == "lognormal":
            return float(self.median_deal * np.exp(self.deal_spread**2 / 2))
        alpha, cut = self.pareto_alpha, PARETO_CUT
        return float(self.least_deal * (alpha - cut ** (1 - alpha)) / (alpha - 1))


PARETO_CUT: Final = 60.0  # keeps the mean of the heaviest tail a thing one can estimate


def demo_gaps(managers: int, seed: int) -> tuple[Gap, ...]:
    """One gap of each kind, each with another manager; one manager, perhaps miscast, whose team
    lags in everything a seller does; and one who has just closed theirs. At least half the
    managers have none."""
    rng = np.random.default_rng([seed, 0])
    chosen = [int(manager) for manager in rng.permutation(managers)[: managers // 2]]
    kinds = len(DRIVERS)
    miscast, closed = chosen[kinds : kinds + 1], chosen[kinds + 1 : kinds + 2]
    return (
        *(Gap(manager, driver) for manager, driver in zip(chosen, DRIVERS, strict=False)),
        *(Gap(manager, driver) for manager in miscast for driver in _COLUMN),
        *(Gap(manager, "pipeline_creation", worked_off=1.0) for manager in closed),
    )


def check_gaps(gaps: Sequence[Gap], managers: int) -> None:
    """Raise ``ValueError`` for a gap planted with a manager there is not."""
    for gap in gaps:
        if not 0 <= gap.manager < managers:
            raise ValueError(f"{gap} names a manager outside 0 to {managers - 1}")
