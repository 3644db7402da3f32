"""A company's own logo and typeface: read from its files, and checked before any page is set."""

from __future__ import annotations

import io
import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from salesgap.errors import ParamsError

if TYPE_CHECKING:
    import typst

_LOGO, _TYPEFACE = "report.brand.logo", "report.brand.typeface"

LARGEST_LOGO, LARGEST_FACE = 512 * 1024, 2 * 1024 * 1024  # bytes
WIDEST_LOGO = 4000  # pixels a side

# What a face must have; for any other character the pack's own typefaces step in.
_NEEDED = string.ascii_letters + string.digits + ".,:;!?%()+-/&'"

_SVG_NUMBER = re.compile(r"\s*\+?(\d*\.?\d+(?:[eE][+-]?\d+)?)")
_CSS_LINK = re.compile(r"@import|url\(\s*['\"]?\s*(?!['\"]?\s*(?:#|data:))", re.IGNORECASE)


# ── logo ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, as the text of an SVG or the bytes of a PNG."""

    svg: str = ""
    png: bytes = b""


def read_logo(file: Path) -> Logo:
    """The logo in a PNG, JPEG or SVG file; pixels come back as a plain PNG in RGB.

    Raises ``ParamsError`` where it is not there, not such a picture, too large, or where an SVG
    points to anything outside itself.
    """
    content = _content(file, _LOGO, LARGEST_LOGO)
    if file.suffix.lower() == ".svg":
        return Logo(svg=_checked_svg(content, file))
    return Logo(png=_as_png(content, file))


def _as_png(content: bytes, file: Path) -> bytes:
    """Made anew, without the metadata, the turned pixels and the inks of print that it may hold."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if max(picture.size) > WIDEST_LOGO:
                size = "{} × {}".format(*picture.size)
                raise _fault(_LOGO, file, f"has {size} pixels", f"{WIDEST_LOGO} a side at most")
            out = io.BytesIO()
            ImageOps.exif_transpose(picture).convert("RGBA").save(out, "png")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _fault(
            _LOGO, file, "is no picture that can be read", "save it as a PNG, JPEG or SVG"
        ) from None
    return out.getvalue()


def _checked_svg(content: bytes, file: Path) -> str:
    """The drawing alone: no document type, no comments, nothing that points outside."""
    try:
        if b"<!ENTITY" in content:
            raise _fault(_LOGO, file, "declares entities", "save it as a plain SVG")
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise _fault(_LOGO, file, "is no SVG that can be read", "save it anew") from None
    if root.tag.rpartition("}")[2] != "svg" or not _has_size(root):
        raise _fault(_LOGO, file, "is no SVG with a size", "give it a viewBox, or width and height")
    if any(_points_outside(element) for element in root.iter()):
        raise _fault(
            _LOGO, file, "points to something outside itself", "embed it, or save as a plain SVG"
        )
    return ElementTree.tostring(root, encoding="unicode")


def _has_size(root: ElementTree.Element) -> bool:
    box = root.get("viewBox", "").replace(",", " ").split()
    sides = box[2:] if len(box) == 4 else [root.get("width", ""), root.get("height", "")]
    numbers = [_SVG_NUMBER.match(side) for side in sides]
    return all(number is not None and float(number[1]) > 0 for number in numbers)


def _points_outside(element: ElementTree.Element) -> bool:
    for name, value in element.attrib.items():
        if name.rpartition("}")[2] in ("href", "src") and element.tag.rpartition("}")[2] != "a":
            if not value.strip().startswith(("#", "data:")):
                return True
        elif _CSS_LINK.search(value):
            return True
    return bool(element.tag.rpartition("}")[2] == "style" and _CSS_LINK.search(element.text or ""))


# ── typeface ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Faces:
    """A family's name, and the font files of its regular, its bold and, if any, its italic."""

    family: str
    files: tuple[bytes, ...]


