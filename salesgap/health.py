"""Pipeline health of one team as facts: coverage, stages, what is new, deals to talk about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import compress

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesgap.facts import (
    Conversion,
    Coverage,
    DealAtRisk,
    Evidence,
    Person,
    Pipeline,
    StageRow,
)
from salesgap.measures.attainment import quota_by_seat, won_between
from salesgap.measures.calendar import Quarter, past_quarters, quarters_ahead
from salesgap.measures.peers import Benchmarks, Yield
from salesgap.measures.pipeline import due_yield, is_slow, late_share, net_new
from salesgap.measures.seats import trailing_window
from salesgap.params import Params
from salesgap.team import Team

Bools = npt.NDArray[np.bool_]

AT_MOST = 10
"""Deals to talk about in a pack."""

_SHRINK_DEALS = 30
_SILENT_DAYS = 30
NET_NEW_DAYS = 28
ATTENTION_DAYS = 90
_LARGE_SHARE = 1 / 3


def pipeline(
    team: Team,
    opened: pd.DataFrame,
    conversion: Sequence[Evidence],
    at_risk: Sequence[DealAtRisk],
) -> Pipeline:
    """The facts. ``opened``: the team's open deals; ``conversion``: its conversions beside its
    peers', as evidence; ``at_risk``: its :func:`deals_to_talk_about`."""
    as_of = pd.Timestamp(team.params.as_of)
    benchmarks = team.benchmarks
    since = as_of - pd.Timedelta(days=NET_NEW_DAYS)
    new = net_new(team.book.deals[["created_date", "amount"]], since)
    arrived, arrived_amount = team.arrived
    ages = (as_of - opened["created_date"]).dt.days
    slowest = benchmarks.slowest_won_days
    return Pipeline(
        open_deals=len(opened),
        open_amount=_known_sum(opened["amount"]),
        unvalued_deals=int(opened["amount"].isna().sum()),
        list_price_deals=int((opened["amount_source"] == "list price").sum()),
        undated_deals=_lacking(team, opened, "close_date"),
        older_than_slowest_won=int((ages > slowest).sum()) if slowest is not None else None,
        slowest_won_days=slowest,
        net_new_amount=float(new["amount"].sum()) + arrived_amount,
        net_new_deals=len(new) + arrived,
        net_new_transferred=arrived,
        net_new_since=since.date(),
        late_share=late_share(opened),
        late_share_peers=benchmarks.late_share,
        without_next_step=_lacking(team, opened, "next_step"),
        coverage=_coverages(team, opened),
        stages=tuple(_stages(opened, team.params, benchmarks, as_of)),
        conversion=tuple(_conversion(evidence, opened) for evidence in conversion),
        at_risk=tuple(at_risk[:AT_MOST]),
        waterfall=team.waterfall,
        attention=team.attention,
    )


def _known_sum(amounts: pd.Series) -> float | None:
    """Their sum; None if there are deals but none has an amount."""
    return float(amounts.sum()) if amounts.notna().any() or amounts.empty else None


def _coverages(team: Team, opened: pd.DataFrame) -> tuple[Coverage, ...]:
    """Of this quarter and the next two; none where no open deal of the run has a date."""
    if "close_date" not in team.told:
        return ()
    share, quarters = _own_yield(team), quarters_ahead(team.params)
    deals = team.book.deals[["close_date", "status", "amount"]]
    won = won_between(deals, quarters[0].start, quarters[-1].end)
    return tuple(_coverage(team, opened, won, quarter, share) for quarter in quarters)


def _coverage(
    team: Team, opened: pd.DataFrame, won: pd.DataFrame, quarter: Quarter, share: float | None
) -> Coverage:
    due, late = quarter.holds(opened["close_date"]), (opened["phase"] == "late").to_numpy(bool)
    amounts = opened["amount"].to_numpy(float)
    won_in_it = float(won["amount"][quarter.holds(won["close_date"])].sum())
    target = _target(team, quarter)
    to_go = target - won_in_it if target is not None else None
    open_all = float(np.nansum(amounts[due]))
    open_late = float(np.nansum(amounts[due & late]))
    return Coverage(
        quarter=quarter.name,
        start=quarter.start.date(),
        end=quarter.end.date(),
        target=target,
        won=won_in_it,
        open_all=open_all,
        open_late=open_late,
        deals=int(due.sum()),
        coverage_all=open_all / to_go if to_go is not None and to_go > 0 else None,
        coverage_late=open_late / to_go if to_go is not None and to_go > 0 else None,
        yield_all=share,
        needed=1.0 / share if share else None,
    )


def _target(team: Team, quarter: Quarter) -> float | None:
    """Quota of the quarter of the seats filled in it; None without quotas."""
    days = pd.date_range(quarter.start, quarter.end)
    quotas = quota_by_seat(team.book.quotas, team.seats, days, ramped=False)
    known = quotas[~pd.isna(quotas)]
    return float(known.sum()) if len(known) and known.sum() > 0 else None


def _own_yield(team: Team) -> float | None:
    """Share of pipeline due in a quarter that this team wins in it, pulled to the run's."""
    run = team.benchmarks.due_yield
    if run is None or run.share <= 0:
        return None
    window = trailing_window(
        team.book, pd.Timestamp(team.params.as_of), team.params.method.lookback_months
    )
    own = due_yield(team.book, past_quarters(team.params, window)) or Yield(0.0, 0.0, 0)
    weight = _SHRINK_DEALS * run.due / max(run.deals, 1)
    return (own.won + weight * run.share) / (own.due + weight)


