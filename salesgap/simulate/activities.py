"""Calls, meetings and e-mails of the last year: on deals, and to find new ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesgap.simulate.crm_view import Pipeline
from salesgap.simulate.deals import Life
from salesgap.simulate.roster import Roster, base_levels, ramp
from salesgap.simulate.spec import CREATION, Floats, Gap, Ints, World
from salesgap.simulate.staff import Staff

KINDS = ("call", "meeting", "email")
_PROSPECTING = (0.45, 0.07, 0.48)  # shares of the kinds
_EARLY = (0.34, 0.2, 0.46)
_LATE = (0.25, 0.33, 0.42)
_KEPT = 365  # days of activities that the CRM keeps
_A_WEEK_EARLY, _A_WEEK_LATE = 0.7, 1.0  # on one deal
_PROSPECTING_A_WEEK = {"Account Executive": 10.0, "Enterprise Account Executive": 7.0}
_NEGLECTED = 0.15  # of deals, hardly touched
_JOINT = 0.12  # of meetings on deals, the manager takes part


def activities_table(view: Pipeline, life: Life, staff: Staff) -> pd.DataFrame:
    """One row an activity of the year up to ``as_of``, in order of date."""
    rng, clock = life.generator(5), life.clock
    joint = _joint_share(life.roster, life.gaps, rng)
    parts = [
        _on_deals(view, life, joint, late=False, rng=rng),
        _on_deals(view, life, joint, late=True, rng=rng),
        _prospecting(view, life, rng),
    ]
    frame = pd.concat(parts, ignore_index=True).sort_values("day", kind="stable")
    kinds = np.array(KINDS, dtype=object)[frame["kind"].to_numpy()]
    deal = frame["deal"].to_numpy()
    of_deal = pd.Series(view.ids[deal]).where(frame["tied"].to_numpy())
    return pd.DataFrame(
        {
            "activity_id": [f"A{number:07d}" for number in range(1, len(frame) + 1)],
            "person_id": staff.person_ids[frame["person"].to_numpy()],
            "date": clock.dates(frame["day"].to_numpy()),
            "kind": kinds,
            "opportunity_id": of_deal.to_numpy(),
            "account": view.account[deal],
            "with_manager": frame["joint"].to_numpy(),
        }
    )


def _on_deals(
    view: Pipeline, life: Life, joint_share: Floats, *, late: bool, rng: np.random.Generator
) -> pd.DataFrame:
    deals, roster, clock = life.deals, life.roster, life.clock
    count = len(view.ids)
    reached, closed = deals.late[:count], deals.closed[:count]
    begin = np.maximum(reached if late else view.created, clock.as_of - _KEPT)
    end = np.minimum(closed if late else np.minimum(reached, closed), clock.as_of)
    span = np.maximum(end - begin, 0)
    care = np.where(rng.random(count) < _NEGLECTED, 0.15, 1.0)
    weekly = _A_WEEK_LATE if late else _A_WEEK_EARLY
    deal = np.repeat(np.arange(count), rng.poisson(span / 7 * weekly * care))
    day = begin[deal] + (rng.random(len(deal)) * (span[deal] + 1)).astype(np.int64)
    day = np.maximum(clock.workday(day), view.created[deal])
    stint = deals.stint[deal]
    person = np.where(day < roster.end[stint], roster.person[stint], view.owner[deal])
    kind = rng.choice(len(KINDS), len(deal), p=_LATE if late else _EARLY)
    joint = joint_share[roster.team[stint]]
    return pd.DataFrame(
        {
            "day": day,
            "person": person,
            "deal": deal,
            "tied": True,
            "kind": kind,
            "joint": (kind == 1) & (rng.random(len(deal)) < joint),
        }
    )


def _prospecting(view: Pipeline, life: Life, rng: np.random.Generator) -> pd.DataFrame:
    """Reps who create less prospect less: it is the behaviour behind the driver."""
    roster, world, clock = life.roster, life.world, life.clock
    begin = np.maximum(roster.start, max(clock.as_of - _KEPT, 0))
    span = np.maximum(np.minimum(roster.end - 1, clock.as_of) - begin + 1, 0)
    counts = rng.poisson(span / 7 * _prospecting_a_week(roster, world))
    stint = np.repeat(np.arange(len(span)), counts)
    day = begin[stint] + (rng.random(len(stint)) * span[stint]).astype(np.int64)
    kept = rng.random(len(day)) < 0.3 + 0.7 * ramp(day - roster.hired[stint], world.ramp_months)
    stint, day = stint[kept], day[kept]
    shown = np.maximum(clock.workday(day), roster.start[stint])
    return pd.DataFrame(
        {
            "day": shown,
            "person": roster.person[stint],
            "deal": _some_deal_of_seat(roster.seat[stint], life, len(view.ids), rng),
            "tied": False,
            "kind": rng.choice(len(KINDS), len(stint), p=_PROSPECTING),
            "joint": False,
        }
    )


def _prospecting_a_week(roster: Roster, world: World) -> Floats:
    groups = [world.groups[group] for group in roster.group]
    plain = np.array([base_levels(group, world)[CREATION] for group in groups])
    usual = np.array([_PROSPECTING_A_WEEK.get(group.role, 9.0) for group in groups])
    rate: Floats = usual[roster.team] * np.exp(roster.levels[:, CREATION] - plain[roster.team])
    return rate


def _some_deal_of_seat(seat: Ints, life: Life, count: int, rng: np.random.Generator) -> Ints:
    """A deal whose account is in the territory: prospecting goes to known accounts, too."""
    seats = life.roster.seat[life.deals.stint[:count]]
    order = np.argsort(seats, kind="stable")
    first = np.searchsorted(seats[order], seat)
    size = np.searchsorted(seats[order], seat, side="right") - first
    place = first + (rng.random(len(seat)) * size).astype(np.int64)
    return order[np.minimum(place, count - 1)]


def _joint_share(roster: Roster, gaps: Sequence[Gap], rng: np.random.Generator) -> Floats:
    """Managers differ; those whose teams fail late take part least."""
    share = np.minimum(_JOINT * rng.lognormal(0, 0.4, len(roster.group)), 0.6)
    share[[gap.manager for gap in gaps if gap.driver == "conversion_late"]] *= 0.3
    return share
