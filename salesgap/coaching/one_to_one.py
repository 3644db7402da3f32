"""The one-to-one sheet of each rep: the five items, one behaviour, and the plan back from quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesgap.coaching.tactics import RepRates, plan
from salesgap.facts import DealAtRisk, Evidence, Observation, OneToOne, Person, RepRank
from salesgap.gaps.candidates import CONDITIONS, TeamOutlook, worth_of_a_tenth
from salesgap.gaps.choose import team_level
from salesgap.health import NET_NEW_DAYS, SHOWN, as_talk
from salesgap.measures.attainment import quota_by_seat
from salesgap.measures.pipeline import net_new
from salesgap.team import Team

DEALS_A_REP = 4
_NOTEWORTHY = 0.08
"""A rep's level must be this far from the peers' (in logs) to be worth a behaviour."""


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """What the sheets of all reps are made from.

    By person_id: ``quota`` and ``won`` of the year, ``from_open`` (what the open deals are expected
    to bring), ``joint`` (the last activity with the manager), ``new`` (net new deals and their
    amount). ``talks``: deals to talk about, the ones with a reason first; ``worth``: of a tenth
    more of each driver.
    """

    quota: pd.Series
    won: dict[str, float]
    from_open: pd.Series
    joint: dict[str, Observation]
    new: dict[str, tuple[int, float]]
    talks: list[DealAtRisk]
    worth: dict[str, float]


def one_to_ones(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    opened: pd.DataFrame,
    at_risk: Sequence[DealAtRisk],
) -> tuple[OneToOne, ...]:
    """One sheet a rep, in the order of their names (a sheet is no ranking).

    ``opened``: the team's open deals; ``at_risk``: those with a reason to talk about them.
    """
    reps = sorted((rank.person for rank in ranks), key=lambda person: (person.name, person.id))
    desk = _desk(team, outlook, ranks, opened, at_risk)
    return tuple(_sheet(rep, team, outlook, desk) for rep in reps)


def _desk(
    team: Team,
    outlook: TeamOutlook,
    ranks: Sequence[RepRank],
    opened: pd.DataFrame,
    at_risk: Sequence[DealAtRisk],
) -> _Desk:
    book = team.book
    year = pd.date_range(team.params.year_start, team.params.year_end)
    seats = team.seats.assign(quota=quota_by_seat(book.quotas, team.seats, year, ramped=False))
    since = pd.Timestamp(team.params.as_of) - pd.Timedelta(days=NET_NEW_DAYS)
    expected = outlook.chances.mean(axis=0) * outlook.deals.amount
    return _Desk(
        quota=seats.groupby("person_id")["quota"].sum(min_count=1),
        won={rank.person.id: rank.won for rank in ranks},
        from_open=pd.Series(expected).groupby(opened["owner_id"].to_numpy()).sum(),
        joint=_last_joint(book.activities),
        new=_new_by_owner(book.deals, since),
        talks=[*at_risk, *_sound(team, opened, at_risk)],
        worth=worth_of_a_tenth(outlook),
    )


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
    joint = log[log["with_manager"].fillna(False).astype(bool)].sort_values("date", kind="stable")
    last = joint.drop_duplicates("person_id", keep="last").to_dict("records")
    return {
        row["person_id"]: Observation(
            on=row["date"].date(),
            kind=str(row["kind"]),
            account="" if pd.isna(row["account"]) else row["account"],
        )
        for row in last
    }


def _sheet(rep: Person, team: Team, outlook: TeamOutlook, desk: _Desk) -> OneToOne:
    driver = _driver_worth_most(rep, outlook, desk.worth)
    new_deals, new_amount = desk.new.get(rep.id, (0, 0.0))
    quota = float(desk.quota[rep.id])
    return OneToOne(
        person=rep,
        behaviour=team.plays[driver].behaviour if driver != "none" else "",
        driver=driver,
        evidence=_evidence(rep, driver, team, outlook),
        deals=tuple(deal for deal in desk.talks if deal.owner.id == rep.id)[:DEALS_A_REP],
        net_new_amount=new_amount,
        net_new_deals=new_deals,
        observed=desk.joint.get(rep.id),
        plan=plan(
            None if np.isnan(quota) else quota,
            desk.won[rep.id],
            float(desk.from_open.get(rep.id, 0.0)),
            _rates(rep, team, outlook),
        ),
    )


def _driver_worth_most(rep: Person, outlook: TeamOutlook, worth: dict[str, float]) -> str:
    """The driver in which this rep's distance to peers costs most before year end, of those that
    there is something counted of."""
    lacking = {
        driver: worth[driver] * -_level(rep, driver, outlook)
        for driver in CONDITIONS
        if driver in worth
        and rep.id in outlook.evidence[driver].seats
        and _level(rep, driver, outlook) < -_NOTEWORTHY
    }
    return max(lacking, key=lacking.__getitem__, default="none")


def _level(rep: Person, driver: str, outlook: TeamOutlook) -> float:
    """The rep's shrunken log level; above 0 is better than peers."""
    if driver not in outlook.levels or rep.id not in outlook.verdict.seats:
        return 0.0
    seat = outlook.verdict.seats.index(rep.id)
    level = float(outlook.levels[driver].seat[:, seat].mean())
    return -level if driver == "cycle_time" else level


def _evidence(rep: Person, driver: str, team: Team, outlook: TeamOutlook) -> Evidence | None:
    if driver == "none":
        return None
    evidence = outlook.evidence[driver]
    mine = [i for i, seat in enumerate(evidence.seats) if seat == rep.id]
    return team_level(evidence.of(mine), team.benchmarks.levels[driver]) if mine else None


def _rates(rep: Person, team: Team, outlook: TeamOutlook) -> RepRates:
    phases = team.benchmarks.phases
    late = "conversion_late" if phases else "conversion"
    early = np.exp(_level(rep, "conversion_early", outlook)) if phases else 1.0
    size = float(outlook.course.size.mean()) * np.exp(_level(rep, "deal_size", outlook))
    return RepRates(
        early=min(outlook.process.early.share * float(early), 1.0),
        late=min(outlook.process.late.share * float(np.exp(_level(rep, late, outlook))), 1.0),
        size=float(size),
        weeks_left=_weeks_left(team, outlook),
    )


def _weeks_left(team: Team, outlook: TeamOutlook) -> int:
    """Weeks to year end less the usual cycle: a deal created later closes next year."""
    weeks = (team.params.year_end - team.params.as_of).days / 7.0
    cycle = outlook.evidence.get("cycle_time")
    if cycle is None or cycle.base.sum() <= 0:
        return int(weeks)
    usual = float(np.exp(cycle.expected.sum() / cycle.base.sum())) / 7.0
    return max(int(weeks - usual), 0)
