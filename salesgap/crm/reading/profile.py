"""Profiles: what one CRM calls its files and columns, as data.

A new CRM is a new YAML file beside the others; no code knows any CRM by name.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from salesgap.crm.tables import TABLES

GENERIC = "generic"
"""The profile of exports in canonical names."""

_SUFFIXES = (".csv", ".xlsx", ".parquet")
# The same in C where PyYAML was built with it: every command reads several profiles.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lookup(_Frozen):
    """Where the name behind an id is: ``value`` in the row of ``file`` whose ``key`` it is."""

    column: str
    file: str
    key: str
    value: str


class Deleted(_Frozen):
    """The column that marks a deleted row, and the values that do (in lower case)."""

    column: str
    values: tuple[str, ...]


class Only(_Frozen):
    """Rows that count: those whose ``column`` (headers, best first) is one of ``values``.

    Values in lower case. Without any of the columns every row counts.
    """

    column: tuple[str, ...]
    values: tuple[str, ...]


class Case(_Frozen):
    """What holds of rows whose outcome is one of ``values`` (in lower case).

    ``stage`` is their stage. ``columns``: canonical column: headers that come before the usual
    ones, the first one that is filled counts.
    """

    values: tuple[str, ...]
    stage: str
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Outcome(_Frozen):
    """The column (headers, best first) that says how a deal ended where its stage does not."""

    column: tuple[str, ...]
    cases: tuple[Case, ...]


class FromColumns(_Frozen):
    """Columns of ``table`` that are rows of this one.

    ``header``: a regular expression with a group ``name``, for the canonical column ``name``;
    the cell goes into ``value``. ``keep``: canonical columns of ``table`` that stand in each row.
    """

    table: str
    header: str
    name: str
    value: str
    keep: tuple[str, ...]


class TableProfile(_Frozen):
    """One table: file names (globs, best first), accepted headers (best first), lookups.

    Each header may stand between any of ``prefixes`` and of ``suffixes``.
    ``one_change`` names columns: of rows alike in them only the last one counts.
    ``names``: beside a column of ids, the headers that say whom they stand for.
    ``suffix_of``: a text may end in the value of another column in brackets, which is no part
    of it. ``newest``: headers of when a row was written; of rows with one key the last counts.
    ``merged``: headers that list the ids of records that this one took in, between semicolons.
    """

    files: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    prefixes: tuple[str, ...] = ("",)
    suffixes: tuple[str, ...] = ("",)
    lookups: dict[str, Lookup] = Field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    suffix_of: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    only: Only | None = None
    outcome: Outcome | None = None
    from_columns: FromColumns | None = None
    newest: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    one_change: tuple[str, ...] = ()

    def headers(self, column: str) -> tuple[str, ...]:
        """The headers ``column`` may have, best first; its canonical name comes last."""
        return (*self.spelt(self.columns.get(column, ())), column)

    @property
    def consulted(self) -> tuple[str, ...]:
        """The headers that are read for something else than a canonical column."""
        groups = [self.newest, self.merged, *self.names.values(), *self.suffix_of.values()]
        groups += [self.only.column] if self.only else []
        if self.outcome:
            cases = [group for case in self.outcome.cases for group in case.columns.values()]
            groups += [self.outcome.column, *map(self.spelt, cases)]
        return tuple(header for group in groups for header in group)

    def spelt(self, headers: tuple[str, ...]) -> tuple[str, ...]:
        """Each header with every prefix and suffix it may have."""
        return tuple(
            f"{before}{header}{after}"
            for header in headers
            for before in self.prefixes
            for after in self.suffixes
        )


class Profile(_Frozen):
    """One CRM's layout. ``footer``, ``id_pattern`` and ``signs`` are regular expressions.

    ``signs`` match headers that no other CRM writes. ``id_lower``: ids are alike in upper and
    lower case.
    """

    title: str
    tables: dict[str, TableProfile]
    signs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    id_pattern: str | None = None
    id_lower: bool = False
    deleted: Deleted | None = None
    footer: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _canonical_names(self) -> Self:
        for name, table in self.tables.items():
            known = {column.name for column in TABLES[name].columns}
            foreign = {*table.columns, *table.lookups, *table.names, *table.suffix_of} - known
            if foreign:
                raise ValueError(f"{name} has no column {', '.join(sorted(foreign))}")
        return self

    def table(self, name: str) -> TableProfile:
        """The layout of a canonical table; every table is also found under canonical names."""
        return self.tables.get(name, TableProfile())

    def patterns(self, name: str) -> tuple[str, ...]:
        """The file names a table may have, best first; its canonical ones come last."""
        return (*self.table(name).files, *(f"{name}{suffix}" for suffix in _SUFFIXES))


@cache
def profile_names() -> tuple[str, ...]:
    """The names of all profiles, generic first."""
    found = sorted(entry.name for entry in (files("salesgap.crm") / "profiles").iterdir())
    names = [name.removesuffix(".yml") for name in found if name.endswith(".yml")]
    return tuple(sorted(names, key=lambda name: (name != GENERIC, name)))


@cache
def load_profile(name: str | None) -> Profile:
    """The profile ``name``, one of the files in ``salesgap/crm/profiles``; generic without one."""
    name = name or GENERIC
    text = (files("salesgap.crm") / "profiles" / f"{name}.yml").read_text("utf-8")
    return Profile.model_validate(yaml.load(text, _LOADER))
