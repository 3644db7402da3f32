"""A database behind a SQLAlchemy URL: read only, in one transaction, a block of rows at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    Select,
    create_engine,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.engine import URL, CursorResult
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError

from salesgap.crm.reading.typed import cell_text, text_frame
from salesgap.errors import SourceError

_BLOCK = 20_000  # rows
_STREAMED = {"stream_results": True, "no_parameters": True, "max_row_buffer": _BLOCK}
_OPTIONS: dict[str, dict[str, Any]] = {
    "postgresql": {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"},
}
# Said first in the transaction; the rows of a table then come in their own order, and a time with
# a zone is the same on every machine.
_FIRST: dict[str, tuple[str, ...]] = {
    "postgresql": ("set local timezone to 'UTC'", "set local synchronize_seqscans to off"),
    "mysql": ("set session transaction read only", "start transaction"),
    "mariadb": ("set session transaction read only", "start transaction"),
    "sqlite": ("pragma query_only = on",),
}
_DRIVERS = {
    "postgresql": "psycopg[binary]",
    "redshift": "sqlalchemy-redshift redshift-connector",
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "databricks": "databricks-sqlalchemy",
    "mssql": "pyodbc",
    "mysql": "pymysql",
    "mariadb": "pymysql",
    "oracle": "oracledb",
}


@dataclass(frozen=True, slots=True)
class SqlDatabase:
    """An open connection, see :class:`salesgap.crm.reading.database.Database`."""

    where: str
    connection: Connection
    secrets: frozenset[str]

    def names(self, schema: str | None) -> list[str]:
        """Its tables and views."""
        with _said(self.where, "its tables cannot be listed", self.secrets):
            found = inspect(self.connection)
            return [*found.get_table_names(schema), *found.get_view_names(schema)]

    def columns(self, name: str, schema: str | None) -> list[str]:
        """The columns of one of them."""
        with _said(self.where, f"the columns of {name} cannot be listed", self.secrets):
            return [column["name"] for column in inspect(self.connection).get_columns(name, schema)]

    def table(self, name: str, schema: str | None) -> pd.DataFrame:
        """All rows of one of them."""
        rows: Select[Any] = select(literal_column("*")).select_from(table(name, schema=schema))
        return self.query(str(rows.compile(dialect=self.connection.dialect)))

    def query(self, text: str) -> pd.DataFrame:
        """The rows that a statement selects."""
        with _said(self.where, "the query fails", self.secrets):
            return _grid(self.connection.execution_options(**_STREAMED).exec_driver_sql(text))


@contextmanager
def opened_sql(url: URL, secrets: frozenset[str]) -> Iterator[SqlDatabase]:
    """The database at ``url``; ``secrets`` are left out of every message. Raises ``SourceError``.

    Whatever happens, the transaction is rolled back.
    """
    where = f"{url.get_backend_name()} database {url.database or url.host or ''}".rstrip()
    engine = _engine(url, where)
    kind = engine.dialect.name
    with _said(where, "cannot be opened", secrets):
        connection = engine.connect().execution_options(**_OPTIONS.get(kind, {}))
        for statement in _FIRST.get(kind, ()):
            connection.exec_driver_sql(statement)
    try:
        yield SqlDatabase(where, connection, secrets)
    finally:
        connection.close()
        engine.dispose()


def _engine(url: URL, where: str) -> Engine:
    more: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():  # SQLite would make one
            raise SourceError("no such SQLite file", where=where, do="correct source.url")
        address = f"file:{quote(str(path.resolve()))}?mode=ro"
        more = {"creator": partial(sqlite3.connect, address, uri=True)}
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True, **more)
    except (NoSuchModuleError, ModuleNotFoundError):
        driver = _DRIVERS.get(url.get_backend_name(), "")
        raise SourceError(
            f"the driver for {url.drivername} is not installed",
            where=where,
            do=f"pip install {driver}" if driver else "docs/sql.md lists those that are known",
        ) from None


@contextmanager
def _said(where: str, what: str, secrets: frozenset[str]) -> Iterator[None]:
    """What the database objects to as one line, without what is secret."""
    try:
        yield
    except SQLAlchemyError as error:
        told = error.orig if isinstance(error, DBAPIError) else error
        raise _unreadable(where, what, told, secrets) from None


def _unreadable(
    where: str, what: str, error: BaseException | None, secrets: frozenset[str]
) -> SourceError:
    line = next(iter(str(error).strip().splitlines()), type(error).__name__)
    for secret in sorted(secrets, key=len, reverse=True):
        for spelling in (secret, quote(secret, safe="")):
            line = line.replace(spelling, "***")
    return SourceError(f"{what} ({line})", where=where, do="correct source.url or the query")


def _grid(result: CursorResult[Any]) -> pd.DataFrame:
    names = [name.strip() for name in list(result.keys())]
    blocks: list[list[pa.Array]] = [[] for _ in names]
    for rows in result.partitions(_BLOCK):
        for block, values in zip(blocks, zip(*rows, strict=True), strict=True):
            block.append(pa.array(map(cell_text, values), pa.large_string(), size=len(values)))
    columns = [pa.chunked_array(block, pa.large_string()) for block in blocks]
    grid = text_frame(pa.table(columns, [str(place) for place in range(len(names))]))
    grid.columns = pd.Index(names)
    grid.index = pd.RangeIndex(2, len(grid) + 2)
    return grid