def _stages(
    opened: pd.DataFrame, params: Params, benchmarks: Benchmarks, as_of: pd.Timestamp
) -> list[StageRow]:
    slow = is_slow(opened, benchmarks.slow_days, as_of).to_numpy(bool)
    stages, amounts = opened["stage"].to_numpy(object), opened["amount"].to_numpy(float)
    ages = (as_of - opened["stage_date"]).dt.days.to_numpy(float)
    rows = []
    for stage in params.stages:
        if stage.status != "open":
            continue
        mine = stages == stage.name
        known = ages[mine & ~np.isnan(ages)]
        rows.append(
            StageRow(
                stage=stage.name,
                phase=stage.phase,
                deals=int(mine.sum()),
                amount=float(np.nansum(amounts[mine])),
                median_age_days=float(np.median(known)) if len(known) else None,
                slow=int((mine & slow).sum()) if stage.name in benchmarks.slow_days else None,
            )
        )
    return rows


def _conversion(evidence: Evidence, opened: pd.DataFrame) -> Conversion:
    phases = {"conversion_early": "early", "conversion_late": "late", "conversion": "all"}
    phase = phases[evidence.measure]
    passed = round((evidence.value or 0.0) * evidence.count)
    still = len(opened) if phase == "all" else int((opened["phase"] == phase).sum())
    return Conversion(
        phase=phase,
        passed=passed,
        lost=evidence.count - passed,
        open=still,
        share=evidence.value,
        peers=evidence.benchmark,
    )


# ── deals to talk about ───────────────────────────────────────────────────────────────────

QUESTIONS: dict[str, str] = {
    "past its close date": "What has to happen before it can close, and when will it?",
    "moved later twice or more": "What changed each time, and what would make this date hold?",
    "no next step": "What is the next step, and does the customer know it?",
    "silent": "Who speaks to the customer this week, and about what?",
    "slow in its stage": "What is it waiting for, and should we still be in it?",
    "over a third of the quarter": "Who decides, and what would we do without it?",
}

SOUND = "What is the customer's next step to a decision?"


SHOWN = ["opportunity_id", "name", "account", "owner_id", "amount", "close_date", "stage"]
"""What is told of a deal to talk about."""


def deals_to_talk_about(team: Team, opened: pd.DataFrame) -> list[DealAtRisk]:
    """Open deals with a reason to talk about them, the largest with most reasons first."""
    reasons = _reasons(team, opened)
    weight = np.nan_to_num(opened["amount"].to_numpy(float)) * reasons.sum(axis=1)
    heaviest = np.argsort(-weight, kind="stable")
    order = heaviest[reasons[heaviest].any(axis=1)]
    why = [tuple(compress(QUESTIONS, row)) for row in reasons[order]]
    return _at_risk(opened[SHOWN].iloc[order], why, team)


def _lacking(team: Team, opened: pd.DataFrame, column: str) -> int | None:
    """Open deals without a value in ``column``; None if the whole export tells none."""
    return int(opened[column].isna().sum()) if column in team.told else None


def as_talk(team: Team, deals: pd.DataFrame) -> list[DealAtRisk]:
    """Sound deals (with the columns :data:`SHOWN`), with no reason but their weight."""
    return _at_risk(deals, [()] * len(deals), team)


def _reasons(team: Team, opened: pd.DataFrame) -> Bools:
    """Which deal (row) has which reason (column, in the order of :data:`QUESTIONS`)."""
    as_of = pd.Timestamp(team.params.as_of)
    quarter = quarters_ahead(team.params, 1)[0]
    large = (_target(team, quarter) or float("inf")) * _LARGE_SHARE
    reasons = {
        "past its close date": opened["close_date"] < as_of,
        "moved later twice or more": opened["pushes"].fillna(0) >= 2,
        "no next step": opened["next_step"].isna() & ("next_step" in team.told),
        "silent": (as_of - opened["last_activity_date"]).dt.days > _SILENT_DAYS,
        "slow in its stage": is_slow(opened, team.benchmarks.slow_days, as_of),
        "over a third of the quarter": quarter.holds(opened["close_date"])
        & (opened["amount"] > large),
    }
    return np.column_stack([reasons[reason].to_numpy(bool) for reason in QUESTIONS])


def _at_risk(
    deals: pd.DataFrame, reasons: Sequence[tuple[str, ...]], team: Team
) -> list[DealAtRisk]:
    people = team.book.people
    names = dict(zip(people["person_id"], people["name"], strict=True))
    return [
        DealAtRisk(
            opportunity_id=str(deal["opportunity_id"]),
            name=_text(deal["name"]),
            account=_text(deal["account"]),
            owner=Person(id=str(deal["owner_id"]), name=str(names.get(deal["owner_id"], ""))),
            amount=None if pd.isna(deal["amount"]) else float(deal["amount"]),
            close_date=_day(deal["close_date"]),
            stage=_text(deal["stage"]),
            reasons=why,
            question=QUESTIONS[why[0]] if why else SOUND,
        )
        for deal, why in zip(deals.to_dict("records"), reasons, strict=True)
    ]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _day(value: pd.Timestamp) -> date | None:
    return None if pd.isna(value) else value.date()
