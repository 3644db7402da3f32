"""The last page: what the numbers rest on, and what more data would sharpen."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from salesgap.facts import DataQuality, Pack, TableCount
from salesgap.measures.definitions import MEASURES
from salesgap.params import Report
from salesgap.publish.blocks import (
    Block,
    Bullets,
    Columns,
    Heading,
    Section,
    Span,
    Spans,
    Table,
    Text,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page, long_names
from salesgap.publish.sections.parts import ended, run, say, small, strong, table
from salesgap.publish.words import MISSING, Writer, writer


def how_made(pack: Pack, report: Report) -> SectionView:
    """The last page: as-of date, definitions, assumptions, data quality and what is missing."""
    cut, pack = long_names(pack), for_page(pack)
    write = writer(report, pack.currency)
    blocks: list[Block] = [
        Heading(text="How these numbers were made", level=1),
        small(
            f"Everything is as of the end of {write.day(pack.as_of)}; the fiscal year ends on "
            f"{write.day(pack.fiscal_year_end)}. Peers are reps of the same role and segment; "
            "small samples are drawn towards them. Ranges hold the chance of single deals, not a "
            "change of team or market. That no gap is named does not mean that there is none. A "
            "human decides what follows from any of this."
        ),
        *_assumptions(pack),
        *_rows_read(pack.data_quality, write),
        *_texts(pack.data_quality),
        *_definitions(pack),
        *long_name_blocks(cut),
    ]
    section = Section(
        name="how-made",
        title="How these numbers were made",
        blocks=tuple(blocks),
        new_page=False,
    )
    return SectionView(section)


def _side_by_side(*parts: tuple[Block, ...]) -> list[Block]:
    columns = tuple(part for part in parts if part)
    return [Columns(columns=columns, ratios=(1.0,) * len(columns))] if columns else []


def _assumptions(pack: Pack) -> list[Block]:
    told = [
        part
        for one in pack.assumptions
        for part in (f"{one.meaning} ({one.name}): ", strong(one.value), "; ")
    ]
    return _paragraph("What is assumed: ", told)


def _rows_read(quality: DataQuality, write: Writer) -> list[Block]:
    told = [
        part
        for one in quality.tables
        for part in (
            f"{one.table} ".replace("_", " "),
            strong(write.number(one.rows_in)),
            _left(one, write),
            "; ",
        )
    ]
    return _paragraph("Rows read of each table: ", told)


def _left(one: TableCount, write: Writer) -> str:
    if not one.quarantined:
        return ""
    return f", {write.number(one.quarantined)} of them quarantined{_out_of_scope(one, write)}"


def _paragraph(title: str, told: list[str | Span]) -> list[Block]:
    """One small paragraph with its title in front; its last part would lead on to a next one."""
    return [small(strong(title), *told[:-1], ".")] if told else []


def _listed(title: str, items: tuple[Spans, ...]) -> tuple[Block, ...]:
    return (Heading(text=title, level=2), Bullets(items=items, size="small")) if items else ()


def data_blocks(quality: DataQuality, write: Writer) -> list[Block]:
    """Rows in, accepted and quarantined; what was mended; what is missing and what it costs."""
    blocks: list[Block] = []
    if quality.tables:
        blocks.append(_rows_table(quality, write))
    return blocks + _texts(quality)


def _texts(quality: DataQuality) -> list[Block]:
    told = (
        ("What is missing, and what it costs", quality.missing),
        ("What was mended, matched or assumed", quality.notes),
    )
    return [block for title, texts in told for block in _text(title, texts)]


def _text(title: str, texts: tuple[str, ...]) -> tuple[Block, ...]:
    """The texts below their title; a single one needs no list."""
    if len(texts) == 1:
        return (small(strong(f"{title}: "), ended(texts[0])),)
    return _listed(title, tuple(run(text) for text in texts))


def long_name_blocks(names: tuple[str, ...]) -> list[Block]:
    """The names that the pages shorten, in full."""
    full = tuple(run(name) for name in names)
    return list(_listed("Names that these pages shorten, in full", full))


def _rows_table(quality: DataQuality, write: Writer) -> Table:
    columns = (
        ("Table", "l", 2),
        ("Rows in", "r", 1.3),
        ("Accepted", "r", 1.4),
        ("Quarantined", "r", 1.8),
    )
    rows = [
        (
            one.table.replace("_", " "),
            write.number(one.rows_in),
            write.number(one.accepted),
            write.number(one.quarantined) + _out_of_scope(one, write),
        )
        for one in quality.tables
    ]
    note = "Rows in = accepted + quarantined, each with its reason."
    return table(columns, rows, title="The data", note=note)


def _out_of_scope(one: TableCount, write: Writer) -> str:
    return f" ({write.number(one.left_out)} out of scope)" if one.left_out else ""


def _definitions(pack: Pack) -> list[Block]:
    """What each measure of the pack is, small and in two columns."""
    used = _measures(pack)
    told = [
        say(strong(f"{measure.name}: "), _fraction(measure.numerator, measure.denominator))
        for measure in MEASURES.values()
        if measure.id in used
    ]
    halves = (tuple(items) for items in _even(told))
    parts = ((_run_on(items),) for items in halves if items)
    return [Heading(text="What the measures mean", level=2), *_side_by_side(*parts)]


def _run_on(items: Sequence[Spans]) -> Text:
    """As one small paragraph: a list would fill the last page with the ends of its lines."""
    return Text(
        spans=tuple(chain.from_iterable((*item, Span(text=" ")) for item in items)), size="fine"
    )


def _even(told: list[Spans]) -> tuple[list[Spans], list[Spans]]:
    """The items in two runs of about as much text."""
    lengths = [sum(len(span.text) for span in item) for item in told]
    place = min(range(len(told) + 1), key=lambda n: abs(2 * sum(lengths[:n]) - sum(lengths)))
    return told[:place], told[place:]


_SAID_THERE = {"net_new", "early_attention"}
"""The page of the pipeline says what these are beside their numbers."""


def _measures(pack: Pack) -> set[str]:
    """The ids of the measures that the pack prints."""
    coaching = pack.coaching
    facts = [fact for candidate in pack.candidates for fact in candidate.evidence]
    facts += [fact for sign in coaching.signs for fact in sign.evidence]
    facts += [driver.evidence for driver in coaching.drivers if driver.evidence]
    used = {fact.measure for fact in facts} | {one.measure for one in coaching.checkpoint}
    return (used | {"attainment", "coverage"}) - _SAID_THERE


def _fraction(numerator: str, denominator: str) -> str:
    if denominator.startswith(MISSING):  # no fraction; a note may follow
        return f"{numerator}{denominator.removeprefix(MISSING)}."
    return f"{numerator} ÷ {denominator}."
