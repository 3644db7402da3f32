"""Any table written as a CRM exports it, read back without a word on whose export it is."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesgap.crm.freeze import take_snapshot

Row = dict[str, Any]

PEOPLE: list[Row] = [
    {"person_id": 1, "name": "Zoë Müller", "manager_id": 0, "role": "manager", "region": "Nord"},
    {"person_id": 2, "name": "Ann O'Hara", "manager_id": 1, "role": "rep", "region": "Nord"},
    {"person_id": 3, "name": "Li, Wei", "manager_id": 1, "role": "rep", "region": "Süd"},
]
# Tells day from month, and the decimal sign, in every column: else the reader would ask.
PLAIN: Row = {
    "opportunity_id": 1,
    "owner_id": 2,
    "account": 'Acme "East"; Ltd',
    "name": "Deal 1, first",
    "created_date": datetime(2026, 1, 15),
    "close_date": datetime(2026, 3, 31),
    "stage": "Won",
    "amount": 1234567.5,
    "type": "New",
    "lead_source": "Fair",
    "next_step": "call, then write",
    "last_activity_date": datetime(2026, 3, 30),
}
STARTS = [
    {"opportunity_id": 1, "changed_at": datetime(2026, 1, 16), "stage": "Qualify"},
    {"opportunity_id": 1, "changed_at": datetime(2026, 2, 27), "stage": "Propose"},
]
# No character that, written in Windows-1252, could be taken for UTF-8.
LATIN = st.text("abcXYZ 019,;\"'&|=+-@éüßñØ", min_size=1, max_size=12).map(
    lambda text: f"x{' '.join(text.split())}"
)
DAYS = st.datetimes(datetime(2025, 7, 1), datetime(2026, 6, 30)).map(
    lambda day: day.replace(hour=0, minute=0, second=0, microsecond=0)
)


@st.composite
def deals(draw: st.DrawFn) -> list[Row]:
    rows = [PLAIN]
    for number in range(2, 2 + draw(st.integers(0, 4))):
        stage = draw(st.sampled_from(["Qualify", "Propose", "Won", "Lost"]))
        created = draw(DAYS)
        close = draw(DAYS.filter(lambda day, first=created: day >= first))
        rows.append(
            {
                "opportunity_id": number,
                "owner_id": draw(st.sampled_from([2, 3])),
                "account": draw(LATIN),
                "name": f"{draw(LATIN)} {number}",
                "created_date": created,
                "close_date": close,
                "stage": stage,
                "amount": draw(st.integers(1, 10**9).map(lambda cents: cents / 100)),
                "type": draw(LATIN),
                "lead_source": draw(LATIN),
                "next_step": draw(st.just("") | LATIN),
                "last_activity_date": draw(st.none() | DAYS),
            }
        )
    return rows


@st.composite
def histories(draw: st.DrawFn, rows: list[Row]) -> list[Row]:
    entered = list(STARTS)
    for deal in rows[1:]:
        for stage in draw(st.sets(st.sampled_from(["Qualify", "Propose"]))):
            day = draw(DAYS)
            entered.append(
                {"opportunity_id": deal["opportunity_id"], "changed_at": day, "stage": stage}
            )
    return entered


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_a_writer_wrote_is_read_back(
    layout, write_export, profile_of, make_params, data: st.DataObject
) -> None:
    rows = data.draw(deals())
    history = data.draw(histories(rows))
    with tempfile.TemporaryDirectory() as folder:
        written = write_export(layout, PEOPLE, rows, history, Path(folder))
        taken = take_snapshot(make_params({"folder": folder}))
    assert taken.report.profile.startswith(f"{profile_of(layout)} (")
    assert taken.quarantine[taken.quarantine["class"] == "error"].empty
    pd.testing.assert_frame_equal(*_both(taken.tables["opportunities"], rows, written))
    assert sorted(taken.tables["people"]["person_id"]) == [written.person_id(n) for n in (1, 2, 3)]
    managers = taken.tables["people"].set_index("person_id")["manager_id"].dropna()
    assert dict(managers) == {written.person_id(n): written.person_id(1) for n in (2, 3)}
    _same_history(taken.tables["stage_history"], history if written.history else [], written)


def _both(read: pd.DataFrame, rows: list[Row], written: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [name for name in PLAIN if name not in written.lacks]
    expected = pd.DataFrame(rows)[names]
    expected["opportunity_id"] = expected["opportunity_id"].map(written.deal_id)
    expected["owner_id"] = expected["owner_id"].map(written.person_id)
    expected = expected.replace("", None).astype(dict(read[names].dtypes))
    order = "opportunity_id"
    return (
        read[names].sort_values(order).reset_index(drop=True),
        expected.sort_values(order).reset_index(drop=True),
    )


def _same_history(read: pd.DataFrame, history: list[Row], written: Any) -> None:
    found = zip(read["opportunity_id"], read["changed_at"], read["stage"], strict=True)
    expected = {
        (written.deal_id(row["opportunity_id"]), pd.Timestamp(row["changed_at"]), row["stage"])
        for row in history
    }
    rows = list(found)
    assert (set(rows), len(rows)) == (expected, len(expected))
