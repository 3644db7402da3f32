"""What the pages share: runs of text, tables that explain what is missing, the page setup."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import wraps

from babel import Locale

from salesgap.brand import read_faces, read_logo
from salesgap.facts import DealAtRisk, Pack
from salesgap.params import Brand, Report
from salesgap.publish.blocks import (
    Align,
    Figure,
    PageSetup,
    Span,
    Spans,
    Table,
    TableSize,
    Text,
    Tone,
    Typeface,
)
from salesgap.publish.display import SectionView
from salesgap.publish.words import MISSING, Writer, listed
from salesgap.publish.written import Written

NOT_KNOWN = f"{MISSING} means not known; the last page says why."

Page = Callable[[Pack, Report], SectionView]
"""A section of a pack, as the notebook calls it."""

_ALIGN: dict[str, Align] = {"l": "left", "r": "right", "c": "center"}


def run(text: str, tone: Tone = "plain") -> Spans:
    """Text in one tone, with the value it was written from, if any."""
    value = text.value if isinstance(text, Written) else None
    return (Span(text=text, tone=tone, value=value),)


def say(*parts: str | Span) -> Spans:
    """A run of plain strings and toned spans; empty ones are left out."""
    spans = (Span(text=part) if isinstance(part, str) else part for part in parts)
    return tuple(span for span in spans if span.text)


def strong(text: str) -> Span:
    """Text that carries the message."""
    return Span(text=text, tone="strong")


def muted(text: str) -> Span:
    """Text that stands back."""
    return Span(text=text, tone="muted")


def body(*parts: str | Span) -> Text:
    """A paragraph."""
    return Text(spans=say(*parts))


def small(*parts: str | Span) -> Text:
    """A footnote-sized paragraph."""
    return Text(spans=say(*parts), size="small")


def table(
    columns: Sequence[tuple[str, str, float]],
    rows: Iterable[Sequence[str | Spans]],
    *,
    title: str = "",
    note: str = "",
    size: TableSize = "usual",
) -> Table:
    """A table; ``columns`` are (header, 'l' | 'r' | 'c', relative width).

    A table with a missing value says in its note what '–' means.
    """
    cells = tuple(tuple(run(c) if isinstance(c, str) else c for c in row) for row in rows)
    missing = any(span.text == MISSING for row in cells for cell in row for span in cell)
    notes = [note, NOT_KNOWN if missing else ""]
    return Table(
        title=title,
        header=tuple(name for name, _, _ in columns),
        rows=cells,
        align=tuple(_ALIGN[align] for _, align, _ in columns),
        widths=tuple(width for _, _, width in columns),
        note=" ".join(text for text in notes if text),
        size=size,
    )


def deal_name(deal: DealAtRisk) -> str:
    """A deal as one speaks of it: the account, and the deal where it has a name of its own."""
    account, name = deal.account.strip(), deal.name.strip()
    names = [name] if account in name else [account, name]
    return ": ".join(filter(None, names)) or deal.opportunity_id


def reasons(deal: DealAtRisk) -> str:
    """Why a deal is worth talking about, as a phrase."""
    return listed(deal.reasons, most=6)


def ended(text: str) -> str:
    """``text`` with a full stop, unless it ends in a mark of its own ('Kessel S.L.')."""
    return text if not text or text.endswith((".", "!", "?", "…")) else f"{text}."


def may_be_left_out(page: Page) -> Page:
    """A section of a pack that ``report.sections`` may leave out; the notebook then says so."""

    @wraps(page)
    def shown(pack: Pack, report: Report) -> SectionView:
        view = page(pack, report)
        left_out = bool(report.sections) and view.section.name not in report.sections
        return replace(view, left_out=left_out)

    return shown


def page_setup(title: str, as_of: date, report: Report, writer: Writer) -> PageSetup:
    """Paper, language and footer of a document, its brand and its order."""
    territory = Locale.parse(report.locale).territory
    english = report.locale.startswith("en") and territory
    return PageSetup(
        title=title,
        author=report.brand.name,
        language="en",
        region=territory if english and territory else "GB",
        paper="us-letter" if report.paper == "letter" else "a4",
        colour=report.brand.colour,
        footer_left=report.brand.name,
        footer_centre=f"as of {writer.day(as_of)}",
        logo=_logo(report.brand),
        typeface=_typeface(report.brand),
        sections=report.sections,
        as_of=as_of,
    )


def _logo(brand: Brand) -> Figure | None:
    if brand.logo is None:
        return None
    logo = read_logo(brand.logo)
    return Figure(title="", alt=brand.name, svg=logo.svg, png_base64=_base64(logo.png))


def _typeface(brand: Brand) -> Typeface | None:
    if brand.typeface is None:
        return None
    found = read_faces(brand.typeface)
    return Typeface(family=found.family, faces=tuple(map(_base64, found.files)))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
