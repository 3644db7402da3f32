"""What filling, refilling or coaching seats changes in what a team brings."""

from __future__ import annotations

import numpy as np

from salesgap.gaps.evidence import Floats
from salesgap.gaps.outlook import WEEKS_A_MONTH, TeamOutlook, peer_rate
from salesgap.measures.drivers import TEAM
from salesgap.measures.peers import Benchmarks
from salesgap.measures.seats import ALL_PEERS
from salesgap.params import Method


def missing_seats(team: TeamOutlook, benchmarks: Benchmarks) -> float:
    """Seats empty today, beyond as many as peers usually have."""
    planned = float(team.evidence["capacity"].base.sum()) / max(benchmarks.window_months, 1e-9)
    usual = np.exp(benchmarks.levels["capacity"].levels[ALL_PEERS])
    return float(max(planned * usual - len(team.seats), 0.0))


def seats_added(
    team: TeamOutlook, share: float, vacant: float, benchmarks: Benchmarks, method: Method
) -> Floats:
    """What is created (draw, week) if a ``share`` of the empty seats is filled, ``vacant`` weeks
    from now."""
    filled = share * missing_seats(team, benchmarks)
    return team.course.created + filled * _successor(team, vacant, benchmarks, method)


def seats_refilled(
    team: TeamOutlook,
    share: float,
    gone: Floats,
    vacant: float,
    benchmarks: Benchmarks,
    method: Method,
) -> Floats:
    """What is created (draw, week) if a ``share`` of the weak seats falls empty, is filled
    ``vacant`` weeks from now, and ramps at the peers' level. ``gone``: the part of the weak seats
    (week,) that is empty or a successor's."""
    at = team.seats["person_id"].isin(team.verdict.weak_seats).to_numpy()
    lost = team.course.created * team.share_by_seat[:, at].sum(axis=1, keepdims=True) * gone
    gained = share * at.sum() * _successor(team, vacant, benchmarks, method)
    return np.asarray(np.maximum(team.course.created - lost + gained, 0.0))


def risen(team: TeamOutlook, path: Floats) -> dict[str, Floats]:
    """For each driver, what the team's level is multiplied by (draw, week) if its weak seats rise
    to their team's, as much of the way as ``path`` says (week,)."""
    share = team.share_by_seat
    drops = {driver: _seat_drops(levels.drop, team) for driver, levels in team.levels.items()}
    return {driver: risen_by(share, drop, path) for driver, drop in drops.items() if drop.any()}


def risen_by(share: Floats, drop: Floats, closing: Floats) -> Floats:
    """What a team's quantity is multiplied by (draw, week), each seat risen by its ``drop``."""
    draw, seat = np.nonzero(drop)
    lifted = np.ones((len(drop), len(closing)))
    rise = np.expm1(drop[draw, seat, None] * closing)
    np.add.at(lifted, draw, share[draw, seat, None] * rise)
    return lifted


def _successor(team: TeamOutlook, vacant: float, benchmarks: Benchmarks, method: Method) -> Floats:
    """What one seat filled after the vacancy creates (draw, week) at the peers' level."""
    weeks = team.course.created.shape[1]
    since = np.maximum(np.arange(weeks) + 0.5 - vacant, 0.0) / WEEKS_A_MONTH
    ramp = np.minimum(since / max(method.ramp_months, 1e-9), 1.0)
    rates = peer_rate(team.seats, benchmarks)
    rate = float(rates[rates > 0].mean()) if (rates > 0).any() else 0.0
    return np.asarray(np.ones((len(team.course.created), 1)) * ramp * rate / WEEKS_A_MONTH)


def _seat_drops(drop: Floats, team: TeamOutlook) -> Floats:
    index = {seat: i for i, seat in enumerate(team.verdict.seats) if seat != TEAM}
    columns = [
        drop[:, index[s]] if s in index else np.zeros(len(drop)) for s in team.seats["person_id"]
    ]
    return np.column_stack(columns) if columns else np.zeros((len(drop), 0))
