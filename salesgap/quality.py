"""The account of an export: rows accepted and set aside, by table and reason, and what is missing.

Frozen and JSON in and out, like the facts; its schema is ``docs/schema/data-quality.schema.json``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Frozen):
    """Why rows were set aside. A row with several reasons is counted under each."""

    reason: str
    kind: str
    rows: int


class TableQuality(_Frozen):
    """One table: ``rows_in == accepted + quarantined + left_out``.

    ``quarantined`` rows are faulty, ``left_out`` rows sound but out of the run's scope;
    ``added`` rows were not in the export and are not in ``accepted``. ``written`` says how each of
    the export's columns of dates, amounts or numbers was read.
    """

    table: str
    file: str
    rows_in: int
    accepted: int
    quarantined: int
    left_out: int
    added: int = 0
    reasons: tuple[Reason, ...] = ()
    unmapped: tuple[str, ...] = ()
    written: dict[str, str] = Field(default_factory=dict)


class Lacking(_Frozen):
    """A column that a table has not, or has nothing in, and what the packs lack for it."""

    table: str
    column: str
    cost: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}: {self.cost}"


class Offender(_Frozen):
    """Whose rows are at fault: ``rows`` of the ``total`` that a file holds of one person.

    ``person`` is as the export writes it, empty where it says nobody. Where nearly all of a table's
    rows at fault are of one ``stage``, that is told instead of whose they are.
    """

    table: str
    person: str
    stage: str = ""
    name: str = ""
    rows: int
    total: int

    @property
    def whose(self) -> str:
        """The person as one reads it: a name with its id, or that there is none; or the stage."""
        if self.stage:
            return f"stage {self.stage}"
        if self.name and self.name != self.person:
            return f"{self.name} ({self.person})"
        return self.person or "nobody (no person is given)"


class Missing(_Frozen):
    """A table without which the packs are made, and what they lack.

    ``why`` is empty if the export does not have it, or says what keeps it from being used, and
    ``do`` how to mend that.
    """

    table: str
    cost: str
    why: str = ""
    do: str = ""

    def __str__(self) -> str:
        left_out = f" (left out: {self.why})" if self.why else ""
        return f"{self.table}: {self.cost}{left_out}"


class QualityReport(_Frozen):
    """All of it. ``problems`` are what makes packs impossible; each is one line.

    ``notes`` go into every pack and name nobody; ``details`` say who, and stay out of packs.
    ``offenders`` come with most rows first. ``profile``: as whose export it was read, and why;
    empty if it is none.
    """

    schema_version: Literal["1.0"] = "1.0"
    tables: tuple[TableQuality, ...]
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    unused_files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    profile: str = ""
    lacking: tuple[Lacking, ...] = ()
    offenders: tuple[Offender, ...] = ()

    def table(self, name: str) -> TableQuality:
        """The record of one table. Raises ``KeyError`` if the export has none."""
        return {entry.table: entry for entry in self.tables}[name]

    def by_fault(self) -> tuple[TableQuality, ...]:
        """The tables with faulty rows, most first."""
        faulty = [entry for entry in self.tables if entry.quarantined]
        return tuple(sorted(faulty, key=lambda entry: (-entry.quarantined, entry.table)))

    def how_written(self) -> tuple[str, ...]:
        """A line a file: how its dates and amounts are written, columns alike together."""
        lines = []
        for entry in self.tables:
            by_how: dict[str, list[str]] = {}
            for column, how in entry.written.items():
                by_how.setdefault(how, []).append(column)
            told = [f"{', '.join(columns)}: {how}" for how, columns in by_how.items()]
            lines += [f"{entry.file}: {'; '.join(told)}"] if told else []
        return tuple(lines)
