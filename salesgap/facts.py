"""The facts of a pack and of a region summary: frozen, versioned, JSON in and out.

Facts hold raw numbers (money in the run's currency, shares from 0 to 1, days, counts) and are
rounded only when shown. A number that cannot be known is ``None`` and says so; it is never 0.
The JSON Schema of :class:`Pack` and :class:`RegionSummary` is generated from here and checked in
under ``docs/schema/``.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Final = "1.0"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Driver = Literal[
    "pipeline_creation",
    "conversion_early",
    "conversion_late",
    "conversion",
    "deal_size",
    "cycle_time",
    "capacity",
    "underperformance",
    "none",
]
GapKind = Literal["people", "condition", "none"]
Phase = Literal["early", "late"]


class Facts(BaseModel):
    """Base of every fact: frozen, no unknown key, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Range(Facts):
    """An expected value with its interval (80 % unless the field says otherwise)."""

    expected: float
    low: float
    high: float


class Person(Facts):
    """Somebody of this team, or its manager."""

    id: str
    name: str


class Manager(Person):
    """The pack's reader."""

    region: str


# ── attainment ────────────────────────────────────────────────────────────────────────────


class Attainment(Facts):
    """Closed won of the fiscal year to date against quota.

    Without quotas every quota field is ``None`` and ``peer_won`` says what like-for-like peers
    won in the same time with as many ramped rep-months.
    """

    won: float = Field(description="closed won, fiscal year to date")
    won_deals: int
    quota_year: float | None = Field(description="full-year quota of the seats in the team")
    quota_to_date: float | None = Field(description="ramp-adjusted, pro-rated to the as-of date")
    share: Range | None = Field(description="won ÷ quota_to_date, 80 % bootstrap over deals")
    year_elapsed: float = Field(description="part of the fiscal year gone, 0 to 1")
    peer_won: float | None = Field(description="what peers won with this team's rep-months")
    year_end: Range | None = Field(
        description="expected closed won at fiscal year end, 80 %; None: too little is known"
    )
    chance: float | None = Field(description="chance that year_end reaches quota_year")


# ── the gap ───────────────────────────────────────────────────────────────────────────────


class Evidence(Facts):
    """One number behind a candidate, beside its like-for-like benchmark."""

    measure: str = Field(description="id of the measure, see docs/measures.md")
    unit: Literal["per_month", "per_week", "share", "money", "days", "count"]
    value: float | None
    benchmark: float | None
    count: int = Field(description="observations behind value")


class Candidate(Facts):
    """One execution gap this team might have."""

    id: str
    kind: GapKind
    driver: Driver
    impact: Range | None = Field(
        description="revenue before fiscal year end if the gap is real, 80 %; None: unknown"
    )
    probability: float = Field(description="probability that the gap is real")
    real: bool = Field(description="passes the run's threshold for false gaps")
    too_late: bool = Field(
        False, description="real or not, it brings nothing that counts before fiscal year end"
    )
    closed: bool = Field(
        False,
        description="an earlier pack's gap that has closed: not named again, although the months "
        "before still count in its probability",
    )
    evidence: tuple[Evidence, ...]
    people: tuple[Person, ...] = Field((), description="the seats a people gap is about")
    play: str = Field(description="id of the play that answers it; empty for none")


class Gap(Candidate):
    """The one gap of the pack; ``driver`` is 'none' where the data support none."""

    runner_up: str | None = Field(
        description="id of the next candidate by probability × impact, real ones first; without a "
        "gap, of the likeliest"
    )
    margin: float | None = Field(description="expected impact minus the runner-up's")
    chance_first: float | None = Field(
        description="chance of being worth more than the runner-up, if both are real"
    )
    near_tie: bool = Field(description="chance_first is below 0.8")
    note: str = Field(description="why this one, or why none, in one sentence")


Outcome = Literal["closed", "moved", "no_more_than_chance", "too_early", "unknown"]


