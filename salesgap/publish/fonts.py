"""The typefaces of a pack, and what they cannot show.

Source Sans Pro sets the text; DejaVu, which Matplotlib brings along, has the symbols and scripts
it lacks, and the fixed-width face; IPAex Gothic has Japanese, in one weight. Nothing of the
machine's own fonts is used, so that a pack looks the same everywhere.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from salesgap.errors import PublishError

if TYPE_CHECKING:
    import typst

PLACEHOLDER = "□"

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
def typst_fonts() -> typst.Fonts:
    """The fonts as the compiler takes them, loaded once a process."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_own_folder().name]
    )


def missing_glyphs(text: str) -> set[str]:
    """The visible characters of ``text`` that no font of a pack can show."""
    return {char for char in set(text) - _covered() if not _invisible(char)}


def showable(text: str) -> str:
    """``text`` with what cannot be shown made visible as □, and line ends made one newline."""
    text = _BIDI_CONTROL.sub("", _LINE_END.sub("\n", text))
    unknown = set(text) - _covered()
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
def _covered() -> frozenset[str]:
    """Characters that all upright faces of one of the families have."""
    faces = {path.stem: path for path in font_files()}
    source = (_characters(faces[f"SourceSansPro-{style}"]) for style in _UPRIGHT)
    dejavu = (_characters(faces[name]) for name in ("DejaVuSans", "DejaVuSans-Bold"))
    japanese = _characters(faces["ipaexg"])
    covered = set.intersection(*source) | set.intersection(*dejavu) | japanese
    return frozenset(covered | {"\n"}) - _UNWANTED


def _characters(path: Path) -> set[str]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(path, lazy=True) as font:
        return {chr(code) for code in font.getBestCmap()}


@cache
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder with just our fonts: the compiler takes folders, in whatever order they list."""
    folder = tempfile.TemporaryDirectory(prefix="salesgap-fonts-")
    for file in font_files():
        shutil.copy(file, folder.name)
    return folder


def _folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PublishError(f"the package {package} is missing", do="reinstall salesgap")
    return Path(spec.submodule_search_locations[0]) / inside
