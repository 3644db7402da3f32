"""A small generic export, to be spoilt by the tests that need it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesgap.params import Params

Rows = Sequence[dict[str, Any]]

STAGES = [
    {"name": "Qualify", "status": "open", "phase": "early"},
    {"name": "Propose", "status": "open", "phase": "late"},
    {"name": "Won", "status": "won"},
    {"name": "Lost", "status": "lost"},
]
PEOPLE = [
    {"person_id": "m1", "name": "Mia", "manager_id": "", "role": "manager", "region": "North"},
    {"person_id": "r1", "name": "Rob", "manager_id": "m1", "role": "rep", "region": "North"},
    {"person_id": "r2", "name": "Ros", "manager_id": "m1", "role": "rep", "region": "North"},
    {"person_id": "m2", "name": "Max", "manager_id": "", "role": "manager", "region": "South"},
    {"person_id": "r3", "name": "Ray", "manager_id": "m2", "role": "rep", "region": "South"},
]


def deal(number: int, **changed: Any) -> dict[str, Any]:
    """A deal that passes every check."""
    return {
        "opportunity_id": f"d{number}",
        "owner_id": "r1",
        "created_date": "2026-01-15",
        "close_date": "2026-03-31",
        "stage": "Won",
        "amount": "1000",
    } | changed


def make_params(source: dict[str, Any], **changed: Any) -> Params:
    """Params of a run as of 2026-06-30."""
    return Params.model_validate(
        {"name": "t", "as_of": "2026-06-30", "source": source, "stages": STAGES} | changed
    )


@pytest.fixture(name="deal", scope="session")
def deal_fixture() -> Callable[..., dict[str, Any]]:
    """``deal(1, stage="Lost")``: a row of opportunities."""
    return deal


@pytest.fixture(name="make_params", scope="session")
def make_params_fixture() -> Callable[..., Params]:
    """``make_params(source, as_of=…)``."""
    return make_params


@pytest.fixture
def some_people() -> list[dict[str, Any]]:
    """Two teams: m1 with r1 and r2 in the North, m2 with r3 in the South."""
    return [dict(row) for row in PEOPLE]


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Params]:
    """``export(opportunities=[…], people=[…], …, params={…})`` writes CSVs, gives the params."""

    def write(params: dict[str, Any] | None = None, **tables: Rows) -> Params:
        for name, rows in ({"people": PEOPLE, "opportunities": [deal(1)]} | tables).items():
            pd.DataFrame(rows).to_csv(tmp_path / f"{name}.csv", index=False, quoting=csv.QUOTE_ALL)
        return make_params({"folder": tmp_path}, **(params or {}))

    return write
