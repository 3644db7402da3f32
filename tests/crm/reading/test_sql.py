from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
import yaml
from pyarrow import parquet

from salesgap.batch.closing import closing_lines
from salesgap.batch.run import run_batch
from salesgap.crm.freeze import survey, take_snapshot
from salesgap.crm.reading.database import opened
from salesgap.crm.reading.grid import read_grid
from salesgap.crm.tables import TABLES, Kind
from salesgap.errors import ParamsError, SourceError
from salesgap.params import Params, load_params
from salesgap.prepare import prepare
from salesgap.resources import workbook_folder
from salesgap.simulate import STAGES, organisation

PASSWORD = "p@ss/w:rd %41"
MakeParams = Callable[..., Params]
SQL_TYPES = {
    Kind.ID: sa.Text(),
    Kind.TEXT: sa.Text(),
    Kind.DATE: sa.Date(),
    Kind.NUMBER: sa.Float(),
    Kind.MONEY: sa.Numeric(14, 2),
    Kind.FLAG: sa.Boolean(),
}


def _server_folder() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL does not run as root: who runs it then, as ``subprocess`` takes it."""
    if os.getuid():
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a private PostgreSQL on a Unix socket, with ``${TEST_PASSWORD}`` in it."""
    server = _server_folder()
    if server is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    as_user = _unprivileged()
    # Not under pytest's own folder: the server's user must be able to walk there.
    with tempfile.TemporaryDirectory(prefix="salesgap-pg-") as scratch:
        home = Path(scratch)
        if as_user:
            shutil.chown(home, as_user["user"], as_user["group"])
        (home / "password").write_text(PASSWORD)
        (home / "password").chmod(0o644)
        data = home / "data"

        def run(program: str, *said: str) -> None:
            command = [str(server / program), "-D", str(data), *said]
            subprocess.run(
                command, check=True, capture_output=True, cwd=home, timeout=120, **as_user
            )

        run("initdb", "-U", "reader", "-A", "scram-sha-256", f"--pwfile={home / 'password'}", "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(home / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://reader:${{TEST_PASSWORD}}@/postgres?host={home}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


@pytest.fixture
def writable(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """The same server, to fill; emptied afterwards."""
    monkeypatch.setenv("TEST_PASSWORD", PASSWORD)
    url = sa.make_url(postgres.replace("${TEST_PASSWORD}", "x")).set(password=PASSWORD)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema public cascade")
        connection.exec_driver_sql("create schema public")


def fill(engine: sa.Engine, tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        kinds = {column.name: SQL_TYPES[column.kind] for column in TABLES[name].columns}
        types = {column: kinds[column] for column in frame}
        plain = frame.astype(object).where(frame.notna(), None)
        plain.to_sql(name, engine, index=False, dtype=types)


@pytest.fixture(scope="module")
def small() -> dict[str, pd.DataFrame]:
    made = organisation(seed=3, managers=3, as_of=pd.Timestamp("2026-06-30").date())
    return {name: frame for name, frame in made.tables.items() if not frame.empty}


def of_simulated(make_params: MakeParams, **source: Any) -> Params:
    return make_params(source, stages=[stage.model_dump() for stage in STAGES])


def written(tables: dict[str, pd.DataFrame], folder: Path) -> Path:
    folder.mkdir()
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    return folder


def one_line(error: pytest.ExceptionInfo[Exception]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert PASSWORD not in text
    assert quote(PASSWORD, "") not in text
    return text


@pytest.mark.parametrize("managers", [3, pytest.param(20, marks=pytest.mark.soak)])
def test_the_demo_in_postgresql_gives_the_packs_of_its_csv_to_the_byte(
    postgres: str, writable: sa.Engine, managers: int, tmp_path: Path
) -> None:
    demo = yaml.safe_load((workbook_folder() / "params" / "demo.yml").read_text("utf-8"))
    seed = demo["source"]["simulated"]["seed"]
    made = organisation(seed=seed, managers=managers, as_of=demo["as_of"])
    tables = {name: frame for name, frame in made.tables.items() if not frame.empty}
    fill(writable, tables)
    of_csv = packs(demo, {"folder": str(written(tables, tmp_path / "export"))}, tmp_path / "csv")
    of_tables = packs(demo, {"url": postgres}, tmp_path / "postgresql")
    assert of_csv.keys() == of_tables.keys()
    assert [name for name in of_csv if of_csv[name] != of_tables[name]] == []
    kinds = Counter(Path(name).suffix for name in of_csv if "region-summary" not in name)
    assert kinds == {".pdf": managers, ".json": managers, ".ics": managers}


def packs(demo: dict[str, Any], source: dict[str, str], output: Path) -> dict[str, bytes]:
    """Every file that a batch of the demo publishes, region summaries too, by its path."""
    params = output.with_suffix(".yml")
    params.write_text(yaml.safe_dump(demo | {"source": source}), "utf-8")
    outcome = run_batch(params, output, quiet=True)
    assert [record.reason for record in outcome.records if not record.made] == []
    assert re.match(r"read as generic \(opportunities(\.csv)? has", next(closing_lines(outcome)))
    return {name: (output / name).read_bytes() for r in outcome.records for name in r.files}


def test_the_password_is_in_nothing_that_a_run_leaves(
    postgres: str,
    writable: sa.Engine,
    small: dict[str, pd.DataFrame],
    make_params: MakeParams,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(writable, small)
    params = of_simulated(
        make_params, url=postgres.replace("${TEST_PASSWORD}", quote(PASSWORD, ""))
    )
    prepare(params, tmp_path / "run", workbook_folder())
    left = [path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()]
    shown = [repr(params).encode(), params.model_dump_json().encode(), caplog.text.encode()]
    assert len(left) > 10
    for secret in (PASSWORD.encode(), quote(PASSWORD, "").encode()):
        assert not [text for text in (*left, *shown) if secret in text]


TYPED = """create table typed (
    id bigint, name text, amount numeric(12, 3), share double precision, day date,
    time timestamp, zoned timestamptz, flag boolean, raw bytea, json jsonb, none text)"""
ROW = (
    "(7, 'Zoë', 1234.500, 0.125, '2026-01-31', '2026-01-31 23:59:01.5', "
    "'2026-01-31 23:30:00-05', true, '\\x00ff', '{\"a\": 1}', null)"
)


def test_typed_values_of_postgresql_are_the_text_of_a_csv(
    postgres: str, writable: sa.Engine
) -> None:
    with writable.begin() as connection:
        connection.exec_driver_sql(TYPED)
        connection.exec_driver_sql(f"insert into typed values {ROW}, (8{', null' * 10})")
    with opened(postgres) as database:
        grid = database.table("typed", None)
    assert list(grid.index) == [2, 3]
    assert grid.loc[2].to_dict() == {
        "id": "7",
        "name": "Zoë",
        "amount": "1234.5000",  # three decimals could be thousands
        "share": "0.1250",
        "day": "2026-01-31",
        "time": "2026-01-31 23:59:01",
        "zoned": "2026-02-01 04:30:00",
        "flag": "true",
        "raw": "\\x00ff",
        "json": '{"a": 1}',
        "none": "",
    }
    assert set(grid.loc[3].iloc[1:]) == {""}


def test_many_rows_come_in_their_order_and_none_is_lost(postgres: str, writable: sa.Engine) -> None:
    with writable.begin() as connection:
        connection.exec_driver_sql("create table many as select i from generate_series(1, 70001) i")
    with opened(postgres) as database:
        grid = database.query("select i, 'a:b %s' as t from many where i % 2 = 1 order by i")
    assert grid["i"].astype(int).tolist() == list(range(1, 70002, 2))
    assert set(grid["t"]) == {"a:b %s"}


def test_a_statement_that_would_write_is_refused_by_postgresql(
    postgres: str, writable: sa.Engine
) -> None:
    with writable.begin() as connection:
        connection.exec_driver_sql("create table kept as select 1 as n")
        connection.exec_driver_sql(
            "create function spoil() returns int language sql as 'delete from kept returning n'"
        )
    with opened(postgres) as database, pytest.raises(SourceError, match="read-only transaction"):
        database.query("select spoil()")
    with writable.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from kept").scalar() == 1


@pytest.mark.parametrize("query", ["delete from people", "drop table x", "update a set b = 1", ""])
def test_a_query_that_is_no_select_is_refused_by_the_params(
    make_params: MakeParams, query: str
) -> None:
    with pytest.raises(ValueError, match="query must be a select"):
        make_params({"url": "sqlite:///x.db", "tables": {"people": {"query": query}}})


def test_a_wrong_password_is_one_line_without_it(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_PASSWORD", "wr0ng/secret")
    with pytest.raises(SourceError) as caught, opened(postgres):
        pass
    assert "password authentication failed" in one_line(caught)
    assert "wr0ng" not in str(caught.value)


def test_a_failing_query_tells_the_databases_reason(postgres: str, writable: sa.Engine) -> None:
    with opened(postgres) as database, pytest.raises(SourceError) as caught:
        database.query("select nowhere from pg_class")
    assert 'column "nowhere" does not exist' in one_line(caught)


def test_a_table_that_is_not_there_names_the_near_one(
    postgres: str, writable: sa.Engine, small: dict[str, pd.DataFrame], make_params: MakeParams
) -> None:
    fill(writable, {"people": small["people"], "opportunities": small["opportunities"]})
    said = {"opportunities": {"table": "public.opportunity"}}
    report = survey(of_simulated(make_params, url=postgres, tables=said)).report
    assert report.problems == (
        "postgresql database postgres: no table 'public.opportunity' for opportunities (did you "
        "mean 'opportunities'?) → name it in source.tables.opportunities.table, or select its "
        "rows in source.tables.opportunities.query",
    )


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    line = "the environment has no NO_SUCH_VARIABLE"
    with pytest.raises(ParamsError, match=line), opened("postgresql://u:${NO_SUCH_VARIABLE}@h/d"):
        pass


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("snowflake://u:secret9@a/b", "driver for snowflake is not installed → pip install snow"),
        ("nosuch://u:secret9@h/d", "driver for nosuch is not installed → docs/sql.md"),
        ("no url: secret9", "is no database URL → write it like"),
        ("sqlite:////no/such.db", "no such SQLite file → correct source.url"),
        ("duckdb:////no/such.duckdb", "no such DuckDB file → correct the path"),
        ("postgresql+psycopg://u:secret9@127.0.0.1:1/d", "cannot be opened"),
    ],
)
def test_what_cannot_be_opened_is_one_line(url: str, line: str) -> None:
    with pytest.raises((ParamsError, SourceError)) as caught, opened(url):
        pass
    assert line in one_line(caught)
    assert "secret9" not in str(caught.value)


@pytest.fixture
def sqlite(small: dict[str, pd.DataFrame], tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    fill(engine, small)
    return path


def test_an_organisation_in_sqlite_freezes_as_its_csv_does(
    sqlite: Path, small: dict[str, pd.DataFrame], make_params: MakeParams, tmp_path: Path
) -> None:
    from_csv = take_snapshot(of_simulated(make_params, folder=written(small, tmp_path / "csv")))
    taken = take_snapshot(of_simulated(make_params, url=f"sqlite:///{sqlite}"))
    assert taken.content_hash == from_csv.content_hash
    assert [entry.rows_in for entry in taken.report.tables] == [
        entry.rows_in for entry in from_csv.report.tables
    ]


def test_sqlite_is_not_written_to(sqlite: Path) -> None:
    before = sqlite.read_bytes()
    with opened(f"sqlite:///{sqlite}") as database, pytest.raises(SourceError, match="readonly"):
        database.query("delete from people")
    assert sqlite.read_bytes() == before


def test_columns_are_mapped_and_rows_selected_by_the_params(
    sqlite: Path, make_params: MakeParams
) -> None:
    tables = {
        "opportunities": {
            "query": "select *, owner_id as seller from opportunities where stage = 'Won'",
            "columns": {"owner_id": "seller"},
        }
    }
    taken = take_snapshot(of_simulated(make_params, url=f"sqlite:///{sqlite}", tables=tables))
    assert set(taken.tables["opportunities"]["stage"]) == {"Won"}
    assert "owner_id" in taken.report.table("opportunities").unmapped


def test_the_path_of_a_file_url_is_relative_to_the_params(sqlite: Path, tmp_path: Path) -> None:
    folder = tmp_path / "workbook"
    folder.mkdir()
    lines = ["name: t", "as_of: 2026-06-30", "source: {url: 'sqlite:///../crm.db'}", "stages:"]
    lines += [f"  - {json.dumps(stage.model_dump())}" for stage in STAGES]
    (folder / "p.yml").write_text("\n".join(lines))
    assert not survey(load_params(folder / "p.yml")).report.problems


@pytest.fixture
def duck(small: dict[str, pd.DataFrame], tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    with duckdb.connect(folder / "crm.duckdb") as engine:
        for name, frame in small.items():
            plain = frame.dropna(axis="columns", how="all")
            engine.from_arrow(pa.Table.from_pandas(plain, preserve_index=False)).create(name)
    return folder / "crm.duckdb"


def test_a_duckdb_file_freezes_as_its_csv_does_in_the_folder_and_by_url(
    duck: Path, small: dict[str, pd.DataFrame], make_params: MakeParams, tmp_path: Path
) -> None:
    before = duck.read_bytes()
    from_csv = take_snapshot(of_simulated(make_params, folder=written(small, tmp_path / "csv")))
    in_folder = take_snapshot(of_simulated(make_params, folder=duck.parent))
    by_url = take_snapshot(of_simulated(make_params, url=f"duckdb:///{duck}"))
    assert from_csv.content_hash == in_folder.content_hash == by_url.content_hash
    assert in_folder.report.unused_files == ()
    assert duck.read_bytes() == before
    assert list(duck.parent.iterdir()) == [duck]


@pytest.mark.parametrize(
    "query",
    [
        "create table x (a int)",
        "select * from read_csv('/etc/passwd')",
        "install httpfs",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
    ],
)
def test_a_duckdb_file_gives_its_rows_and_nothing_else(duck: Path, query: str) -> None:
    with opened(f"duckdb:///{duck}") as database, pytest.raises(SourceError, match="query fails"):
        database.query(query)


def test_parquet_keeps_what_its_types_say(
    small: dict[str, pd.DataFrame], make_params: MakeParams, tmp_path: Path
) -> None:
    from_csv = take_snapshot(of_simulated(make_params, folder=written(small, tmp_path / "csv")))
    folder = tmp_path / "parquet"
    folder.mkdir()
    for name, frame in small.items():
        frame.to_parquet(folder / f"{name}.parquet")
    taken = take_snapshot(of_simulated(make_params, folder=folder))
    assert taken.content_hash == from_csv.content_hash


def test_decimals_and_whole_numbers_with_gaps_are_not_rounded(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([2**60 + 1, None]),
            "amount": pa.array([Decimal("1234.567"), None], pa.decimal128(20, 3)),
            "kind": pa.array(["a", "a"]).dictionary_encode(),
        }
    )
    parquet.write_table(table, tmp_path / "x.parquet")
    grid = read_grid(tmp_path / "x.parquet", frozenset())
    assert grid.to_numpy().tolist() == [[str(2**60 + 1), "1234.5670", "a"], ["", "", "a"]]
