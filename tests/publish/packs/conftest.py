"""Packs of simulated organisations at the edges of what a page must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
import pandas as pd
import pytest

from salesgap.facts import Pack
from salesgap.pack import coaching_pack
from salesgap.params import Method, Report
from salesgap.prepare import manager_entries, team_in
from salesgap.publish import sections
from salesgap.publish.exporter import SalesgapPDFExporter
from salesgap.simulate import Gap, World, organisation
from salesgap.validate.trial import analysed

AS_OF = date(2026, 6, 30)
PAGES = (
    "one_gap",
    "stack_rank",
    "pipeline_health",
    "one_to_ones",
    "cadence_and_checkpoint",
    "how_made",
    "five_minute_exercise",
)

Tables = dict[str, pd.DataFrame]


def _same(tables: Tables) -> Tables:
    return tables


def _renamed(*names: str) -> Callable[[Tables], Tables]:
    """People and accounts get these names in turn, numbered so that they differ."""

    def change(tables: Tables) -> Tables:
        def turn(count: int) -> list[str]:
            return [f"{names[n % len(names)]} {n}" for n in range(count)]

        people, deals = tables["people"], tables["opportunities"]
        accounts = deals["account"].drop_duplicates()
        named = dict(zip(accounts, turn(len(accounts)), strict=True))
        return tables | {
            "people": people.assign(name=turn(len(people))),
            "opportunities": deals.assign(account=deals["account"].map(named)),
        }

    return change


def _priced(largest: float) -> Callable[[Tables], Tables]:
    """Every amount and quota scaled so that the largest deal is ``largest``."""

    def change(tables: Tables) -> Tables:
        factor = largest / tables["opportunities"]["amount"].max()
        money = {
            name: tables[name].assign(amount=tables[name]["amount"] * factor)
            for name in ("opportunities", "quotas", "stage_history")
        }
        prices = tables["products"].assign(list_price=tables["products"]["list_price"] * factor)
        return tables | money | {"products": prices}

    return change


def _bare(tables: Tables) -> Tables:
    return {name: tables[name] for name in ("people", "opportunities")}


@dataclass(frozen=True)
class Case:
    """An organisation, what is changed in its export, and how its packs are set."""

    world: World = field(default_factory=World)
    gaps: tuple[Gap, ...] | None = None
    change: Callable[[Tables], Tables] = _same
    report: Report = field(default_factory=Report)
    managers: int = 4


LONG = "Wilhelmina Aleksandrowiczówna-Featherstonehaugh of Llanfair"

CASES: dict[str, Case] = {
    "a gap": Case(gaps=(Gap(0, "pipeline_creation", factor=0.5),)),
    "one rep": Case(World(reps_per_manager=(1, 1))),
    "forty reps": Case(World(reps_per_manager=(40, 40), deals_per_rep_month=2.0), managers=3),
    "no gap": Case(gaps=()),
    "no quotas, history or activities": Case(change=_bare),
    "names of 60 characters": Case(change=_renamed(LONG)),
    "names in four scripts": Case(
        change=_renamed(
            "高橋 さくら", "عبد الرحمن السيد", "Łucja Żółkiewska-Święch", "Jürgen Groß"
        ),
    ),
    "amounts of 12": Case(change=_priced(12.0)),
    "amounts of 9,999,999,999": Case(change=_priced(9_999_999_999.0)),
    "letter, German": Case(report=Report(paper="letter", locale="de_DE")),
}


def notebook_of(views: list[Any]) -> Any:
    """An executed notebook that shows these sections."""
    return v4.new_notebook(
        cells=[
            v4.new_code_cell(
                "",
                execution_count=1,
                outputs=[
                    v4.new_output(
                        "execute_result", data=view._repr_mimebundle_(), execution_count=1
                    )
                ],
            )
            for view in views
        ]
    )


@cache
def pack_of(name: str) -> Pack:
    """The first manager's pack of a case."""
    case = CASES[name]
    org = organisation(
        seed=7, as_of=AS_OF, managers=case.managers, world=case.world, gaps=case.gaps
    )
    analysis = analysed(replace(org, tables=case.change(org.tables)), Method(draws=500))
    entries = {e.person_id: e for e in manager_entries(analysis.book, Path())}
    return coaching_pack(team_in(analysis, entries[org.manager_ids[0]]))


@cache
def pdf_of(name: str) -> bytes:
    """That pack, set."""
    pack, report = pack_of(name), CASES[name].report
    views = [getattr(sections, page)(pack, report) for page in PAGES]
    body, _ = SalesgapPDFExporter().from_notebook_node(notebook_of(views))
    return bytes(body)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    """The name of each case in turn."""
    return str(request.param)


@pytest.fixture
def pdf(case: str) -> bytes:
    """The pack of the case, set."""
    return pdf_of(case)


@pytest.fixture
def pack(case: str) -> Pack:
    """The facts it is set from."""
    return pack_of(case)


@pytest.fixture
def set_pack() -> Callable[[str], bytes]:
    """Sets the pack of a case by name."""
    return pdf_of


@pytest.fixture
def set_anew(case: str) -> Callable[[], bytes]:
    """Sets the pack of the case once more."""
    return partial(pdf_of.__wrapped__, case)
