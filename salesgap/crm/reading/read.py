"""An export's files as raw tables: found, read as text, and named canonically.

Which file and which column is said, in this order, by the params and by the profile.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from salesgap.crm.frames import arrow_text, at
from salesgap.crm.reading.database import Database, find_relation, holds, is_database, rows_in
from salesgap.crm.reading.grid import read_grid
from salesgap.crm.reading.peek import peek
from salesgap.crm.reading.periods import one_a_row
from salesgap.crm.reading.profile import FromColumns, Lookup, Profile, TableProfile, load_profile
from salesgap.crm.reading.recognise import fits_table
from salesgap.crm.reading.shape import (
    SOURCE_ROW,
    first_present,
    not_counted,
    unfolded,
    with_outcome,
    without_suffix,
)
from salesgap.crm.reading.style import UNSAID, Style
from salesgap.crm.reading.typed import typed_grid
from salesgap.crm.tables import QUOTAS, TABLES, Kind, Table, unmarked
from salesgap.errors import ColumnError, SourceError, nearest
from salesgap.params import Source, TableSource

ERROR = "error"
LEFT_OUT = "left out"
FINDINGS = ("row", "column", "reason", "class")
DATA_FILES = {".csv", ".txt", ".tsv", ".xlsx", ".parquet", ".duckdb"}


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """One table as it was exported.

    ``cells`` is the export's own grid, ``frame`` the text under canonical names; both are
    indexed by the row number a spreadsheet shows. ``set_aside`` has the columns ``FINDINGS``:
    rows that are not data of this table, with the reason. ``headers`` says which header each
    canonical column came from, ``unmapped`` which headers nothing was taken from, ``also_read``
    the files it took names from. ``names`` has, by canonical column of ids, whom they stand for.
    ``style`` is what the params say of its dates and amounts.
    """

    table: Table
    file: str
    cells: pd.DataFrame
    frame: pd.DataFrame
    headers: dict[str, str]
    unmapped: tuple[str, ...] = ()
    set_aside: pd.DataFrame = field(default_factory=lambda: findings([], "", ""))
    also_read: tuple[str, ...] = ()
    names: dict[str, pd.Series] = field(default_factory=dict)
    style: Style = UNSAID


def findings(
    rows: pd.Index | pd.Series | list[int], column: str, reason: str | pd.Series, kind: str = ERROR
) -> pd.DataFrame:
    """One finding a row: what is wrong with it (``error``) or why it is ``left out``."""
    if not len(rows):
        return _NOTHING_FOUND
    reasons = reason.to_numpy() if isinstance(reason, pd.Series) else reason
    return pd.DataFrame({"row": rows, "column": column, "reason": reasons, "class": kind}).astype(
        {"row": "int64", "column": "str", "reason": "str", "class": "str"}
    )


_NOTHING_FOUND = findings(pd.Index([0]), "", "").iloc[:0]


def find_file(table: Table, source: Source) -> Path | None:
    """The file of ``table``; none if the export has none.

    Raises ``SourceError`` if the params name a file that is not there, if a required table has
    no file, or if several files could be it.
    """
    assert isinstance(source.folder, Path)
    own = source.tables.get(table.name, TableSource())
    present = files_in(source.folder)
    if own.file is not None:
        return _named_file(own.file, table, present)
    profile = load_profile(source.profile)
    layout, patterns = profile.table(table.name), profile.patterns(table.name)
    found = _by_name(table, layout, own, present, patterns)
    if len(found) > 1:
        raise SourceError(
            f"{' and '.join(path.name for path in found)} could both be {table.name}",
            where=str(source.folder),
            do=f"name one in source.tables.{table.name}.file",
        )
    if found:
        return found[0]
    if layout.from_columns is not None:
        return find_file(TABLES[layout.from_columns.table], source)
    found = [path for path in present if is_database(path) and holds(path, table, own, profile)]
    if found:
        return found[0]
    if table.required or own.columns:
        raise SourceError(
            f"no file for {table.name}: looked for {', '.join(patterns)}; the folder has "
            + (", ".join(path.name for path in present) or "no data file"),
            where=str(source.folder),
            do=f"name one in source.tables.{table.name}.file",
        )
    return None


def _by_name(
    table: Table,
    layout: TableProfile,
    own: TableSource,
    present: list[Path],
    patterns: tuple[str, ...],
) -> list[Path]:
    """The files of the best pattern. One that many names match needs the table's columns too."""
    given = frozenset((*own.columns, *own.constants))
    named: list[Path] = []
    for pattern in patterns:
        matches = [path for path in present if fnmatch(path.name.lower(), pattern.lower())]
        named = named or matches
        if "*" in pattern:
            matches = [path for path in matches if fits_table(table, layout, peek(path), given)]
        if matches:
            return matches
    # A required table's file is read all the same: the error then says which column it lacks.
    return named if table.required else []


