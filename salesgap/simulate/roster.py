"""Who sits where, when, and how well: seats, the stints in them, and their latent drivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from salesgap.simulate.clock import NEVER, Clock
from salesgap.simulate.spec import (
    CREATION,
    DAYS_A_MONTH,
    EARLY,
    LATE,
    LEVELS,
    SIZE,
    SPEED,
    Flags,
    Floats,
    Gap,
    Group,
    Ints,
    World,
)

_TEAMS_A_GROUP = 4  # fewer teams are no peers
_EMPTIED = (210, 420)  # days before as_of at which a capacity gap's seats were vacated


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """One entry a stint (a person in a seat), but for ``group`` and ``team_levels`` (a team)
    and ``seat_team`` (a seat).

    ``end`` is the first day the person is no longer in the seat, or ``NEVER``; ``hired`` the
    person's first day in the role. ``levels`` are the natural logs of creation a month,
    conversion early and late, mean deal value and 1 ÷ cycle days, planted gaps included;
    ``planted`` is the part a gap adds, ``lifted`` what of one has been worked off since the fiscal
    quarter began: before, the levels were lower by that. ``team_levels`` are those of a plain rep
    of the team without any gap. ``weak`` marks the reps of an underperformance gap.
    """

    group: Ints
    team_levels: Floats
    seat_team: Ints
    person: Ints
    seat: Ints
    start: Ints
    end: Ints
    hired: Ints
    levels: Floats
    planted: Floats
    lifted: Floats
    weak: Flags

    @property
    def team(self) -> Ints:
        """Each stint's team."""
        return self.seat_team[self.seat]

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.person.max()) + 1

    def active(self, day: int) -> Flags:
        """Which stints are on that day."""
        return (self.start <= day) & (day < self.end)


def ramp(days_in_role: Ints | Floats, ramp_months: float) -> Floats:
    """Share of full creation after so many days in the role."""
    if ramp_months <= 0:
        return (np.asarray(days_in_role) >= 0).astype(float)
    return np.clip(np.asarray(days_in_role) / (ramp_months * DAYS_A_MONTH), 0.0, 1.0)


def base_levels(group: Group, world: World) -> Floats:
    """Log driver levels of a plain rep of ``group``, shape (5,)."""
    conversion = np.sqrt(group.conversion)
    level = np.empty(LEVELS)
    level[CREATION] = world.deals_per_rep_month * group.creation
    level[EARLY] = world.early_conversion * conversion
    level[LATE] = world.late_conversion * conversion
    level[SIZE] = world.mean_deal * group.size
    level[SPEED] = 1 / (world.cycle_days * group.cycle)
    return np.log(level)


