"""The sliders of ``what_if.ipynb``, and the figure that follows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from ipywidgets import HTML, Layout, SelectionSlider, VBox

from salesgap.facts import Pack
from salesgap.figures.style import look
from salesgap.figures.what_if import what_if as figure
from salesgap.params import Report
from salesgap.publish.blocks import Block, KeyFigure, KeyFigures, PageSetup, Section
from salesgap.publish.html import html_of
from salesgap.publish.sections.parts import body, muted, strong
from salesgap.publish.wording import candidate_label, finding, gap_title
from salesgap.publish.words import Writer, writer
from salesgap.team import Team
from salesgap.what_if import Answer, Case, case_of, what_if

_STEP = 5
"""Per cent between two places of the first slider."""

_LABELS = {
    "capacity": ("Part of the empty seats filled", "Weeks until they are filled"),
    "refilled": ("Part of these seats filled anew", "Weeks until they are filled"),
}
_CLOSING = ("Part of the gap that closes", "Weeks until it is closed")

Choice = TypeVar("Choice", float, int, date)


def sliders(team: Team, pack: Pack, report: Report) -> VBox:
    """How far, by when and from which date the pack's gap closes; its worth follows.

    Where the pack names no gap, the sliders speak of the nearest candidate, and say so; where the
    data can tell none, there are no sliders.
    """
    case = case_of(team, pack)
    if case is None:
        return VBox([_html("These data cannot tell a gap yet.", (body(pack.gap.note),), report)])
    return _View(case, report, writer(report, pack.currency)).box


class _View:
    """The widgets of one case."""

    def __init__(self, case: Case, report: Report, write: Writer) -> None:
        self._case, self._report, self._write = case, report, write
        self._as_of = case.team.params.as_of
        self._pack = self._answer(case.usual.share, case.usual.weeks, self._as_of)
        self._reach = self._answer(1.0, 0, self._as_of).impact
        self._sliders = self._three()
        self._result = HTML()
        for slider in self._sliders:
            slider.observe(self._update, names="value")
        self._update()
        self.box = VBox([self._opening(), *self._sliders, self._result])

    def _answer(self, share: float, weeks: int, start: date) -> Answer:
        return what_if(self._case, share, weeks, start)

    def _three(self) -> tuple[SelectionSlider, ...]:
        write, usual = self._write, self._case.usual
        left = self._case.weeks_left
        shares = sorted({usual.share, *(percent / 100 for percent in range(0, 101, _STEP))})
        weeks = range(max(left, usual.weeks) + 1)
        starts = self._case.starts
        far, when = _LABELS.get(self._case.way, _CLOSING)
        return (
            _slider(far, shares, [write.level(share) for share in shares], usual.share),
            _slider(when, weeks, [write.number(n) for n in weeks], usual.weeks),
            _slider("From which date", starts, [write.day(d) for d in starts], self._as_of),
        )

    def _opening(self) -> HTML:
        case, write = self._case, self._write
        sure = f" The pack is {write.chance(case.candidate.probability)} sure that it is real."
        if case.named:
            return _html(
                gap_title(case.candidate), (body(self._found(), muted(sure)),), self._report
            )
        label = candidate_label(case.candidate)
        said = body(
            strong(f"The nearest candidate: {label.lower()}."), muted(sure), " ", self._found()
        )
        return _html("What if? This pack names no gap.", (said,), self._report)

    def _found(self) -> str:
        return finding(self._case.candidate, self._write)

    def _update(self, _: object = None) -> None:
        answer = self._answer(*(slider.value for slider in self._sliders))
        style = look(self._report.brand.colour)
        chart = figure(self._pack.impact, answer.impact, self._reach, self._write, style)
        section = _section("", (self._key_figures(answer), chart), self._report)
        self._result.value = html_of(section)

    def _key_figures(self, answer: Answer) -> KeyFigures:
        write, today = self._write, self._case.chance
        worth = KeyFigure(
            label="worth before year end, if the gap is real",
            value=write.money(answer.impact.expected),
            note=f"{write.level(0.8)} range: {write.money_range(answer.impact)}",
        )
        if answer.chance is None:
            return KeyFigures(figures=(worth,))
        chance = KeyFigure(
            label="chance to make the year then",
            value=write.chance(answer.chance),
            note=f"{write.chance(today)} as it goes on today",
        )
        return KeyFigures(figures=(worth, chance))


def _slider(
    label: str, values: Sequence[Choice], written: Sequence[str], value: Choice
) -> SelectionSlider:
    """A slider over values as the reader's locale writes them; it tells when it is let go."""
    return SelectionSlider(
        options=list(zip(written, values, strict=True)),
        value=value,
        description=label,
        continuous_update=False,
        style={"description_width": "15rem"},
        layout=Layout(width="48rem", max_width="100%"),
    )


def _html(title: str, blocks: tuple[Block, ...], report: Report) -> HTML:
    return HTML(html_of(_section(title, blocks, report)))


def _section(title: str, blocks: tuple[Block, ...], report: Report) -> Section:
    setup = PageSetup(title=title, colour=report.brand.colour)
    return Section(name="what-if", title=title, blocks=blocks, setup=setup)
