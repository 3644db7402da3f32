"""People, their teams over time, and their quotas, as the CRM lists them on ``as_of``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.simulate import names
from salesgap.simulate.clock import NEVER, Clock
from salesgap.simulate.roster import Roster, base_levels
from salesgap.simulate.spec import DAYS_A_MONTH, Floats, Ints, World

_REGION_SHARES = (0.4, 0.35, 0.25)
_TEAMS_A_REGION = 3


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """Ids and names. ``team_region`` indexes ``regions``; arrays of the rest are by index."""

    regions: tuple[str, ...]
    team_region: Ints
    chief: str
    heads: tuple[str, ...]
    manager_ids: tuple[str, ...]
    person_ids: np.ndarray[tuple[int], np.dtype[np.object_]]
    full_names: tuple[str, ...]
    since: tuple[pd.Timestamp, ...]


def appoint(roster: Roster, clock: Clock, rng: np.random.Generator) -> Staff:
    """Ids, names and regions for a roster. Names come chief first, then heads, managers, reps."""
    managers = len(roster.group)
    count = max(1, min(len(names.REGIONS), managers // _TEAMS_A_REGION))
    regions = names.REGIONS[:count]
    edges = np.cumsum(np.array(_REGION_SHARES[:count]) / sum(_REGION_SHARES[:count]))
    team_region = np.searchsorted(edges, (np.arange(managers) + 0.5) / managers)
    first_team = np.zeros(roster.people, dtype=np.int64)
    first_team[roster.person[::-1]] = roster.team[::-1]
    places = [0, *range(count), *team_region, *team_region[first_team]]
    ids = [f"E{number:04d}" for number in range(1, len(places) + 1)]
    leaders = 1 + count + managers
    started = clock.dates(-rng.integers(400, 3000, leaders))
    return Staff(
        regions=regions,
        team_region=team_region.astype(np.int64),
        chief=ids[0],
        heads=tuple(ids[1 : 1 + count]),
        manager_ids=tuple(ids[1 + count : leaders]),
        person_ids=np.array(ids[leaders:], dtype=object),
        full_names=tuple(names.people([regions[place] for place in places], rng)),
        since=tuple(started),
    )


def people_table(staff: Staff, roster: Roster, world: World, clock: Clock) -> pd.DataFrame:
    """Everybody hired by ``as_of``; an ``end_date`` only once it has come."""
    reps = _reps(staff, roster, world, clock)
    leaders = len(staff.full_names) - len(staff.person_ids)
    leader_frame = pd.DataFrame(
        {
            "person_id": [staff.chief, *staff.heads, *staff.manager_ids],
            "name": staff.full_names[:leaders],
            "manager_id": [
                None,
                *[staff.chief] * len(staff.heads),
                *(staff.heads[region] for region in staff.team_region),
            ],
            "role": [
                "Chief Revenue Officer",
                *["Regional Vice President"] * len(staff.heads),
                *["Sales Manager"] * len(staff.manager_ids),
            ],
            "region": [
                "Global",
                *staff.regions,
                *(staff.regions[region] for region in staff.team_region),
            ],
            "start_date": staff.since,
        }
    )
    frame = pd.concat([leader_frame, reps], ignore_index=True)
    return frame.assign(email=[names.email(name) for name in frame["name"]])


def _reps(staff: Staff, roster: Roster, world: World, clock: Clock) -> pd.DataFrame:
    known = np.flatnonzero(roster.start <= clock.as_of)
    last = np.full(roster.people, -1)
    last[roster.person[known]] = known  # a person's later stint has the higher index
    rows = last[last >= 0]
    team = roster.team[rows]
    groups = [world.groups[group] for group in roster.group[team]]
    return pd.DataFrame(
        {
            "person_id": staff.person_ids[roster.person[rows]],
            "name": np.array(staff.full_names)[-roster.people :][roster.person[rows]],
            "manager_id": np.array(staff.manager_ids)[team],
            "role": [group.role for group in groups],
            "region": np.array(staff.regions)[staff.team_region[team]],
            "segment": [group.segment for group in groups],
            "start_date": clock.dates(roster.hired[rows]),
            "end_date": clock.dates(_last_day(roster.end[rows], clock)),
        }
    )


def team_history_table(staff: Staff, roster: Roster, clock: Clock) -> pd.DataFrame:
    """One row a stint begun by ``as_of``."""
    rows = np.flatnonzero(roster.start <= clock.as_of)
    frame = pd.DataFrame(
        {
            "person_id": staff.person_ids[roster.person[rows]],
            "manager_id": np.array(staff.manager_ids)[roster.team[rows]],
            "start_date": clock.dates(roster.start[rows]),
            "end_date": clock.dates(_last_day(roster.end[rows], clock)),
        }
    )
    return frame.sort_values(["person_id", "start_date"], ignore_index=True)


def seat_quotas(world: World, groups: int, clock: Clock) -> Floats:
    """Quota of one seat in each fiscal quarter, shape (groups, 4), first quarter first.

    What a plain ramped rep of the group is expected to win, stretched; never what the team
    itself has shown. Seasonal as creation is, one cycle later.
    """
    productivity = [np.exp(base_levels(group, world)[:4].sum()) for group in world.groups[:groups]]
    lag = round(world.cycle_days / DAYS_A_MONTH)
    factors = np.array(world.seasonality) / np.mean(world.seasonality)
    first_month = (clock.first + pd.Timedelta(days=clock.year_start)).month - 1
    months = (first_month + np.arange(12) - lag) % 12
    quarters = factors[months].reshape(4, 3).sum(axis=1)
    quotas: Floats = np.round(np.outer(productivity, quarters) * world.quota_stretch, -3)
    return quotas


def quarter_bounds(clock: Clock) -> tuple[Ints, Ints, Ints]:
    """First and last days of the fiscal quarters from day 0 to year end, and which of the four."""
    starts = np.append(clock.quarter_ends[0], clock.quarter_ends)[:-1] + 1
    keep = (clock.quarter_ends >= 0) & (starts <= clock.year_end)
    which = np.arange(len(starts)) - int(np.searchsorted(starts, clock.year_start))
    return starts[keep], clock.quarter_ends[keep], (which % 4)[keep]


def quotas_table(staff: Staff, roster: Roster, quotas: Floats, clock: Clock) -> pd.DataFrame:
    """Quarterly quotas of reps (of and for their days in seat, never reduced on the ramp) and
    managers.

    A manager's are those of all planned seats, the empty ones included.
    """
    first, last, which = quarter_bounds(clock)
    rows = np.flatnonzero(roster.start <= clock.as_of)
    start = roster.start[rows][:, None]
    end = np.where(roster.end[rows] > clock.as_of, NEVER, roster.end[rows])[:, None]
    opens, closes = np.clip(start, first, last), np.clip(end - 1, first, last)
    days = np.clip(np.minimum(end, last + 1) - np.maximum(start, first), 0, None)
    own = quotas[roster.group[roster.team[rows]]][:, which] * days / (last + 1 - first)
    seats = np.bincount(roster.seat_team, minlength=len(roster.group))[:, None]
    planned = quotas[roster.group][:, which] * seats
    holders = np.concatenate(
        [staff.person_ids[roster.person[rows]], np.array(staff.manager_ids, dtype=object)]
    )
    amounts = np.vstack([own, planned])
    whole = np.ones((len(roster.group), 1), dtype=np.int64)
    frame = pd.DataFrame(
        {
            "person_id": np.repeat(holders, len(first)),
            "period_start": clock.dates(np.vstack([opens, whole * first]).ravel()),
            "period_end": clock.dates(np.vstack([closes, whole * last]).ravel()),
            "amount": np.round(amounts.ravel(), 2),
            "measure": "revenue",
        }
    )
    keys = ["person_id", "period_start", "period_end", "measure"]
    return frame[frame["amount"] > 0].groupby(keys)["amount"].sum().reset_index()


def _last_day(end: Ints, clock: Clock) -> Ints:
    return np.where(end - 1 > clock.as_of, NEVER, end - 1)
