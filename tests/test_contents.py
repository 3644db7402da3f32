"""docs/contents.md: every idea of the sources is in the facts of a run, and on its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesgap.coaching.plays import load_plays
from salesgap.crm.freeze import Snapshot
from salesgap.crm.tables import TABLES, conform, empty
from salesgap.facts import Facts, Pack
from salesgap.last import LastPack
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, Report, Simulated, Source
from salesgap.prepare import analyse, manager_entries, team_in
from salesgap.publish import sections
from salesgap.quality import QualityReport
from salesgap.region import summarise
from salesgap.simulate import STAGES, Gap, organisation

ROOT = Path(__file__).resolve().parents[1]
MARCH, JUNE = date(2026, 3, 31), date(2026, 6, 30)
IDEAS = [
    *("A1", "A2", "A3", "A4", "A5", "A6", "B1", "B2", "B3", "B4"),
    *("C1", "D1", "D2", "D3", "E1", "E2", "E3", "E4"),
]
PACK = (
    *("one_gap", "stack_rank", "pipeline_health", "one_to_ones"),
    *("cadence_and_checkpoint", "how_made", "five_minute_exercise"),
)
REGION = ("region_verdict", "region_ranks", "region_gaps", "region_last_gaps", "region_data")
# One gap of a kind each, and a manager whose team lacks three things at once.
GAPS = (
    Gap(0, "pipeline_creation"),
    Gap(1, "conversion_late"),
    Gap(2, "underperformance"),
    *(Gap(3, driver) for driver in ("pipeline_creation", "conversion_early", "deal_size")),
)


def rows() -> dict[str, SimpleNamespace]:
    """The rows of the table, by id."""
    text = (ROOT / "docs" / "contents.md").read_text("utf-8")
    lines = re.findall(r"^\| ([A-E]\d) \|(.*)\|$", text, flags=re.MULTILINE)
    cells = {row: [cell.strip() for cell in rest.split(" | ")] for row, rest in lines}
    return {
        row: SimpleNamespace(where=where, page=page, paths=re.findall(r"`([\w.]+)`", paths))
        for row, (_, where, page, paths) in cells.items()
    }


def values(facts: Any, path: list[str]) -> Iterator[Any]:
    """What stands at a dotted path, of every element of the lists on the way."""
    if isinstance(facts, tuple):
        for one in facts:
            yield from values(one, path)
    elif not path:
        yield facts
    elif isinstance(facts, Facts):
        yield from values(getattr(facts, path[0]), path[1:])


def known(found: Any) -> bool:
    """A number or a word; not nothing, and not an empty text."""
    return found is not None and found != ""


@pytest.fixture(scope="module")
def run() -> SimpleNamespace:
    """The packs and the summary of twenty managers, whose last packs are three months old."""
    org = organisation(seed=7, as_of=JUNE, managers=20, gaps=GAPS)
    tables = {
        name: conform(table, org.tables[name]) if name in org.tables else empty(table)
        for name, table in TABLES.items()
    }
    snapshot = Snapshot(tables, pd.DataFrame(), QualityReport(tables=()))

    def packs(as_of: date, last: dict[str, LastPack] | None = None) -> list[Pack]:
        params = Params(
            name="contents",
            as_of=as_of,
            source=Source(simulated=Simulated()),
            stages=STAGES,
            method=Method(draws=500),
        )
        analysis = analyse(snapshot, params, load_plays(ROOT / "templates" / "plays"), last)
        entries = manager_entries(analysis.book, Path())
        return [coaching_pack(team_in(analysis, entry)) for entry in entries]

    last = [LastPack.model_validate_json(pack.model_dump_json()) for pack in packs(MARCH)]
    made = packs(JUNE, {pack.manager.id: pack for pack in last})
    return SimpleNamespace(packs=made, summary=summarise(made, "", ()))


@pytest.fixture(scope="module")
def pages(run: SimpleNamespace) -> str:
    """Everything that stands on a page of the run."""
    report = Report()
    views = [getattr(sections, page)(pack, report) for pack in run.packs for page in PACK]
    views += [getattr(sections, page)(run.summary, report) for page in REGION]
    return " ".join(view.section.model_dump_json() for view in views)


def test_every_idea_has_its_row():
    assert list(rows()) == IDEAS


@pytest.mark.parametrize("idea", IDEAS)
def test_it_is_in_the_facts_and_on_a_page(idea: str, run: SimpleNamespace, pages: str) -> None:
    row = rows()[idea]
    assert row.page in pages
    assert row.paths
    for path in row.paths:
        steps = path.split(".")
        of: tuple[Facts, ...] = (*run.packs, run.summary)
        holders = [one for one in of if steps[0] in type(one).model_fields]
        assert any(known(value) for one in holders for value in values(one, steps)), path
