"""Page 3: is there enough pipeline, does it move, and which deals to talk about."""

from __future__ import annotations

import math
from collections.abc import Sequence

from salesgap import figures
from salesgap.facts import (
    Conversion,
    Coverage,
    DealAtRisk,
    Pack,
    Pipeline,
    StageRow,
)
from salesgap.figures.pipeline import needed_money, to_go
from salesgap.figures.style import Look, look
from salesgap.params import Report
from salesgap.publish.blocks import (
    Block,
    Bullets,
    Columns,
    Heading,
    KeyFigure,
    KeyFigures,
    Section,
    Spans,
    Table,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.movement import attention_of, walk
from salesgap.publish.sections.parts import (
    body,
    deal_name,
    ended,
    may_be_left_out,
    muted,
    reasons,
    say,
    small,
    strong,
    table,
)
from salesgap.publish.words import MISSING, Writer, add_up, in_words, writer

MOST_DEALS = 10
BESIDE_A_WALK = 7

_PHASES = {"early": "opened to proposal", "late": "proposal to won", "all": "opened to won"}


@may_be_left_out
def pipeline_health(pack: Pack, report: Report) -> SectionView:
    """Page 3: coverage, what moved the pipeline, stages, attention, and deals to talk about."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    style = look(report.brand.colour)
    pipeline = pack.pipeline
    blocks: list[Block] = [Heading(text="Pipeline health", level=1)]
    if pipeline.open_deals == 0:
        blocks.append(body(strong("No open deal in these data. "), "Start with net new pipeline."))
    blocks.append(_key_figures(pipeline, write))
    blocks += _coverage(pack, write, style)
    blocks += walk(pipeline.waterfall, write, style)
    blocks += _stages(pipeline, write)
    blocks += _deals(pipeline, write)
    return SectionView(Section(name="pipeline", title="Pipeline health", blocks=tuple(blocks)))


def _key_figures(pipeline: Pipeline, write: Writer) -> KeyFigures:
    return KeyFigures(
        figures=(
            KeyFigure(
                label="Open pipeline",
                value=write.money(pipeline.open_amount) if pipeline.open_deals else MISSING,
                note=_open_note(pipeline, write),
            ),
            KeyFigure(
                label="Net new",
                value=write.money(pipeline.net_new_amount),
                note=_net_new_note(pipeline, write),
            ),
            KeyFigure(
                label="In late stages",
                value=write.benchmark(pipeline.late_share),
                note=_late_note(pipeline, write),
            ),
            *_next_steps(pipeline, write),
        )
    )


def _next_steps(pipeline: Pipeline, write: Writer) -> list[KeyFigure]:
    if pipeline.without_next_step is None or not pipeline.open_deals:
        return []
    without = f"{write.number(pipeline.without_next_step)} of {write.number(pipeline.open_deals)}"
    return [KeyFigure(label="Without next step", value=without, note="open deals")]


def _open_note(pipeline: Pipeline, write: Writer) -> str:
    counted = f"in {write.count(pipeline.open_deals, 'deal')}"
    unvalued = pipeline.open_deals > 0 and pipeline.open_amount is None
    return f"{counted}, none with a value" if unvalued else counted


def _net_new_note(pipeline: Pipeline, write: Writer) -> str:
    came = pipeline.net_new_transferred
    how = f"created or transferred in ({write.number(came)})" if came else "created"
    since = f"since {write.short_day(pipeline.net_new_since)}, closed since or not"
    return f"{write.count(pipeline.net_new_deals, 'deal')} {how} {since}"


def _late_note(pipeline: Pipeline, write: Writer) -> str:
    """The count that belongs to the late share, and what it is read against."""
    if pipeline.late_share is None:
        return "no open amount to split"
    peers = (
        "no peers to compare"
        if pipeline.late_share_peers is None
        else f"peers {write.benchmark(pipeline.late_share_peers)}"
    )
    return f"of the open amount ({write.count(pipeline.open_deals, 'deal')}); {peers}"


# ── coverage ──────────────────────────────────────────────────────────────────────────────


def _coverage(pack: Pack, write: Writer, style: Look) -> list[Block]:
    if pack.pipeline.open_deals and pack.pipeline.undated_deals is None:
        return [body(strong("Coverage is not known. "), _UNDATED)]
    ahead = [quarter for quarter in pack.pipeline.coverage if quarter.end > pack.as_of]
    figure = figures.coverage(ahead, write, style)
    if figure is None:
        return []
    sums = tuple(_sum(quarter, write) for quarter in ahead)
    return [figure, Bullets(items=sums, size="small"), *_elsewhere(pack.pipeline, ahead, write)]


def _elsewhere(pipeline: Pipeline, shown: Sequence[Coverage], write: Writer) -> list[Block]:
    """Of the open deals, those due in none of the quarters shown."""
    more = pipeline.open_deals - sum(quarter.deals for quarter in shown)
    if more <= 0:
        return []
    deals = write.count(more, "more open deal is", "more open deals are")
    return [small(f"{deals} past due, due later or without a date.")]


_UNDATED = (
    "No open deal in these data has an expected close date, so nobody can tell what is due in a "
    "quarter. Have the export carry it, or each rep date what is to close this year."
)


def _sum(quarter: Coverage, write: Writer) -> Spans:
    """The arithmetic of one quarter, written out."""
    opening = strong(f"{quarter.quarter}: ")
    due = f"{write.money(quarter.open_all)} is open and due in {write.count(quarter.deals, 'deal')}"
    left = to_go(quarter)
    if left is None or quarter.target is None:
        return say(opening, f"{due}; without a quota, what is to go is not known.")
    target, (won, shown) = add_up(quarter.target, (quarter.won, quarter.target - quarter.won))
    less = f"{write.money(target)} target − {write.money(won)} won"
    if left == 0:
        return say(opening, f"{less}: nothing is left to win. {due}.")
    have = f"{less} = {write.money(shown)} to go. {due}: {write.times(quarter.open_all / left)}."
    needed = needed_money(quarter)
    if needed is None or quarter.needed is None or quarter.yield_all is None:
        return say(opening, have, muted(" What is needed is not known: too few such deals."))
    share = write.decimal(quarter.yield_all, 3)
    all_needed, (_, short) = add_up(needed, (quarter.open_all, needed - quarter.open_all))
    difference = f"{write.money(abs(short))} {'short' if short > 0 else 'to spare'}"
    need = (
        f" Of each {write.money(1)} of it you win {write.exact_money(quarter.yield_all, 3)} in the "
        f"quarter; "
        f"1 ÷ {share} = {write.times(quarter.needed)} needed, or {write.money(all_needed)}: "
        f"{difference}."
    )
    return say(opening, have, need)


# ── stages and deals ──────────────────────────────────────────────────────────────────────


def _stages(pipeline: Pipeline, write: Writer) -> list[Block]:
    """Stages beside what passes from phase to phase, or whichever of them there is."""
    shown: list[Block] = [_stage_table(pipeline, write)] if pipeline.stages else []
    shown += _cautions(pipeline, write)
    activities = attention_of(pipeline.attention, write)
    if not pipeline.conversion:
        return [*shown, *activities]
    passed = (_conversion(pipeline.conversion, write), *activities)
    if not shown:
        return [*passed]
    return [Columns(columns=(tuple(shown), passed), ratios=(1.15, 1))]


def _stage_table(pipeline: Pipeline, write: Writer) -> Table:
    stages = pipeline.stages
    columns = (
        ("Stage", "l", 2.1),
        ("Deals", "r", 0.8),
        ("Amount", "r", 1.9),  # room for 1,16 mln JPY: a money's signs do not wrap
        ("Median age", "r", 1.15),
        ("Slow", "r", 1.15),
    )
    rows = [
        (
            say(row.stage, muted(f" · {row.phase}" if row.phase else "")),
            write.number(row.deals),
            write.money(row.amount) if row.deals else MISSING,
            write.days(row.median_age_days),
            _slow(row, write),
        )
        for row in stages
    ]
    rows += _elsewhere_open(pipeline, write)
    note = "Age: in this stage. " + (
        "Slow: longer in it than 9 of 10 deals that were later won."
        if any(row.slow is not None for row in stages)
        else "Slow: not known; no won deal tells how long its stages took."
    )
    return table(columns, rows, title=_stages_title(stages), note=note)


def _elsewhere_open(pipeline: Pipeline, write: Writer) -> list[tuple[Spans, str, str, str, str]]:
    """A row of the open deals whose stage on the day nobody knows, so that the deals add up."""
    more = pipeline.open_deals - sum(row.deals for row in pipeline.stages)
    if more <= 0:
        return []
    known = math.fsum(row.amount for row in pipeline.stages)
    amount = None if pipeline.open_amount is None else max(pipeline.open_amount - known, 0.0)
    return [(say("Stage not known then"), write.number(more), write.money(amount), "", "")]


def _slow(row: StageRow, write: Writer) -> str:
    if row.slow is None or not row.deals:
        return MISSING
    return write.number(row.slow) + f" of {write.number(row.deals)}"


def _stages_title(stages: tuple[StageRow, ...]) -> str:
    known = [row for row in stages if row.slow is not None]
    if not known:
        return "Open deals by stage"
    slowest = max(known, key=lambda row: row.slow or 0)
    if not slowest.slow:
        return "No stage holds deals for longer than it should"
    return f"Most slow deals sit in {slowest.stage}"


def _conversion(rows: tuple[Conversion, ...], write: Writer) -> Table:
    columns = (("From, to", "l", 2.5), ("Passed", "r", 2.4), ("Peers", "r", 1), ("Open", "r", 0.9))
    return table(
        columns,
        [
            (
                _PHASES[row.phase],
                write.part(row.passed, row.passed + row.lost),
                write.benchmark(row.peers),
                write.number(row.open),
            )
            for row in rows
        ],
        title="What passes",
        note="Passed ÷ (passed + lost); open deals are not counted as lost.",
    )


def _cautions(pipeline: Pipeline, write: Writer) -> list[Block]:
    of = f" of {write.count(pipeline.open_deals, 'open deal')}"
    said = [
        f"{write.number(number)}{of} {text}"
        for number, text in (
            (pipeline.list_price_deals, "valued from the product list, not by the rep"),
            (pipeline.unvalued_deals, "without any value, and not in the amounts"),
            (pipeline.undated_deals, "without an expected close date, and in no quarter"),
            (pipeline.older_than_slowest_won, _older(pipeline, write)),
        )
        if number
    ]
    return [small(f"{'; '.join(said)}.")] if said else []


def _older(pipeline: Pipeline, write: Writer) -> str:
    return f"older than the slowest deal ever won ({write.days(pipeline.slowest_won_days)})"


def _deals(pipeline: Pipeline, write: Writer) -> list[Block]:
    shown = pipeline.at_risk[: BESIDE_A_WALK if pipeline.waterfall else MOST_DEALS]
    if not shown:
        return [small("No open deal stands out by its age, dates or next step.")]
    columns = (
        ("Deal, its stage and rep", "l", 4.2),
        ("Amount", "r", 1),
        ("Due", "r", 0.95),
        ("Why, and what to ask", "l", 6),
    )
    rows = [
        (
            say(deal_name(deal), muted(f"\n{deal.stage} · {deal.owner.name}")),
            write.money(deal.amount),
            write.short_day(deal.close_date),
            say(_because(deal), strong(deal.question)),
        )
        for deal in shown
    ]
    most = f"{in_words(len(shown)).capitalize()} deals" if len(shown) > 1 else "One deal"
    return [table(columns, rows, title=f"{most} to talk about, and what to ask")]


def _because(deal: DealAtRisk) -> str:
    return f"{ended(reasons(deal))} " if deal.reasons else ""