def hire(
    managers: int, gaps: Sequence[Gap], world: World, clock: Clock, rng: np.random.Generator
) -> Roster:
    """Seats, stints and levels of ``managers`` teams with ``gaps`` planted."""
    groups = max(1, min(len(world.groups), managers // _TEAMS_A_GROUP))
    group = np.arange(managers) % groups
    base = np.array([base_levels(world.groups[g], world) for g in group])
    team_levels = base + _mean_one(world.natural_variation, managers, rng)
    seats = rng.integers(*world.reps_per_manager, endpoint=True, size=managers)
    seat_team = np.repeat(np.arange(managers), seats)
    slot = np.concatenate([np.arange(n) for n in seats])
    filled, weak_seat = _touched_seats(gaps, seat_team, slot, seats)
    rows = [
        (seat, start, end)
        for seat in range(len(seat_team))
        for start, end in _occupancy(bool(filled[seat]), bool(weak_seat[seat]), world, clock, rng)
    ]
    seat, start, end = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    none = np.zeros((len(seat), LEVELS))
    roster = Roster(
        group=group,
        team_levels=team_levels,
        seat_team=seat_team,
        person=np.arange(len(seat)),
        seat=seat,
        start=start,
        end=end,
        hired=start,
        levels=none,
        planted=none,
        lifted=none,
        weak=weak_seat[seat],
    )
    roster = _transferred(roster, gaps, world, clock, rng)
    return _with_levels(roster, base, gaps, world, clock, rng)


def seats_left(gap: Gap, seats: int) -> int:
    """How many of a team's seats a capacity gap leaves filled."""
    return max(1, min(seats - 1, round(gap.factor * seats)))


def _touched_seats(
    gaps: Sequence[Gap], seat_team: Ints, slot: Ints, seats: Ints
) -> tuple[Flags, Flags]:
    filled = np.ones(len(seat_team), dtype=bool)
    weak = np.zeros(len(seat_team), dtype=bool)
    for gap in gaps:
        mine = seat_team == gap.manager
        if gap.driver == "capacity":
            filled[mine & (slot >= seats_left(gap, int(seats[gap.manager])))] = False
        if gap.driver == "underperformance":
            weak[mine & (slot < gap.seats)] = True
    return filled, weak


def _occupancy(
    filled: bool, weak: bool, world: World, clock: Clock, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """First and one past the last day of each occupant of one seat."""
    start = -int(rng.integers(30, 2200))
    if not filled:
        return [(start, clock.as_of - int(rng.integers(*_EMPTIED)))]
    stints: list[tuple[int, int]] = []
    first_day = 0
    # Weak reps stay: were they to leave, the planted gap would leave with them.
    while not weak and world.turnover > 0:
        leaves = first_day + 1 + int(rng.exponential(365 / world.turnover))
        if leaves > clock.year_end:
            break
        stints.append((start, leaves))
        start = first_day = leaves + 7 * int(rng.integers(*world.vacancy_weeks, endpoint=True))
    return [*stints, (start, NEVER)]


def _transferred(
    roster: Roster, gaps: Sequence[Gap], world: World, clock: Clock, rng: np.random.Generator
) -> Roster:
    """Pairs of long-standing reps of one group, in teams without a gap, change places."""
    touched = np.isin(roster.team, [gap.manager for gap in gaps])
    settled = (roster.start < 0) & (roster.end == NEVER) & ~touched
    pool = rng.permutation(np.flatnonzero(settled))
    for _ in range(world.transfers):
        if (pair := _pair(roster, pool)) is None:
            break
        day = int(rng.integers(clock.as_of // 4, max(clock.as_of // 2, clock.as_of // 4 + 1)))
        roster = _swap(roster, pair, day)
        pool = pool[~np.isin(pool, pair)]
    return roster


def _pair(roster: Roster, pool: Ints) -> Ints | None:
    if len(pool) < 2:
        return None
    team, group = roster.team[pool], roster.group[roster.team[pool]]
    others = np.flatnonzero((team != team[0]) & (group == group[0]))
    return pool[[0, others[0]]] if len(others) else None


def _swap(roster: Roster, pair: Ints, day: int) -> Roster:
    end = roster.end.copy()
    end[pair] = day
    return replace(
        roster,
        end=np.append(end, [NEVER, NEVER]),
        person=np.append(roster.person, roster.person[pair]),
        seat=np.append(roster.seat, roster.seat[pair[::-1]]),
        start=np.append(roster.start, [day, day]),
        hired=np.append(roster.hired, roster.hired[pair]),
        weak=np.append(roster.weak, [False, False]),
        levels=np.zeros((len(end) + 2, LEVELS)),
        planted=np.zeros((len(end) + 2, LEVELS)),
        lifted=np.zeros((len(end) + 2, LEVELS)),
    )


def _with_levels(
    roster: Roster,
    peers: Floats,
    gaps: Sequence[Gap],
    world: World,
    clock: Clock,
    rng: np.random.Generator,
) -> Roster:
    """Natural levels with the gaps planted in them. ``peers``: a plain level a team."""
    team_levels = roster.team_levels.copy()
    own = _mean_one(world.rep_variation, roster.people, rng)[roster.person]
    planted = np.zeros((len(roster.person), LEVELS))
    lifted = np.zeros_like(planted)
    days = np.clip(np.minimum(roster.end, clock.as_of) - np.maximum(roster.start, 0), 1, None)
    for gap in gaps:
        planting, closed = gap.log_levels(), gap.lifted()
        touched = planting - closed != 0
        rows = roster.team == gap.manager
        if gap.driver == "underperformance":
            rows &= roster.weak
            usual = team_levels[roster.team[rows]] - peers[gap.manager] + own[rows]
        else:
            team_levels[gap.manager, touched] = peers[gap.manager, touched]
            usual = np.average(own[rows], axis=0, weights=days[rows])
        own[rows] -= np.where(touched, usual, 0.0)
        planted[rows] += planting
        lifted[rows] += closed
    levels = team_levels[roster.team] + own + planted
    return replace(roster, team_levels=team_levels, levels=levels, planted=planted, lifted=lifted)


def _mean_one(sd: float, rows: int, rng: np.random.Generator) -> Floats:
    """Log factors whose mean factor is one, shape (rows, 5)."""
    return rng.normal(-(sd**2) / 2, sd, (rows, LEVELS))
