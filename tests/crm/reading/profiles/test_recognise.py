"""Whose export it is, told by its headers; and what is said where they do not tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa

from salesgap.crm.checking.report import quality_text
from salesgap.crm.freeze import survey, take_snapshot
from salesgap.crm.reading.profile import load_profile, profile_names
from salesgap.crm.reading.recognise import recognise
from salesgap.errors import SourceError
from salesgap.params import Params

CANONICAL = ["opportunity_id", "owner_id", "created_date", "stage", "amount"]
SALESFORCE = ["Id", "OwnerId", "CreatedDate", "StageName", "Amount"]
EITHER = ["Record ID", "Deal owner", "Create Date", "Deal Stage"]


def test_a_profile_is_a_file_and_no_code_names_a_crm() -> None:
    root = Path(__file__).parents[4] / "salesgap"
    names = [name for name in profile_names() if name != "generic"]
    assert names == ["dynamics", "hubspot", "pipedrive", "salesforce", "zoho"]
    for path in root.rglob("*.py"):
        code = path.read_text("utf-8").casefold()
        assert not [name for name in names if f'"{name}' in code], path


def test_canonical_names_are_the_generic_profile() -> None:
    assert recognise({"opportunities.csv": [CANONICAL]}).profile == "generic"


def test_another_crms_headers_beat_a_canonical_file_name() -> None:
    found = recognise({"opportunities.csv": [SALESFORCE], "people.csv": [["person_id"]]})
    assert found.profile == "salesforce"
    assert "opportunities.csv has 5 of its columns" in found.why


def test_nothing_that_fits_is_one_line_that_says_what_each_lacks() -> None:
    with pytest.raises(SourceError, match=r"no profile fits weather\.csv") as caught:
        recognise({"weather.csv": [["day", "rain"]]})
    assert "lacks" in str(caught.value)
    assert "salesgap check FOLDER" in str(caught.value)


def test_a_tie_names_its_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = ("hubspot", "hubspot")
    monkeypatch.setattr("salesgap.crm.reading.recognise.profile_names", lambda: twins)
    with pytest.raises(SourceError, match=r"hubspot .* and hubspot .*name one: hubspot, hubspot"):
        recognise({"deals.csv": [EITHER]})


def test_columns_that_the_params_name_make_it_generic() -> None:
    found = recognise({"x.csv": [["a", "b"]]}, given=frozenset({"opportunity_id", "owner_id"}))
    assert found.profile == "generic"


def test_the_choice_is_in_the_report_and_one_that_is_named_is_taken_as_it_is(
    tmp_path: Path, make_params: Callable[..., Params]
) -> None:
    row: dict[str, Any] = dict(zip(SALESFORCE, ["1", "2", "2026-01-15", "Won", "5"], strict=True))
    pd.DataFrame([row]).to_csv(tmp_path / "opportunity.csv", index=False)
    report = survey(make_params({"folder": tmp_path})).report
    assert report.profile.startswith("salesforce (opportunity.csv has 5 of its columns")
    assert "Read as an export of: salesforce (" in quality_text(report)
    named = survey(make_params({"folder": tmp_path, "profile": "zoho"})).report
    assert named.profile == "zoho"
    assert any("no file for opportunities" in problem for problem in named.problems)


@pytest.fixture
def tables(rows: Any, write_export: Callable[..., Any], tmp_path: Path) -> dict[str, pd.DataFrame]:
    """What a warehouse has of Salesforce, as tables by their names."""
    folder = tmp_path / "warehouse"
    folder.mkdir()
    people, deals, _ = rows
    write_export("salesforce in a warehouse", people, deals[-50:], [], folder)
    return {path.stem: pd.read_parquet(path) for path in folder.iterdir()}


@pytest.fixture(params=["sqlite", "duckdb", "duckdb in the folder"])
def database(
    request: pytest.FixtureRequest, tables: dict[str, pd.DataFrame], tmp_path: Path
) -> dict[str, Any]:
    """A source whose database has those tables, and one of another system beside them."""
    tables = tables | {"weather": pd.DataFrame({"Id": ["1"], "rain": ["3"]})}
    folder = tmp_path / "database"
    folder.mkdir()
    if request.param == "sqlite":
        engine = sa.create_engine(f"sqlite:///{folder / 'crm.db'}", poolclass=sa.NullPool)
        for name, frame in tables.items():
            frame.to_sql(name, engine, index=False)
        return {"url": f"sqlite:///{folder / 'crm.db'}"}
    with duckdb.connect(folder / "crm.duckdb") as there:
        for name, frame in tables.items():
            there.register("frame", pa.Table.from_pandas(frame, preserve_index=False))
            there.execute(f'create table "{name}" as select * from frame')
    by_url = {"url": f"duckdb:///{folder / 'crm.duckdb'}"}
    return by_url if request.param == "duckdb" else {"folder": folder}


def test_tables_of_a_database_tell_whose_they_are(
    database: dict[str, Any], tables: dict[str, pd.DataFrame], make_params: Callable[..., Params]
) -> None:
    taken = take_snapshot(make_params(database))
    assert taken.report.profile.startswith("salesforce (opportunity has 12 of its columns")
    assert taken.report.table("opportunities").rows_in == len(tables["opportunity"])
    assert set(taken.tables["people"]["person_id"].str.len()) == {15}


def test_a_table_that_the_params_name_is_the_one_that_tells(
    database: dict[str, Any], make_params: Callable[..., Params]
) -> None:
    said = {"opportunities": {"table": "weather"}}
    with pytest.raises(SourceError, match=r"no profile fits weather .*map the columns"):
        take_snapshot(make_params(database | {"tables": said}))


def test_two_tables_that_may_hold_the_deals_are_asked_about(
    tables: dict[str, pd.DataFrame], tmp_path: Path, make_params: Callable[..., Params]
) -> None:
    with duckdb.connect(tmp_path / "two.duckdb") as there:
        for name, frame in (tables | {"opportunities": tables["opportunity"]}).items():
            there.register("frame", pa.Table.from_pandas(frame, preserve_index=False))
            there.execute(f'create table "{name}" as select * from frame')
    url = {"url": f"duckdb:///{tmp_path / 'two.duckdb'}"}
    with pytest.raises(SourceError, match="could each be opportunities → name the one in source"):
        take_snapshot(make_params(url))
    one = {"tables": {"opportunities": {"table": "opportunity"}}}
    assert survey(make_params(url | one)).report.profile.startswith("salesforce (opportunity has")


def test_rows_that_a_query_selects_have_canonical_names(
    database: dict[str, Any], make_params: Callable[..., Params]
) -> None:
    said = {
        "opportunities": {
            "query": "select id as opportunity_id, owner_id, created_date, stage_name as stage, "
            "amount, close_date from opportunity"
        },
        "people": {
            "query": 'select id as person_id, name, manager_id, title as role, "Region__c" as '
            'region from "user"'
        },
    }
    report = survey(make_params(database | {"tables": said})).report
    assert report.profile.startswith("generic (")
    assert report.table("opportunities").accepted > 0


def test_a_profile_nobody_knows_is_named_with_the_nearest(
    make_params: Callable[..., Params],
) -> None:
    with pytest.raises(ValueError, match="did you mean hubspot"):
        make_params({"folder": "x", "profile": "hubspott"})


def test_of_rows_with_one_id_the_one_written_last_counts_wherever_it_stands(
    tmp_path: Path, make_params: Callable[..., Params]
) -> None:
    header = [*SALESFORCE, "CloseDate", "SystemModstamp"]
    rows = [
        ["1", "2", "2026-01-15", "Won", "9", "2026-03-01", "2026-03-02 10:00:00"],
        ["1", "2", "2026-01-15", "Propose", "5", "2026-04-01", "2026-02-01 10:00:00"],
        ["3", "2", "2026-01-15", "Won", "1", "2026-03-01", ""],
        ["3", "2", "2026-01-15", "Won", "2", "2026-03-01", "2026-02-01 10:00:00"],
    ]
    pd.DataFrame(rows, columns=header).to_csv(tmp_path / "opportunity.csv", index=False)
    users = [["2", "Rob", "7", "rep", "N"], ["7", "Mia", "", "lead", "N"]]
    pd.DataFrame(users, columns=["Id", "Name", "ManagerId", "Title", "Region__c"]).to_csv(
        tmp_path / "user.csv", index=False
    )
    taken = take_snapshot(make_params({"folder": tmp_path}))
    amounts = dict(
        taken.tables["opportunities"][["opportunity_id", "amount"]].itertuples(index=False)
    )
    assert amounts == {"1": 9.0, "3": 2.0}
    stale = taken.quarantine[taken.quarantine["table"] == "opportunities"]
    assert list(stale["row"]) == [3, 4]
    assert stale["reason"].str.startswith("the same opportunity_id as a later one").all()


@pytest.mark.parametrize("name", profile_names())
def test_every_sign_and_footer_of_a_profile_is_a_pattern_that_compiles(name: str) -> None:
    import re

    profile = load_profile(name)
    for pattern in (*profile.signs, *profile.footer, profile.id_pattern or ""):
        re.compile(pattern)


def test_a_merged_deal_counts_once_and_its_survivor_has_its_history(
    tmp_path: Path, make_params: Callable[..., Params]
) -> None:
    header = [*EITHER, "Amount", "Close Date", "Merged Deal IDs", "Date entered 'Propose'"]
    rows = [
        ["1", "Rob Holm", "2026-01-15", "Won", "5.50", "2026-03-01", "2; 7", "2026-02-01"],
        ["2", "Rob Holm", "2026-01-16", "Won", "9.50", "2026-03-02", "", "2026-02-20"],
        ["3", "Rob Holm", "2026-01-17", "Won", "1.50", "2026-03-03", "", ""],
    ]
    pd.DataFrame(rows, columns=header).to_csv(tmp_path / "deals.csv", index=False)
    people = [["r1", "Rob Holm", "m1", "rep", "N"], ["m1", "Mia Berg", "", "lead", "N"]]
    names = ["person_id", "name", "manager_id", "role", "region"]
    pd.DataFrame(people, columns=names).to_csv(tmp_path / "people.csv", index=False)
    taken = take_snapshot(make_params({"folder": tmp_path}))
    assert sorted(taken.tables["opportunities"]["opportunity_id"]) == ["1", "3"]
    assert taken.tables["opportunities"]["amount"].sum() == 7.0
    assert list(taken.tables["stage_history"]["opportunity_id"]) == ["1", "1"]
    reasons = taken.quarantine[["reason", "class"]].to_numpy().tolist()
    assert reasons == [["was merged into '1'", "left out"]]
    assert any("2 deals were merged into others" in note for note in taken.report.notes)
