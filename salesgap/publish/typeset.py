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
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salesgap.errors import PublishError
from salesgap.publish.blocks import PageSetup, Section, Span, Text
from salesgap.publish.fonts import PLACEHOLDER, isolated, missing_glyphs, showable, typst_fonts

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
    pictures: dict[str, bytes] = {}
    pages = {
        "setup": _showable(setup.model_dump(mode="json")),
        "sections": [
            _prepared(section.model_dump(mode="json", exclude={"setup"}), section.name, pictures)
            for section in sections
        ],
    }
    files = {**template, **pictures, "pages.json": json.dumps(pages).encode()}
    return _compiled(files, setup)


def _prepared(value: Any, where: str, pictures: dict[str, bytes]) -> Any:
    """JSON data with every text showable and every figure moved out into a file."""
    if isinstance(value, dict):
        if value.get("type") == "figure":
            value = {**value, "file": _picture(value, where, pictures), "svg": "", "png_base64": ""}
        return {key: _prepared(inner, where, pictures) for key, inner in value.items()}
    if isinstance(value, list):
        return [_prepared(inner, where, pictures) for inner in value]
    return isolated(showable(value)) if isinstance(value, str) else value


def _showable(value: dict[str, Any]) -> Any:
    return _prepared(value, "setup", {})


def _picture(figure: dict[str, Any], where: str, pictures: dict[str, bytes]) -> str:
    """The name under which the compiler finds a figure's picture."""
    number = len(pictures) + 1
    if figure["svg"]:
        name, content = f"figures/{number}.svg", showable(figure["svg"]).encode()
    elif figure["png_base64"]:
        name, content = f"figures/{number}.png", _decoded(figure["png_base64"], where)
    else:
        raise PublishError("a figure has no picture", where=where, do="give it svg or png_base64")
    pictures[name] = content
    return f"/{name}"


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise PublishError("a PNG picture cannot be decoded", where=where) from None


def without_glyph(sections: tuple[Section, ...], setup: PageSetup) -> tuple[str, ...]:
    """The characters that a page can only show as □, each as its code point and name."""
    texts = "".join(section.model_dump_json() for section in sections) + setup.model_dump_json()
    return tuple(
        f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()
        for char in sorted(missing_glyphs(texts))
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
            font_paths=typst_fonts(),
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