class LastGap(Facts):
    """What became of the gap that the last pack named; ``driver`` is 'none' where it named none."""

    driver: Driver
    kind: GapKind
    people: tuple[Person, ...] = Field(description="the seats it was about")
    impact: Range | None = Field(description="what it was worth then")
    since: date = Field(description="as_of of the last pack")
    measure: str = Field(description="id of the measure of then and now")
    unit: Literal["per_month", "per_week", "share", "money", "days", "count"]
    then: float | None = Field(description="as the last pack printed it")
    now: float | None = Field(description="since then; None: nothing was counted")
    count: int = Field(description="observations behind now")
    others: float | None = Field(
        description="how far teams not working on it came since, beyond what was expected of them; "
        "0.1 is a tenth better"
    )
    chance: float | None = Field(
        description="share of teams as this one, unchanged, that would have moved less; allows for "
        "the return of the lowest to the usual, and for what the other teams moved"
    )
    outcome: Outcome = Field(
        description="closed: moved, and back at its peers' level; moved: by more than chance, but "
        "not surely closed; too_early: a whole gap closed would not show yet"
    )
    closed_before: tuple[LastGap, ...] = Field(
        (), description="gaps of packs before the last one that had closed, and still stand so"
    )


class Part(Facts):
    """One driver's share of the difference to like-for-like peers, in revenue.

    'timing' is what no driver explains: deals won in the window that were created before it, the
    cycle's shift of revenue from one year to the next, and chance.
    """

    driver: Driver | Literal["timing"]
    value: float


class Shortfall(Facts):
    """Revenue against what peers would have won with these rep-months; the parts add up to it."""

    total: float
    months: int = Field(description="length of the trailing window")
    actual: float
    benchmark: float
    parts: tuple[Part, ...]


class Assumption(Facts):
    """One explicit assumption behind the impact."""

    name: str
    value: str
    meaning: str


# ── ranks ─────────────────────────────────────────────────────────────────────────────────


class RepRank(Facts):
    """One rep's place in the team, with its uncertainty."""

    person: Person
    role: str
    ramping: bool
    won: float
    won_deals: int
    quota_to_date: float | None
    attainment: Range | None = Field(description="shrunken; 80 %; of quota, or of peers without")
    expected_rank: float
    rank_low: int = Field(description="90 % rank interval")
    rank_high: int
    band: int = Field(description="reps of one band cannot be told apart; 1 is the highest")
    chance_bottom_tenth: float = Field(description="of all reps of the run")
    role_fit: bool = Field(description="that chance passes the threshold: have the conversation")


class ManagerRank(Facts):
    """This manager's place among the run's managers, who stay anonymous."""

    managers: int
    expected_rank: float
    rank_low: int
    rank_high: int
    chance_bottom_tenth: float


# ── pipeline ──────────────────────────────────────────────────────────────────────────────


class Coverage(Facts):
    """Open pipeline due in one quarter against what is still to be won in it."""

    quarter: str = Field(description="fiscal quarter, e.g. Q3")
    start: date
    end: date
    target: float | None
    won: float
    open_all: float
    open_late: float
    deals: int
    coverage_all: float | None = Field(description="open_all ÷ (target − won)")
    coverage_late: float | None
    yield_all: float | None = Field(description="share of such pipeline won in the quarter")
    needed: float | None = Field(description="1 ÷ own (shrunken) yield")


class StageRow(Facts):
    """Open deals in one stage against like-for-like peers."""

    stage: str
    phase: Phase | None
    deals: int
    amount: float
    median_age_days: float | None
    slow: int | None = Field(
        description="deals older in stage than 90 % of deals later won; None: none to compare"
    )


class Conversion(Facts):
    """Passed ÷ (passed + lost) in one phase; open deals are censored, not lost."""

    phase: Literal["early", "late", "all"]
    passed: int
    lost: int
    open: int
    share: float | None
    peers: float | None


class DealAtRisk(Facts):
    """An open deal worth talking about, why, and the question to ask."""

    opportunity_id: str
    name: str
    account: str
    owner: Person
    amount: float | None
    close_date: date | None
    stage: str
    reasons: tuple[str, ...]
    question: str


MovementReason = Literal[
    "new",
    "transferred_in",
    "pulled_in",
    "reopened",
    "raised",
    "cut",
    "won",
    "lost",
    "pushed",
    "transferred_out",
    "gone",
]


class Movement(Facts):
    """Deals that moved the open pipeline for one reason, and by how much in all (signed)."""

    reason: MovementReason
    deals: int
    amount: float


