"""The data-quality report as plain text, for ``salesgap check``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from salesgap.quality import Missing, QualityReport, Reason, TableQuality

_WIDTH = 96
_REASONS = 8  # a table; the quarantine files hold them all
_HEADERS = 12


def quality_text(report: QualityReport) -> str:
    """The report, laid out for a terminal; ends without a line break."""
    parts = [
        f"Read as an export of: {report.profile}" if report.profile else "",
        _section("What keeps packs from being made", report.problems),
        "Rows\n" + "\n".join(_table_lines(report)) if report.tables else "",
        _set_aside(report),
        _section("Most rows at fault", worst_lines(report)),
        _section("To know", report.notes),
        _section("Who and which (not in any pack)", report.details),
        _section("Not in the export, or left out", map(_missing_line, report.missing)),
        _section("Columns that are missing or empty", map(str, report.lacking)),
        _section("How dates and amounts were read", report.how_written()),
        _section("Columns not used", _unused_columns(report)),
        _section("Files not used", report.unused_files),
    ]
    return "\n\n".join(part for part in parts if part)


def _table_lines(report: QualityReport) -> Iterable[str]:
    head = ("table", "file", "rows", "accepted", "faulty", "left out")
    body = [
        (
            entry.table,
            entry.file,
            *(
                f"{count:,}"
                for count in (entry.rows_in, entry.accepted, entry.quarantined, entry.left_out)
            ),
        )
        for entry in report.tables
    ]
    widths = [max(len(row[place]) for row in (head, *body)) for place in range(len(head))]
    for row in (head, *body):
        names = [text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True)]
        counts = [text.rjust(width) for text, width in zip(row[2:], widths[2:], strict=True)]
        yield "  " + "  ".join(names + counts)


def _set_aside(report: QualityReport) -> str:
    blocks = [_reason_lines(entry) for entry in report.tables if entry.reasons]
    if not blocks:
        return ""
    return "Rows set aside\n" + "\n".join(blocks)


def _reason_lines(entry: TableQuality) -> str:
    shown = entry.reasons[:_REASONS]
    lines = [f"  {entry.table}", *(_reason_line(reason) for reason in shown)]
    rest = len(entry.reasons) - len(shown)
    if rest:
        lines.append(f"{'':>12}  and {rest:,} other reasons, see quarantine/{entry.table}.csv")
    return "\n".join(lines)


def _reason_line(reason: Reason) -> str:
    scope = "" if reason.kind == "error" else f" ({reason.kind})"
    return _wrapped(f"{reason.reason}{scope}", f"{reason.rows:>12,}  ")


def worst_lines(report: QualityReport) -> list[str]:
    """The files and the people with most faulty rows, each a line."""
    files = [
        f"{entry.file}: {entry.quarantined:,} of {entry.rows_in:,} rows"
        for entry in report.by_fault()
    ]
    people = [
        f"{one.table} of {one.whose}: {one.rows:,} of {one.total:,} rows"
        for one in report.offenders
    ]
    return files + people


def _unused_columns(report: QualityReport) -> list[str]:
    lines = []
    for entry in report.tables:
        names = ", ".join(entry.unmapped[:_HEADERS])
        rest = len(entry.unmapped) - _HEADERS
        more = f" and {rest:,} more" if rest > 0 else ""
        lines += [f"{entry.file}: {names}{more}"] if names else []
    return lines


def _missing_line(missing: Missing) -> str:
    return f"{missing} → {missing.do}" if missing.do else str(missing)


def _section(title: str, items: Iterable[str]) -> str:
    lines = [_wrapped(item, "  - ") for item in items]
    return "\n".join([title, *lines]) if lines else ""


def _wrapped(text: str, lead: str) -> str:
    indent = " " * len(lead)
    return textwrap.fill(
        text, _WIDTH, initial_indent=lead, subsequent_indent=indent, break_long_words=False
    )
