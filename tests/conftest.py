"""Small books, written by hand; and which tests may run beside which."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import Any

import fsspec
import pandas as pd
import pytest
from hypothesis import settings

from salesgap.crm.book import Book
from salesgap.crm.tables import TABLES, conform
from salesgap.measures.curves import AT_ONCE
from salesgap.measures.peers import Benchmarks, StoredCurve
from salesgap.params import Params

# How long an example takes on a busy machine is no property of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_COUNT_PROCESSES = {"batch", "test_cli.py", "test_bench.py", "test_maven_packs.py"}
"""Tests that run batches: some of them count the processes and folders that a batch leaves."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Side by side, tests of one file share a process and its fixtures; batches run one by one."""
    for item in items:
        alone = _COUNT_PROCESSES & {item.path.name, item.path.parent.name}
        item.add_marker(pytest.mark.xdist_group("batches" if alone else str(item.path)))


Row = Mapping[str, Any]

STAGES = (
    {"name": "Qualify", "status": "open", "phase": "early"},
    {"name": "Propose", "status": "open", "phase": "late"},
    {"name": "Won", "status": "won"},
    {"name": "Lost", "status": "lost"},
)
DEAL_TYPES = {
    "created_date": "datetime64[us]",
    "close_date": "datetime64[us]",
    "stage_date": "datetime64[us]",
    "late_date": "datetime64[us]",
    "last_activity_date": "datetime64[us]",
    "reached_late": "boolean",
    "amount": "float64",
    "margin": "float64",
    "pushes": "Int64",
}
DEAL_TEXTS = (
    *("opportunity_id", "owner_id", "manager_id", "account", "name", "type", "lead_source"),
    *("product", "segment", "next_step", "status", "stage", "phase", "amount_source"),
)
OTHERS = ("quotas", "stage_history", "activities", "team_history", "assessments", "commitments")


def _people(rows: Iterable[Row]) -> pd.DataFrame:
    usual = {"manager_id": "m1", "role": "rep", "region": "North", "start_date": "2020-01-01"}
    return pd.DataFrame([{**usual, "name": f"Name {row['person_id']}", **row} for row in rows])


def _deals(rows: Iterable[Row]) -> pd.DataFrame:
    numbers = count(1)
    full = [{**_usual_deal(row), "opportunity_id": f"d{next(numbers)}", **row} for row in rows]
    types = dict.fromkeys(DEAL_TEXTS, "str") | DEAL_TYPES
    return pd.DataFrame(full).reindex(columns=list(types)).astype(types)


def _usual_deal(row: Row) -> dict[str, Any]:
    """Of r1 in m1's team; won ones have been late since they were closed."""
    usual = {
        "owner_id": "r1",
        "manager_id": "m1",
        "created_date": "2026-01-05",
        "amount": 100.0,
        "amount_source": "crm",
        "status": "open",
    }
    if row.get("status") == "won":
        return usual | {"late_date": row["close_date"], "reached_late": True, "stage": "Won"}
    if row.get("status") == "lost":
        return usual | {"reached_late": False, "stage": "Lost"}
    late = row.get("late_date") is not None
    stage, phase = ("Propose", "late") if late else ("Qualify", "early")
    return usual | {"reached_late": late, "stage": stage, "phase": phase}


def _make_book(people: Iterable[Row], deals: Iterable[Row] = (), **tables: Iterable[Row]) -> Book:
    frames = {name: pd.DataFrame(list(rows)) for name, rows in tables.items()}
    return Book(
        people=conform(TABLES["people"], _people(people)),
        deals=_deals(deals),
        **{name: conform(TABLES[name], frames.get(name, pd.DataFrame())) for name in OTHERS},
    )


@pytest.fixture(scope="session")
def make_book() -> Callable[..., Book]:
    """``make_book(people=[…], deals=[…], quotas=[…], …)``; rows say only what matters to them.

    A person reports to m1 and started in 2020; a deal is r1's, open, worth 100.
    """
    return _make_book


@pytest.fixture(scope="session")
def run_params() -> Callable[..., Params]:
    """``run_params(as_of=…)``: params of a run as of 2026-06-30, of a calendar year."""

    def make(**changed: Any) -> Params:
        usual = {"name": "t", "as_of": "2026-06-30", "source": {"simulated": {}}, "stages": STAGES}
        return Params.model_validate(usual | changed)

    return make


@pytest.fixture(scope="session")
def make_benchmarks() -> Callable[..., Benchmarks]:
    """``make_benchmarks(revenue_per_month=…)``: the benchmarks of a run that knows little."""
    at_once = {"all": StoredCurve.of(AT_ONCE)}
    usual: dict[str, Any] = {
        "teams": 1,
        "phases": True,
        "window_months": 12.0,
        "levels": {},
        "early": at_once,
        "late": at_once,
        "late_now": at_once,
        "season": (1.0,) * 12,
        "mean_over_typical": {"all": 1.2},
        "revenue_per_month": {"rep": 100.0},
        "typical_deal": 100.0,
        "second_moment": 2.0,
        "thresholds": {},
        "slow_days": {},
        "slowest_won_days": None,
        "due_yield": None,
        "late_share": None,
    }

    def make(**changed: Any) -> Benchmarks:
        return Benchmarks(**(usual | changed))

    return make


@pytest.fixture
def store() -> Iterator[str]:
    """The URL of a new place on the in-memory store that fsspec brings."""
    memory, name = fsspec.filesystem("memory"), f"/{secrets.token_hex(4)}"
    yield f"memory:/{name}"
    if memory.exists(name):
        memory.rm(name, recursive=True)
