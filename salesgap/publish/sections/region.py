"""The region summary: three questions by manager, where the money is, and what it rests on."""

from __future__ import annotations

from salesgap import figures
from salesgap.facts import ManagerLine, RegionSummary, StrategyVerdict
from salesgap.figures.style import look
from salesgap.params import Report
from salesgap.publish.blocks import (
    Block,
    Bullets,
    Heading,
    KeyFigure,
    KeyFigures,
    Masthead,
    Section,
    Span,
    Spans,
    Table,
    Text,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page, long_names
from salesgap.publish.sections.data import data_blocks, long_name_blocks
from salesgap.publish.sections.parts import body, page_setup, run, say, table
from salesgap.publish.wording import DRIVERS, KINDS, VERDICTS
from salesgap.publish.words import MISSING, Writer, quarter_of, writer

_ANSWERS = {True: "below", False: "not below", None: MISSING}


def region_verdict(summary: RegionSummary, report: Report) -> SectionView:
    """Page 1: strategy or execution, the region's money, and the three questions by manager."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    quarter = quarter_of(summary.as_of, summary.fiscal_year_start, summary.fiscal_year_end)
    title = f"Region summary: {summary.region}, {quarter}"
    blocks: tuple[Block, ...] = (
        _masthead(summary, quarter, write),
        Heading(text=VERDICTS[summary.strategy.verdict], level=1, kicker="Strategy or execution"),
        Text(spans=_lead(summary, write), size="lead"),
        _kinds(summary, write),
        _questions(summary, write),
    )
    setup = page_setup(title, summary.as_of, summary.fiscal_year_end, report, write)
    return SectionView(Section(name="region-verdict", title=title, blocks=blocks, setup=setup))


def _masthead(summary: RegionSummary, quarter: str, write: Writer) -> Masthead:
    reps = sum(line.reps for line in summary.managers)
    managers = write.count(len(summary.managers), "manager")
    return Masthead(
        kicker=f"Region summary · {quarter}",
        name=summary.region,
        detail=f"{managers}, {write.count(reps, 'rep')}",
        figure_label="to win from the gaps named"
        if summary.total_impact is not None
        else "won this year",
        figure=write.money(
            sum(line.won for line in summary.managers)
            if summary.total_impact is None
            else summary.total_impact
        ),
    )


def _lead(summary: RegionSummary, write: Writer) -> Spans:
    behind = _behind(summary.strategy, write)
    if not summary.condition_gaps + summary.people_gaps:
        return say(behind, "No pack names a gap.")
    if summary.total_impact is None:
        return say(behind, "No gap named in these packs has a value yet.")
    return say(
        behind,
        "What the gaps named in the packs are worth, each weighed by how sure it is real, comes "
        "to about ",
        Span(text=f"{write.money(summary.total_impact)} before year end", tone="accent"),
        ".",
    )


def _behind(verdict: StrategyVerdict, write: Writer) -> str:
    if verdict.shared is None:
        return "Without quotas it cannot be told which teams are behind, nor what they share. "
    return (
        f"{write.number(verdict.missing_teams)} of {write.count(verdict.teams, 'team')} "
        f"{'is' if verdict.missing_teams == 1 else 'are'} behind. "
        f"Of the shortfall, {write.share(verdict.shared, verdict.teams, 'team')} is common to all. "
    )


def _kinds(summary: RegionSummary, write: Writer) -> KeyFigures:
    return KeyFigures(
        figures=tuple(
            KeyFigure(label=label, value=write.number(number), note=note)
            for label, number, note in (
                ("Performance conditions", summary.condition_gaps, "packs name a condition"),
                ("People", summary.people_gaps, "packs name seats"),
                ("No gap", summary.no_gaps, _no_gaps_note(summary, write)),
                ("Not made", len(summary.not_made), "packs; reasons on the last page"),
            )
        )
    )


def _no_gaps_note(summary: RegionSummary, write: Writer) -> str:
    untold = sum(not line.told for line in summary.managers)
    told = "packs name none, which is an answer"
    return f"{told}; of {write.number(untold)} more it cannot be told" if untold else told


def _quotas(summary: RegionSummary) -> bool:
    """Whether anybody is held against a quota; without, all are held against their peers."""
    return any(line.attainment is not None for line in summary.managers)


def _questions(summary: RegionSummary, write: Writer) -> Table:
    won = "Attainment" if _quotas(summary) else "Won against peers"
    columns = (
        ("Manager", "l", 3.2),
        ("Reps", "r", 0.6),
        ("Chance of the year", "r", 1.1),
        (won, "l", 1.2),
        ("Pipeline", "l", 1.2),
        ("Process skipped", "r", 1.4),
    )
    rows = [
        (
            line.manager.name,
            write.number(line.reps),
            write.chance(line.chance) if line.chance is not None else MISSING,
            _ANSWERS[line.below_average_attainment],
            _ANSWERS[line.below_average_pipeline],
            _skipped(line, write),
        )
        for line in sorted(summary.managers, key=_by_impact)
    ]
    return table(
        columns,
        rows,
        title=f"Three questions to ask: {won.lower()}, pipeline, process skipped",
        note="Below: below the region’s average. Process skipped: open deals without next step or "
        "close date.",
    )


def _skipped(line: ManagerLine, write: Writer) -> str:
    if line.process_skipped is None:
        return MISSING
    return write.part(round(line.process_skipped * line.open_deals), line.open_deals)


def _by_impact(line: ManagerLine) -> float:
    """Most to expect first: what the gap is worth, weighed by how sure it is real."""
    return -line.impact.expected * line.probability if line.impact else 0.0


# ── ranks and gaps ────────────────────────────────────────────────────────────────────────


def region_ranks(summary: RegionSummary, report: Report) -> SectionView:
    """Managers in rank order with their intervals."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    style = look(report.brand.colour)
    figure = figures.manager_ranks(summary.managers, _quotas(summary), write, style)
    shown: Block = figure or body("No manager of this region can be ranked from these data.")
    advice = body(
        "Places overlap more than they differ. A bottom place is a reason to look with the "
        "manager at the team, the quota and the market, before any conclusion."
    )
    blocks: list[Block] = [Heading(text="Managers by rank", level=1), shown]
    if figure:
        blocks += [_rank_table(summary, write), advice]
    section = Section(
        name="region-ranks", title="Managers by rank", blocks=tuple(blocks), new_page=False
    )
    return SectionView(section)


def _rank_table(summary: RegionSummary, write: Writer) -> Table:
    quotas = _quotas(summary)
    columns = (
        ("Manager", "l", 3),
        ("Attainment, 80% range" if quotas else "Won this year", "r", 2),
        ("Reps", "r", 0.8),
        ("Chance of bottom tenth", "r", 1.6),
    )
    ranked = sorted(
        summary.managers, key=lambda line: line.rank.expected_rank if line.rank else float("inf")
    )
    rows = [
        (
            line.manager.name,
            _attainment(line, write) if quotas else write.money(line.won),
            write.number(line.reps),
            write.chance(line.rank.chance_bottom_tenth if line.rank else None),
        )
        for line in ranked
    ]
    return table(columns, rows)


def _attainment(line: ManagerLine, write: Writer) -> str:
    share = line.attainment
    if share is None:
        return MISSING
    ends = f"{write.benchmark(share.low)} to {write.benchmark(share.high)}"
    return f"{write.share(share.expected, line.reps, 'rep')}, {ends}"


def region_gaps(summary: RegionSummary, report: Report) -> SectionView:
    """The map of managers and drivers, and each manager's gap with its value."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    figure = figures.driver_map(summary.managers, write, look(report.brand.colour))
    blocks: tuple[Block, ...] = (
        Heading(text="Gaps by manager", level=1),
        figure or body("No driver can be compared with peers from these data."),
        _gap_table(summary, write),
    )
    return SectionView(Section(name="region-gaps", title="Gaps by manager", blocks=blocks))


def _gap_table(summary: RegionSummary, write: Writer) -> Table:
    columns = (
        ("Manager", "l", 2.6),
        ("Gap", "l", 2.5),
        ("Kind", "l", 2.3),
        ("Worth if real", "r", 1.2),
        ("80% range", "r", 2),
        ("Sure it is real", "r", 1),
    )
    rows = [
        (
            line.manager.name,
            DRIVERS[line.gap].label if line.told else "Cannot be told",
            KINDS[line.kind] if line.told else "too little data",
            *(_worth(line, write) if line.gap != "none" else ("", "", "")),
        )
        for line in sorted(summary.managers, key=_by_impact)
    ]
    note = ""
    if summary.total_impact is not None:
        note = (
            "Worth: revenue before year end. In order of worth × how sure it is real, together "
            f"{write.money(summary.total_impact)}."
        )
    return table(columns, rows, title="Where your own time is worth most", note=note)


def _worth(line: ManagerLine, write: Writer) -> tuple[str, str, str]:
    sure = write.chance(line.probability)
    if line.impact is None:
        return MISSING, MISSING, sure
    return write.money(line.impact.expected), write.money_range(line.impact), sure


def region_data(summary: RegionSummary, report: Report) -> SectionView:
    """Packs not made and why, and what the numbers rest on."""
    cut, summary = long_names(summary), for_page(summary)
    write = writer(report, summary.currency)
    blocks: list[Block] = [
        Heading(text="Packs not made, and the data", level=1),
        body(f"Everything is as of the end of {write.day(summary.as_of)}."),
    ]
    if summary.not_made:
        blocks.append(Heading(text="Packs not made", level=2))
        blocks.append(Bullets(items=tuple(run(text) for text in summary.not_made)))
    else:
        blocks.append(body("Every manager of this region has a pack."))
    blocks += data_blocks(summary.data_quality, write)
    blocks += long_name_blocks(cut)
    title = "Packs not made, and the data"
    section = Section(name="region-data", title=title, blocks=tuple(blocks), new_page=False)
    return SectionView(section)
