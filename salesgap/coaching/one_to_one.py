"""The one-to-one sheet of each rep: the five items, one behaviour, and the plan back from quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.coaching.activities import Activities, activity_targets, team_activities
from salesgap.coaching.level_of_rep import (
    driver_worth_most,
    evidence_of,
    judged,
    rates,
    weeks_left,
)
from salesgap.coaching.past_and_future import quarters_by_rep, skills_by_rep
from salesgap.coaching.plays import Play
from salesgap.coaching.tactics import plan
from salesgap.facts import (
    DealAtRisk,
    Gap,
    LastGap,
    Observation,
    OneToOne,
    Person,
    Quarter,
    RepRank,
    Skill,
    TacticalPlan,
)
from salesgap.gaps.closing import CONDITIONS, worth_of_a_tenth
from salesgap.gaps.outlook import TeamOutlook
from salesgap.health import NET_NEW_DAYS, SHOWN, as_talk
from salesgap.measures.attainment import quota_by_seat
from salesgap.measures.pipeline import net_new
from salesgap.team import Team

DEALS_A_REP = 4


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """What the sheets of all reps are made from.

    By person_id: ``group`` of the like, ``quota`` and ``won`` of the year, ``from_open`` (what the
    open deals are expected to bring), ``joint`` (the last activity with the manager), ``new`` (net
    new deals and their amount), ``quarters`` and ``skills``. ``talks``: deals to talk about, the
    ones with a reason first; ``worth``: of a tenth more of each driver; ``weeks_left``: in which a
    new opportunity can still be won this year; ``gap``, ``focus`` and ``judged``: the pack's gap,
    and the ids of the reps that its play starts with, and of those who can be judged.
    """

    gap: Gap
    focus: frozenset[str]
    judged: frozenset[str]
    group: dict[str, str]
    quota: pd.Series
    won: dict[str, float]
    from_open: pd.Series
    joint: dict[str, Observation]
    new: dict[str, tuple[int, float]]
    talks: list[DealAtRisk]
    worth: dict[str, float]
    weeks_left: int
    quarters: dict[str, tuple[Quarter, ...]]
    skills: dict[str, tuple[Skill, ...]]
    activities: Activities


def one_to_ones(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    opened: pd.DataFrame,
    at_risk: Sequence[DealAtRisk],
    gap: Gap,
    focus: Sequence[Person],
) -> tuple[OneToOne, ...]:
    """One sheet a rep, in the order of their names (a sheet is no ranking).

    ``opened``: the team's open deals; ``at_risk``: those with a reason to talk about them;
    ``focus``: the reps that the play of the ``gap`` starts with.
    """
    ordered = sorted(ranks, key=lambda rank: (rank.person.name, rank.person.id))
    desk = _desk(team, outlook, ranks, opened, at_risk, gap, focus)
    return tuple(_sheet(rank, team, outlook, desk) for rank in ordered)


def topics(sheets: Sequence[OneToOne], plays: dict[str, Play]) -> dict[str, str]:
    """By person_id: what that rep's next one-to-one is about."""
    return {sheet.person.id: plays[sheet.driver].topic for sheet in sheets}


def _desk(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    opened: pd.DataFrame,
    at_risk: Sequence[DealAtRisk],
    gap: Gap,
    focus: Sequence[Person],
) -> _Desk:
    book = team.book
    year = pd.date_range(team.params.year_start, team.params.year_end)
    seats = team.seats.assign(quota=quota_by_seat(book.quotas, team.seats, year, ramped=False))
    since = pd.Timestamp(team.params.as_of) - pd.Timedelta(days=NET_NEW_DAYS)
    expected = outlook.chances.mean(axis=0) * outlook.deals.amount
    return _Desk(
        gap=gap,
        focus=frozenset(person.id for person in focus),
        judged=judged(outlook),
        group=dict(zip(seats["person_id"], seats["group"], strict=True)),
        quota=seats.groupby("person_id")["quota"].sum(min_count=1),
        won={rank.person.id: rank.won for rank in ranks},
        from_open=pd.Series(expected).groupby(opened["owner_id"].to_numpy()).sum(),
        joint=_last_joint(book.activities),
        new=_new_by_owner(book.deals, since),
        talks=[*at_risk, *_sound(team, opened, at_risk)],
        worth=_still_worth(worth_of_a_tenth(outlook), team.last_gap),
        weeks_left=weeks_left(team, outlook),
        quarters=quarters_by_rep(team),
        skills=skills_by_rep(book.assessments),
        activities=team_activities(team),
    )


