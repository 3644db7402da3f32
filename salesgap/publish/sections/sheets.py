"""Page 4: a one-to-one sheet a rep, with its five items."""

from __future__ import annotations

from salesgap.facts import DealAtRisk, OneToOne, Pack, RepRank, TacticalPlan
from salesgap.params import Report
from salesgap.publish.blocks import (
    Block,
    Bullets,
    Columns,
    Heading,
    Section,
    Together,
    WriteIn,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import body, deal_name, muted, reasons, say, small, strong
from salesgap.publish.wording import evidence_value, measure_name
from salesgap.publish.words import Writer, writer

MOST_DEALS = 3


def one_to_ones(pack: Pack, report: Report) -> SectionView:
    """Page 4: the five items, one behaviour with its level, and the tactical plan, a rep each."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    ranks = {rep.person.id: rep for rep in pack.stack_rank}
    since = write.short_day(pack.pipeline.net_new_since)
    sheets = [
        _sheet(sheet, ranks.get(sheet.person.id), since, write)
        for sheet in pack.coaching.one_to_ones
    ]
    opening = body(
        "Five items, in this order. Start with net new pipeline where it is thin, and leave the "
        "last lines to the rep."
        if sheets
        else "There is no rep in seat to plan a one-to-one with."
    )
    blocks: tuple[Block, ...] = (Heading(text="One-to-ones", level=1), opening, *sheets)
    return SectionView(Section(name="one-to-ones", title="One-to-ones", blocks=blocks))


def _sheet(sheet: OneToOne, rank: RepRank | None, since: str, write: Writer) -> Together:
    deals = tuple(_deals(sheet, write))
    rest: tuple[Block, ...] = (
        _net_new(sheet, since, write),
        *_behaviour(sheet, write),
        _plan(sheet.plan, write),
    )
    lines: tuple[tuple[Block, ...], ...] = (
        (_development(sheet, write),),
        (WriteIn(label="4 · Career: where next?"),),
        (WriteIn(label="5 · Obstacles in the company"),),
    )
    return Together(
        blocks=(
            Heading(text=sheet.person.name, level=2),
            _standing(rank, sheet.plan, write),
            Columns(columns=(deals, rest), ratios=(1.35, 1)),
            Columns(columns=lines, ratios=(1.7, 1, 1)),
        )
    )


def _net_new(sheet: OneToOne, since: str, write: Writer) -> Block:
    new = (
        f"{write.money(sheet.net_new_amount)} in {write.count(sheet.net_new_deals, 'deal')}."
        if sheet.net_new_deals
        else "none yet. What is in the way?"
    )
    return body(strong(f"2 · Net new since {since}: "), new)


def _standing(rank: RepRank | None, plan: TacticalPlan, write: Writer) -> Block:
    past = _past(rank, write) if rank is not None else "not known"
    present = f"{write.money(plan.from_open)} expected from open deals before year end"
    return small(muted(f"Past: {past}. Present: {present}. Future: items 3 and 4."))


def _past(rank: RepRank, write: Writer) -> str:
    """What was won, as counted: the shrunken attainment is for places, not for a conversation."""
    if rank.quota_to_date:
        share = write.share(rank.won / rank.quota_to_date, rank.won_deals, "won deal")
        return f"{share} of quota to date"
    return f"{write.money(rank.won)} won in {write.count(rank.won_deals, 'deal')}"


def _deals(sheet: OneToOne, write: Writer) -> list[Block]:
    title = strong("1 · Mid and late deals: ")
    if not sheet.deals:
        return [body(title, "none open in mid or late stages.")]
    items = tuple(
        say(
            f"{deal_name(deal)}, {_amount(deal, write)}{_because(deal)}. ",
            muted(deal.question),
        )
        for deal in sheet.deals[:MOST_DEALS]
    )
    return [body(title), Bullets(items=items)]


def _because(deal: DealAtRisk) -> str:
    return f": {reasons(deal)}" if deal.reasons else ""


def _amount(deal: DealAtRisk, write: Writer) -> str:
    return "no amount" if deal.amount is None else write.money(deal.amount)


def _development(sheet: OneToOne, write: Writer) -> Block:
    seen = sheet.observed
    if seen is None:
        return WriteIn(label="3 · Development: seen in the field")
    where = f" at {seen.account}" if seen.account else ""
    last = f"last {seen.kind.lower()} together on {write.short_day(seen.on)}{where}."
    return body(strong("3 · Development: "), last, muted(" What did you see?"))


def _behaviour(sheet: OneToOne, write: Writer) -> list[Block]:
    if not sheet.behaviour:
        return [small("No behaviour stands out from the peers’.")]
    return [body(strong("One behaviour: "), f"{sheet.behaviour}. ", muted(_level(sheet, write)))]


def _level(sheet: OneToOne, write: Writer) -> str:
    fact = sheet.evidence
    if fact is None or fact.value is None:
        return ""
    stands = f"{measure_name(fact.measure)}: {evidence_value(fact, write)}"
    return f"{stands}; peers {write.measure(fact.benchmark, fact.unit)}."


def _plan(plan: TacticalPlan, write: Writer) -> Block:
    title = strong("Tactical plan: ")
    if plan.remaining is None:
        return body(title, "without a quota there is no number to work back from.")
    if plan.remaining <= 0:
        return body(title, "the year’s quota is won. Build next year’s pipeline.")
    opening = (
        f"{write.money(plan.remaining)} to go, {write.money(plan.from_open)} of it from open deals"
    )
    if plan.to_create is None or plan.wins is None:
        return body(title, f"{opening}. The rest cannot be worked back from these data.")
    if plan.to_create <= 0:
        return body(
            title, f"{opening}: the open deals should do. Keep creating for what comes after."
        )
    return body(title, f"{opening}; {write.money(plan.to_create)} to create. ", _back(plan, write))


def _back(plan: TacticalPlan, write: Writer) -> str:
    steps = [
        f"{write.number(number, 1)} {noun}"
        for number, noun in (
            (plan.wins, "wins"),
            (plan.proposals, "proposals"),
            (plan.opportunities, "new opportunities"),
        )
        if number is not None
    ]
    chain = " ← ".join(steps)
    if plan.opportunities_per_week is None or plan.weeks_left == 0:
        return f"{chain}: too late for a new deal to close this year."
    weekly = write.number(plan.opportunities_per_week, 1)
    return f"{chain}: {weekly} a week for {write.count(plan.weeks_left, 'week')}."
