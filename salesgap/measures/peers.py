"""What like-for-like peers do, as it is kept between the benchmarks and the packs.

Numbers and group names only: no people, no accounts, no deals.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter

from salesgap.measures.curves import Curve

LEAST_TEAMS = 3
"""With fewer, a team's peers are one other team."""

LEAST_MONTHS = 3.0
"""With fewer months of deals, nothing is carried forward."""


@dataclass(frozen=True, slots=True)
class PeerLevel:
    """What like-for-like peers do, of one driver.

    ``levels``: log level a group (log of a rate, or mean log); ``between_teams`` and
    ``between_reps``: natural standard deviations of the log level, the first with the standard
    error of its estimate; ``spread``: standard deviation
    of single log amounts or log days (0 for rates); ``teams``: teams behind it.
    """

    driver: str
    levels: dict[str, float]
    between_teams: float
    between_teams_error: float
    between_reps: float
    spread: float
    teams: int


@dataclass(frozen=True, slots=True)
class StoredCurve:
    """A :class:`~salesgap.measures.curves.Curve` as it is written to disk."""

    passed: tuple[float, ...]
    lost: tuple[float, ...]
    n: int

    @classmethod
    def of(cls, curve: Curve) -> StoredCurve:
        """A curve, to be written."""
        return cls(tuple(curve.passed.tolist()), tuple(curve.lost.tolist()), curve.n)

    def curve(self) -> Curve:
        """The curve again."""
        return Curve(np.array(self.passed), np.array(self.lost), self.n)


@dataclass(frozen=True, slots=True)
class Yield:
    """Pipeline due in past quarters, at their start, and what of it was won in them."""

    due: float
    won: float
    deals: int

    @property
    def share(self) -> float:
        """Won ÷ due; only of something due."""
        return self.won / self.due


@dataclass(frozen=True, slots=True)
class ActivityLevel:
    """What the reps of a role who make their number do a week, of one kind.

    ``phase``: on deals in that phase on the day (early: and on none yet); None: all. ``reps``: how
    many they are.
    """

    role: str
    kind: str
    phase: Literal["early", "late"] | None
    a_week: float
    reps: int


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Everything a team is compared with.

    ``levels`` by driver; ``early``/``late`` curves by group, one of them for all, the late ones as
    they stand on a day like the fiscal year's last, ``late_now`` on one like the as-of date;
    ``season``: creation in each calendar month ÷ the mean month; ``mean_over_typical``: mean won
    amount ÷ its geometric mean, by group; ``revenue_per_month``: won per ramped rep-month, by
    group; ``thresholds``: probability that each candidate gap must pass; ``slow_days``: 90th
    percentile of days in stage of deals later won, by stage; ``typical_deal``: median won amount of
    the run; ``second_moment``: mean square ÷ squared mean of won amounts; ``activities``: what
    attaining reps do; ``mix``: by dimension, the part that each of the largest values has of what
    was won in the last quarter, and ``margin`` the margin of it, of all teams.
    """

    teams: int
    phases: bool
    window_months: float
    levels: dict[str, PeerLevel]
    early: dict[str, StoredCurve]
    late: dict[str, StoredCurve]
    late_now: dict[str, StoredCurve]
    season: tuple[float, ...]
    mean_over_typical: dict[str, float]
    revenue_per_month: dict[str, float]
    typical_deal: float
    second_moment: float
    thresholds: dict[str, float]
    slow_days: dict[str, float]
    slowest_won_days: int | None
    due_yield: Yield | None
    late_share: float | None
    activities: tuple[ActivityLevel, ...] = ()
    mix: dict[str, dict[str, float]] = field(default_factory=dict)
    margin: float | None = None

    def seen_by(self, levels: dict[str, PeerLevel], revenue: dict[str, float]) -> Benchmarks:
        """The benchmarks of one team, whose peers are the others only: their levels and what they
        win a ramped rep-month, by group."""
        return replace(
            self,
            levels=self.levels | levels,
            revenue_per_month=self.revenue_per_month | revenue,
        )

    @property
    def forecasts(self) -> bool:
        """Whether the run tells enough to say what is still to come."""
        conversion = "conversion_late" if self.phases else "conversion"
        needed = {"pipeline_creation", conversion, "deal_size"}
        return self.window_months >= LEAST_MONTHS and needed <= self.levels.keys()

    @property
    def compares(self) -> bool:
        """Whether there are peers to compare a team with."""
        return self.forecasts and self.teams >= LEAST_TEAMS


_ADAPTER = TypeAdapter(Benchmarks)


def save_benchmarks(benchmarks: Benchmarks, path: Path) -> None:
    """Write the benchmarks as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_ADAPTER.dump_json(benchmarks))


def load_benchmarks(path: Path) -> Benchmarks:
    """The benchmarks that :func:`save_benchmarks` wrote."""
    return _ADAPTER.validate_json(path.read_bytes())
