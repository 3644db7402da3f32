"""Pages 4 and 5: a one-to-one card a rep, with its five items, past, present, future and plan."""

from __future__ import annotations

from dataclasses import dataclass

from salesgap.facts import DealAtRisk, OneToOne, Pack, Quarter, RepRank, Skill
from salesgap.params import Report
from salesgap.publish.blocks import Block, Cards, Columns, Heading, Section, Text, WriteIn
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import (
    body,
    deal_name,
    ended,
    may_be_left_out,
    muted,
    reasons,
    small,
    strong,
)
from salesgap.publish.sections.week import plan_of, week_of
from salesgap.publish.wording import evidence_value, measure_name
from salesgap.publish.words import Writer, writer

MOST_DEALS = 2
MOST_SKILLS = 2


@may_be_left_out
def one_to_ones(pack: Pack, report: Report) -> SectionView:
    """The five items, one behaviour with its level, and the tactical plan, a rep each."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    ranks = {rep.person.id: rep for rep in pack.stack_rank}
    talk = _Talk(
        since=write.short_day(pack.pipeline.net_new_since),
        new_first=pack.gap.driver == "pipeline_creation",
    )
    sheets = pack.coaching.one_to_ones
    cards = tuple(
        _card(_parts(sheet, ranks.get(sheet.person.id), talk, write), alone=_alone(n, len(sheets)))
        for n, sheet in enumerate(sheets)
    )
    opening = (
        body(f"Five items, in this order; the last lines are the rep’s own. {_key(pack)}")
        if cards
        else body("There is no rep in seat to plan a one-to-one with.")
    )
    blocks: list[Block] = [Heading(text="One-to-ones", level=1), opening]
    if cards:
        blocks.append(Cards(cards=cards))
    section = Section(name="one-to-ones", title="One-to-ones", blocks=tuple(blocks))
    return SectionView(section)


@dataclass(frozen=True, slots=True)
class _Talk:
    """What all cards share: the day that net new is counted since, and whether it opens the talk,
    as page 1 asks where the gap is creation."""

    since: str
    new_first: bool


def _key(pack: Pack) -> str:
    """How the line of the past is to be read."""
    quarters = [one for sheet in pack.coaching.one_to_ones for one in sheet.quarters]
    if not quarters:
        return ""
    counted = "quota attained" if any(one.quota for one in quarters) else "won"
    return f"Past: {counted} a quarter, and the deals won."


def _alone(place: int, cards: int) -> bool:
    """Whether a card has its row to itself: the last of an odd number."""
    return place == cards - 1 and cards % 2 == 1


def _card(parts: tuple[Block, list[Block], list[Block]], *, alone: bool) -> tuple[Block, ...]:
    """The name above what is known and what is planned: side by side where the row is free."""
    name, known, planned = parts
    if alone:
        return (name, Columns(columns=(tuple(known), tuple(planned)), ratios=(1, 1)))
    return (name, *known, *planned)


def _parts(
    sheet: OneToOne, rank: RepRank | None, talk: _Talk, write: Writer
) -> tuple[Block, list[Block], list[Block]]:
    """A rep's name, what the data know, and what the two of them are to fill in and plan."""
    judged: list[Block] = [_judged(sheet, rank, write), _behaviour(sheet, write)]
    if talk.new_first:
        known = [*judged, _net_new(1, sheet, talk.since, write), *_deals(2, sheet, write)]
        planned: list[Block] = []
    else:
        known = [*judged, *_deals(1, sheet, write)]
        planned = [_net_new(2, sheet, talk.since, write)]
    planned += [
        _development(sheet, write),
        Columns(
            columns=(
                (WriteIn(label="4 · Career: where next?"),),
                (WriteIn(label="5 · Obstacles in the company"),),
            ),
            ratios=(1, 1),
        ),
        plan_of(sheet.plan, write),
        *week_of(sheet.activities, write),
    ]
    return Heading(text=sheet.person.name, level=2), known, planned


# ── past, present and future, and the one behaviour ───────────────────────────────────────


