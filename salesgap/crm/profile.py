"""Profiles: what one CRM calls its files and columns, as data.

A new CRM is a new YAML file beside the others; no code knows any CRM by name.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field


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


class TableProfile(_Frozen):
    """One table: file names (globs, best first), accepted headers (best first), lookups.

    ``one_change`` names columns: of rows alike in them only the last one counts.
    """

    files: tuple[str, ...]
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    lookups: dict[str, Lookup] = Field(default_factory=dict)
    one_change: tuple[str, ...] = ()

    def headers(self, column: str) -> tuple[str, ...]:
        """The headers ``column`` may have, best first; its canonical name comes last."""
        return (*self.columns.get(column, ()), column)


class Profile(_Frozen):
    """One CRM's layout. ``footer`` and ``id_pattern`` are regular expressions."""

    tables: dict[str, TableProfile]
    missing: tuple[str, ...] = ()
    id_pattern: str | None = None
    deleted: Deleted | None = None
    footer: tuple[str, ...] = ()


@cache
def load_profile(name: str) -> Profile:
    """The profile ``name``, one of the files in ``salesgap/crm/profiles``."""
    text = (files("salesgap.crm") / "profiles" / f"{name}.yml").read_text("utf-8")
    return Profile.model_validate(yaml.safe_load(text))
