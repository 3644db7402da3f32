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
from salesgap.health import NET_NEW_DAYS, as_talk, deals_to_talk_about
from salesgap.measures.attainment import quota_by_seat
from salesgap.measures.pipeline import net_new, open_deals
from salesgap.team import Team

DEALS_A_REP = 4
_NOTEWORTHY = 0.08
"""A rep's level must be this far from the peers' (in logs) to be worth a behaviour."""


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """What the sheets of all reps are made from.

    By person_id: ``quota`` and ``won`` of the year, ``from_open`` (what the open deals are expected
    to bring), ``joint`` (the last activity with the manager). ``new``: net new deals; ``talks``:
    deals to talk about, the ones with a reason first; ``worth``: of a tenth more of each driver.
    """

    quota: pd.Series
    won: dict[str, float]
    from_open: pd.Series
    joint: pd.DataFrame
    new: pd.DataFrame
    talks: list[DealAtRisk]
    worth: dict[str, float]


def one_to_ones(team: Team, outlook: TeamOutlook, ranks: Sequence[RepRank]) -> tuple[OneToOne, ...]:
    """One sheet a rep, in the order of their names (a sheet is no ranking)."""
    reps = sorted((rank.person for rank in ranks), key=lambda person: (person.name, person.id))
    desk = _desk(team, outlook, ranks)
    return tuple(_sheet(rep, team, outlook, desk) for rep in reps)


def _desk(team: Team, outlook: TeamOutlook, ranks: Sequence[RepRank]) -> _Desk:
    book, opened = team.book, open_deals(team.book.deals)
    year = pd.date_range(team.params.year_start, team.params.year_end)
    seats = team.seats.assign(quota=quota_by_seat(book.quotas, team.seats, year, ramped=False))
    since = pd.Timestamp(team.params.as_of) - pd.Timedelta(days=NET_NEW_DAYS)
    expected = outlook.chances.mean(axis=0) * outlook.deals.amount
    return _Desk(
        quota=seats.groupby("person_id")["quota"].sum(min_count=1),
        won={rank.person.id: rank.won for rank in ranks},
        from_open=pd.Series(expected).groupby(opened["owner_id"].to_numpy()).sum(),
        joint=_last_joint(book.activities),
        new=net_new(book.deals[["owner_id", "created_date", "amount"]], since),
        talks=_talks(team, opened),
        worth=worth_of_a_tenth(outlook),
    )


def _talks(team: Team, opened: pd.DataFrame) -> list[DealAtRisk]:
    """Deals with a reason to talk first, then each rep's largest late ones."""
    risky = deals_to_talk_about(team, opened)
    seen = opened["opportunity_id"].isin([deal.opportunity_id for deal in risky])
    sound = opened[(opened["phase"] == "late") & ~seen]
    largest = sound.sort_values("amount", ascending=False, kind="stable")
    return risky + as_talk(team, largest.groupby("owner_id").head(DEALS_A_REP))


def _last_joint(log: pd.DataFrame) -> pd.DataFrame:
    """Index person_id: the last activity of each in which the manager took part."""
    joint = log[log["with_manager"].fillna(False).astype(bool)].sort_values("date", kind="stable")
    return joint.drop_duplicates("person_id", keep="last").set_index("person_id")


def _sheet(rep: Person, team: Team, outlook: TeamOutlook, desk: _Desk) -> OneToOne:
    driver = _driver_worth_most(rep, outlook, desk.worth)
    new = desk.new.loc[desk.new["owner_id"] == rep.id, "amount"]
    quota = float(desk.quota[rep.id])
    return OneToOne(
        person=rep,
        behaviour=team.plays[driver].behaviour if driver != "none" else "",
        driver=driver,
        evidence=_evidence(rep, driver, team, outlook),
        deals=tuple(deal for deal in desk.talks if deal.owner.id == rep.id)[:DEALS_A_REP],
        net_new_amount=float(new.sum()),
        net_new_deals=len(new),
        observed=_observed(rep, desk.joint),
        plan=plan(
            None if np.isnan(quota) else quota,
            desk.won[rep.id],
            float(desk.from_open.get(rep.id, 0.0)),
            _rates(rep, team, outlook),
        ),
    )


def _driver_worth_most(rep: Person, outlook: TeamOutlook, worth: dict[str, float]) -> str:
    """The driver in which this rep's distance to peers costs most before year end."""
    lacking = {
        driver: worth[driver] * -_level(rep, driver, outlook)
        for driver in CONDITIONS
        if driver in worth and _level(rep, driver, outlook) < -_NOTEWORTHY
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


def _observed(rep: Person, joint: pd.DataFrame) -> Observation | None:
    if rep.id not in joint.index:
        return None
    last = joint.loc[rep.id]
    account = last["account"]
    return Observation(
        on=last["date"].date(), kind=str(last["kind"]), account="" if pd.isna(account) else account
    )


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
