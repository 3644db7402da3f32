"""The last page: what the numbers rest on, and what more data would sharpen."""

from __future__ import annotations

from salesgap.facts import DataQuality, Pack
from salesgap.measures.definitions import MEASURES
from salesgap.params import Report
from salesgap.publish.blocks import Block, Bullets, Heading, Section, Spans, Table
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page, long_names
from salesgap.publish.sections.parts import body, run, say, strong, table
from salesgap.publish.words import MISSING, Writer, writer


def how_made(pack: Pack, report: Report) -> SectionView:
    """The last page: as-of date, definitions, assumptions, data quality and what is missing."""
    cut, pack = long_names(pack), for_page(pack)
    write = writer(report, pack.currency)
    blocks: list[Block] = [
        Heading(text="How these numbers were made", level=1),
        body(
            f"Everything is as of the end of {write.day(pack.as_of)}; the fiscal year ends on "
            f"{write.day(pack.fiscal_year_end)}. Peers are reps of the same role and segment; "
            "small samples are drawn towards them. Ranges hold the chance of single deals, not a "
            "change of team or market: the year can go another way. That no gap is named does not "
            "mean that there is none. A human decides what follows from any of this."
        ),
    ]
    if pack.assumptions:
        blocks.append(_assumptions(pack))
    blocks += data_blocks(pack.data_quality, write)
    blocks.append(Heading(text="What the measures mean", level=2))
    blocks.append(Bullets(items=_definitions(pack)))
    blocks += long_name_blocks(cut)
    return SectionView(
        Section(name="how-made", title="How these numbers were made", blocks=tuple(blocks))
    )


def _assumptions(pack: Pack) -> Table:
    columns = (("Assumption", "l", 2), ("Value", "r", 1.2), ("What it means", "l", 5))
    rows = [
        (one.name.replace("_", " ").capitalize(), one.value, one.meaning)
        for one in pack.assumptions
    ]
    return table(columns, rows, title="Assumptions")


def data_blocks(quality: DataQuality, write: Writer) -> list[Block]:
    """Rows in, accepted and quarantined; what was mended; what is missing and what it costs."""
    blocks: list[Block] = []
    if quality.tables:
        blocks.append(_rows_table(quality, write))
    if quality.missing:
        blocks.append(Heading(text="What is missing, and what it costs", level=2))
        blocks.append(Bullets(items=tuple(run(text) for text in quality.missing)))
    if quality.notes:
        blocks.append(Heading(text="What was mended, matched or assumed", level=2))
        blocks.append(Bullets(items=tuple(run(text) for text in quality.notes)))
    return blocks


def long_name_blocks(names: tuple[str, ...]) -> list[Block]:
    """The names that the pages shorten, in full."""
    if not names:
        return []
    title = Heading(text="Names that these pages shorten, in full", level=2)
    return [title, Bullets(items=tuple(run(name) for name in names))]


def _rows_table(quality: DataQuality, write: Writer) -> Table:
    columns = (
        ("Table", "l", 3),
        ("Rows in", "r", 1),
        ("Accepted", "r", 1),
        ("Quarantined", "r", 1.2),
        ("of it out of scope", "r", 1.4),
    )
    rows = [
        (
            one.table.replace("_", " "),
            write.number(one.rows_in),
            write.number(one.accepted),
            write.number(one.quarantined),
            write.number(one.left_out),
        )
        for one in quality.tables
    ]
    note = "Rows in = accepted + quarantined. The analyst's quarantine files say why, row by row."
    return table(columns, rows, title="The data", note=note)


def _definitions(pack: Pack) -> tuple[Spans, ...]:
    used = {fact.measure for candidate in pack.candidates for fact in candidate.evidence}
    used |= {indicator.measure for indicator in pack.coaching.checkpoint}
    used |= {"attainment", "coverage", "net_new"}
    return tuple(
        say(strong(f"{measure.name}: "), _fraction(measure.numerator, measure.denominator))
        for measure in MEASURES.values()
        if measure.id in used
    )


def _fraction(numerator: str, denominator: str) -> str:
    return f"{numerator}." if denominator == MISSING else f"{numerator} ÷ {denominator}."
