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
from salesgap.publish.sections.parts import body, deal_name, muted, reasons, say, small, strong
from salesgap.publish.words import Writer, writer

MOST_DEALS = 3


def one_to_ones(pack: Pack, report: Report) -> SectionView:
    """Page 4: the five items, one behaviour with its level, and the tactical plan, a rep each."""
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
    left: tuple[Block, ...] = (
        *_deals(sheet, write),
        body(
            strong(f"2 · Net new since {since}: "),
            f"{write.money(sheet.net_new_amount)} in {write.count(sheet.net_new_deals, 'deal')}."
            if sheet.net_new_deals
            else "none yet. What is in the way?",
        ),
        *_development(sheet),
    )
    right: tuple[Block, ...] = (
        *_behaviour(sheet),
        _plan(sheet.plan, write),
        WriteIn(label="4 · Career: where next?"),
        WriteIn(label="5 · Obstacles inside the company"),
    )
    head = (Heading(text=sheet.person.name, level=2), _standing(rank, sheet.plan, write))
    return Together(blocks=(*head, Columns(columns=(left, right), ratios=(1.1, 1))))


def _standing(rank: RepRank | None, plan: TacticalPlan, write: Writer) -> Block:
    past = "not known"
    if rank is not None and rank.attainment is not None:
        against = "quota to date" if rank.quota_to_date is not None else "peers"
        share = write.share(rank.attainment.expected, rank.won_deals, "won deal")
        past = f"{share} of {against}"
    present = f"{write.money(plan.from_open)} expected from open deals before year end"
    return small(muted(f"Past: {past}. Present: {present}. Future: items 3 and 4."))


def _deals(sheet: OneToOne, write: Writer) -> list[Block]:
    title = strong("1 · Mid and late deals: ")
    if not sheet.deals:
        return [body(title, "none open in mid or late stages.")]
    items = tuple(
        say(
            f"{deal_name(deal)}, {_amount(deal, write)}: {reasons(deal)}. ",
            muted(deal.question),
        )
        for deal in sheet.deals[:MOST_DEALS]
    )
    return [body(title), Bullets(items=items)]


def _amount(deal: DealAtRisk, write: Writer) -> str:
    return "no amount" if deal.amount is None else write.money(deal.amount)


def _development(sheet: OneToOne) -> list[Block]:
    title = "3 · Development, from what you saw in the field"
    if not sheet.development:
        return [WriteIn(label=f"{title} (nothing recorded)")]
    return [body(strong(f"{title}: "), sheet.development)]


def _behaviour(sheet: OneToOne) -> list[Block]:
    if not sheet.behaviour:
        return [small("No behaviour stands out, or no activities were recorded.")]
    return [body(strong("One behaviour: "), f"{sheet.behaviour}. ", muted(sheet.level))]


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