def _judged(sheet: OneToOne, rank: RepRank | None, write: Writer) -> Text:
    """Past (quarters), present (open deals) and future (skills), read together."""
    present = f"{write.money(sheet.plan.from_open)} expected of open deals. "
    return small(
        strong("Past "),
        f"{_past(sheet, rank, write)}. ",
        strong("Present "),
        present,
        strong("Future "),
        ended(_future(sheet, write)),
    )


def _past(sheet: OneToOne, rank: RepRank | None, write: Writer) -> str:
    """What was won, as counted: the shrunken attainment is for places, not for a conversation."""
    if sheet.quarters:
        *finished, current = [_quarter(one, write) for one in sheet.quarters]
        return " · ".join([*finished, f"{current} so far"])
    if rank is None:
        return "not known"
    if rank.quota_to_date:
        share = write.share(rank.won / rank.quota_to_date, rank.won_deals, "won deal")
        return f"{share} of quota to date"
    return f"{write.money(rank.won)} won in {write.count(rank.won_deals, 'deal')}"


def _quarter(one: Quarter, write: Writer) -> str:
    if one.quota:
        return f"{one.quarter} {write.share(one.won / one.quota, one.won_deals)}"
    return f"{one.quarter} {write.money(one.won)} ({write.number(one.won_deals)})"


def _future(sheet: OneToOne, write: Writer) -> str:
    if not sheet.skills:
        return "no skill is assessed; see item 3"
    told = ", ".join(_skill(skill, write) for skill in sheet.skills[:MOST_SKILLS])
    return f"skills scored of {write.number(5)}: {told}"


def _skill(skill: Skill, write: Writer) -> str:
    changed = skill.before is not None and skill.before != skill.score
    before = f" (was {write.decimal(skill.before, 1)})" if changed else ""
    return f"{skill.item.replace('_', ' ')} {write.decimal(skill.score, 1)}{before}"


def _behaviour(sheet: OneToOne, write: Writer) -> Text:
    if not sheet.behaviour:
        return body(strong("One behaviour: "), "none stands out from the peers’.")
    return body(
        strong("One behaviour: "), f"{ended(sheet.behaviour)} ", muted(_level(sheet, write))
    )


def _level(sheet: OneToOne, write: Writer) -> str:
    fact = sheet.evidence
    if fact is None or fact.value is None:
        return ""
    stands = f"{measure_name(fact.measure)}: {evidence_value(fact, write)}"
    return f"{stands}; peers {write.measure(fact.benchmark, fact.unit)}."


# ── the items ─────────────────────────────────────────────────────────────────────────────


def _deals(item: int, sheet: OneToOne, write: Writer) -> list[Block]:
    title = strong(f"{item} · Mid and late deals: ")
    if not sheet.deals:
        return [body(title, "none open in mid or late stages.")]
    first, *others = sheet.deals[:MOST_DEALS]
    return [
        body(title, _about(first, write), muted(first.question)),
        *(
            body(
                muted("Also "),
                _about(deal, write),
                muted("" if deal.question == first.question else deal.question),
            )
            for deal in others
        ),
    ]


def _about(deal: DealAtRisk, write: Writer) -> str:
    return f"{deal_name(deal)}, {_amount(deal, write)}{_because(deal)} "


def _because(deal: DealAtRisk) -> str:
    return ended(f": {reasons(deal)}") if deal.reasons else "."


def _amount(deal: DealAtRisk, write: Writer) -> str:
    return "no amount" if deal.amount is None else write.money(deal.amount)


def _net_new(item: int, sheet: OneToOne, since: str, write: Writer) -> Block:
    new = (
        f"{write.money(sheet.net_new_amount)} in {write.count(sheet.net_new_deals, 'deal')}."
        if sheet.net_new_deals
        else "none yet. What is in the way?"
    )
    return body(strong(f"{item} · Net new since {since}: "), new)


def _development(sheet: OneToOne, write: Writer) -> Block:
    seen = sheet.observed
    if seen is None:
        return WriteIn(label="3 · Development: seen in the field")
    where = f" at {seen.account}" if seen.account else ""
    last = f"last {seen.kind.lower()} together on {write.short_day(seen.on)}{where}"
    return body(strong("3 · Development: "), ended(last), muted(" What did you see?"))
