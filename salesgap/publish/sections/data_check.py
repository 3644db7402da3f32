"""The data-quality report as sections: what was read, set aside and missing, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from salesgap.params import Report
from salesgap.publish.blocks import Block, Bullets, Heading, Section, Table
from salesgap.publish.display import FactsView, SectionView
from salesgap.publish.sections.parts import body, page_setup, run, small, table
from salesgap.publish.words import Writer, writer
from salesgap.quality import QualityReport, TableQuality

_REASONS = 12  # a table; the quarantine files hold them all
_SET_ASIDE = {"error": "faulty", "left out": "out of scope"}


def check_verdict(quality: QualityReport, as_of: date, report: Report) -> SectionView:
    """Whether packs can be made, and the rows of each table."""
    write = writer(report, "EUR")
    title = "Data quality"
    blocks: list[Block] = [Heading(text=title, level=1), body(_verdict(quality, write))]
    blocks += [Bullets(items=tuple(map(run, quality.problems)))] if quality.problems else []
    blocks += [_rows(quality, write)] if quality.tables else []
    if quality.profile:
        blocks.append(small(f"Read as an export of: {quality.profile}."))
    setup = page_setup(title, as_of, report, write).model_copy(update={"sections": ()})
    return SectionView(
        Section(name="check-verdict", title=title, blocks=tuple(blocks), setup=setup)
    )


def check_reasons(quality: QualityReport, report: Report) -> SectionView:
    """Why rows were set aside, by table."""
    write = writer(report, "EUR")
    tables = [_reasons(entry, write) for entry in quality.tables if entry.reasons]
    return _section("check-reasons", "Rows set aside", tables, "Every row read is accepted.")


def check_offenders(quality: QualityReport, report: Report) -> SectionView:
    """Which files and whose rows are at fault most often."""
    write = writer(report, "EUR")
    files = [(entry.file, entry.quarantined, entry.rows_in) for entry in quality.by_fault()]
    people = [
        (f"{_spaced(one.table)} of {one.whose}", one.rows, one.total) for one in quality.offenders
    ]
    blocks = [
        _counts(title, rows, write) for title, rows in (("File", files), ("Whose", people)) if rows
    ]
    nobody = "No row is at fault."
    return _section("check-offenders", "Where most rows are at fault", blocks, nobody)


def check_costs(quality: QualityReport, report: Report) -> SectionView:
    """What is missing, and what each of it costs the packs."""
    rows = [(one.table, one.cost, one.why or "not in the export") for one in quality.missing]
    empty = "missing or empty"
    rows += [(f"{one.table}: {one.column}", one.cost, empty) for one in quality.lacking]
    columns = (("Missing", "l", 2.6), ("What the packs lack", "l", 5), ("Why", "l", 2.4))
    blocks = [table(columns, [tuple(map(_spaced, row)) for row in rows])] if rows else []
    nothing = "Nothing that the packs would use is missing."
    return _section("check-costs", "What is missing, and what it costs", blocks, nothing)


def check_reading(quality: QualityReport, report: Report) -> SectionView:
    """How dates and amounts were read, what was mended, and what was not used."""
    told = (
        ("To know", quality.notes),
        ("Who and which (not in any pack)", quality.details),
        ("How dates and amounts were read", quality.how_written()),
        ("Columns not used", tuple(_unmapped(quality))),
        ("Files not used", quality.unused_files),
    )
    blocks = [
        block
        for title, texts in told
        if texts
        for block in (
            Heading(text=title, level=2),
            Bullets(items=tuple(map(run, texts)), size="small"),
        )
    ]
    return _section("check-reading", "How it was read", blocks, "There is nothing to tell.")


def facts_of(quality: QualityReport) -> FactsView:
    """The report itself, kept in the notebook."""
    return FactsView(quality)


def _section(name: str, title: str, blocks: Iterable[Block], otherwise: str) -> SectionView:
    told = (Heading(text=title, level=1), *(tuple(blocks) or (body(otherwise),)))
    return SectionView(Section(name=name, title=title, blocks=told, new_page=False))


def _verdict(quality: QualityReport, write: Writer) -> str:
    faulty = sum(entry.quarantined for entry in quality.tables)
    rows = sum(entry.rows_in for entry in quality.tables)
    if quality.problems:
        return "No pack can be made of these data yet. What keeps packs from being made:"
    if not faulty:
        return f"Packs can be made. None of {write.count(rows, 'row')} is at fault."
    told = f"{write.number(faulty)} of {write.count(rows, 'row')}"
    return f"Packs can be made. {told} are at fault and set aside, each with its reason."


def _rows(quality: QualityReport, write: Writer) -> Table:
    columns = (
        *(("Table", "l", 2.2), ("File", "l", 3.6), ("Rows", "r", 1.3)),
        *(("Accepted", "r", 1.4), ("Faulty", "r", 1.3), ("Out of scope", "r", 1.6)),
    )
    rows = [
        (
            _spaced(entry.table),
            entry.file,
            *(
                write.number(count)
                for count in (entry.rows_in, entry.accepted, entry.quarantined, entry.left_out)
            ),
        )
        for entry in quality.tables
    ]
    note = "Rows = accepted + faulty + out of scope. Out of scope: sound, but not of this run."
    return table(columns, rows, title="Rows of each table", note=note)


def _reasons(entry: TableQuality, write: Writer) -> Table:
    columns = (("Reason", "l", 7), ("Kind", "l", 1.6), ("Rows", "r", 1.2))
    rows = [
        (one.reason, _SET_ASIDE[one.kind], write.number(one.rows))
        for one in entry.reasons[:_REASONS]
    ]
    rest = len(entry.reasons) - len(rows)
    more = f"{write.number(rest)} more in quarantine/{entry.table}.csv." if rest else ""
    return table(columns, rows, title=f"{_spaced(entry.table)} ({entry.file})", note=more)


def _counts(title: str, rows: Iterable[tuple[str, int, int]], write: Writer) -> Table:
    columns = ((title, "l", 6.0), ("At fault", "r", 1.5), ("Of rows", "r", 1.5))
    told = [(who, write.number(count), write.number(total)) for who, count, total in rows]
    return table(columns, told)


def _unmapped(quality: QualityReport) -> Iterable[str]:
    return (
        f"{entry.file}: {', '.join(entry.unmapped)}" for entry in quality.tables if entry.unmapped
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ")
