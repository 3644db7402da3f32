"""An executed notebook as the sections of a document, in the notebook's order or the params'.

Everything a cell left is set, refused by name, or (its warnings on stderr) logged: nothing
vanishes on the way to the PDF but the pack's own sections that the params leave out.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from pydantic import ValidationError

from salesgap.errors import PublishError
from salesgap.params import SECTIONS
from salesgap.publish.blocks import (
    FACTS_MIME,
    SECTION_MIME,
    Block,
    Cards,
    Columns,
    Figure,
    Heading,
    PageSetup,
    Preformatted,
    Section,
    says_its_title,
)
from salesgap.publish.markdown import blocks_of_markdown

log = logging.getLogger(__name__)

ADDED_FIGURE = "Figure added to this pack"
WORKBOOK_TAG = "workbook"

# What Python shows of an object that has no text of its own, such as a widget or an HTML snippet.
_NO_TEXT = re.compile(r"<[^<>]*\b(object|at 0x[0-9a-fA-F]+)\b[^<>]*>")
_ALSO_AS_TEXT = {"text/plain", "text/html", "text/latex"}


def sections_of(notebook: Any) -> tuple[Section, ...]:
    """The sections of an executed notebook (nbformat 4), an analyst's own cells among them.

    Raises ``PublishError`` where a cell failed, left something that cannot be set on paper, or
    where no cell left a section.
    """
    found = [part for n, cell in enumerate(notebook.cells, 1) for part in _cell(cell, n)]
    if not any(own for _, own in found):
        raise PublishError("the notebook holds no section of a pack", do="run it first")
    return arranged([section for section, _ in found])


def arranged(sections: list[Section]) -> tuple[Section, ...]:
    """The sections that the setup names, in its order, with headings as a document has them."""
    return tuple(_nested_headings(_chosen(sections)))


def setup_of(sections: tuple[Section, ...]) -> PageSetup:
    """The document's setup: the first one that a section carries."""
    carried = (section.setup for section in sections if section.setup is not None)
    return next(carried, None) or PageSetup(title=sections[0].title or sections[0].name)


def _chosen(sections: list[Section]) -> list[Section]:
    """The sections of a pack that its setup names, in that order.

    What an analyst added stays behind the section that it follows, or, where that one is left
    out, behind the one before. The section after page 1 starts a new page.
    """
    chosen = setup_of(tuple(sections)).sections
    if not chosen:
        return sections
    behind: dict[str, list[Section]] = {}
    last = ""
    for section in sections:
        if section.name in chosen:
            last = section.name
        if section.name in chosen or section.name not in SECTIONS:
            behind.setdefault(last, []).append(section)
    ordered = chain.from_iterable(behind.get(name, ()) for name in ("", *chosen))
    return [_after_page_1(section, chosen) for section in ordered]


def _after_page_1(section: Section, chosen: tuple[str, ...]) -> Section:
    if section.name != chosen[1] or not section.blocks:
        return section
    return section.model_copy(update={"new_page": True})


def _cell(cell: Any, number: int) -> Iterator[tuple[Section, bool]]:
    """The sections of one cell, each with whether the pack (and not the analyst) made it."""
    where = _where(cell, number)
    if cell.cell_type == "markdown" and WORKBOOK_TAG not in cell.metadata.get("tags", ()):
        yield _added(blocks_of_markdown(cell.source), where), False
    for output in cell.get("outputs", ()):
        yield from _output(output, cell, where)


def _output(output: Any, cell: Any, where: str) -> Iterator[tuple[Section, bool]]:
    if output.output_type == "error":
        raise PublishError(
            f"failed with {output.ename}: {output.evalue}", where=where, do="mend it and run again"
        )
    if output.output_type == "stream":
        if output.name == "stderr":
            log.warning("%s: left out of the PDF: %s", where, output.text.strip())
        elif output.text.strip():
            yield _added((_preformatted(output.text),), where), False
    elif SECTION_MIME in output.data:
        yield _section(output.data[SECTION_MIME], where), True
    elif FACTS_MIME not in output.data:
        yield _added(_shown(output.data, cell, where), where), False


def _section(data: Any, where: str) -> Section:
    try:
        return Section.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PublishError(
            f"its section cannot be read: {place}: {first['msg']}",
            where=where,
            do="run the notebook again with this version of salesgap",
        ) from None


def _shown(data: Any, cell: Any, where: str) -> tuple[Block, ...]:
    """The blocks of what an analyst's cell shows, from the richest kind that paper can hold."""
    alt = str(cell.metadata.get("alt", ADDED_FIGURE))
    if "image/svg+xml" in data:
        return (Figure(title="", alt=alt, svg=data["image/svg+xml"]),)
    if "image/png" in data:
        return (Figure(title="", alt=alt, png_base64="".join(data["image/png"].split())),)
    if "text/markdown" in data:
        return blocks_of_markdown(data["text/markdown"])
    text = data.get("text/plain", "")
    beyond = sorted(set(data) - _ALSO_AS_TEXT) or sorted(set(data) - {"text/plain"})
    if set(data) <= _ALSO_AS_TEXT and text and not _NO_TEXT.fullmatch(text.strip()):
        return (_preformatted(text),)
    raise PublishError(
        f"cannot be set on paper: {', '.join(beyond) or text or 'an empty output'}",
        where=where,
        do="show it as an SVG or PNG picture, a section or text",
    )


def _preformatted(text: str) -> Preformatted:
    return Preformatted(text=text.strip("\n"))


def _added(blocks: tuple[Block, ...], where: str) -> Section:
    return Section(name=where, title="", blocks=blocks, new_page=False)


def _where(cell: Any, number: int) -> str:
    return f"cell {number} ({cell['id']})" if cell.get("id") else f"cell {number}"


# ── headings ──────────────────────────────────────────────────────────────────────────────


def _nested_headings(sections: Iterable[Section]) -> Iterator[Section]:
    """Sections that open with their title, and whose headings skip no level (PDF/UA asks it)."""
    level = 0
    for section in sections:
        blocks, level = _stepped(_with_title(section), level)
        yield section.model_copy(update={"blocks": blocks})


def _with_title(section: Section) -> tuple[Block, ...]:
    if says_its_title(section):
        return section.blocks
    masthead = [block for block in section.blocks[:1] if block.type == "masthead"]
    title = Heading(text=section.title, level=1)
    return (*masthead, title, *section.blocks[len(masthead) :])


def _stepped(blocks: Iterable[Block], level: int) -> tuple[tuple[Block, ...], int]:
    """``blocks`` with no heading more than one level below the last, and the level they end at."""
    found: list[Block] = []
    for block in blocks:
        changed: Block = block
        if isinstance(block, Heading):
            level = min(block.level, level + 1)
            changed = block.model_copy(update={"level": level})
        elif isinstance(block, Columns | Cards):
            name = "columns" if isinstance(block, Columns) else "cards"
            groups = []
            for group in getattr(block, name):
                inner, level = _stepped(group, level)
                groups.append(inner)
            changed = block.model_copy(update={name: tuple(groups)})
        found.append(changed)
    return tuple(found), level
