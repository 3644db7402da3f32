"""An export's files as raw tables: found, read as text, and named canonically.

Which file and which column is said, in this order, by the params and by the profile.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd

from salesgap.crm.frames import at
from salesgap.crm.grid import read_grid, with_header
from salesgap.crm.profile import Lookup, Profile, TableProfile, load_profile
from salesgap.crm.tables import Kind, Table
from salesgap.errors import ColumnError, SourceError
from salesgap.params import Source, TableSource

ERROR = "error"
LEFT_OUT = "left out"
FINDINGS = ("row", "column", "reason", "class")
_DATA_FILES = {".csv", ".txt", ".tsv", ".xlsx", ".parquet"}


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """One table as it was exported.

    ``cells`` is the export's own grid, ``frame`` the text under canonical names; both are
    indexed by the row number a spreadsheet shows. ``set_aside`` has the columns ``FINDINGS``:
    rows that are not data of this table, with the reason. ``headers`` says which header each
    canonical column came from, ``unmapped`` which headers nothing was taken from, ``also_read``
    the files it took names from.
    """

    table: Table
    file: str
    cells: pd.DataFrame
    frame: pd.DataFrame
    headers: dict[str, str]
    unmapped: tuple[str, ...] = ()
    set_aside: pd.DataFrame = field(default_factory=lambda: findings([], "", ""))
    also_read: tuple[str, ...] = ()


def findings(
    rows: pd.Index | pd.Series | list[int], column: str, reason: str | pd.Series, kind: str = ERROR
) -> pd.DataFrame:
    """One finding a row: what is wrong with it (``error``) or why it is ``left out``."""
    reasons = reason.to_numpy() if isinstance(reason, pd.Series) else reason
    return pd.DataFrame({"row": rows, "column": column, "reason": reasons, "class": kind}).astype(
        {"row": "int64", "column": "str", "reason": "str", "class": "str"}
    )


def find_file(table: Table, source: Source) -> Path | None:
    """The file of ``table``; none if the export has none.

    Raises ``SourceError`` if the params name a file that is not there, if a required table has
    no file, or if several files could be it.
    """
    assert source.folder is not None
    own = source.tables.get(table.name, TableSource())
    present = files_in(source.folder)
    if own.file is not None:
        return _named_file(own.file, table, present)
    patterns = load_profile(source.profile).tables[table.name].files
    for pattern in patterns:
        matches = [path for path in present if fnmatch(path.name.lower(), pattern.lower())]
        if len(matches) > 1:
            raise SourceError(
                f"{' and '.join(path.name for path in matches)} could both be {table.name}",
                where=str(source.folder),
                do=f"name one in source.tables.{table.name}.file",
            )
        if matches:
            return matches[0]
    if table.required or own.columns:
        raise SourceError(
            f"no file for {table.name}: looked for {', '.join(patterns)}; the folder has "
            + (", ".join(path.name for path in present) or "no data file"),
            where=str(source.folder),
            do=f"name one in source.tables.{table.name}.file",
        )
    return None


def files_in(folder: Path) -> list[Path]:
    """The data files of an export's folder, by name. Raises ``SourceError``."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        raise SourceError(
            "no such folder", where=str(folder), do="correct source.folder in the params"
        ) from None
    return [path for path in paths if path.is_file() and path.suffix.lower() in _DATA_FILES]


def read_table(table: Table, path: Path, source: Source) -> RawTable:
    """``path`` as the raw ``table``.

    Raises ``ColumnError`` if it lacks a required column, ``SourceError`` if it cannot be read or
    lacks a column that the params name.
    """
    profile = load_profile(source.profile)
    layout = profile.tables[table.name]
    own = source.tables.get(table.name, TableSource())
    known = [header for column in table.columns for header in layout.headers(column.name)]
    wanted = frozenset(text.casefold() for text in (*known, *own.columns.values()))
    cells = read_grid(path, wanted)
    return _canonical(table, path.name, cells, profile, own, path.parent)


