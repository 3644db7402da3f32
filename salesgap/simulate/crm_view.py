"""What the CRM shows of the deals on ``as_of``: stages so far, guesses, owners, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesgap.simulate import names
from salesgap.simulate.clock import NEVER, Clock
from salesgap.simulate.deals import Deals, Life
from salesgap.simulate.roster import Roster
from salesgap.simulate.spec import SPEED, STAGES, Flags, Floats, Ints, World
from salesgap.simulate.staff import Staff

PRODUCTS = ("Essentials", "Insights Add-on", "Professional", "Integration Suite", "Enterprise Plan")
_LIST_PRICE = (0.4, 0.6, 1.0, 1.5, 2.6)  # of a median deal
_PRODUCT_EDGES = (0.5, 0.8, 1.25, 2.0)  # of a median deal: what is sold at about that value
_MARGIN = (0.82, 0.78, 0.74, 0.62, 0.7)
_TYPES, _TYPE_SHARES = ("New Business", "Expansion", "Renewal"), (0.64, 0.26, 0.1)
_SOURCES = ("Outbound", "Inbound", "Partner", "Event", "Referral")
_SOURCE_SHARES = (0.38, 0.28, 0.16, 0.1, 0.08)
_NEXT_STEPS = (
    ("Book discovery call", "Research account and find sponsor", "Follow up on first meeting"),
    ("Confirm budget and timeline", "Meet economic buyer", "Run needs workshop", "Send case study"),
    ("Walk through proposal with CFO", "Present business case", "Agree evaluation plan"),
    ("Legal review of contract", "Agree payment terms", "Get signature", "Security questionnaire"),
)
_NO_NEXT_STEP, _NO_AMOUNT, _NEGLECTED, _AT_QUARTER_END = 0.25, 0.03, 0.08, 0.3
_ACCOUNTS_A_SEAT = 25
_CREATED, _QUALIFIED, _PROPOSED, _NEGOTIATED, _PUSHED, _ENDED = range(6)
_PROPOSE, _WON, _LOST = 2, 4, 5  # in STAGES


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """The deals created by ``as_of``, one entry each; ``events`` is one row a change.

    ``owner`` indexes people; ``stage`` indexes ``STAGES``; ``close`` is a day, expected while
    the deal is open. ``events`` columns: deal, day, stage, amount, close; in order.
    """

    ids: np.ndarray[tuple[int], np.dtype[np.object_]]
    owner: Ints
    owner_ids: np.ndarray[tuple[int], np.dtype[np.object_]]
    account: np.ndarray[tuple[int], np.dtype[np.str_]]
    product: Ints
    segment: np.ndarray[tuple[int], np.dtype[np.str_]]
    created: Ints
    stage: Ints
    amount: Floats
    close: Ints
    events: pd.DataFrame

    @property
    def is_open(self) -> Flags:
        """Which deals are open on ``as_of``."""
        return self.stage < _WON


def pipeline(life: Life, staff: Staff) -> Pipeline:
    """The CRM's view of the deals at the end of ``as_of``."""
    rng = life.generator(4)
    world, clock, roster, deals = life.world, life.clock, life.roster, life.deals
    count = int(np.searchsorted(deals.created, clock.as_of, side="right"))
    stint = deals.stint[:count]
    owner = _owners(deals, roster, count, clock)
    events = _events(life, count, rng)
    final = events[~events.duplicated("deal", keep="last")]
    segments = np.array([group.segment for group in world.groups])
    return Pipeline(
        ids=np.array([f"O{number:06d}" for number in range(1, count + 1)], dtype=object),
        owner=owner,
        owner_ids=staff.person_ids[owner],
        account=_accounts(roster.seat[stint], roster, staff, rng),
        product=_products(deals.value[:count], world, rng),
        segment=segments[roster.group[roster.team[stint]]],
        created=deals.created[:count],
        stage=final["stage"].to_numpy(),
        amount=final["amount"].to_numpy(),
        close=final["close"].to_numpy(),
        events=events,
    )


def opportunities_table(
    view: Pipeline, calls: pd.DataFrame, clock: Clock, rng: np.random.Generator
) -> pd.DataFrame:
    """One row a deal created by ``as_of``; ``calls`` are the activities."""
    size, product = len(view.ids), np.array(PRODUCTS)[view.product]
    margin = np.array(_MARGIN)[view.product] + rng.normal(0, 0.05, size)
    return pd.DataFrame(
        {
            "opportunity_id": view.ids,
            "owner_id": view.owner_ids,
            "account": view.account,
            "name": [f"{a} – {p}" for a, p in zip(view.account, product, strict=True)],
            "created_date": clock.dates(view.created),
            "close_date": clock.dates(view.close),
            "stage": _stage_names()[view.stage],
            "amount": view.amount,
            "type": rng.choice(_TYPES, size, p=_TYPE_SHARES),
            "lead_source": rng.choice(_SOURCES, size, p=_SOURCE_SHARES),
            "product": product,
            "segment": view.segment,
            "margin": np.round(np.clip(margin, 0.3, 0.95), 3),
            "next_step": _next_steps(view, rng),
            "last_activity_date": _last_activity(view, calls, clock, rng),
        }
    )


