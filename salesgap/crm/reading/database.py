"""An export that lies in a database: opened read-only by its URL, read table by table.

The password comes from the environment when the database is opened, and is in no message.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import pandas as pd
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from salesgap.crm.reading.duck import opened_duckdb
from salesgap.crm.reading.peek import Rows
from salesgap.crm.reading.profile import Profile, load_profile, profile_names
from salesgap.crm.tables import OPPORTUNITIES, Table
from salesgap.errors import ParamsError, SourceError, nearest
from salesgap.params import TableSource

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_QUERY = "query"


class Database(Protocol):
    """An open database, as a grid of text a table. Each method raises ``SourceError``."""

    @property
    def where(self) -> str:
        """Which database it is, as messages name it."""

    def names(self, schema: str | None) -> list[str]:
        """Its tables and views, in the usual schema if none is named."""

    def columns(self, name: str, schema: str | None) -> list[str]:
        """The columns of one of them."""

    def table(self, name: str, schema: str | None) -> pd.DataFrame:
        """All rows of one of them; a row's number is its place, the first one 2."""

    def query(self, text: str) -> pd.DataFrame:
        """The rows that a statement selects."""


@contextmanager
def opened(template: str) -> Iterator[Database]:
    """The database of a SQLAlchemy URL whose ``${NAME}`` are taken from the environment.

    Raises ``ParamsError`` if it is no URL or a variable is not set, ``SourceError`` if it cannot be
    opened.
    """
    url, secrets = _filled_in(template)
    if url.get_backend_name() == "duckdb":
        with opened_duckdb(url.database or "") as database:
            yield database
    else:
        from salesgap.crm.reading.sql import opened_sql

        with opened_sql(url, secrets) as database:
            yield database


def find_relation(
    table: Table, own: TableSource, profile: Profile, database: Database
) -> tuple[str, pd.DataFrame] | None:
    """What the database has of ``table``, and its rows; none if nothing.

    Raises ``SourceError`` if what the params name is not there or a required table is missing.
    """
    if own.query is not None:
        return _QUERY, database.query(own.query)
    if own.table is not None:
        schema, _, name = own.table.rpartition(".")
        present = database.names(schema or None)
        if name not in present:
            raise _no_table(table, own.table, present, database.where)
        return own.table, database.table(name, schema or None)
    present = database.names(None)
    by_fold = {name.casefold(): name for name in reversed(present)}
    for known in candidates(table, profile):
        if known.casefold() in by_fold:
            name = by_fold[known.casefold()]
            return name, database.table(name, None)
    if table.required or own.columns:
        raise _no_table(table, table.name, present, database.where)
    return None


def heads(database: Database, own: TableSource) -> dict[str, Rows]:
    """The header of each table that may hold the deals, as its only row.

    ``own``: what the params say of them. Rows that a query selects have no header before it runs.
    """
    if own.query is not None:
        return {}
    schema, _, named = (own.table or "").rpartition(".")
    profiles = map(load_profile, profile_names())
    usual = (name for profile in profiles for name in candidates(OPPORTUNITIES, profile))
    wanted = {name.casefold() for name in ([named] if named else usual)}
    present = [name for name in database.names(schema or None) if name.casefold() in wanted]
    return {name: [database.columns(name, schema or None)] for name in present}


def heads_in(path: Path, own: TableSource) -> dict[str, Rows]:
    """As :func:`heads`, of the database at ``path``; none if it cannot be read."""
    try:
        with opened_duckdb(path) as database:
            return heads(database, own)
    except SourceError:  # whoever reads the whole of it says what is wrong with it
        return {}


def is_database(path: Path) -> bool:
    """Whether a file of an export's folder is a database of its own."""
    return path.suffix.lower() == ".duckdb"


def holds(path: Path, table: Table, own: TableSource, profile: Profile) -> bool:
    """Whether the database at ``path`` has ``table``, or the params say what of it is."""
    if own.query is not None or own.table is not None:
        return True
    with opened_duckdb(path) as database:
        present = {name.casefold() for name in database.names(None)}
    return any(name.casefold() in present for name in candidates(table, profile))


def rows_in(path: Path, table: Table, own: TableSource, profile: Profile) -> pd.DataFrame:
    """The rows of ``table`` in the database at ``path``. Raises ``SourceError``."""
    with opened_duckdb(path) as database:
        found = find_relation(table, own, profile, database)
        if found is None:
            raise _no_table(table, table.name, database.names(None), database.where)
        return found[1]


def candidates(table: Table, profile: Profile) -> tuple[str, ...]:
    """The names a table may have in a database: those of its files, without their ending."""
    patterns = (pattern.rpartition(".")[0] for pattern in profile.patterns(table.name))
    return (table.name, *(name for name in patterns if "*" not in name))


def _no_table(table: Table, name: str, present: Iterable[str], where: str) -> SourceError:
    near = nearest([name.rpartition(".")[2]], present)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    key = f"source.tables.{table.name}"
    return SourceError(
        f"no table {name!r} for {table.name}{hint}",
        where=where,
        do=f"name it in {key}.table, or select its rows in {key}.query",
    )


def _filled_in(template: str) -> tuple[URL, frozenset[str]]:
    """The URL, and what of it must not be shown."""
    values = {name: _environment(name) for name in _VARIABLE.findall(template)}
    login = template.rfind("@")

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        inside = 0 < match.start() < login  # of the user or the password: any sign may be in it
        return quote(found, safe="") if inside else found

    try:
        url = make_url(_VARIABLE.sub(value, template))
    except (ArgumentError, ValueError):
        raise ParamsError(
            "is no database URL",
            where="source.url",
            do="write it like postgresql+psycopg://user:${PASSWORD}@host/database",
        ) from None
    shown = {url.username, url.host, url.database}
    said = {url.password, *values.values(), *(str(part) for part in url.query.values())}
    return url, frozenset(text for text in said - shown if text)


def _environment(name: str) -> str:
    if name not in os.environ:
        raise ParamsError(
            f"the environment has no {name}", where="source.url", do=f"set {name} and run again"
        )
    return os.environ[name]