class Waterfall(Facts):
    """From the open pipeline of one day to that of another; the movements add up to the cent.

    Pipeline is what is open and expected to close by ``due_by``, or all that is open where the
    history tells no dates; a deal has one reason at most.
    """

    start: date = Field(description="as it stood at the end of this day")
    end: date
    due_by: date | None = Field(description="the fiscal year end; None: all open deals")
    start_deals: int
    start_amount: float
    end_deals: int
    end_amount: float
    movements: tuple[Movement, ...]
    dates_known: bool = Field(
        description="the history tells expected close dates; else pushes do not show"
    )
    amounts_known: bool = Field(
        description="the history tells amounts; else changes of value do not show"
    )


class Attention(Facts):
    """Which deals the team's activities went to, by the deal's phase on the day."""

    since: date
    activities: int = Field(description="on deals whose phase on the day is known")
    early: int = Field(description="of them on deals in the early phase")
    joint: int | None = Field(description="with the manager; None: the export does not tell")
    joint_early: int | None
    peers: float | None = Field(description="early share of all other teams' activities")
    open_deals: int = Field(description="open deals whose phase is known")
    open_early: int


class Pipeline(Facts):
    """Health of the open pipeline."""

    open_deals: int
    open_amount: float | None = Field(description="None: no open deal has a value")
    unvalued_deals: int = Field(description="open deals without any value")
    list_price_deals: int = Field(description="open deals valued from the product list")
    undated_deals: int | None = Field(
        description="open deals without an expected close date; None: the export tells none"
    )
    without_next_step: int | None = Field(None, description="None: the export tells none")
    older_than_slowest_won: int | None = Field(
        description="open deals older than the slowest ever won in the run; None: none was won"
    )
    slowest_won_days: int | None
    net_new_amount: float = Field(
        description="created or transferred in since net_new_since, closed since or not"
    )
    net_new_deals: int
    net_new_transferred: int = Field(0, description="of net_new_deals, those transferred in")
    net_new_since: date
    late_share: float | None = Field(description="part of the open amount in late stages")
    late_share_peers: float | None
    coverage: tuple[Coverage, ...] = Field(
        description="this quarter and the next two; empty if the export has no expected dates"
    )
    stages: tuple[StageRow, ...]
    conversion: tuple[Conversion, ...]
    at_risk: tuple[DealAtRisk, ...]
    waterfall: Waterfall | None = Field(
        None, description="None: no deal is as old as its start, or nothing was or is open"
    )
    attention: Attention | None = Field(
        None, description="None: no activity on a deal whose phase is known"
    )


# ── coaching ──────────────────────────────────────────────────────────────────────────────


class Action(Facts):
    """One thing to do in the next two weeks."""

    do: str
    who: str
    by: date
    seen_in: str = Field(description="the number that will show it")


class TacticalPlan(Facts):
    """From the remaining quota back to the week, with the rep's own shrunken rates."""

    remaining: float | None = Field(description="quota of the year less closed won")
    from_open: float = Field(description="expected of the open pipeline before year end")
    to_create: float | None = Field(description="remaining less from_open, not below 0")
    wins: float | None
    proposals: float | None
    opportunities: float | None
    opportunities_per_week: float | None
    weeks_left: int = Field(description="weeks in which a new deal can still close in the year")
    feasible_per_week: float | None = Field(
        None, description="new opportunities a week of a strong peer; None: no peers tell"
    )
    feasible: float | None = Field(
        None, description="the part of to_create that this pace brings before year end"
    )


class Observation(Facts):
    """The last time the manager was along."""

    on: date
    kind: str
    account: str


class Quarter(Facts):
    """One fiscal quarter of a rep, finished or under way."""

    quarter: str = Field(description="e.g. Q2")
    start: date
    won: float
    won_deals: int
    quota: float | None = Field(description="None: no quota for it")


class Skill(Facts):
    """One assessed skill of a rep, 0 to 5."""

    item: str
    score: float
    on: date
    before: float | None = Field(description="the assessment before; None: there is none")


class ActivityTarget(Facts):
    """What attaining peers of a role do a week, beside what this rep does."""

    kind: str = Field(description="as the export spells it most often, in lower case")
    phase: Phase | None = Field(
        description="on deals in this phase only, early with those on no deal yet; None: all"
    )
    now: float = Field(description="a week in seat, last 90 days")
    target: float = Field(description="a week, of the reps of that role who make their number")
    reps: int = Field(description="how many they are; five at least")


