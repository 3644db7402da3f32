"""A pack without Jupyter: the notebook's sections in a row, and Typst."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from salesgap.facts import Pack
from salesgap.pack import coaching_pack
from salesgap.params import Report
from salesgap.publish import sections
from salesgap.publish.display import SectionView
from salesgap.publish.pages import arranged, setup_of
from salesgap.publish.typeset import legend, typeset, without_glyph
from salesgap.resources import workbook_folder
from salesgap.team import Team

PAGES: tuple[Callable[[Pack, Report], SectionView], ...] = (
    sections.one_gap,
    sections.stack_rank,
    sections.pipeline_health,
    sections.one_to_ones,
    sections.cadence_and_checkpoint,
    sections.how_made,
    sections.five_minute_exercise,
)
"""Those of ``notebooks/coaching_pack.ipynb``."""


def template() -> dict[str, bytes]:
    """The shipped template of a pack, as :func:`salesgap.publish.typeset.typeset` takes it."""
    folder = workbook_folder() / "templates"
    library = {f"lib/{path.name}": path for path in Path(folder, "lib").iterdir()}
    files = {"main.typ": folder / "coaching-pack" / "index.typ.j2", **library}
    return {name: path.read_bytes() for name, path in files.items()}


def pack_pdf(team: Team, files: dict[str, bytes]) -> bytes:
    """A team's pack: the bytes that its notebook gives. ``files``: its :func:`template`."""
    pack = coaching_pack(team)
    pages = arranged([section(pack, team.params.report).section for section in PAGES])
    setup = setup_of(pages)
    return typeset((*pages, *legend(without_glyph(pages, setup))), setup, files)
