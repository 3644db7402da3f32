"""The one-to-one sheet of each rep: the five items, one behaviour, and the plan back from quota."""

from __future__ import annotations

from collections.abc import Sequence

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


def one_to_ones(team: Team, outlook: TeamOutlook, ranks: Sequence[RepRank]) -> tuple[OneToOne, ...]:
    """One sheet a rep, in the order of their names (a sheet is no ranking)."""
    reps = sorted((rank.person for rank in ranks), key=lambda person: (person.name, person.id))
    worth = worth_of_a_tenth(outlook)
    year = pd.date_range(team.params.year_start, team.params.year_end)
    seats = team.seats.assign(quota=quota_by_seat(team.book.quotas, team.seats, year, ramped=False))
    quota = seats.groupby("person_id")["quota"].sum(min_count=1)
    won = {rank.person.id: rank.won for rank in ranks}
    risky = deals_to_talk_about(team, open_deals(team.book.deals))
    return tuple(
        _sheet(rep, team, outlook, worth, float(quota[rep.id]), won[rep.id], risky) for rep in reps
    )


def _sheet(
    rep: Person,
    team: Team,
    outlook: TeamOutlook,
    worth: dict[str, float],
    quota: float,
    won: float,
    risky: Sequence[DealAtRisk],
) -> OneToOne:
    driver = _driver_worth_most(rep, outlook, worth)
    since = pd.Timestamp(team.params.as_of) - pd.Timedelta(days=NET_NEW_DAYS)
    own = team.book.deals[team.book.deals["owner_id"] == rep.id]
    new = net_new(own, since)
    return OneToOne(
        person=rep,
        behaviour=team.plays[driver].behaviour if driver != "none" else "",
        driver=driver,
        evidence=_evidence(rep, driver, team, outlook),
        deals=_deals(team, own, [deal for deal in risky if deal.owner.id == rep.id]),
        net_new_amount=float(new["amount"].sum()),
        net_new_deals=len(new),
        observed=_observed(team, rep),
        plan=plan(
            None if np.isnan(quota) else quota,
            won,
            _from_open(rep, team, outlook),
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


def _deals(team: Team, own: pd.DataFrame, risky: Sequence[DealAtRisk]) -> tuple[DealAtRisk, ...]:
    """Deals with a reason to talk first, then the largest late ones."""
    opened = open_deals(own)
    seen = {deal.opportunity_id for deal in risky}
    late = opened[(opened["phase"] == "late") & ~opened["opportunity_id"].isin(seen)]
    largest = late.sort_values("amount", ascending=False, kind="stable")
    return (*risky, *as_talk(team, largest))[:DEALS_A_REP]


def _observed(team: Team, rep: Person) -> Observation | None:
    log = team.book.activities
    joint = log[(log["person_id"] == rep.id) & log["with_manager"].fillna(False).astype(bool)]
    if joint.empty:
        return None
    last = joint.sort_values("date", kind="stable").iloc[-1]
    account = last["account"]
    return Observation(
        on=last["date"].date(), kind=str(last["kind"]), account="" if pd.isna(account) else account
    )


def _from_open(rep: Person, team: Team, outlook: TeamOutlook) -> float:
    mine = (open_deals(team.book.deals)["owner_id"] == rep.id).to_numpy()
    return float(outlook.chances.mean(axis=0)[mine] @ outlook.deals.amount[mine])


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