class OneToOne(Facts):
    """One rep's sheet: the five items, filled where there are data.

    Past, present and future are judged together: ``quarters``, ``deals`` and ``plan``, ``skills``.
    """

    person: Person
    behaviour: str = Field(description="the one behaviour whose distance is worth most; or empty")
    driver: Driver = Field(description="the driver that the behaviour is about")
    evidence: Evidence | None = Field(description="where the rep stands in it, and peers")
    deals: tuple[DealAtRisk, ...] = Field(description="mid and late deals to talk about")
    net_new_amount: float
    net_new_deals: int
    plan: TacticalPlan
    observed: Observation | None = Field(description="None: nothing logged; an open line")
    role: str = ""
    quarters: tuple[Quarter, ...] = Field(
        (), description="the last three finished and the one under way, oldest first"
    )
    skills: tuple[Skill, ...] = Field((), description="as last assessed, the lowest first")
    activities: tuple[ActivityTarget, ...] = Field(
        (), description="of the driver's phase; empty: too few attaining peers, or no activities"
    )


class Session(Facts):
    """One planned coaching contact."""

    on: date
    person_id: str = Field(description="of the rep: two may have one name")
    person: str = Field(description="the rep's name")
    type: str
    topic: str


class Indicator(Facts):
    """A leading indicator of the quarterly checkpoint."""

    measure: str
    unit: Literal["per_month", "per_week", "share", "money", "days", "count"]
    now: float | None
    last: float | None = Field(description="the quarter before")
    peers: float | None
    count: int


class Mix(Facts):
    """One product, deal type or customer segment, as its part of what was won in the quarter."""

    dimension: Literal["product", "type", "segment"]
    value: str = Field(description="as the export names it; 'other' for the rest")
    now: float | None
    last: float | None
    peers: float | None = Field(description="all teams of the run, the same quarter")
    count: int = Field(description="won deals behind now")


ExecutionDriverId = Literal[
    "goal_clarity",
    "tactical_prescription",
    "performance_metrics",
    "crm_visibility",
    "coaching_approach",
    "joint_calls",
    "performance_process",
    "culture",
]


class ExecutionDriver(Facts):
    """One of the eight drivers of execution: measured where data tell it, assessed where not."""

    id: ExecutionDriverId
    evidence: Evidence | None = Field(description="None: these data do not measure it")
    score: float | None = Field(description="0 to 5 as assessed; None: it was not")
    scored_on: date | None
    gap: bool | None = Field(description="scored 2 or less, or else clearly short; None: unknown")


class Exercise(Facts):
    """The five-minute exercise: the eight drivers as the manager scored them, and what they say.

    Many process gaps point to low-hanging fruit, a sound process with poor results to talent.
    """

    answered_on: date | None = Field(description="None: not answered in the last two quarters")
    answered: int = Field(description="of the eight drivers")
    process_gaps: int = Field(description="scored 2 or less")
    behind: bool | None = Field(description="attainment to date is below quota; None: unknown")
    points_to: Literal["condition", "people", "none", "unknown"]
    agrees: bool | None = Field(description="with the kind of the pack's gap; None: not to be told")


class Sign(Facts):
    """One dimension of a great manager, and the observable signs of it in the data."""

    dimension: Literal[
        "tackle_execution", "focus_and_accountability", "motivate_and_inspire", "hire_top_talent"
    ]
    evidence: tuple[Evidence, ...] = Field(description="empty: these data show none")


class Commitment(Facts):
    """One action taken on in an earlier pack."""

    action: str
    owner: str = Field(description="who; empty: not said")
    due: date
    status: Literal["open", "done", "dropped"]


class Coaching(Facts):
    """What to do about it."""

    actions: tuple[Action, ...]
    one_to_ones: tuple[OneToOne, ...]
    cadence: tuple[Session, ...]
    checkpoint: tuple[Indicator, ...]
    mix: tuple[Mix, ...] = Field((), description="product, deal type and customer segment")
    drivers: tuple[ExecutionDriver, ...] = Field((), description="the eight, in order")
    exercise: Exercise | None = None
    signs: tuple[Sign, ...] = ()
    commitments: tuple[Commitment, ...] = Field((), description="of the last pack, by due date")
    debrief: tuple[str, ...] = Field((), description="the play's questions after a joint call")


# ── data quality ──────────────────────────────────────────────────────────────────────────


