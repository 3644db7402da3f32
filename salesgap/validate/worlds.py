"""The worlds and the plantings of the study. Tables: what is simulated is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from salesgap.simulate import Driver, Gap, World

AS_OF = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30))
"""Early, half-way and late in a calendar fiscal year; organisations take turns."""

MANAGERS = 14

WORLDS: dict[str, World] = {
    "plain": World(activities=False),
    "heavy-tailed deals": World(activities=False, deal_spread=1.2),
    "seasonal, bunched quarters": World(
        activities=False,
        quarter_end_bunching=0.6,
        seasonality=(0.8, 0.9, 1.2, 0.9, 1.0, 1.3, 0.7, 0.6, 1.3, 1.1, 1.1, 1.1),
    ),
    "many deals": World(activities=False, deals_per_rep_month=10.0),
    "few deals": World(activities=False, deals_per_rep_month=2.5),
    "enterprise": World(
        activities=False, deals_per_rep_month=1.0, cycle_days=120.0, median_deal=80_000.0
    ),
    "no stage history": World(activities=False, stage_history=False),
    "teams differ more": World(activities=False, natural_variation=0.06, rep_variation=0.15),
}

CONDITIONS: tuple[Driver, ...] = (
    "pipeline_creation",
    "conversion_early",
    "conversion_late",
    "deal_size",
    "cycle_time",
)
KINDS: tuple[Driver, ...] = (*CONDITIONS, "underperformance")


@dataclass(frozen=True, slots=True)
class Planting:
    """What is planted in an organisation: in three managers, three different kinds."""

    name: str
    factor: float | None
    kinds: tuple[Driver, ...] = KINDS

    def gaps(self, seed: int) -> tuple[Gap, ...]:
        """The gaps of one organisation. ``factor`` None: there are none."""
        if self.factor is None:
            return ()
        rng = np.random.default_rng([seed, 99])
        managers = rng.permutation(MANAGERS)[:3]
        kinds = rng.permutation(np.array(self.kinds))[:3]
        return tuple(
            Gap(int(manager), kind, factor=self.factor)
            for manager, kind in zip(managers, kinds, strict=True)
        )


NONE = Planting("none", None)
STRONG = Planting("strong", 0.65)
MODERATE = Planting("moderate", 0.8, CONDITIONS)

PLANTINGS: dict[str, tuple[Planting, ...]] = {
    world: (NONE, STRONG, MODERATE) for world in WORLDS
} | {"few deals": (NONE, STRONG), "enterprise": (NONE, Planting("strong", 0.6))}
