"""The region summary: the verdict, and what it all rests on.

The three questions are in :mod:`salesgap.publish.sections.region_answers`, the leader's own time in
:mod:`salesgap.publish.sections.region_time`, ranks and roles in
:mod:`salesgap.publish.sections.region_ranks`, gaps and what became of the last ones in
:mod:`salesgap.publish.sections.region_gaps`.
"""

from __future__ import annotations

from salesgap.facts import RegionSummary, StrategyVerdict
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
    Text,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page, long_names
from salesgap.publish.sections.data import data_blocks, long_name_blocks
from salesgap.publish.sections.parts import body, page_setup, run, say
from salesgap.publish.sections.region_answers import answers, questions
from salesgap.publish.sections.region_gaps import gaps_named
from salesgap.publish.sections.region_time import own_time
from salesgap.publish.wording import VERDICTS
from salesgap.publish.words import Writer, in_words, quarter_of, writer
from salesgap.strategy import MIN_TEAMS, MISSES_BELOW


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
        Bullets(items=questions(summary, write), numbered=True),
        answers(summary, write),
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
                ("Performance conditions", summary.condition_gaps, "of the packs: a condition"),
                ("People", summary.people_gaps, "of the packs: single seats"),
                ("No gap", summary.no_gaps, _no_gaps_note(summary, write)),
                ("Not made", len(summary.not_made), "packs; reasons on the last page"),
            )
        )
    )


def _no_gaps_note(summary: RegionSummary, write: Writer) -> str:
    untold = sum(not line.told for line in summary.managers)
    told = "packs name none, which is an answer"
    return f"{told}; of {write.number(untold)} more it cannot be told" if untold else told


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