class TableCount(Facts):
    """Rows of one table of the export; rows_in = accepted + quarantined."""

    table: str
    rows_in: int
    accepted: int
    quarantined: int
    left_out: int = Field(description="part of quarantined that is sound but out of scope")


class DataQuality(Facts):
    """What the numbers rest on."""

    tables: tuple[TableCount, ...]
    notes: tuple[str, ...] = Field(description="what was mended, matched or assumed")
    missing: tuple[str, ...] = Field(description="absent data and what it costs the pack")


class StrategyVerdict(Facts):
    """Is the shortfall the teams' own, or does every team miss together?"""

    verdict: Literal["on_track", "strategy", "execution", "mixed", "unknown"]
    shared: float | None = Field(description="share of the shortfall common to all teams, 0 to 1")
    missing_teams: int
    teams: int


class RoleFit(Facts):
    """A manager who may be a good seller miscast: what a return to a territory would mean.

    A conversation people hold, with its timeline; never a verdict.
    """

    chance: float = Field(description="of the bottom tenth of all managers")
    seat_open_until: date = Field(description="the manager's seat stays open about 90 days")
    territory_value: Range | None = Field(
        description="revenue before year end of one more seller at the peers' level; None: unknown"
    )


class Pack(Facts):
    """Everything a coaching pack is set from."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    manager: Manager
    reps: int
    ramping: int
    as_of: date
    fiscal_year_start: date
    fiscal_year_end: date
    currency: str
    attainment: Attainment
    gap: Gap
    candidates: tuple[Candidate, ...]
    last_gap: LastGap | None = Field(None, description="None: no pack of a last run was given")
    shortfall: Shortfall | None
    stack_rank: tuple[RepRank, ...]
    manager_rank: ManagerRank | None
    strategy: StrategyVerdict | None = Field(
        None, description="of all teams of the run; None: no attainment is known"
    )
    role_fit: RoleFit | None = Field(
        None, description="the bottom tenth is likely: a conversation about role; None: it is not"
    )
    pipeline: Pipeline
    coaching: Coaching
    assumptions: tuple[Assumption, ...]
    data_quality: DataQuality


# ── region ────────────────────────────────────────────────────────────────────────────────


class ManagerLine(Facts):
    """One manager in the region summary."""

    manager: Manager
    reps: int
    won: float
    attainment: Range | None
    chance: float | None
    rank: ManagerRank | None
    below_average_attainment: bool | None = Field(description="clearly below the region’s mean")
    below_average_pipeline: bool | None
    open_deals: int
    process_skipped: float | None = Field(
        description="part of open deals without next step or date"
    )
    gap: Driver
    kind: GapKind
    told: bool = Field(
        True, description="false: too little is known to compare, so a gap cannot be told"
    )
    impact: Range | None = Field(description="if the gap is real; None: no gap, or unknown")
    probability: float
    drivers: dict[str, float] = Field(description="driver: team ÷ peers, as counted")
    last_gap: LastGap | None = Field(None, description="what became of the last pack's gap")
    role_fit: RoleFit | None = Field(
        None, description="the bottom tenth is likely: a conversation about role; None: it is not"
    )


class RegionSummary(Facts):
    """Everything a region's summary is set from."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    region: str
    as_of: date
    fiscal_year_start: date
    fiscal_year_end: date
    currency: str
    managers: tuple[ManagerLine, ...]
    total_impact: float | None = Field(
        description="impact × probability of the gaps named, in sum; None: none has an impact"
    )
    people_gaps: int
    condition_gaps: int
    no_gaps: int = Field(description="packs that could tell a gap and name none")
    strategy: StrategyVerdict
    not_made: tuple[str, ...] = Field(description="managers whose pack was not made, with reason")
    data_quality: DataQuality


def schemas() -> dict[str, str]:
    """The JSON Schema of each kind of facts, by the file name it has under ``docs/schema``."""
    kinds: dict[str, type[Facts]] = {"pack": Pack, "region-summary": RegionSummary}
    return {f"{name}.schema.json": schema_of(kind) for name, kind in kinds.items()}


def schema_of(kind: type[BaseModel]) -> str:
    """The JSON Schema of one model, as a file's text."""
    schema = {"$schema": _DIALECT, **kind.model_json_schema(mode="serialization")}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
