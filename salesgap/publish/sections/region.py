"""The region summary: the verdict and three questions by manager, and what it all rests on.

The leader's own time is in :mod:`salesgap.publish.sections.region_time`, ranks and roles in
:mod:`salesgap.publish.sections.region_ranks`, gaps and what became of the last ones in
:mod:`salesgap.publish.sections.region_gaps`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from salesgap.facts import ManagerLine, RegionSummary, StrategyVerdict
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
from salesgap.publish.sections.parts import body, page_setup, run, say, strong, table
from salesgap.publish.sections.region_gaps import gaps_named
from salesgap.publish.sections.region_time import by_worth, own_time
from salesgap.publish.wording import VERDICTS
from salesgap.publish.words import MISSING, Writer, in_words, listed, quarter_of, writer
from salesgap.strategy import APART, MIN_TEAMS, MISSES_BELOW

_ANSWERS = {True: "below", False: "not below", None: MISSING}


def region_verdict(summary: RegionSummary, report: Report) -> SectionView:
    """Page 1: strategy or execution, people or process, the leader's own time, the gaps, and the
    three questions by manager."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    quarter = quarter_of(summary.as_of, summary.fiscal_year_start, summary.fiscal_year_end)
    title = f"Region summary: {summary.region}, {quarter}"
    blocks: tuple[Block, ...] = (
        _masthead(summary, quarter, write),
        Heading(text=VERDICTS[summary.strategy.verdict], level=1, kicker="Strategy or execution"),
        Text(spans=_lead(summary, write), size="lead"),
        Heading(text=_people_or_process(summary), level=2),
        _kinds(summary, write),
        *own_time(summary.managers, summary.total_impact, write),
        *gaps_named(summary, write),
        Heading(text="Three questions to ask", level=2),
        Bullets(items=_questions(summary, write), numbered=True),
        _answers(summary, write),
    )
    setup = page_setup(title, summary.as_of, report, write)
    return SectionView(Section(name="region-verdict", title=title, blocks=blocks, setup=setup))


