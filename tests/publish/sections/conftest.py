"""Small hand-made facts: a full pack, the ones in which something is missing, and a region.

Everybody in them is invented and stands for nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesgap import facts as f
from salesgap.params import Report

AS_OF, START, END = date(2026, 6, 30), date(2026, 1, 1), date(2026, 12, 31)
INES = f.Person(id="p1", name="Ines Alvarez")
TOM = f.Person(id="p2", name="Tom Berg")


def session(rep: f.Person, day: int, type: str, topic: str) -> f.Session:
    on = date(2026, 7, day)
    return f.Session(on=on, person_id=rep.id, person=rep.name, type=type, topic=topic)


TEAM = (INES, TOM, f.Person(id="p3", name="Jürgen Groß"), f.Person(id="p4", name="Wanda Łęcka"))


# ── candidates ────────────────────────────────────────────────────────────────────────────


def evidence(measure: str, unit: Any, value: float, benchmark: float, count: int) -> f.Evidence:
    return f.Evidence(measure=measure, unit=unit, value=value, benchmark=benchmark, count=count)


def candidate(
    driver: Any, found: f.Evidence, impact: tuple[float, float, float], **more: Any
) -> Any:
    low, expected, high = impact
    defaults: dict[str, Any] = {
        "id": driver,
        "kind": "condition",
        "probability": 0.81,
        "real": True,
    }
    return f.Candidate(
        **(defaults | more),
        driver=driver,
        impact=f.Range(expected=expected, low=low, high=high),
        evidence=(found,),
        play="play",
    )


CREATION = candidate(
    "pipeline_creation",
    evidence("pipeline_creation", "per_month", 3.1, 5.0, 214),
    (190_000, 310_000, 445_000),
    probability=0.97,
)
LATE = candidate(
    "conversion_late", evidence("conversion_late", "share", 0.41, 0.49, 88), (6e3, 88e3, 170e3)
)
SIZE = candidate(
    "deal_size",
    evidence("deal_size", "money", 41_000, 39_500, 57),
    (-90e3, -35e3, 18e3),
    probability=0.3,
    real=False,
)
SEATS = candidate(
    "underperformance",
    evidence("attainment", "share", 0.44, 0.86, 9),
    (60e3, 205e3, 350e3),
    id="people",
    kind="people",
    probability=0.93,
    people=(INES, TOM),
)


def gap_of(chosen: f.Candidate, **changes: Any) -> f.Gap:
    more: dict[str, Any] = {
        "runner_up": "conversion_late",
        "margin": 222_000.0,
        "chance_first": 0.91,
        "near_tie": False,
        "note": "It is worth most before year end among the gaps that are real.",
    }
    return f.Gap(**(chosen.model_dump() | more | changes))


NO_GAP = f.Gap(
    id="none",
    kind="none",
    driver="none",
    impact=None,
    probability=0.4,
    real=False,
    evidence=(),
    play="",
    runner_up="conversion_late",
    margin=None,
    chance_first=None,
    near_tie=False,
    note="No candidate can be told from chance.",
)


# ── the parts of a pack ───────────────────────────────────────────────────────────────────


def rep(number: int, person: f.Person, **changes: Any) -> f.RepRank:
    middle = 1.1 - 0.18 * number
    facts: dict[str, Any] = {
        "person": person,
        "role": "Account executive",
        "ramping": number == 4,
        "won": 640_000 - 120_000 * number,
        "won_deals": 16 - 3 * number,
        "quota_to_date": 600_000.0,
        "attainment": f.Range(expected=middle, low=middle - 0.15, high=middle + 0.2),
        "expected_rank": float(number),
        "rank_low": max(1, number - 1),
        "rank_high": min(4, number + 1),
        "band": 1 if number < 3 else 2,
        "chance_bottom_tenth": 0.72 if number == 4 else 0.02,
        "role_fit": number == 4,
    }
    return f.RepRank(**(facts | changes))


def deal(number: int, owner: f.Person = INES, **changes: Any) -> f.DealAtRisk:
    facts: dict[str, Any] = {
        "opportunity_id": f"o{number}",
        "name": f"Renewal {number}",
        "account": "Kessel & Söhne",
        "owner": owner,
        "amount": 84_000.0,
        "close_date": date(2026, 7, 20),
        "stage": "Propose",
        "reasons": ("pushed twice", "no next step"),
        "question": "Who signs, and what do they need to see by then?",
    }
    return f.DealAtRisk(**(facts | changes))


def quarter(name: str, month: int, **changes: Any) -> f.Coverage:
    facts: dict[str, Any] = {
        "quarter": name,
        "start": date(2026, month, 1),
        "end": date(2026, month + 2, 30),
        "target": 1_200_000.0,
        "won": 310_000.0,
        "open_all": 2_400_000.0,
        "open_late": 900_000.0,
        "deals": 34,
        "coverage_all": 2.7,
        "coverage_late": 1.0,
        "yield_all": 0.27,
        "needed": 3.7,
    }
    return f.Coverage(**(facts | changes))


def stage(name: str, phase: Any, deals: int, amount: float, age: float | None, slow: int) -> Any:
    return f.StageRow(
        stage=name, phase=phase, deals=deals, amount=amount, median_age_days=age, slow=slow
    )


def conversion(phase: Any, passed: int, lost: int, peers: float | None) -> f.Conversion:
    share = passed / (passed + lost) if passed + lost else None
    return f.Conversion(phase=phase, passed=passed, lost=lost, open=48, share=share, peers=peers)


WALK = f.Waterfall(
    start=date(2026, 3, 31),
    end=AS_OF,
    due_by=END,
    start_deals=98,
    start_amount=5_900_000.10,
    end_deals=90,
    end_amount=5_300_000.00,
    movements=(
        f.Movement(reason="new", deals=31, amount=1_900_000.0),
        f.Movement(reason="transferred_in", deals=2, amount=120_000.0),
        f.Movement(reason="won", deals=14, amount=-610_000.05),
        f.Movement(reason="lost", deals=22, amount=-1_760_000.05),
        f.Movement(reason="pushed", deals=5, amount=-250_000.0),
    ),
    dates_known=True,
    amounts_known=True,
)
ATTENTION = f.Attention(
    since=date(2026, 4, 1),
    activities=212,
    early=48,
    joint=12,
    joint_early=2,
    peers=0.44,
    open_deals=96,
    open_early=48,
)

PIPELINE = f.Pipeline(
    open_deals=96,
    open_amount=5_600_000,
    unvalued_deals=3,
    list_price_deals=5,
    undated_deals=4,
    older_than_slowest_won=7,
    slowest_won_days=231,
    net_new_amount=412_000,
    net_new_deals=11,
    net_new_since=date(2026, 6, 16),
    late_share=0.62,
    late_share_peers=0.44,
    coverage=(
        quarter("Q3", 7),
        quarter("Q4", 10, open_all=5_000_000, open_late=400_000, won=0),
    ),
    stages=(
        stage("Qualify", "early", 48, 2.1e6, 31, 9),
        stage("Propose", "late", 33, 2.4e6, 44, 12),
        stage("Negotiate", "late", 15, 1.1e6, None, 0),
    ),
    conversion=(
        conversion("early", 61, 87, 0.44),
        conversion("late", 36, 52, 0.49),
        conversion("all", 0, 0, None),
    ),
    at_risk=(deal(1), deal(2, TOM, amount=None, close_date=None)),
    waterfall=WALK,
    attention=ATTENTION,
)

PLAN = f.TacticalPlan(
    remaining=410_000,
    from_open=150_000,
    to_create=260_000,
    wins=6.3,
    proposals=15.4,
    opportunities=37.5,
    opportunities_per_week=2.1,
    weeks_left=18,
)
NO_PLAN = f.TacticalPlan(
    remaining=None,
    from_open=0,
    to_create=None,
    wins=None,
    proposals=None,
    opportunities=None,
    opportunities_per_week=None,
    weeks_left=0,
)


def sheet(person: f.Person, **changes: Any) -> f.OneToOne:
    facts: dict[str, Any] = {
        "person": person,
        "behaviour": "Open new opportunities every week",
        "driver": "pipeline_creation",
        "evidence": f.Evidence(
            measure="pipeline_creation", unit="per_month", value=1.2, benchmark=2.1, count=52
        ),
        "deals": (deal(1, person),),
        "net_new_amount": 96_000,
        "net_new_deals": 3,
        "observed": None,
        "plan": PLAN,
        "role": "Account executive",
        "quarters": quarters(92_000, 71_000, 105_000, 44_000),
        "skills": SKILLS,
        "activities": ACTIVITIES,
    }
    return f.OneToOne(**(facts | changes))


def action(do: str, who: str, day: int, seen_in: str) -> f.Action:
    return f.Action(do=do, who=who, by=date(2026, 7, day), seen_in=seen_in)


def quarters(*won: float | None) -> tuple[f.Quarter, ...]:
    """The last three finished quarters and the one under way, against 100,000 each."""
    starts = (("Q3", 2025, 7), ("Q4", 2025, 10), ("Q1", 2026, 1), ("Q2", 2026, 4))
    return tuple(
        f.Quarter(
            quarter=name,
            start=date(year, month, 1),
            won=amount or 0.0,
            won_deals=4,
            quota=None if amount is None else 100_000.0,
        )
        for (name, year, month), amount in zip(starts, won, strict=True)
    )


SKILLS = (
    f.Skill(item="discovery", score=2.0, on=date(2026, 5, 12), before=1.5),
    f.Skill(item="negotiation", score=2.5, on=date(2026, 5, 12), before=None),
    f.Skill(item="closing", score=4.0, on=date(2026, 5, 12), before=4.0),
)
ACTIVITIES = (
    f.ActivityTarget(kind="meeting", phase="early", now=2.1, target=3.4, reps=11),
    f.ActivityTarget(kind="call", phase=None, now=9.0, target=12.5, reps=11),
)


def mix(dimension: Any, value: str, now: float | None, count: int) -> f.Mix:
    return f.Mix(dimension=dimension, value=value, now=now, last=0.4, peers=0.35, count=count)


MIX = (
    mix("product", "Enterprise Plan", 0.52, 14),
    mix("product", "other", 0.48, 13),
    mix("type", "New business", 0.61, 17),
    mix("segment", "Enterprise", None, 0),
)


def driver(
    id: Any, score: float | None, gap: bool | None, measured: Any = None
) -> f.ExecutionDriver:
    on = None if score is None else date(2026, 5, 12)
    return f.ExecutionDriver(id=id, evidence=measured, score=score, scored_on=on, gap=gap)


DRIVERS = (
    driver("goal_clarity", 2.0, True, evidence("goals_per_rep", "count", 5.0, 2.0, 6)),
    driver("tactical_prescription", 1.0, True),
    driver("performance_metrics", 4.0, False, evidence("metrics_complete", "share", 0.9, 0.8, 96)),
    driver("crm_visibility", 3.0, False, evidence("hygiene", "share", 0.71, 0.8, 96)),
    driver("coaching_approach", None, None),
    driver("joint_calls", 2.0, True, evidence("joint_calls", "per_month", 0.8, 2.1, 12)),
    driver("performance_process", 4.0, False, evidence("cadence_kept", "share", 0.66, 0.7, 40)),
    driver("culture", 5.0, False),
)
EXERCISE = f.Exercise(
    answered_on=date(2026, 5, 12),
    answered=7,
    process_gaps=3,
    behind=True,
    points_to="condition",
    agrees=True,
)
SIGNS = (
    f.Sign(
        dimension="tackle_execution",
        evidence=(evidence("early_attention", "share", 0.23, 0.44, 212),),
    ),
    f.Sign(
        dimension="focus_and_accountability",
        evidence=(
            evidence("goals_per_rep", "count", 5.0, 2.0, 6),
            evidence("cadence_kept", "share", 0.66, 0.7, 40),
        ),
    ),
    f.Sign(dimension="motivate_and_inspire", evidence=()),
    f.Sign(dimension="hire_top_talent", evidence=(evidence("capacity", "share", 0.88, 0.97, 140),)),
)


def commitment(action: str, owner: str, status: Any) -> f.Commitment:
    return f.Commitment(action=action, owner=owner, due=date(2026, 4, 17), status=status)


COMMITMENTS = (
    commitment("Open every one-to-one with net new pipeline", "Dana Ortiz", "done"),
    commitment("Two prospecting blocks with Ines", "Ines Alvarez", "open"),
    commitment("Agree a weekly creation number", "", "dropped"),
)
DEBRIEF = (
    "Which of the calls opened a conversation, and what was said in the first minute?",
    "What did the customer want that we did not ask about?",
)
LAST_GAP = f.LastGap(
    driver="pipeline_creation",
    kind="condition",
    people=(),
    impact=f.Range(expected=310_000, low=190_000, high=445_000),
    since=date(2026, 3, 31),
    measure="pipeline_creation",
    unit="per_month",
    then=2.6,
    now=3.3,
    count=61,
    others=0.04,
    chance=0.93,
    outcome="moved",
)
STRATEGY = f.StrategyVerdict(verdict="mixed", shared=0.41, missing_teams=7, teams=10)


COACHING = f.Coaching(
    actions=(
        action(
            "Open every one-to-one with net new pipeline, before late-stage deals",
            "You",
            6,
            "each one-to-one starts there",
        ),
        action(
            "Two joint prospecting blocks with Ines and Tom, whose early pipeline is empty",
            "You",
            17,
            "6 first meetings booked",
        ),
        action("Agree a weekly creation number with each rep", "Each rep", 8, "4 of 4 agreed"),
    ),
    one_to_ones=tuple(sheet(person) for person in TEAM),
    cadence=(
        session(TOM, 7, "Joint call", "First meeting"),
        session(INES, 6, "One-to-one", "Net new"),
    ),
    checkpoint=(
        f.Indicator(measure="conversion", unit="share", now=0.24, last=0.26, peers=0.27, count=148),
        f.Indicator(measure="deal_size", unit="money", now=41e3, last=None, peers=39e3, count=57),
    ),
    mix=MIX,
    drivers=DRIVERS,
    exercise=EXERCISE,
    signs=SIGNS,
    commitments=COMMITMENTS,
    debrief=DEBRIEF,
)

QUALITY = f.DataQuality(
    tables=(
        f.TableCount(
            table="opportunities", rows_in=9000, accepted=8990, quarantined=10, left_out=4
        ),
        f.TableCount(table="people", rows_in=48, accepted=48, quarantined=0, left_out=0),
    ),
    notes=("3 deals had no amount and were valued from the product list",),
    missing=("no activities: behaviours are not measured",),
)

ATTAINMENT = f.Attainment(
    won=2_310_000,
    won_deals=57,
    quota_year=4_800_000.0,
    quota_to_date=2_950_000.0,
    share=f.Range(expected=0.78, low=0.66, high=0.9),
    year_elapsed=0.5,
    peer_won=2_700_000.0,
    year_end=f.Range(expected=4_300_000, low=3_800_000, high=4_900_000),
    chance=0.31,
)

PARTS = {
    "pipeline_creation": -410_250,
    "conversion_late": -95_350,
    "deal_size": -40_120,
    "timing": -30_330,
    "capacity": 15_650,
}


def make_pack(**changes: Any) -> f.Pack:
    facts: dict[str, Any] = {
        "manager": f.Manager(id="m1", name="Dana Ortiz", region="North"),
        "reps": 4,
        "ramping": 1,
        "as_of": AS_OF,
        "fiscal_year_start": START,
        "fiscal_year_end": END,
        "currency": "EUR",
        "attainment": ATTAINMENT,
        "gap": gap_of(CREATION),
        "candidates": (CREATION, LATE, SIZE),
        "shortfall": f.Shortfall(
            total=sum(PARTS.values()),
            months=12,
            actual=4_100_000,
            benchmark=4_660_400,
            parts=tuple(f.Part(driver=driver, value=value) for driver, value in PARTS.items()),
        ),
        "stack_rank": tuple(rep(number, person) for number, person in enumerate(TEAM, 1)),
        "manager_rank": f.ManagerRank(
            managers=14, expected_rank=7.4, rank_low=4, rank_high=10, chance_bottom_tenth=0.03
        ),
        "last_gap": LAST_GAP,
        "strategy": STRATEGY,
        "pipeline": PIPELINE,
        "coaching": COACHING,
        "assumptions": (
            f.Assumption(name="close_share", value="0.5", meaning="part of a gap that is closed"),
            f.Assumption(name="close_weeks", value="8", meaning="weeks until that part is closed"),
        ),
        "data_quality": QUALITY,
    }
    return f.Pack(**(facts | changes))


def make_no_gap() -> f.Pack:
    return make_pack(gap=NO_GAP, candidates=(LATE.model_copy(update={"real": False}), SIZE))


def make_people() -> f.Pack:
    return make_pack(gap=gap_of(SEATS), candidates=(SEATS, LATE))


def make_bare() -> f.Pack:
    """No quotas, no history, no activities, no peers, no deals: everything that may be missing."""
    nothing = f.Range(expected=0, low=0, high=0)
    pipeline = {name: 0 for name in PIPELINE.model_dump() if name.endswith(("_deals", "_amount"))}
    empty = ("coverage", "stages", "conversion", "at_risk")
    pipeline |= dict.fromkeys(empty, ())
    pipeline |= dict.fromkeys(("late_share", "late_share_peers", "slowest_won_days"))
    pipeline |= dict.fromkeys(("waterfall", "attention"))
    unknown = dict.fromkeys(("quota_year", "quota_to_date", "share", "peer_won", "chance"))
    unsold = {"won": 0.0, "won_deals": 0}
    alone = rep(1, INES, **unsold, quota_to_date=None, attainment=None, rank_high=1)
    alone_sheet = sheet(
        INES,
        behaviour="",
        driver="none",
        evidence=None,
        deals=(),
        net_new_amount=0,
        net_new_deals=0,
        plan=NO_PLAN,
        quarters=(),
        skills=(),
        activities=(),
    )
    return make_pack(
        reps=1,
        ramping=0,
        attainment=ATTAINMENT.model_copy(update=unknown | unsold | {"year_end": nothing}),
        gap=NO_GAP,
        candidates=(),
        shortfall=None,
        stack_rank=(alone,),
        manager_rank=None,
        last_gap=None,
        strategy=None,
        pipeline=PIPELINE.model_copy(update=pipeline | {"older_than_slowest_won": 0}),
        coaching=f.Coaching(actions=(), cadence=(), checkpoint=(), one_to_ones=(alone_sheet,)),
        assumptions=(),
        data_quality=f.DataQuality(
            tables=(), notes=(), missing=("no quotas: attainment and chance are not known",)
        ),
    )


# ── a region ──────────────────────────────────────────────────────────────────────────────


def line(number: int, name: str, **changes: Any) -> f.ManagerLine:
    facts: dict[str, Any] = {
        "manager": f.Manager(id=f"m{number}", name=name, region="North"),
        "reps": 6,
        "won": 2_000_000.0,
        "attainment": f.Range(expected=0.96 - 0.12 * number, low=0.6, high=0.95),
        "chance": 0.3,
        "rank": f.ManagerRank(
            managers=3,
            expected_rank=float(number),
            rank_low=number,
            rank_high=3,
            chance_bottom_tenth=0.1,
        ),
        "below_average_attainment": number > 1,
        "below_average_pipeline": None if number == 3 else number == 2,
        "open_deals": 45,
        "process_skipped": 0.2,
        "gap": "pipeline_creation",
        "kind": "condition",
        "impact": f.Range(expected=310_000, low=190_000, high=445_000),
        "probability": 0.97,
        "drivers": {
            "pipeline_creation": 0.62,
            "conversion_early": 1.02,
            "conversion_late": 0.87,
            "deal_size": 1.1,
            "cycle_time": 1.35,
        },
    }
    return f.ManagerLine(**(facts | changes))


def make_region(**changes: Any) -> f.RegionSummary:
    unknown = dict.fromkeys(("impact", "attainment", "chance", "rank", "process_skipped"))
    facts: dict[str, Any] = {
        "region": "North",
        "as_of": AS_OF,
        "fiscal_year_start": START,
        "fiscal_year_end": END,
        "currency": "EUR",
        "managers": (
            line(1, "Dana Ortiz"),
            line(2, "Jürgen Groß", kind="people", gap="underperformance"),
            line(3, "Wanda Łęcka", kind="none", gap="none", drivers={}, **unknown),
        ),
        "total_impact": 620_000.0,
        "people_gaps": 1,
        "condition_gaps": 1,
        "no_gaps": 1,
        "strategy": f.StrategyVerdict(verdict="mixed", shared=0.4, missing_teams=2, teams=3),
        "not_made": ("Ada Nowak: no reps in the data",),
        "data_quality": QUALITY,
    }
    return f.RegionSummary(**(facts | changes))


# ── fixtures ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def report() -> Report:
    return Report()


@pytest.fixture
def full_pack() -> f.Pack:
    return make_pack()


@pytest.fixture
def no_gap_pack() -> f.Pack:
    return make_no_gap()


@pytest.fixture
def quiet_pack(no_gap_pack: f.Pack) -> f.Pack:
    """No gap, and no candidate that is more likely there than not."""
    unlikely = (one.model_copy(update={"probability": 0.2}) for one in no_gap_pack.candidates)
    return no_gap_pack.model_copy(update={"candidates": tuple(unlikely)})


@pytest.fixture
def people_pack() -> f.Pack:
    return make_people()


@pytest.fixture
def bare_pack() -> f.Pack:
    return make_bare()


@pytest.fixture
def summary() -> f.RegionSummary:
    return make_region()


@pytest.fixture
def change_pack() -> Any:
    """Makes a full pack with some facts changed."""
    return make_pack
