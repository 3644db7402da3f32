from __future__ import annotations

import pytest

from salesgap.publish.blocks import Block, Bullets, Heading, Note, Preformatted, Span, Table, Text
from salesgap.publish.markdown import blocks_of_markdown


def spans(*parts: tuple[str, str]) -> tuple[Span, ...]:
    return tuple(Span.model_validate({"text": text, "tone": tone}) for text, tone in parts)


def plain(text: str) -> tuple[Span, ...]:
    return spans((text, "plain"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("## A *new* rep", Heading(text="A new rep", level=2)),
        ("##### Deep", Heading(text="Deep", level=3)),
        (
            "Say **it** *so* with `f(x)`",
            Text(
                spans=spans(
                    ("Say ", "plain"), ("it", "strong"), (" ", "plain"), ("so", "emphasis"),
                    (" with ", "plain"), ("f(x)", "code"),
                )
            ),
        ),
        ("**bold *and more***", Text(spans=spans(("bold and more", "strong")))),
        ("one\ntwo  \nthree", Text(spans=plain("one two\nthree"))),
        ("Fish &amp; chips, $x^2$ #1", Text(spans=plain("Fish & chips, $x^2$ #1"))),
        (
            "[the plan](http://plan)",
            Text(spans=spans(("the plan", "plain"), (" (http://plan)", "muted"))),
        ),
        ("![a chart](http://far/a.png)", Text(spans=plain("a chart"))),
        ("a <b onclick=x>b</b>", Text(spans=plain("a <b onclick=x>b</b>"))),
        ("<script>alert(1)</script>", Text(spans=plain("<script>alert(1)</script>"))),
        ("> said\n> twice", Note(spans=plain("said twice"))),
        ("```py\nx  = 1\n```", Preformatted(text="x  = 1")),
        ("- a\n- b", Bullets(items=(plain("a"), plain("b")))),
        ("1. a\n\n   more", Bullets(items=(plain("a\nmore"),), numbered=True)),
        ("- a\n  - b", Bullets(items=(plain("a"), plain("– b")))),
        (
            "| n | won |\n|:-:|--:|\n| 1 | **2** |",
            Table(
                header=("n", "won"),
                rows=((plain("1"), spans(("2", "strong"))),),
                align=("center", "right"),
                widths=(1, 1),
            ),
        ),
    ],
)  # fmt: skip
def test_markdown_becomes_the_block_a_reader_expects(source: str, expected: Block) -> None:
    assert [_joined(block) for block in blocks_of_markdown(source)] == [_joined(expected)]


def _joined(block: Block) -> Block:
    """Spans of one tone side by side read as one."""
    if isinstance(block, Text | Note):
        return block.model_copy(update={"spans": _merge(block.spans)})
    if isinstance(block, Bullets):
        return block.model_copy(update={"items": tuple(_merge(item) for item in block.items)})
    return block


def _merge(parts: tuple[Span, ...]) -> tuple[Span, ...]:
    found: list[Span] = []
    for part in parts:
        if found and found[-1].tone == part.tone:
            found[-1] = Span(text=found[-1].text + part.text, tone=part.tone)
        else:
            found.append(part)
    return tuple(found)


def test_a_rule_and_blank_lines_leave_nothing() -> None:
    assert blocks_of_markdown("\n\n---\n\n") == ()
