"""A DuckDB file: read only, without extensions, other files or the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from salesgap.crm.reading.grid import refuse_link
from salesgap.crm.reading.typed import typed_grid
from salesgap.errors import SourceError

_SHUT: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


@dataclass(frozen=True, slots=True)
class DuckDatabase:
    """An open file, see :class:`salesgap.crm.reading.database.Database`."""

    where: str
    engine: duckdb.DuckDBPyConnection

    def names(self, schema: str | None) -> list[str]:
        """Its tables and views."""
        found = self.engine.execute(
            "select table_name from information_schema.tables "
            "where table_schema = coalesce($1, current_schema()) order by table_name",
            [schema],
        )
        return [name for (name,) in found.fetchall()]

    def columns(self, name: str, schema: str | None) -> list[str]:
        """The columns of one of them."""
        found = self.engine.execute(
            "select column_name from information_schema.columns where table_name = $1 "
            "and table_schema = coalesce($2, current_schema()) order by ordinal_position",
            [name, schema],
        )
        return [column for (column,) in found.fetchall()]

    def table(self, name: str, schema: str | None) -> pd.DataFrame:
        """All rows of one of them."""
        return self.query("select * from " + ".".join(_quoted(n) for n in (schema, name) if n))

    def query(self, text: str) -> pd.DataFrame:
        """The rows that a statement selects."""
        try:
            rows = self.engine.sql(text).to_arrow_table()
        except (duckdb.Error, AttributeError) as error:  # a statement without rows gives None
            raise SourceError(
                f"the query fails ({str(error).splitlines()[0]})", where=self.where, do="correct it"
            ) from None
        return typed_grid(rows.to_pandas(types_mapper=pd.ArrowDtype))


@contextmanager
def opened_duckdb(path: str | Path) -> Iterator[DuckDatabase]:
    """The file at ``path``. Raises ``SourceError``."""
    path = Path(path)
    if not path.is_file():
        raise SourceError("no such DuckDB file", where=str(path), do="correct the path")
    refuse_link(path)
    try:
        engine = duckdb.connect(path, read_only=True, config=_SHUT)
    except duckdb.Error as error:
        raise SourceError(
            f"cannot be opened ({str(error).splitlines()[0]})",
            where=path.name,
            do="close whatever writes to it, or export it again",
        ) from None
    with engine:
        with suppress(duckdb.Error):  # without time zones it has no times with one
            engine.execute("set TimeZone = 'UTC'")
        engine.execute("set enable_progress_bar = false")
        yield DuckDatabase(path.name, engine)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
