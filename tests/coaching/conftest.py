"""One small team, as a pack is made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from salesgap.facts import DataQuality, Manager
from salesgap.measures.seats import seats
from salesgap.team import Team

PEOPLE = [
    {"person_id": "m1", "manager_id": None},
    {"person_id": "r1"},
    {"person_id": "r2"},
    {"person_id": "gone", "end_date": "2026-02-01"},
    {"person_id": "moved", "manager_id": "m2"},
]


@pytest.fixture
def small_team(make_book, run_params, make_benchmarks) -> Callable[..., Team]:
    """``small_team(deals=…, quotas=…, places=…, execution=…)``: m1's, as of 2026-06-30.

    r1 and r2 are past their ramp unless ``places`` says otherwise.
    """

    def make(
        *,
        deals: Any = (),
        places: Any = ({"person_id": "r1"}, {"person_id": "r2"}),
        tables: Any = None,
        **changed: Any,
    ) -> Team:
        book = make_book(PEOPLE, deals, **(tables or {}))
        usual = {"ramping": False, "won": 0.0, "quota": float("nan")}
        ranked = pd.DataFrame([usual | place for place in places])
        empty = pd.DataFrame()
        parts = {
            "params": run_params(),
            "manager": Manager(id="m1", name="Name m1", region="North"),
            "managers": 1,
            "book": book,
            "benchmarks": make_benchmarks(),
            "places": ranked,
            "place": empty,
            "seats": seats(book, 6),
            "statistics": empty,
            "quality": DataQuality(tables=(), notes=(), missing=()),
            "plays": {},
            "waterfall": None,
            "arrived": (0, 0.0),
            "attention": None,
            "told": (),
        }
        return Team(**(parts | changed))

    return make
