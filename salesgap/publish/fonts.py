"""The typefaces of a pack, and what they cannot show.

Source Sans Pro sets the text, or the brand's typeface does and Source Sans Pro has what that one
lacks; DejaVu, which Matplotlib brings along, has the symbols and scripts that are still missing,
and the fixed-width face; IPAex Gothic has Japanese, in one weight. Nothing of the machine's own
fonts is used, so that a pack looks the same everywhere.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import shutil
import tempfile
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from salesgap.errors import PublishError
from salesgap.publish.blocks import Typeface

if TYPE_CHECKING:
    import typst

PLACEHOLDER = "□"
OWN = "Source Sans Pro"

_BIDI_CONTROL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A run of Hebrew, Arabic or their like, up to the next mark or letter that is not its own.
_RTL = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RTL_RUN = re.compile(f"[{_RTL}](?:[^A-Za-z\u00c0-\u024f,;:·—()\n]*[{_RTL}])?")
_LINE_END = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
# Marks that fonts may map but that must not reach a page.
_UNWANTED = frozenset("\x00\r\t\ufeff")

_UPRIGHT = ("Regular", "Semibold", "Bold")
_SOURCE_SANS = tuple(f"SourceSansPro-{style}.ttf" for style in (*_UPRIGHT, "It", "SemiboldIt"))
_DEJAVU = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSansMono.ttf")
_IPAEX = ("ipaexg.ttf",)
_FOLDERS = {
    _SOURCE_SANS: ("font_source_sans_pro", "files"),
    _DEJAVU: ("matplotlib", "mpl-data/fonts/ttf"),
    _IPAEX: ("matplotlib_fontja", "fonts"),
}
# The start of the file names of a family that a brand may bring in its own version.
_OURS: dict[str, tuple[str, ...]] = {
    OWN: ("SourceSansPro-",),
    "DejaVu Sans": ("DejaVuSans.", "DejaVuSans-"),
    "DejaVu Sans Mono": ("DejaVuSansMono",),
    "IPAexGothic": ("ipaexg",),
}

# Letters as often as a page has them, and figures: what a typeface's width is judged by.
_SAMPLE = "Your team opens 3.1 new opportunities per rep a month; peers open 5.0 (190,000 to 445k)."
# Of a text in a chart: its size and the pack's own typeface.
_CHART_TEXT = re.compile(rf"font-size: ([\d.]+)px; font-family: '{OWN}'")


@cache
def font_files() -> tuple[Path, ...]:
    """The font files that packs are set in. Raises ``PublishError`` where one is missing."""
    files = [_folder(*where) / name for names, where in _FOLDERS.items() for name in names]
    for file in files:
        if not file.is_file():
            raise PublishError(
                f"the font {file.name} is missing", do="reinstall salesgap with its dependencies"
            )
    return tuple(files)


@cache
def typst_fonts(typeface: Typeface | None = None) -> typst.Fonts:
    """The fonts as the compiler takes them, loaded once a process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[_own_folder(typeface).name],
    )


def missing_glyphs(text: str, known: frozenset[str] | None = None) -> set[str]:
    """The visible characters of ``text`` that no font of a pack can show.

    ``known`` are those that one can (:func:`covered`), with a brand's typeface.
    """
    return {char for char in set(text) - (known or covered()) if not _invisible(char)}


def showable(text: str, known: frozenset[str] | None = None) -> str:
    """``text`` with what cannot be shown made visible as □, and line ends made one newline."""
    text = _BIDI_CONTROL.sub("", _LINE_END.sub("\n", text))
    unknown = set(text) - (known or covered())
    if not unknown:
        return text
    return text.translate({ord(char): _instead_of(char) for char in unknown})


def isolated(text: str) -> str:
    """``text`` in which a right-to-left name cannot change places with what stands beside it.

    Its own direction marks are taken out: they could turn the rest of the page around.
    """
    return _RTL_RUN.sub(lambda run: f"\u2067{run[0]}\u2069", _BIDI_CONTROL.sub("", text))


