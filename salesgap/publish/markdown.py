"""Markdown cells as blocks: what an analyst wrote, as data, with nothing executed."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, get_args

from salesgap.publish.blocks import (
    Align,
    Block,
    Bullets,
    Heading,
    Note,
    Preformatted,
    Span,
    Spans,
    Table,
    Text,
    Tone,
)

Token = dict[str, Any]

_NESTED = "\N{EN DASH} "


def blocks_of_markdown(source: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text. Raw HTML and images are shown as their text."""
    return tuple(block for token in _parser()(source) for block in _blocks(token))


@cache
def _parser() -> Callable[[str], Any]:
    import mistune

    return mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])


def _blocks(token: Token) -> Iterator[Block]:
    maker = _MAKERS.get(token["type"])
    if maker is not None:
        yield maker(token)
    elif token["type"] == "block_quote":
        yield Note(spans=_paragraphs(token))
    elif token["type"] not in ("blank_line", "thematic_break"):
        raise ValueError(f"Markdown of an unknown kind: {token['type']}")


def _heading(token: Token) -> Block:
    text = "".join(span.text for span in _spans(token))
    return Heading(text=text, level=min(token["attrs"]["level"], 3))


def _bullets(token: Token) -> Block:
    return Bullets(items=tuple(_items(token, "")), numbered=token["attrs"]["ordered"])


def _items(token: Token, indent: str) -> Iterator[Spans]:
    """The items of a list; a nested list's follow their parent, marked by a dash."""
    for item in token["children"]:
        own = [part for part in item["children"] if part["type"] != "list"]
        marked = (Span(text=indent),) if indent else ()
        yield (*marked, *_paragraphs({"children": own}))
        for part in item["children"]:
            if part["type"] == "list":
                yield from _items(part, f"{indent}{_NESTED}")


def _table(token: Token) -> Block:
    head, *bodies = token["children"]
    rows = [row["children"] for body in bodies for row in body["children"]]
    cells = head["children"]
    return Table(
        header=tuple("".join(span.text for span in _spans(cell)) for cell in cells),
        rows=tuple(tuple(_spans(cell) for cell in row) for row in rows),
        align=tuple(_align(cell) for cell in cells),
        widths=(1.0,) * len(cells),
    )


def _align(cell: Token) -> Align:
    align = cell["attrs"].get("align")
    return align if align in get_args(Align) else "left"


_MAKERS: dict[str, Callable[[Token], Block]] = {
    "heading": _heading,
    "paragraph": lambda token: Text(spans=_spans(token)),
    "block_text": lambda token: Text(spans=_spans(token)),
    "list": _bullets,
    "block_code": lambda token: Preformatted(text=token["raw"].rstrip("\n")),
    "block_html": lambda token: Text(spans=(Span(text=token["raw"].strip()),)),
    "table": _table,
}


def _paragraphs(token: Token) -> Spans:
    """The text of several blocks as one run, a line for each."""
    found: list[Span] = []
    for block in _flat(token):
        spans = _spans(block)
        if found and spans:
            found.append(Span(text="\n"))
        found.extend(spans)
    return tuple(found)


def _flat(token: Token) -> Iterator[Token]:
    """The tokens below ``token`` that hold text themselves."""
    for child in token.get("children", ()):
        if child["type"] in ("list", "list_item", "block_quote", "table", *_TABLE_PARTS):
            yield from _flat(child)
        elif child["type"] != "blank_line":
            yield child


_TABLE_PARTS = ("table_head", "table_body", "table_row")
_TONES: dict[str, Tone] = {"strong": "strong", "emphasis": "emphasis", "codespan": "code"}


def _spans(token: Token, tone: Tone = "plain") -> Spans:
    """The runs of text of one block; the outermost emphasis wins."""
    if "children" not in token:
        return (Span(text=_text(token), tone=tone),)
    inner = (_inline(child, tone) for child in token["children"])
    return _merged(span for spans in inner for span in spans)


def _inline(token: Token, tone: Tone) -> Spans:
    own = _TONES.get(token["type"], "plain") if tone == "plain" else tone
    spans = _spans(token, own)
    if token["type"] == "link":
        return (*spans, *_address(token, spans))
    return spans


def _address(token: Token, shown: Spans) -> Spans:
    url = str(token["attrs"]["url"])
    if "".join(span.text for span in shown) == url:
        return ()
    return (Span(text=f" ({url})", tone="muted"),)


def _text(token: Token) -> str:
    if token["type"] == "softbreak":
        return " "
    if token["type"] == "linebreak":
        return "\n"
    raw = str(token.get("raw", ""))
    return html.unescape(raw) if token["type"] == "text" else raw


def _merged(spans: Iterator[Span]) -> Spans:
    """Neighbours of one tone joined, empty ones dropped."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].tone == span.tone:
            found[-1] = Span(text=found[-1].text + span.text, tone=span.tone)
        elif span.text:
            found.append(span)
    return tuple(found)