def _still_worth(worth: dict[str, float], last: LastGap | None) -> dict[str, float]:
    """Without the drivers whose gap has closed: what two years average would ask for them again."""
    past = (last, *last.closed_before) if last is not None else ()
    closed = {gap.driver for gap in past if gap.outcome == "closed"}
    return {driver: value for driver, value in worth.items() if driver not in closed}


def _new_by_owner(deals: pd.DataFrame, since: pd.Timestamp) -> dict[str, tuple[int, float]]:
    new = net_new(deals[["owner_id", "created_date", "amount"]], since).groupby("owner_id")
    counted = new["amount"].agg(["size", "sum"])
    return {str(owner): (int(size), amount) for owner, size, amount in counted.itertuples()}


def _sound(team: Team, opened: pd.DataFrame, at_risk: Sequence[DealAtRisk]) -> list[DealAtRisk]:
    """Each rep's largest late deals without any other reason to talk about them."""
    seen = opened["opportunity_id"].isin([deal.opportunity_id for deal in at_risk])
    late = (opened["phase"] == "late") | (not team.benchmarks.phases)
    sound = opened.loc[late & ~seen, SHOWN]
    largest = sound.sort_values("amount", ascending=False, kind="stable")
    return as_talk(team, largest.groupby("owner_id").head(DEALS_A_REP))


def _last_joint(log: pd.DataFrame) -> dict[str, Observation]:
    """The last activity of each rep in which the manager took part."""
    with_manager = log["with_manager"].to_numpy(bool, na_value=False)
    joint = log[["person_id", "date", "kind", "account"]][with_manager]
    joint = joint.sort_values("date", kind="stable")
    last = joint.drop_duplicates("person_id", keep="last").to_dict("records")
    return {
        row["person_id"]: Observation(
            on=row["date"].date(),
            kind=str(row["kind"]),
            account="" if pd.isna(row["account"]) else row["account"],
        )
        for row in last
    }


def _sheet(rank: RepRank, team: Team, outlook: TeamOutlook, desk: _Desk) -> OneToOne:
    rep = rank.person
    driver = _driver(rep, outlook, desk)
    new_deals, new_amount = desk.new.get(rep.id, (0, 0.0))
    return OneToOne(
        person=rep,
        behaviour=_play(rep, driver, team, desk).behaviour,
        driver=driver,
        evidence=evidence_of(rep, driver, team, outlook),
        deals=tuple(deal for deal in desk.talks if deal.owner.id == rep.id)[:DEALS_A_REP],
        net_new_amount=new_amount,
        net_new_deals=new_deals,
        observed=desk.joint.get(rep.id),
        plan=_plan(rep, team, outlook, desk),
        role=rank.role,
        quarters=desk.quarters.get(rep.id, ()),
        skills=desk.skills.get(rep.id, ()),
        activities=activity_targets(rep.id, rank.role, driver, desk.activities),
    )


def _driver(rep: Person, outlook: TeamOutlook, desk: _Desk) -> str:
    """The gap's, of who its play starts with; else the one that costs this rep most, if they can
    be judged."""
    if rep.id in desk.focus and desk.gap.driver in CONDITIONS:
        return desk.gap.driver
    return driver_worth_most(rep, outlook, desk.worth) if rep.id in desk.judged else "none"


def _play(rep: Person, driver: str, team: Team, desk: _Desk) -> Play:
    """Of a weak seat it is the gap's own; its driver still says where the deals stop."""
    return team.plays[(desk.gap.play if rep.id in desk.focus else driver) or "none"]


def _plan(rep: Person, team: Team, outlook: TeamOutlook, desk: _Desk) -> TacticalPlan:
    quota = float(desk.quota[rep.id])
    return plan(
        None if np.isnan(quota) else quota,
        desk.won[rep.id],
        float(desk.from_open.get(rep.id, 0.0)),
        rates(rep, desk.group.get(rep.id), desk.weeks_left, team, outlook),
    )
