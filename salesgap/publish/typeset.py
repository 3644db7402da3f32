"""Sections to PDF: one Typst compile in a folder of its own, the same bytes every time."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salesgap.errors import PublishError
from salesgap.publish.blocks import PageSetup, Section, Span, Text, Typeface
from salesgap.publish.fonts import (
    PLACEHOLDER,
    covered,
    in_typeface,
    isolated,
    missing_glyphs,
    share_of_size,
    showable,
    typst_fonts,
)

if TYPE_CHECKING:
    import typst

log = logging.getLogger(__name__)

# Tagged for screen readers, and fit for an archive.
STANDARDS: tuple[Literal["a-2a", "ua-1"], ...] = ("a-2a", "ua-1")


def typeset(
    sections: tuple[Section, ...], setup: PageSetup, template: Mapping[str, bytes]
) -> bytes:
    """The PDF of ``sections``.

    ``template`` holds Typst files by name, ``main.typ`` first among them; it finds the sections
    in ``pages.json``. Raises ``PublishError`` with the compiler's reason where it cannot be set.
    """
    paper = _Paper(setup.typeface)
    pages = {
        "setup": {**_prepared(_setup(setup), "setup", paper), "font": _font(setup.typeface)},
        "sections": [
            _prepared(section.model_dump(mode="json", exclude={"setup"}), section.name, paper)
            for section in sections
        ],
    }
    files = {**template, **paper.pictures, "pages.json": json.dumps(pages).encode()}
    return _compiled(files, setup)


@dataclass
class _Paper:
    """What the pages are set in, and the pictures that they have had so far, by file name."""

    typeface: Typeface | None
    pictures: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = covered(self.typeface)


def _setup(setup: PageSetup) -> dict[str, Any]:
    return setup.model_dump(mode="json", exclude={"typeface", "sections"})


def _font(typeface: Typeface | None) -> dict[str, Any] | None:
    """A brand's typeface as the template takes it: its name, and its share of the usual size."""
    if typeface is None:
        return None
    return {"family": typeface.family, "share": share_of_size(typeface)}


def _prepared(value: Any, where: str, paper: _Paper) -> Any:
    """JSON data with every text showable and every figure moved out into a file."""
    if isinstance(value, dict):
        if value.get("type") == "figure":
            value = {**value, "file": _picture(value, where, paper), "svg": "", "png_base64": ""}
        return {key: _prepared(inner, where, paper) for key, inner in value.items()}
    if isinstance(value, list):
        return [_prepared(inner, where, paper) for inner in value]
    return isolated(showable(value, paper.known)) if isinstance(value, str) else value


def _picture(figure: dict[str, Any], where: str, paper: _Paper) -> str:
    """The name under which the compiler finds a figure's picture."""
    number = len(paper.pictures) + 1
    if figure["svg"]:
        svg = in_typeface(showable(figure["svg"], paper.known), paper.typeface)
        name, content = f"figures/{number}.svg", svg.encode()
    elif figure["png_base64"]:
        name, content = f"figures/{number}.png", _decoded(figure["png_base64"], where)
    else:
        raise PublishError("a figure has no picture", where=where, do="give it svg or png_base64")
    paper.pictures[name] = content
    return f"/{name}"


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise PublishError("a PNG picture cannot be decoded", where=where) from None


def without_glyph(sections: tuple[Section, ...], setup: PageSetup) -> tuple[str, ...]:
    """The characters that a page can only show as □, each as its code point and name."""
    dumped = [section.model_dump_json(exclude={"setup"}) for section in sections]
    texts = "".join(dumped) + setup.model_dump_json(exclude={"typeface"})
    return tuple(
        f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()
        for char in sorted(missing_glyphs(texts, covered(setup.typeface)))
    )


def legend(unshown: tuple[str, ...]) -> tuple[Section, ...]:
    """A last line that names the characters shown as □ (:func:`without_glyph`), if there are
    any."""
    if not unshown:
        return ()
    names = "; ".join(unshown)
    text = f"{PLACEHOLDER} stands for characters outside this document's typefaces: {names}."
    line = Text(spans=(Span(text=text),), size="small")
    return (Section(name="unshown-characters", title="", blocks=(line,), new_page=False),)


def _compiled(files: dict[str, bytes], setup: PageSetup) -> bytes:
    import typst

    with tempfile.TemporaryDirectory(prefix="salesgap-typst-") as folder:
        _write(files, Path(folder))
        compiler = typst.Compiler(
            str(Path(folder, "main.typ")),
            root=folder,
            font_paths=typst_fonts(setup.typeface),
            ignore_system_fonts=True,
        )
        try:
            pdf, warnings = compiler.compile_with_warnings(
                format="pdf", pdf_standards=list(STANDARDS), timestamp=_timestamp(setup)
            )
        except typst.TypstError as error:
            raise _readable(error, setup) from None
    for warning in warnings:
        log.warning("%s: Typst: %s", setup.title, warning.message)
    if not isinstance(pdf, bytes):
        raise PublishError("Typst made no PDF", where=setup.title)
    return pdf


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """The compiler's whole world: it can read nothing outside this folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _readable(error: typst.TypstError, setup: PageSetup) -> PublishError:
    place = re.search(r"([\w.-]+:\d+:\d+)", error.diagnostic)
    where = f"{setup.title} ({place[1]})" if place else setup.title
    return PublishError(f"Typst: {error.message}", where=where, do="; ".join(error.hints))


def _timestamp(setup: PageSetup) -> datetime:
    """The day the pack is as of, so that the same pack has the same bytes on any day."""
    return datetime.combine(setup.as_of or date(1970, 1, 1), time(), tzinfo=UTC)
