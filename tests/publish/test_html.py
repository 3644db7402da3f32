from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from salesgap.publish.blocks import (
    Block,
    Bullets,
    Cards,
    Columns,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    Masthead,
    Note,
    Preformatted,
    Section,
    Span,
    Table,
    Text,
    WriteIn,
)
from salesgap.publish.html import html_of
from salesgap.publish.words import MISSING

HOSTILE = "<script>alert('x')</script>\" onerror=\"&"


def of(*blocks: Block, title: str = "") -> str:
    return html_of(Section(name="s", title=title, blocks=blocks))


class Tags(HTMLParser):
    """The start tags of a page, and whether every one is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag not in ("img", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def every_block(text: str) -> tuple[Block, ...]:
    spans = tuple(
        Span.model_validate({"text": text, "tone": tone})
        for tone in ("plain", "strong", "accent", "muted", "emphasis", "code")
    )
    table = Table(
        title=text, header=(text,), rows=((spans,),), align=("left",), widths=(1,), note=text
    )
    return (
        table,
        Masthead(kicker=text, name=text, detail=text, figure_label=text, figure=text),
        Heading(text=text, level=1, kicker=text),
        Text(spans=spans),
        Bullets(items=(spans,), numbered=True),
        Preformatted(text=text),
        Figure(title=text, subtitle=text, alt=text, svg=text),
        Figure(title=text, alt=text, png_base64=text),
        KeyFigures(figures=(KeyFigure(label=text, value=text, note=text),)),
        Note(spans=spans),
        WriteIn(label=text),
        Columns(columns=((Text(spans=spans),),), ratios=(1,)),
        Cards(cards=((Text(spans=spans),),)),
    )


def test_no_text_of_any_block_is_ever_markup() -> None:
    tags = Tags(of(*every_block(HOSTILE), title=HOSTILE))

    assert tags.seen.count("script") == 1  # our own, for the table
    assert "onerror" not in tags.attributes
    assert tags.open == []


def test_a_table_names_its_columns_and_rows_and_aligns_its_numbers() -> None:
    table = Table(
        header=("Rep", "Won"),
        rows=(((Span(text="Ines"),), (Span(text="1,200"),)),),
        align=("left", "right"),
        widths=(2, 1),
    )

    html = of(table)

    assert '<th scope="col" class="right">Won</th>' in html
    assert '<th scope="row">Ines</th><td class="right">1,200</td>' in html


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ((), ["One gap"]),
        ((Heading(text="Create more", level=1),), ["Create more"]),
        ((Cards(cards=((Heading(text="Create more", level=1),),)),), ["Create more"]),
        ((Columns(columns=((Heading(text="Side", level=2),),), ratios=(1,)),), ["One gap"]),
    ],
    ids=["no heading", "own heading", "inside a group", "only a lower level"],
)
def test_the_title_shows_once(blocks: tuple[Block, ...], expected: list[str]) -> None:
    assert re.findall("<h2>(.*?)</h2>", of(*blocks, title="One gap")) == expected


def test_a_figure_is_a_picture_with_its_message(made: SimpleNamespace) -> None:
    html = html_of(made.first_page())

    assert html.count('src="data:image/svg+xml;base64,') == 3
    assert 'alt="Bars: pipeline creation −410k of −560k."' in html
    assert "<svg" not in html


def test_every_style_rule_is_scoped_to_the_section() -> None:
    style = re.findall("<style>(.*?)</style>", of())[0]

    ends, depth = [], 0
    for place, sign in enumerate(style):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if sign == "}" and depth == 0:
            ends.append(place)

    assert style.startswith(".salesgap-section{")
    assert ends == [len(style) - 1]  # all other rules stand inside that one


def two_rows(*spans: Span) -> Table:
    rows = (((Span(text="Ines"),), spans), ((Span(text="Tom"),), (Span(text=MISSING),)))
    return Table(header=("Rep", "Won"), rows=rows, align=("left", "right"), widths=(3, 1))


def test_a_cell_carries_the_value_that_its_text_was_written_from() -> None:
    spans = (Span(text="Mai: "), Span(text="310 Tsd. €", value=310_000.0), Span(text="12", value=1))

    html = of(two_rows(*spans))

    assert re.findall(r'<td class="right"( data-v="[^"]*")?>', html) == [' data-v="310000"', ""]


def test_only_a_section_with_a_table_carries_the_script_and_carries_it_once() -> None:
    table = two_rows(Span(text="1"))
    nested = Columns(columns=((Cards(cards=((table,),)),), (table,)), ratios=(1, 1))

    assert of(Text(spans=(Span(text="no table"),))).count("<script>") == 0
    assert of(nested).count("<script>") == 1


def test_the_script_is_small_and_loads_nothing() -> None:
    script = re.findall("<script>(.*?)</script>", of(two_rows(Span(text="1"))))[0]

    assert len(script) < 2_000
    assert re.findall(r"https?:|import|fetch|src|eval|innerHTML", script) == []


def test_a_table_has_the_columns_that_its_widths_give_it() -> None:
    assert '<col style="width:75%"><col style="width:25%">' in of(two_rows(Span(text="1")))


def test_a_right_to_left_name_is_isolated_and_direction_marks_are_dropped() -> None:
    section = Section(
        name="s", title="S", blocks=(Text(spans=(Span(text="\u202eשלום, 12 deals"),)),)
    )
    assert '<p class="body">\u2067שלום\u2069, 12 deals</p>' in html_of(section)
