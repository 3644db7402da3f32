"""The one style: a canvas measured in points, a few marks, and the palette.

Charts are laid out by hand on a :class:`Canvas`, so that a name of any length gets the room it
needs. Text stays text in the SVG and is set in the page's own typeface; matplotlib is given that
typeface too, so that what is measured here is what is printed there.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import font_source_sans_pro
import matplotlib
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle

Weight = Literal["normal", "bold"]
Anchor = Literal["left", "center", "right"]
Scale = Callable[[float], float]

INK = "#1c2330"
MUTED = "#667080"
RULE = "#dfe3e8"
BAND = "#eceff3"
BAR = "#a9b2c0"
SOFT = "#d3d9e2"
WHITE = "#ffffff"

FULL = 493.0  # points: the text width of an A4 page with 18 mm margins
HALF = 234.0  # one of two columns

SIZE = 8.5
LEADING = 1.22

FAMILY = "Source Sans Pro"
RC: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "salesgap",
    "font.family": FAMILY,
    "axes.unicode_minus": True,
}


@cache
def _fonts() -> dict[Weight, FT2Font]:
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    files = {"normal": "SourceSansPro-Regular.ttf", "bold": "SourceSansPro-Bold.ttf"}
    for file in files.values():
        font_manager.fontManager.addfont(folder / file)
    regular, bold = (FT2Font(str(folder / files[weight])) for weight in ("normal", "bold"))
    return {"normal": regular, "bold": bold}


def text_width(text: str, size: float = SIZE, weight: Weight = "normal") -> float:
    """The width of one line, in points; characters the typeface lacks count as a full em."""
    font = _fonts()[weight]
    known = _advances(font, weight)
    return sum(known(character) for character in text) * size


@cache
def _advances(font: FT2Font, weight: Weight) -> Callable[[str], float]:
    font.set_size(100, 72)

    @cache
    def advance(character: str) -> float:
        if unicodedata.combining(character):
            return 0.0
        if font.get_char_index(ord(character)) == 0:
            return 1.0
        glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
        return float(glyph.linearHoriAdvance) / 65536 / 100

    return advance


def wrap(text: str, width: float, size: float = SIZE, weight: Weight = "normal") -> list[str]:
    """``text`` in lines no wider than ``width`` points; a longer word is broken, never cut."""
    lines = [""]
    for word in re.findall(r"\s*[^\s-]*-?", text):
        tried = lines[-1] + word
        if text_width(tried.strip(), size, weight) <= width:
            lines[-1] = tried
        else:
            lines += _broken(word.strip(), width, size, weight)
    return [line.strip() for line in lines if line.strip()] or [""]


def _broken(word: str, width: float, size: float, weight: Weight) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and text_width(pieces[-1] + character, size, weight) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def emphasis(focus: bool) -> Weight:
    """The weight of a label: the focus is heavier, so that it stands out in greyscale too."""
    return "bold" if focus else "normal"


def linear(low: float, high: float, left: float, right: float) -> Scale:
    """The map from values to points; a range of no width lands in the middle."""
    span = high - low
    if span <= 0:
        return lambda value: (left + right) / 2
    return lambda value: left + (value - low) / span * (right - left)


def readable(colour: str) -> str:
    """``colour``, darkened until it stands out from white in print and in greyscale (4.5 : 1)."""
    red, green, blue = matplotlib.colors.to_rgb(colour)
    while _contrast(red, green, blue) < 4.5:
        red, green, blue = red * 0.95, green * 0.95, blue * 0.95
    return matplotlib.colors.to_hex((red, green, blue))


def tint(colour: str, strength: float) -> str:
    """``colour`` mixed with white; ``strength`` 1 leaves it as it is."""
    channels = matplotlib.colors.to_rgb(colour)
    red, green, blue = (1 - (1 - channel) * strength for channel in channels)
    return matplotlib.colors.to_hex((red, green, blue))


def _contrast(*rgb: float) -> float:
    linear_rgb = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    weights = (0.2126, 0.7152, 0.0722)
    luminance = sum(w * c for w, c in zip(weights, linear_rgb, strict=True))
    return 1.05 / (luminance + 0.05)


@dataclass
class Canvas:
    """A drawing of ``width`` by ``height`` points with its origin at the top left."""

    width: float
    height: float

    def __post_init__(self) -> None:
        _fonts()
        with matplotlib.rc_context(RC):
            self._figure = Figure(figsize=(self.width / 72, self.height / 72))
            self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, self.width)
        self._axes.set_ylim(self.height, 0)
        self._axes.axis("off")
        self._figure.patch.set_alpha(0)

    def text(
        self,
        x: float,
        y: float,
        lines: str | list[str],
        *,
        colour: str = INK,
        weight: Weight = "normal",
        size: float = SIZE,
        anchor: Anchor = "left",
    ) -> None:
        """Lines of text, vertically centred on ``y``."""
        each = [lines] if isinstance(lines, str) else lines
        first = y - (len(each) - 1) / 2 * size * LEADING
        for number, line in enumerate(each):
            self._axes.text(
                x,
                first + number * size * LEADING + size * 0.33,
                "".join(c for c in line if c.isprintable() or unicodedata.category(c) == "Zs"),
                color=colour,
                fontsize=size,
                fontweight=weight,
                ha=anchor,
                va="baseline",
                family=FAMILY,
                parse_math=False,
            )

    def bar(self, x0: float, x1: float, y: float, height: float, colour: str) -> None:
        """A horizontal bar from ``x0`` to ``x1``, centred on ``y``."""
        left, width = min(x0, x1), abs(x1 - x0)
        self._add(Rectangle((left, y - height / 2), width, height, facecolor=colour, linewidth=0))

    def interval(self, x0: float, x1: float, y: float, colour: str, height: float = 5) -> None:
        """A rounded bar: an interval."""
        left, right = min(x0, x1), max(x0, x1)
        right = max(right, left + height)
        box = FancyBboxPatch(
            (left + height / 2, y),
            right - left - height,
            0,
            boxstyle=f"round,pad={height / 2}",
            facecolor=colour,
            linewidth=0,
        )
        self._add(box)

    def dot(
        self, x: float, y: float, colour: str, *, hollow: bool = False, size: float = 3.6
    ) -> None:
        """A dot; hollow where the value may be chance."""
        face = WHITE if hollow else colour
        self._add(Circle((x, y), size, facecolor=face, edgecolor=colour, linewidth=1.3))

    def arrow(self, x: float, y: float, colour: str, size: float = 4.4) -> None:
        """A head that starts at ``x`` and points right: what is drawn goes on."""
        corners = ((x, y - size), (x + 1.5 * size, y), (x, y + size))
        self._add(Polygon(corners, closed=True, facecolor=colour, linewidth=0))

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, colour: str = RULE, width: float = 0.7
    ) -> None:
        """A straight line."""
        line = Line2D((x0, x1), (y0, y1), color=colour, linewidth=width, solid_capstyle="butt")
        self._add(line)

    def _add(self, mark: Artist) -> None:
        """What is drawn later lies above."""
        mark.set_zorder(2 + len(self._axes.get_children()) / 1e4)
        self._axes.add_artist(mark)

    def svg(self) -> str:
        """The drawing as SVG, the same bytes every time."""
        out = io.BytesIO()
        with matplotlib.rc_context(RC), warnings.catch_warnings():
            # The page says which characters its typefaces lack; matplotlib need not.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            canvas: Any = FigureCanvasSVG(self._figure)
            canvas.print_svg(out, metadata={"Date": None, "Creator": None})
        return out.getvalue().decode("utf-8")


@dataclass(frozen=True)
class Look:
    """The reader's accent colour, dark enough to print, and its tint for intervals."""

    accent: str
    soft: str


def look(colour: str) -> Look:
    """The look for a brand colour '#rrggbb'."""
    accent = readable(colour)
    return Look(accent, tint(accent, 0.45))