def history_table(view: Pipeline, clock: Clock) -> pd.DataFrame:
    """One row a change up to ``as_of``."""
    events = view.events
    return pd.DataFrame(
        {
            "opportunity_id": view.ids[events["deal"].to_numpy()],
            "changed_at": clock.dates(events["day"].to_numpy()),
            "stage": _stage_names()[events["stage"].to_numpy()],
            "amount": events["amount"].to_numpy(),
            "close_date": clock.dates(events["close"].to_numpy()),
        }
    )


def products_table(world: World) -> pd.DataFrame:
    """Products and their list prices."""
    prices = np.round(np.array(_LIST_PRICE) * world.median_deal, -2)
    return pd.DataFrame({"product": PRODUCTS, "list_price": prices})


def _stage_names() -> np.ndarray[Any, np.dtype[np.object_]]:
    return np.array([stage.name for stage in STAGES], dtype=object)


def _events(life: Life, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every change up to ``as_of``, in order, each row with all that held after it."""
    deals, clock, every = life.deals, life.clock, np.arange(count)
    created, late, closed = deals.created[:count], deals.late[:count], deals.closed[:count]
    cycle = np.exp(-life.roster.levels[deals.stint[:count], SPEED])
    guess = _guess(created, 0.85 * cycle, clock, rng)
    proposed = np.flatnonzero(late < NEVER)
    renewed = _guess(late[proposed], 0.55 * cycle[proposed], clock, rng)
    slow = rng.random(count) < _NEGLECTED
    blocks = [
        *_milestones(life, count, guess, renewed, rng),
        *_passing(created, np.minimum(late, closed), 0.35 * cycle, _QUALIFIED, clock, rng),
        *_passing(late, closed, 0.5 * cycle, _NEGOTIATED, clock, rng),
        *_pushes(every, guess, np.minimum(late, closed), slow, clock, rng),
        *_pushes(proposed, renewed, closed[proposed], slow[proposed], clock, rng),
    ]
    frame = _in_order(np.vstack(blocks), clock)
    unvalued = (rng.random(count) < _NO_AMOUNT)[frame["deal"]] & (frame["stage"] < _PROPOSE)
    return frame.assign(amount=frame["amount"].mask(unvalued))


def _milestones(
    life: Life, count: int, guess: Ints, renewed: Ints, rng: np.random.Generator
) -> list[Floats]:
    """Opened, proposed and closed: a first amount, a better one, the real one."""
    deals, every = life.deals, np.arange(count)
    proposed = np.flatnonzero(deals.late[:count] < NEVER)
    value, won, closed = deals.value[:count], deals.won[:count], deals.closed[:count]
    first = np.round(value * rng.lognormal(-0.02, 0.2, count), -2)
    second = np.round(value * rng.lognormal(-0.002, 0.06, count), -1)
    end = np.where(won, _WON, _LOST)
    return [
        _block(every, deals.created[:count], _CREATED, 0, first, guess),
        _block(proposed, deals.late[proposed], _PROPOSED, _PROPOSE, second[proposed], renewed),
        _block(every, closed, _ENDED, end, np.where(won, value, np.nan), closed),
    ]


def _passing(
    begin: Ints, end: Ints, days: Floats, kind: int, clock: Clock, rng: np.random.Generator
) -> list[Floats]:
    """The second stage of a phase, at a time of its own: it tells no more than the age does.

    A deal that leaves the phase sooner skips it.
    """
    after = 1 + (rng.uniform(0.1, 0.9, len(begin)) * days).astype(np.int64)
    reached = np.maximum(clock.workday(begin + after), begin)
    deal = np.flatnonzero((begin < NEVER) & (reached < end))
    return [_block(deal, reached[deal], kind, kind)]


def _in_order(rows: Floats, clock: Clock) -> pd.DataFrame:
    rows = rows[rows[:, 1] <= clock.as_of]
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    whole = np.int64
    return pd.DataFrame(
        {
            "deal": rows[:, 0].astype(whole),
            "day": rows[:, 1].astype(whole),
            "stage": _carried(rows[:, 3]).astype(whole),
            "amount": _carried(rows[:, 4]),
            "close": _carried(rows[:, 5]).astype(whole),
        }
    )


def _block(
    deal: Ints,
    day: Ints,
    kind: int,
    stage: Ints | float,
    amount: Floats | float = np.nan,
    close: Ints | float = np.nan,
) -> Floats:
    columns = np.broadcast_arrays(deal, day, kind, stage, amount, close)
    return np.column_stack([column.astype(float) for column in columns])


def _carried(column: Floats) -> Floats:
    """Gaps filled from the row before; a deal's first row has none."""
    rows = np.where(np.isnan(column), 0, np.arange(len(column)))
    carried: Floats = column[np.maximum.accumulate(rows)]
    return carried


def _guess(since: Ints, days: Floats, clock: Clock, rng: np.random.Generator) -> Ints:
    """When a rep expects to close: hopeful, noisy, and often the last day of a quarter."""
    hoped = since + np.maximum(days * rng.lognormal(0, 0.35, len(since)), 2).astype(np.int64)
    at_quarter_end = rng.random(len(since)) < _AT_QUARTER_END
    return np.where(at_quarter_end, clock.quarter_end(hoped), clock.workday(hoped))


def _pushes(
    deal: Ints, guess: Ints, until: Ints, slow: Flags, clock: Clock, rng: np.random.Generator
) -> list[Floats]:
    """Each guess that passed, replaced some days later by a new one, until the deal moved on."""
    blocks = []
    while len(deal):
        noticed = clock.workday(guess + rng.integers(3, 16, len(deal)) + 60 * slow)
        again = (noticed < until) & (noticed <= clock.as_of)
        deal, until, slow = deal[again], until[again], slow[again]
        days = 5 + rng.gamma(2.0, 15.0, len(deal)).astype(np.int64)
        guess = clock.workday(noticed[again] + days)
        blocks.append(_block(deal, noticed[again], _PUSHED, np.nan, np.nan, guess))
    return blocks


def _owners(deals: Deals, roster: Roster, count: int, clock: Clock) -> Ints:
    """Who owns each deal now, or owned it at its end: a leaver's pass to the successor if newly
    hired, else to a colleague of the same team."""
    stint = deals.stint[:count]
    day = np.minimum(deals.closed[:count], clock.as_of)
    owner = roster.person[stint]
    for row in np.flatnonzero(roster.end[stint] <= day):
        owner[row] = _heir(roster, int(stint[row]), int(day[row]), int(deals.created[row]))
    return owner


def _heir(roster: Roster, stint: int, day: int, created: int) -> int:
    there = roster.active(day) & (roster.team == roster.team[stint])
    successor = there & (roster.seat == roster.seat[stint]) & (roster.hired == roster.start)
    colleagues = there & (roster.start <= created)
    for choice in (successor, colleagues, there):
        if choice.any():
            found = np.flatnonzero(choice)
            return int(roster.person[found[created % len(found)]])
    return int(roster.person[stint])


def _accounts(
    seat: Ints, roster: Roster, staff: Staff, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """An account of the seat's territory for each deal."""
    pick = rng.integers(_ACCOUNTS_A_SEAT, size=len(seat))
    region = staff.team_region[roster.seat_team[seat]]
    account = np.empty(len(seat), dtype=object)
    for index, name in enumerate(staff.regions):
        known = names.companies(name)
        territory = rng.integers(len(known), size=(len(roster.seat_team), _ACCOUNTS_A_SEAT))
        here = region == index
        account[here] = known[territory[seat[here], pick[here]]]
    return account.astype(str)


def _products(value: Floats, world: World, rng: np.random.Generator) -> Ints:
    size = value / world.median_deal * rng.lognormal(0, 0.4, len(value))
    return np.digitize(size, _PRODUCT_EDGES).astype(np.int64)


def _next_steps(view: Pipeline, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.object_]]:
    steps = np.full(len(view.ids), None, dtype=object)
    written = rng.random(len(view.ids)) >= _NO_NEXT_STEP
    for stage, choices in enumerate(_NEXT_STEPS):
        rows = np.flatnonzero((view.stage == stage) & written)
        steps[rows] = rng.choice(np.array(choices, dtype=object), len(rows))
    return steps


def _last_activity(
    view: Pipeline, calls: pd.DataFrame, clock: Clock, rng: np.random.Generator
) -> pd.Series[pd.Timestamp] | pd.DatetimeIndex:
    """From the activities where there are any, else some days ago."""
    if len(calls):
        latest = calls.groupby("opportunity_id")["date"].max()
        return pd.Series(view.ids).map(latest)
    until = np.where(view.is_open, clock.as_of, np.minimum(view.close, clock.as_of))
    ago = rng.exponential(9.0, len(until)).astype(np.int64)
    return clock.dates(np.maximum(clock.workday(until - ago), view.created))
