"""From each CRM's export of a simulated organisation to packs, with only the stages said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from salesgap.batch.run import run_batch
from salesgap.crm.propose import propose
from salesgap.facts import Pack
from salesgap.pack import coaching_pack
from salesgap.params import Params, load_params
from salesgap.prepare import BENCHMARKS, prepare
from salesgap.resources import workbook_folder
from salesgap.simulate import organisation
from salesgap.team import load_team

Row = dict[str, Any]
STAGES = [
    {"name": "Prospect", "status": "open", "phase": "early"},
    {"name": "Qualify", "status": "open", "phase": "early"},
    {"name": "Propose", "status": "open", "phase": "late"},
    {"name": "Negotiate", "status": "open", "phase": "late"},
    {"name": "Won", "status": "won"},
    {"name": "Lost", "status": "lost"},
]
ONE_EACH = [
    "salesforce weekly export",
    "hubspot",
    "pipedrive csv",
    "dynamics view",
    "zoho with users",
]


@pytest.fixture(scope="module")
def rows() -> tuple[list[Row], list[Row], list[Row]]:
    """People, opportunities and stage history of two teams, ids as whole numbers."""
    tables = organisation(seed=3, managers=2, as_of=date(2026, 6, 30)).tables
    people, deals = tables["people"], tables["opportunities"]
    persons = {who: number for number, who in enumerate(people["person_id"], 1)} | {"": 0}
    numbers = {deal: number for number, deal in enumerate(deals["opportunity_id"], 1)}
    text = ["account", "type", "lead_source", "next_step"]
    plain = deals.assign(
        **{name: deals[name].fillna("").astype("str") for name in text},
        opportunity_id=deals["opportunity_id"].map(numbers),
        owner_id=deals["owner_id"].map(persons),
        name=[f"Deal {number}" for number in numbers.values()],
    )
    staff = people.assign(
        person_id=people["person_id"].map(persons),
        manager_id=people["manager_id"].fillna("").map(persons),
    )
    history = tables["stage_history"]
    history = history.assign(opportunity_id=history["opportunity_id"].map(numbers))
    return _rows(staff), _rows(plain), _rows(history)


def _rows(frame: pd.DataFrame) -> list[Row]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [
        {key: _day(value) for key, value in row.items()} for row in plain.to_dict(orient="records")
    ]


def _day(value: Any) -> Any:
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else value


@pytest.fixture(params=ONE_EACH, scope="module")
def run(
    request: pytest.FixtureRequest, rows: Any, write_export: Any, tmp_path_factory: Any
) -> tuple[str, Params, Path]:
    folder = tmp_path_factory.mktemp("run")
    (folder / "data").mkdir()
    write_export(request.param, *rows, folder / "data")
    said = {"name": "run", "as_of": date(2026, 6, 30), "stages": STAGES}
    path = folder / "run.yml"
    path.write_text(yaml.safe_dump(said | {"source": {"folder": "data"}}), "utf-8")
    return request.param, load_params(path), path


def test_a_pack_states_what_the_teams_won(run: Any, rows: Any, tmp_path: Path) -> None:
    _, params, _ = run
    ready = prepare(params, tmp_path, workbook_folder())
    folders = [manager.team_folder for manager in ready.managers]
    packs = [coaching_pack(load_team(folder, tmp_path / BENCHMARKS)) for folder in folders]
    won = sum(
        deal["amount"]
        for deal in rows[1]
        if deal["stage"] == "Won" and deal["close_date"] >= datetime(2026, 1, 1)
    )
    assert len(packs) == 2
    assert sum(pack.attainment.won for pack in packs) == pytest.approx(won)


def test_the_stages_would_have_been_proposed_as_they_are(run: Any) -> None:
    name, params, _ = run
    found = [(stage.name, stage.status) for stage in propose(params.source.folder).stages]
    assert sorted(found) == sorted((stage["name"], stage["status"]) for stage in STAGES)
    if name in {"salesforce weekly export", "hubspot"}:  # these tell the order of stages
        assert found == [(stage["name"], stage["status"]) for stage in STAGES]


def test_from_a_view_of_deals_to_a_pdf(
    rows: Any, write_export: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    write_export("hubspot", *rows, tmp_path / "data")
    said = {"name": "run", "as_of": date(2026, 6, 30), "stages": STAGES}
    (tmp_path / "run.yml").write_text(
        yaml.safe_dump(said | {"source": {"folder": "data"}}), "utf-8"
    )
    leaders = {person["manager_id"] for person in rows[0]}
    reps = [person for person in rows[0] if person["person_id"] not in leaders]
    manager = str(reps[0]["manager_id"])
    manifest = run_batch(tmp_path / "run.yml", tmp_path / "out", managers=(manager,), jobs=1)
    assert [record.reason for record in manifest.records if not record.made] == []
    (pdf,) = (tmp_path / "out").glob(f"*/{manager}.pdf")
    facts = Pack.model_validate_json(pdf.with_suffix(".json").read_text("utf-8"))
    assert pdf.read_bytes().startswith(b"%PDF")
    assert facts.attainment.won > 0