def raw_from_frame(table: Table, frame: pd.DataFrame, file: str) -> RawTable:
    """A frame in canonical columns, as if ``file`` held it."""
    grid = with_header(frame)
    cells = grid.iloc[1:].set_axis(frame.columns, axis=1)
    return _canonical(table, file, cells, load_profile("generic"), TableSource(), Path())


def _canonical(
    table: Table, file: str, cells: pd.DataFrame, profile: Profile, own: TableSource, folder: Path
) -> RawTable:
    layout = profile.tables[table.name]
    headers = _headers(table, [str(name) for name in cells.columns], layout, own, file)
    frame = pd.DataFrame(
        {name: _column(cells, header, file).str.strip() for name, header in headers.items()},
        index=cells.index,
        dtype="str",
    )
    frame = frame.mask(frame.isin(list(profile.missing)), "")
    also_read = []
    for name, lookup in layout.lookups.items():
        path = _lookup_file(lookup, folder) if headers.get(name) == lookup.column else None
        if path is not None:
            frame[name] = _looked_up(frame[name], lookup, path, profile)
            also_read.append(path.name)
    ids = [column.name for column in table.columns if column.kind is Kind.ID]
    for name in [name for name in ids if name in frame]:
        frame[name] = _short_ids(frame[name], profile)
    for name, value in own.constants.items():
        frame[name] = value
    used = {header.casefold() for header in headers.values()}
    unmapped = tuple(name for name in cells.columns if name and name.casefold() not in used)
    aside = pd.concat([_footers(cells, profile), _deleted(cells, profile), _too_wide(cells)])
    aside = aside.drop_duplicates("row")
    return RawTable(table, file, cells, frame, headers, unmapped, aside, tuple(also_read))


def _headers(
    table: Table, present: list[str], layout: TableProfile, own: TableSource, file: str
) -> dict[str, str]:
    by_fold = {name.casefold(): name for name in reversed(present) if name}
    found: dict[str, str] = {}
    for column in table.columns:
        if column.name in own.constants:
            continue
        said = own.columns.get(column.name)
        accepted = (said,) if said is not None else layout.headers(column.name)
        hits = [by_fold[name.casefold()] for name in accepted if name.casefold() in by_fold]
        if hits:
            found[column.name] = hits[0]
        elif column.required or said is not None:
            kind = ColumnError if said is None else SourceError
            raise _missing_column(kind, table, column.name, accepted, list(by_fold.values()), file)
    return found


def _missing_column(
    kind: type[SourceError],
    table: Table,
    column: str,
    accepted: tuple[str, ...],
    present: list[str],
    file: str,
) -> SourceError:
    near = next((hit for name in accepted for hit in [_near(name, present)] if hit), None)
    names = ", ".join(repr(name) for name in dict.fromkeys(accepted))
    key = f"source.tables.{table.name}"
    return kind(
        f"no column for {table.name}.{column} (looked for {names})",
        where=file,
        do=f"set {key}.columns.{column} to the export's column{_hint(near, 'did you mean ')}"
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
    near = _near(name, [path.name for path in present])
    raise SourceError(
        f"no such file for {table.name} in source.folder",
        where=name,
        do=f"correct source.tables.{table.name}.file{_hint(near, 'did you mean ')}",
    )


def _near(name: str, known: list[str]) -> str | None:
    folded = {text.casefold(): text for text in known}
    hits = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    return folded[hits[0]] if hits else None


def _hint(near: str | None, lead: str) -> str:
    return f" ({lead}{near!r})" if near else ""


def _lookup_file(lookup: Lookup, folder: Path) -> Path | None:
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


def _short_ids(ids: pd.Series, profile: Profile) -> pd.Series:
    if profile.id_pattern is None:
        return ids
    return ids.str.replace(profile.id_pattern, r"\1", regex=True)


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