def _masthead(summary: RegionSummary, quarter: str, write: Writer) -> Masthead:
    reps = sum(line.reps for line in summary.managers)
    managers = write.count(len(summary.managers), "manager")
    return Masthead(
        kicker=f"Region summary, {quarter}",
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


# ── strategy or execution, people or process ──────────────────────────────────────────────


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
    behind = (
        f"{write.number(verdict.missing_teams)} of {write.count(verdict.teams, 'team')} "
        f"{'is' if 1 in (verdict.missing_teams, verdict.teams) else 'are'} behind: "
        f"below {write.level(MISSES_BELOW)} of quota to date. "
    )
    if verdict.verdict == "unknown":
        reason = "Of so few teams" if verdict.teams < MIN_TEAMS else "So early in the year"
        return f"{behind}{reason} it cannot be told what they share. "
    if verdict.verdict == "on_track":
        return behind
    shared = write.share(verdict.shared, verdict.teams, "team")
    return f"{behind}Of the shortfall, {shared} is common to all. "


def _people_or_process(summary: RegionSummary) -> str:
    """The verdict over the packs' gaps, as the title of their counts."""
    conditions, people = summary.condition_gaps, summary.people_gaps
    gaps = conditions + people
    if not gaps:
        return "People or process: no gap is named"
    if gaps == 1:
        about = "how a team works" if conditions else "single seats"
        return f"People or process: the one gap named concerns {about}"
    if conditions == people:
        return "People and process alike: each gap by its own plan"
    if conditions > people:
        of_all = f"{in_words(conditions)} of {in_words(gaps)} gaps"
        return f"Process before people: {of_all} concern{_s(conditions)} how a team works"
    of_all = f"{in_words(people)} of {in_words(gaps)} gaps"
    return f"People before process: {of_all} concern{_s(people)} single seats"


def _s(number: int) -> str:
    return "s" if number == 1 else ""


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


# ── three questions ───────────────────────────────────────────────────────────────────────


def has_quotas(summary: RegionSummary) -> bool:
    """Whether anybody is held against a quota; without, all are held against their peers."""
    return any(line.attainment is not None for line in summary.managers)


def _questions(summary: RegionSummary, write: Writer) -> tuple[Spans, ...]:
    """What to ask whom: the managers below the region's average, and above it in what is
    skipped."""
    lines = sorted(summary.managers, key=lambda line: line.manager.name)
    won = "attainment" if has_quotas(summary) else "what was won against peers"
    average = _skipped_in(lines)
    below_won = [(line, line.below_average_attainment) for line in lines]
    below_pipeline = [(line, line.below_average_pipeline) for line in lines]
    skipping = [(line, _skips_more(line, average, len(lines))) for line in lines]
    skipped = "" if average is None else f" (here {write.benchmark(average)} of open deals do)"
    return (
        _question(f"Why is {won} below average accepted?", below_won),
        _question("Why is a pipeline below average accepted?", below_pipeline),
        _question(f"Why may deals go on without a next step{skipped}?", skipping),
    )


def _question(text: str, asked: Sequence[tuple[ManagerLine, bool | None]]) -> Spans:
    if all(answer is None for _, answer in asked):
        return say(strong(text), " In these data there is nothing to compare.")
    names = [line.manager.name for line, answer in asked if answer]
    return say(strong(text), f" Ask {listed(names)}." if names else " Nobody needs to be asked.")


def _mean_attainment(lines: Sequence[ManagerLine]) -> float | None:
    """Mean of the managers held against a quota, each counting once; None of fewer than two."""
    known = [line.attainment.expected for line in lines if line.attainment is not None]
    return math.fsum(known) / len(known) if len(known) > 1 else None


def _skipped_in(lines: Sequence[ManagerLine]) -> float | None:
    """Part of all open deals of these teams in which the process is skipped."""
    told = [line for line in lines if line.process_skipped is not None]
    deals = sum(line.open_deals for line in told)
    skipped = math.fsum((line.process_skipped or 0.0) * line.open_deals for line in told)
    return skipped / deals if deals else None


def _skips_more(line: ManagerLine, average: float | None, managers: int) -> bool | None:
    if line.process_skipped is None or average is None or managers == 1:
        return None
    return line.process_skipped > (1 + APART) * average


def _answers(summary: RegionSummary, write: Writer) -> Table:
    quotas = has_quotas(summary)
    won = "Attainment, 80% range" if quotas else "Won against peers"
    mean = _mean_attainment(summary.managers)
    columns = (
        ("Manager", "l", 2.6),
        ("Reps", "r", 0.6),
        ("Chance of the year", "r", 1.6),
        (won, "l", 2.8),
        ("Pipeline", "l", 1),
        ("Process skipped", "r", 1.5),
    )
    rows = [
        (
            line.manager.name,
            write.number(line.reps),
            write.chance(line.chance) if line.chance is not None else MISSING,
            _attained(line, quotas, write),
            _ANSWERS[line.below_average_pipeline],
            _skipped(line, write),
        )
        for line in sorted(summary.managers, key=by_worth)
    ]
    note = _average_of(summary, mean, write)
    return table(columns, rows, title="The answers by manager", note=note)


def _attained(line: ManagerLine, quotas: bool, write: Writer) -> str:
    """The attainment with its range, or what was won where nobody has a quota; and whether it is
    below; just one of them where the other is unknown."""
    below, share = line.below_average_attainment, line.attainment
    if share is None:
        return _ANSWERS[below] if quotas else _and_whether(write.money(line.won), below)
    ends = f"{write.benchmark(share.low)} to {write.benchmark(share.high)}"
    return _and_whether(write.benchmark(share.expected) + f" ({ends})", below)


def _and_whether(won: str, below: bool | None) -> str:
    return won if below is None else won + f", {_ANSWERS[below]}"


def _average_of(summary: RegionSummary, mean: float | None, write: Writer) -> str:
    """Whose average 'below' is about, and what is counted."""
    managers = len(summary.managers)
    clearly = (
        ""
        if mean is None
        else f" The mean attainment is {write.benchmark(mean)}; it takes more than "
        f"{write.level(APART)} less than that to be below it."
    )
    pipeline = (
        "open pipeline due this quarter and the next two ÷ what is to go in them"
        if has_quotas(summary)
        else "open pipeline a rep"
    )
    average = (
        f"Below: below the mean of the {write.number(managers)} managers of {summary.region}, each "
        f"counting once.{clearly}"
        if managers > 1
        else "With one manager there is no average to be below."
    )
    return (
        f"{average} Pipeline: {pipeline}. Process skipped: open deals without a next step, or "
        "without a close date where no next steps are told."
    )


def _skipped(line: ManagerLine, write: Writer) -> str:
    if line.process_skipped is None:
        return MISSING
    return write.part(round(line.process_skipped * line.open_deals), line.open_deals)


# ── the data ──────────────────────────────────────────────────────────────────────────────


def region_data(summary: RegionSummary, report: Report) -> SectionView:
    """Packs not made and why, and what the numbers rest on."""
    cut, summary = long_names(summary), for_page(summary)
    write = writer(report, summary.currency)
    made = write.count(len(summary.managers), "pack")
    blocks: list[Block] = [
        Heading(text="Packs not made, and the data", level=1),
        body(
            f"Everything is as of the end of {write.day(summary.as_of)}. {made} made"
            + (", not made:" if summary.not_made else ": every manager of this region has one.")
        ),
    ]
    if summary.not_made:
        blocks.append(Bullets(items=tuple(run(text) for text in summary.not_made)))
    blocks += data_blocks(summary.data_quality, write)
    blocks += long_name_blocks(cut)
    title = "Packs not made, and the data"
    section = Section(name="region-data", title=title, blocks=tuple(blocks), new_page=False)
    return SectionView(section)
