"""What a notebook cell displays: a section, or the facts of a pack, as data and as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from salesgap.publish.blocks import FACTS_MIME, SECTION_MIME, Section, Span, Text
from salesgap.publish.html import html_of

MimeBundle = dict[str, Any]


@dataclass(frozen=True)
class SectionView:
    """A section in a notebook: HTML for the reader there, data for the PDF.

    Of one that the params leave out of the PDF, the reader sees a line that says so.
    """

    section: Section
    left_out: bool = False

    def __repr__(self) -> str:
        return f"Section {self.section.name}: {self.section.title}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        return {
            SECTION_MIME: self.section.model_dump(mode="json"),
            "text/html": html_of(self._in_notebook()),
            "text/plain": repr(self),
        }

    def _in_notebook(self) -> Section:
        if not self.left_out:
            return self.section
        line = Span(text=f"{self.section.name}: left out by report.sections")
        return Section(
            name=self.section.name, title="", blocks=(Text(spans=(line,), size="small"),)
        )


@dataclass(frozen=True)
class FactsView:
    """The facts that a pack or a region summary is set from. They are kept, not printed."""

    facts: BaseModel

    def __repr__(self) -> str:
        return f"{type(self.facts).__name__} facts, kept in this notebook for the facts file"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        return {FACTS_MIME: self.facts.model_dump(mode="json"), "text/plain": repr(self)}