def files_in(folder: Path) -> list[Path]:
    """The data files of an export's folder, by name. Raises ``SourceError``."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        raise SourceError(
            "no such folder", where=str(folder), do="correct source.folder in the params"
        ) from None
    return [path for path in paths if path.is_file() and path.suffix.lower() in DATA_FILES]


def read_table(table: Table, path: Path, source: Source) -> RawTable:
    """``path`` as the raw ``table``.

    Raises ``ColumnError`` if it lacks a required column, ``SourceError`` if it cannot be read or
    lacks a column that the params name.
    """
    profile = load_profile(source.profile)
    layout = profile.table(table.name)
    own = source.tables.get(table.name, TableSource())
    rule = layout.from_columns
    if rule is not None and own.file is None and path == find_file(TABLES[rule.table], source):
        return _from_columns(table, path, profile, rule)
    if is_database(path):
        cells = rows_in(path, table, own, profile)
    else:
        cells = read_grid(path, _wanted(table, layout, own))
    return _canonical(table, path.name, cells, profile, own, path.parent)


def read_relation(table: Table, database: Database, source: Source) -> RawTable | None:
    """What ``database`` has of ``table``; none if nothing. Raises as :func:`read_table` does."""
    profile = load_profile(source.profile)
    own = source.tables.get(table.name, TableSource())
    found = find_relation(table, own, profile, database)
    return found and _canonical(table, *found, profile, own, None)


def _wanted(table: Table, layout: TableProfile, own: TableSource) -> frozenset[str]:
    """The headers that may occur, in lower case."""
    known = [header for column in table.columns for header in layout.headers(column.name)]
    return frozenset(text.casefold() for text in (*known, *own.columns.values()))


def _from_columns(table: Table, path: Path, profile: Profile, rule: FromColumns) -> RawTable:
    """The rows of ``table`` that stand as columns in another table's file."""
    origin, layout = profile.table(rule.table), profile.table(table.name)
    cells = read_grid(path, _wanted(TABLES[rule.table], origin, TableSource()))
    suffixes = layout.suffix_of.get(rule.name, ())
    rows = unfolded(cells, rule, origin, suffixes)
    if rows.columns.empty:
        raise ColumnError(
            f"no column like {rule.header}",
            where=path.name,
            do=f"add those columns to the view before it is exported, or name a file of "
            f"{table.name} in source.tables.{table.name}.file",
        )
    return _canonical(table, path.name, rows, profile, TableSource(), path.parent)


def raw_from_frame(table: Table, frame: pd.DataFrame, file: str) -> RawTable:
    """A frame in canonical columns, as if ``file`` held it."""
    return _canonical(table, file, typed_grid(frame), load_profile("generic"), TableSource(), None)


def _canonical(
    table: Table,
    file: str,
    cells: pd.DataFrame,
    profile: Profile,
    own: TableSource,
    folder: Path | None,
) -> RawTable:
    layout = profile.table(table.name)
    if table is QUOTAS:
        amount, end = (_accepted(layout, own, name) for name in ("amount", "period_end"))
        cells = one_a_row(cells, amount, end)
    headers = _headers(table, [str(name) for name in cells.columns], layout, own, file)
    frame = pd.DataFrame(
        {name: _column(cells, header, file).str.strip() for name, header in headers.items()},
        index=cells.index,
        dtype="str",
    )
    for name in layout.suffix_of.keys() & frame.columns:
        frame[name] = without_suffix(frame[name], cells, layout.suffix_of[name])
    frame = with_outcome(frame, cells, layout)
    if profile.missing:
        frame = frame.mask(frame.isin(list(profile.missing)), "")
    also_read = []
    for name, lookup in layout.lookups.items():
        path = _lookup_file(lookup, folder) if headers.get(name) == lookup.column else None
        if path is not None:
            frame[name] = _looked_up(frame[name], lookup, path, profile)
            also_read.append(path.name)
    ids = [column.name for column in table.columns if column.kind is Kind.ID]
    for name in [name for name in ids if name in frame]:
        frame[name] = _short_ids(_seen(frame[name]), profile)
    for name, value in own.constants.items():
        frame[name] = value
    used = {name.casefold() for name in (*headers.values(), *layout.consulted, SOURCE_ROW)}
    unmapped = tuple(name for name in cells.columns if name and name.casefold() not in used)
    found = [_footers(cells, profile), _deleted(cells, profile), _too_wide(cells)]
    other, mark = not_counted(cells, layout.only)
    found.append(findings(other, mark, f"another {mark} than those that count", LEFT_OUT))
    aside = pd.concat(found).drop_duplicates("row")
    said = {name: first_present(cells, headers) for name, headers in layout.names.items()}
    names = {name: column for name, column in said.items() if column is not None}
    style = Style(f"source.tables.{table.name}", own.dates, own.decimal)
    return RawTable(
        table, file, cells, frame, headers, unmapped, aside, tuple(also_read), names, style
    )


