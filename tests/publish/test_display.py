from __future__ import annotations

from types import SimpleNamespace

from IPython.core.formatters import DisplayFormatter
from pydantic import BaseModel

from salesgap.publish.blocks import FACTS_MIME, SECTION_MIME, Section
from salesgap.publish.display import FactsView, SectionView


class Counted(BaseModel):
    reps: int


def test_a_section_shows_as_html_and_carries_itself_as_data(made: SimpleNamespace) -> None:
    section = made.first_page()

    data, _ = DisplayFormatter().format(SectionView(section))

    assert set(data) == {SECTION_MIME, "text/html", "text/plain"}
    assert Section.model_validate(data[SECTION_MIME]) == section
    assert data["text/plain"] == "Section one-gap: The one gap"


def test_facts_are_kept_as_data_and_shown_in_one_line() -> None:
    data, _ = DisplayFormatter().format(FactsView(Counted(reps=8)))

    assert data == {
        FACTS_MIME: {"reps": 8},
        "text/plain": "Counted facts, kept in this notebook for the facts file",
    }
