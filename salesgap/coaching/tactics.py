"""The tactical plan of a rep: from the remaining quota back to new opportunities a week."""

from __future__ import annotations

from dataclasses import dataclass

from salesgap.facts import TacticalPlan


@dataclass(frozen=True, slots=True)
class RepRates:
    """A rep's own shrunken rates. Conversions are shares, ``size`` money a won deal.

    ``early`` is None where phases are unknown, and ``late`` the whole way; ``weeks_left``: weeks
    from now in which a deal of usual cycle can still be created and won in the fiscal year;
    ``strong_pace``: new opportunities a week that the rep could open at a stretch, None if no peers
    tell.
    """

    early: float | None
    late: float
    size: float
    weeks_left: int
    strong_pace: float | None

    @property
    def proposed(self) -> float:
        """Part of new opportunities that is proposed; all, where that is not told."""
        return 1.0 if self.early is None else self.early


def plan(quota_year: float | None, won: float, from_open: float, rates: RepRates) -> TacticalPlan:
    """What is still to be won, and what that takes. Without a quota, only what is known."""
    if quota_year is None:
        return TacticalPlan(
            remaining=None,
            from_open=from_open,
            to_create=None,
            wins=None,
            proposals=None,
            opportunities=None,
            opportunities_per_week=None,
            weeks_left=rates.weeks_left,
            feasible_per_week=rates.strong_pace,
        )
    remaining = max(quota_year - won, 0.0)
    to_create = max(remaining - from_open, 0.0)
    wins = to_create / rates.size if rates.size > 0 else None
    proposals = wins / rates.late if wins is not None and rates.late > 0 else None
    created = proposals / rates.proposed if proposals is not None and rates.proposed > 0 else None
    weekly = created / rates.weeks_left if created is not None and rates.weeks_left else None
    return TacticalPlan(
        remaining=remaining,
        from_open=from_open,
        to_create=to_create,
        wins=wins,
        proposals=None if rates.early is None else proposals,
        opportunities=created,
        opportunities_per_week=weekly,
        weeks_left=rates.weeks_left,
        feasible_per_week=rates.strong_pace,
        feasible=_feasible(to_create, rates),
    )


def _feasible(to_create: float, rates: RepRates) -> float | None:
    """What of it new deals bring before year end, as many as a strong peer opens."""
    if rates.strong_pace is None:
        return None
    opened = rates.strong_pace * rates.weeks_left
    return min(to_create, opened * rates.proposed * rates.late * rates.size)
