"""Quotas as people keep them: a column a period, a month a row, a figure a year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.crm.checking.quotas import split_years
from salesgap.crm.freeze import Snapshot, take_snapshot
from salesgap.crm.reading.periods import Label, days_of, label_of, one_a_row
from salesgap.params import Params

Export = Callable[..., Params]
ADVENTURE = Path(__file__).parents[4] / "shared" / "data" / "adventureworks"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Q2 2026", Label("quarter", 2, 2026)),
        ("FY26-Q3", Label("quarter", 3, 2026)),
        ("2026 Q1", Label("quarter", 1, 2026)),
        ("Q4", Label("quarter", 4, None)),
        ("Jan 2026", Label("month", 1, 2026)),
        ("Mai-26", Label("month", 5, 2026)),
        ("2026-07", Label("month", 7, 2026)),
        ("09/2026", Label("month", 9, 2026)),
        ("December", Label("month", 12, None)),
        ("2026-03-01 00:00:00", Label("month", 3, 2026)),
        ("FY2026", Label("year", 1, 2026)),
        ("2026", Label("year", 1, 2026)),
        ("Annual quota", Label("year", 1, None)),
        ("Name", None),
        ("Amount", None),
        ("2026-13", None),
        ("Total", None),
    ],
)
def test_a_period_is_told_from_its_label(text: str, label: Label | None) -> None:
    assert label_of(text) == label


def test_quarters_are_of_the_fiscal_year_and_it_is_called_after_its_end() -> None:
    april = date(2025, 4, 1)
    assert days_of(Label("quarter", 1, 2026), april) == (
        pd.Timestamp("2025-04-01"),
        pd.Timestamp("2025-06-30"),
    )
    assert days_of(Label("month", 2, None), april)[0] == pd.Timestamp("2026-02-01")
    assert days_of(Label("year", 1, None), april)[1] == pd.Timestamp("2026-03-31")


def quotas_of(snapshot: Snapshot) -> list[tuple[str, str, str, float]]:
    rows = snapshot.tables["quotas"].sort_values(["person_id", "period_start"])
    return [
        (row.person_id, f"{row.period_start:%Y-%m-%d}", f"{row.period_end:%Y-%m-%d}", row.amount)
        for row in rows.itertuples()
    ]


def test_a_column_a_quarter_is_a_row_a_quarter_and_blank_cells_are_none(export: Export) -> None:
    rows = [
        {"person_id": "r1", "Q1 2026": "1,000.50", "Q2 2026": "2,000.50", "FY2026": "9,999.50"},
        {"person_id": "r2", "Q1 2026": "", "Q2 2026": "500.25", "FY2026": ""},
    ]
    taken = take_snapshot(export(quotas=rows))
    assert quotas_of(taken) == [
        ("r1", "2026-01-01", "2026-03-31", 1000.5),
        ("r1", "2026-04-01", "2026-06-30", 2000.5),
        ("r2", "2026-04-01", "2026-06-30", 500.25),
    ]
    entry = taken.report.table("quotas")
    assert entry.rows_in == entry.accepted == 3


def test_several_measures_of_one_person_stay_apart(export: Export) -> None:
    rows = [
        {"person_id": "r1", "measure": measure, "2026-01": "10", "2026-02": "20"}
        for measure in ("revenue", "meetings", "new logos")
    ]
    taken = take_snapshot(export(quotas=rows))
    assert taken.tables["quotas"].groupby("measure")["amount"].sum().to_dict() == {
        "revenue": 30.0,
        "meetings": 30.0,
        "new logos": 30.0,
    }


def test_a_month_a_row_lasts_until_the_next_one(export: Export) -> None:
    rows = [
        {"person_id": "r1", "period_start": f"2026/{month:02}/01", "amount": "100"}
        for month in (1, 2, 3)
    ]
    assert [row[2] for row in quotas_of(take_snapshot(export(quotas=rows)))] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
    ]


def test_a_yearly_figure_is_split_by_the_shares_the_params_state(export: Export) -> None:
    rows = [{"person_id": "r1", "2026": "1000"}]
    whole = take_snapshot(export(quotas=rows))
    assert quotas_of(whole) == [("r1", "2026-01-01", "2026-12-31", 1000.0)]
    split = take_snapshot(export(params={"quota_split": [1, 2, 3, 4]}, quotas=rows))
    assert [row[3] for row in quotas_of(split)] == [100.0, 200.0, 300.0, 400.0]
    assert split.report.table("quotas").accepted == 1


def test_shares_that_are_no_split_of_a_year_are_refused(
    make_params: Callable[..., Params],
) -> None:
    with pytest.raises(ValueError, match="give 4 shares"):
        make_params({"simulated": {}}, quota_split=[1, 2])


@given(
    amount=st.floats(1, 1e9),
    shares=st.lists(st.floats(0.01, 10), min_size=12, max_size=12)
    | st.lists(st.floats(0.01, 10), min_size=4, max_size=4),
    month=st.integers(1, 12),
)
def test_the_parts_of_a_year_add_up_to_it_and_cover_it_day_by_day(
    amount: float, shares: list[float], month: int
) -> None:
    start = pd.Timestamp(2026, month, 1)
    end = start + pd.DateOffset(years=1, days=-1)
    row = {"person_id": "r1", "period_start": start, "period_end": end, "amount": amount}
    parts = split_years(pd.DataFrame([row | {"measure": "revenue"}]), tuple(shares))
    assert parts["amount"].sum() == pytest.approx(amount)
    days = (parts["period_end"] - parts["period_start"]).dt.days + 1
    assert days.sum() == (end - start).days + 1
    gaps = parts["period_start"].iloc[1:].to_numpy() - parts["period_end"].iloc[:-1].to_numpy()
    assert (gaps == pd.Timedelta(days=1).to_timedelta64()).all()


def test_a_managers_figure_that_adds_up_the_teams_is_left_out_and_said(export: Export) -> None:
    def of(person: str, start: str, end: str, amount: str, measure: str = "") -> dict[str, Any]:
        said = {"person_id": person, "period_start": start, "period_end": end}
        return said | {"amount": amount, "measure": measure}

    q1 = ("2026-01-01", "2026-03-31")
    rows = [
        of("r1", *q1, "100"),
        of("m1", *q1, "100"),
        of("m1", "2027-01-01", "2027-03-31", "7"),
        of("m1", *q1, "5", "hires"),
        of("m2", *q1, "50"),
    ]
    taken = take_snapshot(export(quotas=rows))
    left = taken.quarantine[taken.quarantine["table"] == "quotas"]
    assert list(zip(left["row"], left["class"], strict=True)) == [(3, "left out")]
    assert left["reason"].iloc[0].startswith("adds up the quotas of the people below")
    assert any("1 rows of 1 managers add up" in note for note in taken.report.notes)


def test_an_ordinary_quota_table_is_left_as_it_is() -> None:
    cells = pd.DataFrame({"person_id": ["r1"], "2026-01": ["1"], "amount": ["5"]}, dtype="str")
    read = one_a_row(cells, ("amount",), ("period_end",))
    assert list(read.columns) == ["person_id", "2026-01", "amount", "period_end"]


@pytest.mark.skipif(not ADVENTURE.is_dir(), reason="the sample is not at hand")
@pytest.mark.parametrize(
    "variant", ["Targets.csv", "Targets-variant-1.csv", "Targets-variant-2.csv"]
)
def test_adventureworks_counts_each_target_once_however_it_is_spelt(
    variant: str, tmp_path: Path, make_params: Callable[..., Params]
) -> None:
    staff = pd.read_csv(ADVENTURE / "Salesperson.csv", sep="|", dtype="str")
    above = {"North American Sales Manager": "112432117", "European Sales Manager": "112432117"}
    above |= {"Pacific Sales Manager": "112432117", "Director of Sales": ""}
    europe = {"668991357", "134219713", "954276278"}
    leads = ["982310417" if who in europe else "502097814" for who in staff["EmployeeID"]]
    people = pd.DataFrame(
        {
            "person_id": staff["EmployeeID"],
            "name": staff["Salesperson"],
            "role": staff["Title"],
            "region": "all",
            "manager_id": staff["Title"].map(above).fillna(pd.Series(leads)),
        }
    )
    people.loc[people["name"] == "Lynn Tsoflias", "manager_id"] = "481044938"
    people.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "targets.csv").write_bytes((ADVENTURE / variant).read_bytes())
    deal = {"opportunity_id": "d1", "owner_id": "668991357", "created_date": "2021-05-01"}
    pd.DataFrame([deal | {"stage": "Propose", "amount": "1"}]).to_csv(
        tmp_path / "opportunities.csv", index=False
    )
    columns = {"person_id": "EmployeeID", "amount": "TargetAmount", "period_start": "TargetMonth"}
    tables = {"quotas": {"file": "targets.csv", "columns": columns}}
    source = {"folder": tmp_path, "tables": tables}
    taken = take_snapshot(make_params(source, as_of="2021-06-30"))
    quotas, entry = taken.tables["quotas"], taken.report.table("quotas")
    managers = {"502097814", "112432117", "982310417", "481044938"}
    assert (entry.rows_in, entry.accepted + entry.left_out, entry.quarantined) == (809, 809, 0)
    assert set(quotas["person_id"]).isdisjoint(managers)
    targets = pd.read_csv(ADVENTURE / "Targets.csv", sep="|", dtype={"EmployeeID": "str"})
    reps = targets[~targets["EmployeeID"].isin(managers)]
    assert quotas["amount"].sum() == reps["TargetAmount"].sum()
    assert (quotas["period_end"] == quotas["period_start"] + pd.offsets.MonthEnd(0)).all()
