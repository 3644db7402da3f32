"""From each CRM's example export to a PDF, by the commands a new user types and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pypdf import PdfReader

from salesgap.batch.run import run_batch
from salesgap.crm.proposing.propose import Proposal
from salesgap.facts import Pack
from salesgap.simulate import STAGES
from salesgap.starter import workbook_from

Row = dict[str, Any]
EXPORTS = [
    "salesforce report, utf-8",
    "salesforce weekly export",
    "hubspot",
    "pipedrive csv",
    "dynamics view",
    "zoho with users",
    "canonical names",
]


@dataclass(frozen=True)
class TeamOfRows:
    """One manager, and what the rows say was won this year by each rep, as (amount, deals)."""

    manager: Row
    won: dict[str, tuple[float, int]]
    accounts: set[str]


@pytest.fixture(scope="module")
def team(rows: Any) -> TeamOfRows:
    people, deals, _ = rows
    leaders = {person["manager_id"] for person in people}
    manager_id = next(p["manager_id"] for p in people if p["person_id"] not in leaders)
    names = {p["person_id"]: str(p["name"]) for p in people if p["manager_id"] == manager_id}
    mine = [deal for deal in deals if deal["owner_id"] in names]
    won: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for deal in mine:
        if deal["stage"] == "Won" and deal["close_date"] >= datetime(2026, 1, 1):
            won[names[deal["owner_id"]]] += deal["amount"]
            count[names[deal["owner_id"]]] += 1
    return TeamOfRows(
        next(p for p in people if p["person_id"] == manager_id),
        {name: (won[name], count[name]) for name in won},
        {deal["account"] for deal in mine if deal["stage"] in {"Propose", "Negotiate"}},
    )


@dataclass(frozen=True)
class Run:
    profile: str
    written: Any
    proposal: Proposal
    facts: Pack
    pages: list[str]


@pytest.fixture(params=EXPORTS, scope="module")
def run(
    request: pytest.FixtureRequest,
    rows: Any,
    team: TeamOfRows,
    write_export: Any,
    profile_of: Callable[[str], str],
    tmp_path_factory: Any,
) -> Run:
    """``salesgap init --from`` the export, then ``salesgap batch`` of what it proposed."""
    folder = tmp_path_factory.mktemp("run")
    export, book = folder / "export", folder / "book"
    export.mkdir()
    written = write_export(request.param, *rows, export)
    proposal, params = workbook_from(book, [export])
    manager = written.person_id(team.manager["person_id"])
    output = book / "output" / "run"
    outcome = run_batch(params, output, managers=(manager,), jobs=1, quiet=True)
    assert [record.reason for record in outcome.records if not record.made] == []
    (pdf,) = output.glob("*/*.pdf")
    facts = Pack.model_validate_json(pdf.with_suffix(".json").read_text("utf-8"))
    pages = [_text(page.extract_text()) for page in PdfReader(pdf).pages]
    return Run(profile_of(request.param), written, proposal, facts, pages)


def _text(page: str) -> str:
    """The words of a page, a blank between each."""
    return re.sub(r"\s+", " ", page)


def test_the_pdf_tells_the_manager_and_what_the_export_says_was_won(
    run: Run, team: TeamOfRows
) -> None:
    won = sum(amount for amount, _ in team.won.values())
    assert f"{team.manager['name']} {run.facts.reps} reps" in run.pages[0]
    assert re.search(rf"won this year; no quota in the data \D?{won / 1e6:.2f}M", run.pages[0])
    assert run.facts.attainment.won == pytest.approx(won)


def test_the_pdf_tells_each_rep_and_what_the_export_says_they_won(
    run: Run, team: TeamOfRows
) -> None:
    assert len(team.won) > 3
    for name, (amount, deals) in team.won.items():
        assert re.search(rf"{name} \D?{amount / 1e3:.0f}k \({deals}\)", run.pages[1]), name


def test_the_pdf_names_accounts_of_the_export(run: Run, team: TeamOfRows) -> None:
    text = " ".join(run.pages)
    named = {account for account in team.accounts if account in text}
    assert len(named) > 3 or "account" in run.written.lacks
    assert re.search(r"Deal \d+", text)


def test_the_export_was_recognised_and_its_stages_proposed_as_they_are(run: Run) -> None:
    found = [(stage.name, stage.status, stage.phase) for stage in run.proposal.stages]
    true = [(stage.name, stage.status, stage.phase) for stage in STAGES]
    assert run.proposal.profile == run.profile
    assert sorted(found, key=str) == sorted(true, key=str)
    if run.written.history:  # only how deals passed them tells their order
        assert found == true
