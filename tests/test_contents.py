"""docs/contents.md: every idea of the sources is in the facts of the demo, and on its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from salesgap.coaching.plays import load_plays
from salesgap.crm.freeze import take_snapshot
from salesgap.facts import Facts, Pack
from salesgap.last import LastPack
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, Report, load_params
from salesgap.prepare import analyse, manager_entries, team_in
from salesgap.publish import sections
from salesgap.region import summarise

ROOT = Path(__file__).resolve().parents[1]
IDEAS = [
    *("A1", "A2", "A3", "A4", "A5", "A6", "B1", "B2", "B3", "B4"),
    *("C1", "D1", "D2", "D3", "E1", "E2", "E3", "E4"),
]
PACK = (
    *("one_gap", "stack_rank", "pipeline_health", "one_to_ones"),
    *("cadence_and_checkpoint", "how_made", "five_minute_exercise"),
)
REGION = ("region_verdict", "region_ranks", "region_gaps", "region_last_gaps", "region_data")


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


def params_of(name: str) -> Params:
    """Shipped params, with fewer draws."""
    return load_params(ROOT / "params" / f"{name}.yml").model_copy(
        update={"method": Method(draws=500)}
    )


def packs_of(name: str, last: dict[str, LastPack] | None = None) -> list[Pack]:
    params = params_of(name)
    plays = load_plays(ROOT / "templates" / "plays")
    analysis = analyse(take_snapshot(params), params, plays, last)
    entries = manager_entries(analysis.book, Path())
    return [coaching_pack(team_in(analysis, entry)) for entry in entries]


@pytest.fixture(scope="module")
def run() -> SimpleNamespace:
    """The demo's packs and one summary of them; and its packs of a quarter before."""
    before = packs_of("demo-before")
    last = [LastPack.model_validate_json(pack.model_dump_json()) for pack in before]
    made = packs_of("demo", {pack.manager.id: pack for pack in last})
    return SimpleNamespace(before=before, packs=made, summary=summarise(made, "", ()))


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


# ── E4: the demo's two runs ───────────────────────────────────────────────────────────────


def test_the_demo_looks_at_one_organisation_a_quarter_apart():
    before, now = params_of("demo-before"), params_of("demo")
    same = now.model_copy(update={"name": before.name, "as_of": before.as_of})
    assert before == same
    assert now.source.simulated.until == now.as_of == before.as_of + timedelta(days=91)


def test_each_demo_pack_knows_what_its_last_pack_named(run: SimpleNamespace) -> None:
    named = {pack.manager.id: (pack.gap.driver, pack.as_of) for pack in run.before}
    told = {pack.manager.id: (pack.last_gap.driver, pack.last_gap.since) for pack in run.packs}
    assert told == named


def test_the_demo_shows_a_gap_that_closed_and_others_that_did_not(run: SimpleNamespace) -> None:
    shown = {
        pack.last_gap.outcome: page_1(pack) for pack in run.packs if pack.last_gap.driver != "none"
    }
    assert "has closed: " in shown["closed"]
    assert "no more than chance" in shown["no_more_than_chance"]
    assert "too early to tell" in shown["too_early"]
    assert all("The last gap, " in page for page in shown.values())


def test_a_demo_pack_tells_on_page_1_what_was_kept_beside_what_it_moved(
    run: SimpleNamespace,
) -> None:
    both = [page_1(p) for p in run.packs if p.coaching.commitments and p.last_gap.now is not None]
    assert both
    assert all("Last time, of " in page and "The last gap, " in page for page in both)


def test_the_regions_summary_of_the_demo_tells_what_became_of_every_gap(
    run: SimpleNamespace,
) -> None:
    page = sections.region_last_gaps(run.summary, Report()).section.model_dump_json()
    named = [pack.manager.name for pack in run.before if pack.gap.driver != "none"]
    assert len(named) > 5
    assert all(name in page for name in named)
    assert re.search(r"Of \w+ gaps: \w+ closed", page)


def page_1(pack: Pack) -> str:
    """All texts of the first page, one after another."""
    told = sections.one_gap(pack, Report()).section.model_dump(mode="json")["blocks"]
    return "".join(span["text"] for block in told for span in block.get("spans", ()))


def test_no_card_asks_for_what_has_closed(run: SimpleNamespace) -> None:
    closed = [pack for pack in run.packs if pack.last_gap and pack.last_gap.outcome == "closed"]
    assert closed
    for pack in closed:
        driver = pack.last_gap.driver
        assert driver not in {sheet.driver for sheet in pack.coaching.one_to_ones}