def _headers(
    table: Table, present: list[str], layout: TableProfile, own: TableSource, file: str
) -> dict[str, str]:
    by_fold = {name.casefold(): name for name in reversed(present) if name}
    found: dict[str, str] = {}
    for column in table.columns:
        if column.name in own.constants:
            continue
        said = own.columns.get(column.name)
        accepted = _accepted(layout, own, column.name)
        hits = [by_fold[name.casefold()] for name in accepted if name.casefold() in by_fold]
        if hits:
            found[column.name] = hits[0]
        elif column.required or said is not None:
            kind = ColumnError if said is None else SourceError
            raise _missing_column(kind, table, column.name, accepted, list(by_fold.values()), file)
    return found


def _accepted(layout: TableProfile, own: TableSource, column: str) -> tuple[str, ...]:
    """The headers a column may have: the one the params say, else the profile's."""
    said = own.columns.get(column)
    return layout.headers(column) if said is None else (said,)


def _missing_column(
    kind: type[SourceError],
    table: Table,
    column: str,
    accepted: tuple[str, ...],
    present: list[str],
    file: str,
) -> SourceError:
    names = ", ".join(repr(name) for name in dict.fromkeys(accepted))
    key = f"source.tables.{table.name}"
    return kind(
        f"no column for {table.name}.{column} (looked for {names})",
        where=file,
        do=f"set {key}.columns.{column} to the export's column{_hint(accepted, present)}"
        f", or {key}.constants.{column} to one value for all rows",
    )


def _column(cells: pd.DataFrame, header: str, file: str) -> pd.Series:
    twins = cells.loc[:, [name == header for name in cells.columns]]
    first = twins.iloc[:, 0]
    if any(not twins.iloc[:, place].equals(first) for place in range(1, twins.shape[1])):
        raise SourceError(
            f"has two columns named {header!r} that differ",
            where=file,
            do="rename or remove one in the export",
        )
    return first


def _named_file(name: str, table: Table, present: list[Path]) -> Path:
    for path in present:
        if path.name == name:
            return path
    hint = _hint([name], [path.name for path in present])
    raise SourceError(
        f"no such file for {table.name} in source.folder",
        where=name,
        do=f"correct source.tables.{table.name}.file{hint}",
    )


def _hint(names: Sequence[str], known: list[str]) -> str:
    near = nearest(names, known)
    return f" (did you mean {near[0]!r})" if near else ""


def _lookup_file(lookup: Lookup, folder: Path | None) -> Path | None:
    if folder is None:
        return None
    return next((path for path in files_in(folder) if path.name.lower() == lookup.file), None)


def _looked_up(ids: pd.Series, lookup: Lookup, path: Path, profile: Profile) -> pd.Series:
    """The names behind ``ids``; an id without one stays as it is."""
    grid = read_grid(path, frozenset({lookup.key.casefold(), lookup.value.casefold()}))
    if not {lookup.key, lookup.value} <= set(grid.columns):
        return ids
    keys = _short_ids(grid[lookup.key], profile)
    names = pd.Series(grid[lookup.value].to_numpy(), index=keys)
    names = names[~names.index.duplicated()]
    found = at(names, _short_ids(ids, profile))
    return found.where(found.notna() & (found != ""), ids).astype("str")


def _seen(ids: pd.Series) -> pd.Series:
    """The ids without unseen signs around; those of plain letters and digits have none."""
    if pc.all(pc.string_is_ascii(arrow_text(ids))).as_py():
        return ids
    return ids.map({text: unmarked(text) for text in ids.unique()}).astype("str")


def _short_ids(ids: pd.Series, profile: Profile) -> pd.Series:
    if profile.id_pattern is None:
        return ids
    short = ids.str.replace(profile.id_pattern, r"\1", regex=True)
    if not profile.id_lower:
        return short
    return short.where(~ids.str.fullmatch(profile.id_pattern), short.str.lower())


def _deleted(cells: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    mark = profile.deleted
    if mark is None or mark.column not in cells:
        return findings([], "", "")
    hit = cells[mark.column].str.strip().str.lower().isin(mark.values)
    return findings(cells.index[hit], mark.column, "deleted in the CRM", LEFT_OUT)


def _footers(cells: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Rows below a report's data: those that say so, and lone cells in the block at its end."""
    if not profile.footer or cells.empty:
        return findings([], "", "")
    filled = (cells != "").sum(axis=1)
    few = cells[filled <= max(2, cells.shape[1] // 2)]
    joined = [" ".join(text.strip() for text in row if text) for row in few.to_numpy()]
    pattern = re.compile("|".join(profile.footer), re.IGNORECASE)
    marks = few.index[[bool(pattern.search(text)) for text in joined]]
    marked = pd.Series(cells.index.isin(marks), index=cells.index)
    below = (marked | (filled <= 1))[::-1].cummin()[::-1]
    footer = marked | below if (marked & below).any() else marked
    return findings(cells.index[footer], "", "footer of the report", LEFT_OUT)


def _too_wide(cells: pd.DataFrame) -> pd.DataFrame:
    beyond = cells.loc[:, [name == "" for name in cells.columns]]
    if beyond.empty:
        return findings([], "", "")
    wide = (beyond != "").any(axis=1)
    return findings(cells.index[wide], "", "more cells than the header has columns")
