"""A pack's first page by hand, and notebooks as if they had been run."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

import matplotlib
import matplotlib.font_manager
import nbformat.v4 as v4
import pytest

from salesgap.publish.blocks import (
    Cards,
    Columns,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    Masthead,
    Note,
    PageSetup,
    Section,
    Span,
    Table,
    Text,
    WriteIn,
)
from salesgap.publish.display import SectionView
from salesgap.publish.fonts import font_files

matplotlib.use("svg")
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "salesgap",
    "font.family": "Source Sans Pro",
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.spines.bottom": False,
}
INK, BAR, ACCENT = "#1b2430", "#abb4c2", "#b23c17"


def _svg(draw: Callable[[Any], None], width: float, height: float) -> str:
    """A small chart as SVG with its text as text."""
    from matplotlib.figure import Figure as Canvas

    for file in font_files():
        matplotlib.font_manager.fontManager.addfont(str(file))
    with matplotlib.rc_context(STYLE):
        canvas = Canvas(figsize=(width, height))
        axes = canvas.add_axes((0, 0, 1, 1))
        axes.set_yticks([])
        axes.set_xticks([])
        draw(axes)
        out = io.BytesIO()
        canvas.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return out.getvalue().decode()


def _pace(axes: Any) -> None:
    axes.barh(0, 4.8, height=1, color="#edf0f3")
    axes.barh(0, 3.1, height=1, color="#dde2e9")
    axes.barh(0, 2.31, height=0.36, color=INK)
    axes.plot([2.95, 2.95], [-0.45, 0.45], color=ACCENT, linewidth=2.5)
    axes.text(2.28, 0, "€2.31M won", color="white", ha="right", va="center", weight="bold")
    axes.text(2.95, 0.7, "pace €2.95M", color=ACCENT)
    axes.text(4.8, 0.7, "plan €4.80M", color="#616c7a", ha="right")
    axes.set(xlim=(0, 4.8), ylim=(-0.55, 1.1))


def _drivers(axes: Any) -> None:
    names = ("Pipeline creation", "Late conversion", "Deal size", "Cycle time", "Capacity")
    values = (-410, -95, -40, -30, 15)
    axes.barh(range(5), values, height=0.6, color=[ACCENT, *[BAR] * 4])
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        axes.text(-560, place, name, ha="right", va="center")
        side = "right" if value < 0 else "left"
        axes.text(value + (-8 if value < 0 else 8), place, f"{value:+}k", ha=side, va="center")
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-880, 100), ylim=(4.6, -0.6))


def _impacts(axes: Any) -> None:
    names = ("Create more pipeline", "Lift late conversion", "Re-staff seat 7")
    for place, (name, x) in enumerate(zip(names, (310, 88, -35), strict=True)):
        axes.plot([x - 120, x + 135], [place, place], color=BAR, linewidth=5)
        axes.plot([x], [place], "o", color=ACCENT if place == 0 else INK)
        axes.text(-190, place, name, ha="right", va="center")
        axes.text(x + 150, place, f"{x:+}k", va="center")
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-640, 620), ylim=(2.6, -0.6))


def spans(*parts: str | tuple[str, str]) -> tuple[Span, ...]:
    """Runs of text: plain ones as strings, others as (text, tone)."""
    return tuple(
        Span(text=part)
        if isinstance(part, str)
        else Span.model_validate({"text": part[0], "tone": part[1]})
        for part in parts
    )


def demo_setup(paper: str = "a4", **changes: Any) -> PageSetup:
    """The setup of the demonstration page."""
    return PageSetup.model_validate(
        {
            "title": "Coaching pack: Dana Ortiz",
            "author": "salesgap",
            "paper": paper,
            "footer_left": "Illustrative figures",
            "footer_centre": "as of 30 June 2026 · fiscal year to 31 December",
            "as_of": date(2026, 6, 30),
            **changes,
        }
    )


@cache
def first_page(paper: str = "a4") -> Section:
    """Page 1: masthead, the gap, three charts, actions and the last commitment."""
    lead = spans(
        "Your team opens 3.1 new opportunities per rep a month; like-for-like peers open 5.0. "
        "Closing half of that gap by September is worth about ",
        ("€310k this year", "accent"),
        (" (€190k to €445k; 97 % sure the gap is real).", "muted"),
    )
    actions = (
        (
            "Open every one-to-one with net new pipeline, before late-stage deals",
            "from Mon 6 July",
            "each one-to-one starts there",
        ),
        (
            "Two joint prospecting blocks with Ines and Tom, whose early pipeline is empty",
            "Fri 17 July",
            "6 first meetings booked",
        ),
        ("Agree a weekly creation number with each rep (page 4)", "Wed 8 July", "8 of 8 agreed"),
    )
    return Section(
        name="one-gap",
        title="The one gap",
        setup=demo_setup(paper),
        blocks=(
            Masthead(
                kicker="Coaching pack · North · Q2 2026",
                name="Dana Ortiz",
                detail="8 reps, 2 ramping",
                figure_label="chance to make the year",
                figure="31 %",
            ),
            Heading(
                level=1, kicker="The one gap · performance condition", text="Create more pipeline."
            ),
            Text(spans=lead, size="lead"),
            Figure(
                title="€640k behind pace at mid-year",
                alt="Bullet chart: €2.31M won, €2.95M would be on pace for €4.80M.",
                svg=_svg(_pace, 6.85, 0.72),
            ),
            Columns(
                ratios=(1, 1),
                columns=(
                    (
                        Figure(
                            title="Creation explains two thirds of the shortfall",
                            subtitle="€ against like-for-like peers, 12 months; adds up to −560k",
                            alt="Bars: pipeline creation −410k of −560k.",
                            svg=_svg(_drivers, 3.3, 1.75),
                        ),
                    ),
                    (
                        Figure(
                            title="It is worth more than the runner-up",
                            subtitle="€ before year end if half closed by September; 80 % range",
                            alt="Create more pipeline +310k, lift late conversion +88k.",
                            svg=_svg(_impacts, 3.3, 1.75),
                        ),
                    ),
                ),
            ),
            Table(
                title="The next two weeks",
                header=("", "Do", "By", "You will see it in"),
                rows=tuple(
                    (spans((str(n), "strong")), *(spans(text) for text in row))
                    for n, row in enumerate(actions, 1)
                ),
                align=("left", "left", "left", "left"),
                widths=(0.35, 5.6, 2, 3),
            ),
            Note(
                spans=spans(
                    ("Last pack’s commitment: ", "strong"),
                    "late-stage conversion. Moved from 41 % to 49 % (36 deals); peers moved +1. ",
                    ("More than chance (92 %): closed, and that is why the gap changes.", "muted"),
                )
            ),
        ),
    )


def second_page() -> Section:
    """Every other kind of block: key figures, a long table, headings, lines to write on."""
    rows = tuple(
        (spans(f"Rep {n}"), spans(f"{n * 137},000"), spans(f"{n} %"), spans(("steady", "muted")))
        for n in range(1, 13)
    )
    return Section(
        name="stack-rank",
        title="Three reps carry the team",
        blocks=(
            KeyFigures(
                figures=(
                    KeyFigure(label="Coverage, Q3", value="2.1×", note="needed: 3.4×"),
                    KeyFigure(label="Net new, two weeks", value="€210k", note="4 deals"),
                    KeyFigure(label="Win rate", value="24 %", note="25 of 104; peers 27 %"),
                )
            ),
            Table(
                title="Attainment of the year to date",
                header=("Rep", "Won", "Attainment", "Note"),
                rows=rows,
                align=("left", "right", "right", "left"),
                widths=(3, 2, 2, 3),
                note="80 % intervals; ranks within a band cannot be told apart.",
            ),
            Heading(level=2, text="One-to-one with Rep 1"),
            Cards(cards=((Heading(level=3, text="Career"), WriteIn(label="Next", lines=2)),)),
        ),
    )


def shown(section: Section, **metadata: Any) -> Any:
    """An executed code cell that displays a section."""
    return code(data=SectionView(section)._repr_mimebundle_(), **metadata)


def code(data: dict[str, Any] | None = None, outputs: Any = (), **metadata: Any) -> Any:
    """An executed code cell with one displayed bundle, or with the given outputs."""
    results = [v4.new_output("execute_result", data=data, execution_count=1)] if data else []
    return v4.new_code_cell("…", outputs=[*results, *outputs], execution_count=1, metadata=metadata)


def notebook(*cells: Any) -> Any:
    """An executed notebook."""
    return v4.new_notebook(cells=list(cells))


def markdown(source: str, *tags: str) -> Any:
    """A Markdown cell."""
    return v4.new_markdown_cell(source, metadata={"tags": list(tags)} if tags else {})


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """The hand-made pages and cells, for every test of this folder."""
    helpers = (code, demo_setup, first_page, markdown, notebook, second_page, shown, spans)
    return SimpleNamespace(**{helper.__name__: helper for helper in helpers})
