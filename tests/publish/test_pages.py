from __future__ import annotations

from types import SimpleNamespace

import nbformat
import pytest

from salesgap.errors import PublishError
from salesgap.publish.blocks import (
    FACTS_MIME,
    SECTION_MIME,
    Cards,
    Columns,
    Heading,
    PageSetup,
    Section,
    found,
)
from salesgap.publish.pages import sections_of, setup_of


def levels(*sections: Section) -> list[int]:
    return [one.level for section in sections for one in found(Heading, section.blocks)]


def test_headings_start_at_the_top_and_skip_no_level(made: SimpleNamespace) -> None:
    deep = Heading(text="deep", level=3)
    group = Columns(columns=((deep,), (Cards(cards=((deep,),)),)), ratios=(1, 1))
    cells = (
        made.markdown("### first"),
        made.shown(Section(name="a", title="", blocks=(group,))),
        made.shown(Section(name="b", title="Named", blocks=(deep,))),
    )

    assert levels(*sections_of(made.notebook(*cells))) == [1, 2, 3, 1, 2]


def test_a_title_no_heading_says_comes_after_the_masthead(made: SimpleNamespace) -> None:
    masthead = made.first_page().blocks[0]
    section = Section(name="a", title="Named", blocks=(masthead,))

    found = sections_of(made.notebook(made.shown(section)))

    assert [block.type for block in found[0].blocks] == ["masthead", "heading"]


def test_facts_and_warnings_are_not_printed_but_warnings_are_logged(
    made: SimpleNamespace, caplog: pytest.LogCaptureFixture
) -> None:
    warned = nbformat.v4.new_output("stream", name="stderr", text="careful\n")
    cells = (
        made.shown(made.second_page()),
        made.code(data={FACTS_MIME: {}, "text/plain": "Pack facts"}),
        made.code(outputs=[warned]),
    )

    found = sections_of(made.notebook(*cells))

    assert [section.name for section in found] == ["stack-rank"]
    assert "careful" in caplog.text


def test_a_section_of_another_version_is_refused_by_cell_and_field(made: SimpleNamespace) -> None:
    other = made.code(data={SECTION_MIME: {"name": "a", "blocks": []}})

    with pytest.raises(PublishError, match=r"cell 1 .*title: Field required"):
        sections_of(made.notebook(other))


def test_the_setup_is_the_first_that_a_section_carries() -> None:
    bare = Section(name="a", title="One", blocks=())
    carrying = Section(name="b", title="Two", blocks=(), setup=PageSetup(title="Pack"))

    assert setup_of((bare, carrying)).title == "Pack"
    assert setup_of((bare,)).title == "One"