def _instead_of(char: str) -> str:
    if char == "\t":
        return "    "
    return "" if _invisible(char) else PLACEHOLDER


def _invisible(char: str) -> bool:
    """Controls, formatting marks and variation selectors leave no mark on paper."""
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return selector or unicodedata.category(char) in ("Cc", "Cf", "Cs")


@cache
def share_of_size(typeface: Typeface | None) -> float:
    """The size at which a line in ``typeface`` is as long as in the pack's own; at most 1.

    So a page holds as much in any typeface, and a label of a chart stays in the room that was
    measured for it.
    """
    if typeface is None:
        return 1.0
    own = {path.stem: path for path in font_files()}
    shares = [
        _width(own[f"SourceSansPro-{style}"]) / _width(io.BytesIO(face))
        for style, face in zip(("Regular", "Bold"), _files(typeface), strict=False)
    ]
    return round(min(1.0, *shares), 3)


def in_typeface(svg: str, typeface: Typeface | None) -> str:
    """A chart with its text in ``typeface``, and as long as it was."""
    if typeface is None:
        return svg
    share, family = share_of_size(typeface), html.escape(typeface.family)
    return _CHART_TEXT.sub(
        lambda found: (
            f"font-size: {float(found[1]) * share:.3f}px; font-family: '{family}', '{OWN}'"
        ),
        svg,
    )


def _width(file: Path | io.BytesIO) -> float:
    """The length of the sample, in the size of the type; without kerning."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(file, lazy=True) as font:
        letters, advances = font.getBestCmap(), font["hmtx"]
        lengths = (advances[letters[ord(char)]][0] for char in _SAMPLE if ord(char) in letters)
        return float(sum(lengths) / font["head"].unitsPerEm)


def _files(typeface: Typeface) -> tuple[bytes, ...]:
    try:
        return tuple(base64.b64decode(face, validate=True) for face in typeface.faces)
    except binascii.Error:
        raise PublishError("cannot be decoded", where=f"typeface {typeface.family}") from None


@cache
def covered(typeface: Typeface | None = None) -> frozenset[str]:
    """Characters that all upright faces of one of the families have."""
    if typeface is not None:
        upright = (_characters(io.BytesIO(face)) for face in _files(typeface)[:2])
        return covered() | (frozenset(set.intersection(*upright)) - _UNWANTED)
    faces = {path.stem: path for path in font_files()}
    source = (_characters(faces[f"SourceSansPro-{style}"]) for style in _UPRIGHT)
    dejavu = (_characters(faces[name]) for name in ("DejaVuSans", "DejaVuSans-Bold"))
    japanese = _characters(faces["ipaexg"])
    shown = set.intersection(*source) | set.intersection(*dejavu) | japanese
    return frozenset(shown | {"\n"}) - _UNWANTED


def _characters(file: Path | io.BytesIO) -> set[str]:
    from fontTools.ttLib import TTFont

    with TTFont(file, lazy=True) as font:
        return {chr(code) for code in font.getBestCmap()}


@cache
def _own_folder(typeface: Typeface | None) -> tempfile.TemporaryDirectory[str]:
    """A folder with just our fonts: the compiler takes folders, in whatever order they list.

    So no family may be in it twice: where the brand brings one of ours, its own is used.
    """
    folder = tempfile.TemporaryDirectory(prefix="salesgap-fonts-")
    theirs = _OURS.get(typeface.family, ()) if typeface is not None else ()
    for file in font_files():
        if not file.name.startswith(theirs):
            shutil.copy(file, folder.name)
    for number, face in enumerate(_files(typeface) if typeface is not None else ()):
        Path(folder.name, f"brand-{number}.otf").write_bytes(face)
    return folder


def _folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PublishError(f"the package {package} is missing", do="reinstall salesgap")
    return Path(spec.submodule_search_locations[0]) / inside
