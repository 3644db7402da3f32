"""What a page is made of: a small vocabulary of frozen blocks.

A section is blocks, and blocks are data: :mod:`salesgap.publish.html` shows them in JupyterLab,
the Typst library sets them on paper, and neither ever reads user text as markup. Numbers and
dates are already written in the reader's locale here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

SECTION_MIME = "application/vnd.salesgap.section+json"
FACTS_MIME = "application/vnd.salesgap.facts+json"

Tone = Literal["plain", "strong", "accent", "muted", "emphasis", "code", "box"]
Align = Literal["left", "right", "center"]
TableSize = Literal["usual", "large"]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_B = TypeVar("_B", bound=_Block)


class Span(_Block):
    """A run of text in one tone.

    ``value`` is the number it was written from, a day's as its ordinal: what a table on the screen
    is sorted by. Paper cannot be sorted, so the kept data are without it.
    """

    text: str
    tone: Tone = "plain"
    value: float | None = Field(None, exclude=True)


Spans = tuple[Span, ...]


class Masthead(_Block):
    """The head of page 1: whose pack, of what, and the one figure on its right."""

    type: Literal["masthead"] = "masthead"
    kicker: str
    name: str
    detail: str
    figure_label: str = ""
    figure: str = ""


class Heading(_Block):
    """A heading; level 1 is the section's own title, 2 and 3 stand inside a section."""

    type: Literal["heading"] = "heading"
    text: str
    level: Literal[1, 2, 3] = 2
    kicker: str = ""


class Text(_Block):
    """A paragraph: 'lead' is the verdict's size, 'small' a footnote's."""

    type: Literal["text"] = "text"
    spans: Spans
    size: Literal["lead", "body", "small", "fine"] = "body"


class Bullets(_Block):
    """A list; ``numbered`` where the order matters."""

    type: Literal["bullets"] = "bullets"
    items: tuple[Spans, ...]
    numbered: bool = False
    size: Literal["body", "small"] = "body"


class Preformatted(_Block):
    """Text that keeps its spaces: code, or the plain output of an analyst's cell."""

    type: Literal["preformatted"] = "preformatted"
    text: str


class Figure(_Block):
    """A chart. ``title`` says what it shows, ``alt`` its message for who cannot see it."""

    type: Literal["figure"] = "figure"
    title: str
    subtitle: str = ""
    alt: str
    svg: str = ""
    png_base64: str = ""


class Table(_Block):
    """A table with a header row; ``widths`` are relative, the first column is the row's name."""

    type: Literal["table"] = "table"
    title: str = ""
    header: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]
    align: tuple[Align, ...]
    widths: tuple[float, ...]
    note: str = ""
    size: TableSize = "usual"

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        lengths = {len(self.align), len(self.widths), *(len(row) for row in self.rows)}
        if not self.header or lengths != {len(self.header)}:
            raise ValueError("header, align, widths and every row need one entry a column")
        return self


class KeyFigure(_Block):
    """One number with its name and what it is to be read against."""

    label: str
    value: str
    note: str = ""


class KeyFigures(_Block):
    """A row of up to four numbers."""

    type: Literal["key_figures"] = "key_figures"
    figures: tuple[KeyFigure, ...] = Field(min_length=1, max_length=4)


class Note(_Block):
    """A shaded box for what stands apart from the flow."""

    type: Literal["note"] = "note"
    spans: Spans


class WriteIn(_Block):
    """A label and open lines to write on, on paper."""

    type: Literal["write_in"] = "write_in"
    label: str
    lines: int = 1


class Columns(_Block):
    """Blocks side by side; ``ratios`` are relative widths."""

    type: Literal["columns"] = "columns"
    columns: tuple[tuple[Block, ...], ...]
    ratios: tuple[float, ...]

    @model_validator(mode="after")
    def _one_ratio_each(self) -> Self:
        if not self.columns or len(self.columns) != len(self.ratios):
            raise ValueError("columns and ratios need one entry a column")
        return self


class Cards(_Block):
    """Groups of blocks, two in a row and set close; a page end tears no group apart.

    The last of an odd number has its row to itself.
    """

    type: Literal["cards"] = "cards"
    cards: tuple[tuple[Block, ...], ...]


Block = Annotated[
    Masthead
    | Heading
    | Text
    | Bullets
    | Preformatted
    | Figure
    | Table
    | KeyFigures
    | Note
    | WriteIn
    | Columns
    | Cards,
    Field(discriminator="type"),
]


class Typeface(_Block):
    """A family to set the pages in: its name, and its font files in base64, regular and bold
    first."""

    family: str
    faces: tuple[str, ...] = Field(min_length=2)


class PageSetup(_Block):
    """What holds for the whole document; the first section carries it.

    A logo and a typeface travel in it as data, so that an executed notebook needs no other file.
    """

    title: str
    author: str = ""
    language: str = "en"
    region: str = "GB"
    paper: Literal["a4", "us-letter"] = "a4"
    colour: str = Field("#b23c17", pattern=r"^#[0-9a-fA-F]{6}$")
    footer_left: str = ""
    footer_centre: str = ""
    logo: Figure | None = None
    typeface: Typeface | None = None
    sections: tuple[str, ...] = Field((), description="those printed, in order; empty: all")
    as_of: date | None = Field(None, description="the PDF's date; without it, it carries none")


class Section(_Block):
    """One display object: a titled part of the pack that starts on a new page or not.

    A new page is one of which little is filled; a section that stands ``alone`` begins at its top.
    Where no block is a level-1 heading, ``title`` is set as one.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    new_page: bool = True
    alone: bool = False
    setup: PageSetup | None = None


Columns.model_rebuild()
Cards.model_rebuild()


def found(kind: type[_B], blocks: Iterable[Block]) -> Iterator[_B]:
    """Every block of one kind among ``blocks``, in columns and kept-together groups too."""
    for block in blocks:
        if isinstance(block, kind):
            yield block
        elif isinstance(block, Columns | Cards):
            for group in block.columns if isinstance(block, Columns) else block.cards:
                yield from found(kind, group)


def says_its_title(section: Section) -> bool:
    """Whether a level-1 heading of the section shows its title already."""
    return not section.title or any(one.level == 1 for one in found(Heading, section.blocks))