def read_faces(folder: Path) -> Faces:
    """The one family whose ``.ttf`` or ``.otf`` files are in ``folder`` or below.

    Raises ``ParamsError`` where there is none or more than one, where regular or bold is missing,
    or where a face is variable, too large, may not be embedded, lacks letters or has no tabular
    figures.
    """
    found = _fonts_in(folder)
    families = sorted({font.family for font in found})
    if len(families) != 1:
        holds = f"{len(families)} families: {', '.join(families)}" if families else "no font"
        do = "put the .ttf or .otf files of one family there"
        raise _fault(_TYPEFACE, folder, f"holds {holds}", do)
    chosen = [_nearest(found, 400, 350, 500), _nearest(found, 700, 600, 900)]
    if None in chosen:
        name = "regular" if chosen[0] is None else "bold"
        raise _fault(_TYPEFACE, folder, f"{families[0]} has no {name} face", "add its file")
    chosen.append(_nearest(found, 400, 350, 500, italic=True))
    files = [Path(font.path) for font in chosen if font is not None and font.path is not None]
    return Faces(families[0], tuple(_checked_face(file) for file in files))


def _fonts_in(folder: Path) -> list[typst.FontInfo]:
    """The fonts of a folder as the typesetter, which will look for them, names them."""
    import typst

    if not folder.is_dir():
        raise _fault(_TYPEFACE, folder, "no such folder", "name the folder of its font files")
    found = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
    ).fonts()
    single = [f for f in found if f.path and Path(f.path).suffix.lower() in (".ttf", ".otf")]
    return sorted(single, key=lambda font: str(font.path))


def _nearest(
    fonts: Iterable[typst.FontInfo], weight: int, least: int, most: int, italic: bool = False
) -> typst.FontInfo | None:
    """The face of normal width whose weight is nearest to ``weight``."""
    like = [
        font
        for font in fonts
        if least <= font.weight <= most
        and (font.style != "normal") is italic
        and abs(font.stretch - 1) < 0.01
    ]
    return min(like, key=lambda font: abs(font.weight - weight), default=None)


def _checked_face(file: Path) -> bytes:
    from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

    content = _content(file, _TYPEFACE, LARGEST_FACE)
    try:
        with TTFont(io.BytesIO(content), lazy=True) as font:
            what, do = _lacking(font)
    except (TTLibError, KeyError, AttributeError, ValueError):
        what, do = "cannot be read as a font", "get the file anew"
    if what:
        raise _fault(_TYPEFACE, file, what, do)
    return content


def _lacking(font: Any) -> tuple[str, str]:
    """What a face lacks for a page, and what to do; two empty texts where it is fit."""
    letters = font.getBestCmap()
    missing = [char for char in _NEEDED if ord(char) not in letters]
    if "fvar" in font:
        return "is a variable font", "give the family's static Regular and Bold"
    if font["OS/2"].fsType & 0xF == 2:
        return "says that it may not be embedded in a document", "choose another typeface"
    if missing:
        return f"has no {' '.join(missing)}", "choose a typeface with these characters"
    if len({font["hmtx"][letters[ord(digit)]][0] for digit in string.digits}) > 1 and not (
        "GSUB" in font and _has_feature(font["GSUB"].table, "tnum")
    ):
        return "has no tabular figures, which tables need", "choose a typeface that has them"
    return "", ""


def _has_feature(table: Any, tag: str) -> bool:
    features = table.FeatureList.FeatureRecord if table.FeatureList else ()
    return any(record.FeatureTag == tag for record in features)


# ── files ─────────────────────────────────────────────────────────────────────────────────


def _content(file: Path, key: str, largest: int) -> bytes:
    try:
        if file.stat().st_size > largest:
            what = f"is larger than {largest // 1024:,} KB"
            raise _fault(key, file, what, "save it smaller, or take another")
        return file.read_bytes()
    except FileNotFoundError:
        raise _fault(key, file, "no such file", "paths are relative to the params file") from None
    except OSError as error:
        raise _fault(key, file, f"cannot be read ({error.strerror})", "name a file") from None


def _fault(key: str, path: Path, what: str, do: str) -> ParamsError:
    return ParamsError(what, where=f"{key}: {path}", do=do)
