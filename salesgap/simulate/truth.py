"""What a simulated organisation's gaps truly cost, and how good its people truly are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from salesgap.simulate.clock import NEVER
from salesgap.simulate.deals import Life, conversions
from salesgap.simulate.futures import Closing, Span, from_new_deals, from_open_deals, standing
from salesgap.simulate.organisation import Organisation
from salesgap.simulate.roster import Roster, ramp
from salesgap.simulate.spec import (
    CREATION,
    EARLY,
    LATE,
    LEVELS,
    SIZE,
    Driver,
    Floats,
    Gap,
    Ints,
)
from salesgap.simulate.staff import quarter_bounds


def counterfactual(
    org: Organisation, manager: int, driver: Driver, close_share: float, close_weeks: float
) -> float:
    """Expected extra revenue of a team, from ``as_of`` to fiscal year end, were a gap closed.

    The driver moves from ``as_of`` on, evenly on the log scale over ``close_weeks``, until
    ``close_share`` of the planted log gap is closed. It acts on what is created, passes, is
    proposed and takes its time from then on, the open pipeline included. Capacity is counted
    in productive seats; underperformance is the weak reps coached. Zero where the manager has
    no such gap. Currency units of the organisation.
    """
    stints = np.flatnonzero(org.life.roster.team == manager)
    missing = _log_gap(org, manager, driver, stints)
    if not missing.any():
        return 0.0
    closing = Closing(missing, close_share, 7 * close_weeks)
    return _expected(org, stints, closing) - _expected(org, stints, standing(len(stints)))


def refill(
    org: Organisation,
    manager: int,
    driver: Driver = "underperformance",
    *,
    vacancy_weeks: float = 10,
    ramp_months: float | None = None,
) -> float:
    """Expected extra revenue by fiscal year end were the gap's seats filled anew from ``as_of``.

    Underperformance: the weak reps' seats; capacity: the empty ones. Each has ``vacancy_weeks``
    of nothing, then a plain rep of that team who ramps from zero over ``ramp_months`` (the
    world's, unless given). Open deals keep their chances. Often negative late in the year.
    """
    life = org.life
    world = life.world if ramp_months is None else replace(life.world, ramp_months=ramp_months)
    leaving, seats = _seats_to_fill(org, manager, driver)
    start = life.clock.as_of + round(7 * vacancy_weeks)
    renewed = replace(life, world=world, roster=_newcomers(life.roster, seats, start))
    gained = _created_anew(renewed, np.arange(len(seats)), org)
    return gained - _created_anew(life, leaving, org)


def expected_revenue(org: Organisation, manager: int) -> float:
    """What a team is expected to win after ``as_of``, to fiscal year end, as things stand."""
    stints = np.flatnonzero(org.life.roster.team == manager)
    return _expected(org, stints, standing(len(stints)))


def realised_revenue(org: Organisation) -> pd.Series[float]:
    """What each team did win after ``as_of``, to fiscal year end; by the manager's person_id.

    A deal counts for the team that opened it.
    """
    life = org.life
    deals, clock = life.deals, life.clock
    counts = deals.won & (clock.as_of < deals.closed) & (deals.closed <= clock.year_end)
    revenue = np.bincount(
        org.life.roster.team[deals.stint[counts]],
        weights=deals.value[counts],
        minlength=len(org.manager_ids),
    )
    index = pd.Index(org.manager_ids, name="manager_id")
    return pd.Series(revenue, index=index, name="revenue")


def true_attainment_level(org: Organisation) -> pd.DataFrame:
    """The latent attainment of every rep in seat on ``as_of``, and of every manager.

    Index ``person_id``. ``kind`` is 'rep' or 'manager'. ``level`` is expected revenue of a
    ramped month ÷ monthly quota. ``to_date`` is revenue expected between fiscal year start and
    ``as_of`` from deals the rep opened in the current seat ÷ its quota for those days, the
    quota reduced on the ramp; missing where that quota is zero. A manager's are those of the
    seats filled, weighted by quota.
    """
    roster, clock = org.life.roster, org.life.clock
    rows = np.flatnonzero(roster.active(clock.as_of))
    monthly = org.seat_quotas[roster.group[roster.team[rows]]].mean(axis=1) / 3
    level = np.exp(roster.levels[rows, CREATION] + roster.levels[rows, SIZE]) * (
        conversions(roster.levels[rows], EARLY) * conversions(roster.levels[rows], LATE)
    )
    reps = pd.DataFrame(
        {
            "manager": roster.team[rows],
            "productivity": level,
            "monthly": monthly,
            "won": _expected_to_date(org, rows),
            "quota": _ramped_quota_to_date(org, rows),
        },
        index=pd.Index(org.person_ids[roster.person[rows]], name="person_id"),
    )
    teams = reps.groupby("manager").sum()
    teams.index = pd.Index(np.array(org.manager_ids)[teams.index], name="person_id")
    both = pd.concat([reps.assign(kind="rep"), teams.assign(kind="manager")])
    return pd.DataFrame(
        {
            "kind": both["kind"],
            "level": both["productivity"] / both["monthly"],
            "to_date": (both["won"] / both["quota"].where(both["quota"] > 0)),
        }
    )


def _log_gap(org: Organisation, manager: int, driver: Driver, stints: Ints) -> Floats:
    """How far below its own level each stint is because of the gap, as positive logs."""
    missing = np.zeros((len(stints), LEVELS))
    for gap in _planted(org, manager, driver):
        if driver == "capacity":
            seats, filled = _seat_counts(org, manager)
            missing[:, CREATION] += np.log(seats / filled)
        else:
            touched = org.life.roster.weak[stints] if driver == "underperformance" else np.True_
            missing -= np.where(np.reshape(touched, (-1, 1)), gap.log_levels(), 0.0)
    return missing


def _planted(org: Organisation, manager: int, driver: Driver) -> list[Gap]:
    return [gap for gap in org.gaps if gap.manager == manager and gap.driver == driver]


def _seat_counts(org: Organisation, manager: int) -> tuple[int, int]:
    """Planned seats of a team, and those of them a capacity gap leaves filled."""
    roster = org.life.roster
    planned = int((roster.seat_team == manager).sum())
    kept = roster.seat[(roster.team == manager) & (roster.end > org.life.clock.as_of)]
    return planned, len(np.unique(kept))


def _seats_to_fill(org: Organisation, manager: int, driver: Driver) -> tuple[Ints, Ints]:
    """Stints whose people leave, and the seats to be filled."""
    roster = org.life.roster
    mine = roster.team == manager
    if not _planted(org, manager, driver):
        return np.array([], dtype=np.int64), np.array([], dtype=np.int64)
    if driver == "underperformance":
        leaving = np.flatnonzero(mine & roster.weak & (roster.end > org.life.clock.as_of))
        return leaving, roster.seat[leaving]
    if driver != "capacity":
        raise ValueError(f"{driver} is no gap of seats: underperformance and capacity are")
    kept = roster.seat[mine & (roster.end > org.life.clock.as_of)]
    empty = np.setdiff1d(np.flatnonzero(roster.seat_team == manager), kept)
    return np.array([], dtype=np.int64), empty


def _newcomers(roster: Roster, seats: Ints, start: int) -> Roster:
    """A roster of plain reps in ``seats``; a team's other planted gaps hold for them too."""
    started = np.full(len(seats), start)
    team = roster.seat_team[seats]
    planted = np.zeros((len(seats), LEVELS))
    for row, own in enumerate(team):
        settled = np.flatnonzero((roster.team == own) & ~roster.weak)
        planted[row] = roster.planted[settled[0]] if len(settled) else 0.0
    return replace(
        roster,
        person=np.arange(len(seats)),
        seat=seats,
        start=started,
        end=np.full(len(seats), NEVER),
        hired=started,
        levels=roster.team_levels[team] + planted,
        planted=planted,
        lifted=np.zeros_like(planted),
        weak=np.zeros(len(seats), dtype=bool),
    )


def _expected(org: Organisation, stints: Ints, closing: Closing) -> float:
    rng = org.life.generator(9)
    new = from_new_deals(org.life, stints, _rest_of_year(org), closing, rng)
    return float(new.sum()) + from_open_deals(org.life, stints, closing, rng)


def _created_anew(life: Life, stints: Ints, org: Organisation) -> float:
    closing = standing(len(stints))
    return float(
        from_new_deals(life, stints, _rest_of_year(org), closing, life.generator(10)).sum()
    )


def _rest_of_year(org: Organisation) -> Span:
    clock = org.life.clock
    return Span(clock.as_of, clock.year_end, clock.as_of + 1)


def _expected_to_date(org: Organisation, stints: Ints) -> Floats:
    clock = org.life.clock
    span = Span(-1, clock.as_of, max(clock.year_start, 0))
    return from_new_deals(org.life, stints, span, standing(len(stints)), org.life.generator(11))


def _ramped_quota_to_date(org: Organisation, stints: Ints) -> Floats:
    roster, clock = org.life.roster, org.life.clock
    days = np.arange(max(clock.year_start, 0), clock.as_of + 1)
    first, last, which = quarter_bounds(clock)
    quarter = np.searchsorted(last, days)
    daily = org.seat_quotas[:, which[quarter]] / (last + 1 - first)[quarter]
    in_seat = roster.start[stints][:, None] <= days
    ramped = ramp(days - roster.hired[stints][:, None], org.life.world.ramp_months)
    own = daily[roster.group[roster.team[stints]]]
    total: Floats = (own * in_seat * ramped).sum(axis=1)
    return total
