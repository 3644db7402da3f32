"""The snapshot: an export checked and frozen. Everything later reads it, never the export."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesgap.crm.asof import outline_as_of
from salesgap.crm.checking.check import Checked, check_sheets
from salesgap.crm.checking.quality import (
    lacking_columns,
    missing_tables,
    offenders,
    quarantine,
    table_quality,
)
from salesgap.crm.checking.quotas import settled
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.checking.versions import newest_last
from salesgap.crm.frames import arrow_text, together
from salesgap.crm.reading.database import heads, heads_in, is_database, opened
from salesgap.crm.reading.elsewhere import at_hand, said_there
from salesgap.crm.reading.memory import memory_kept
from salesgap.crm.reading.peek import Rows, peek
from salesgap.crm.reading.profile import load_profile
from salesgap.crm.reading.read import (
    RawTable,
    files_in,
    find_file,
    raw_from_frame,
    read_relation,
    read_table,
)
from salesgap.crm.reading.recognise import recognise
from salesgap.crm.tables import OPPORTUNITIES, QUOTAS, TABLES, Table
from salesgap.crm.team import coverage
from salesgap.errors import ColumnError, DataError, OutputError, SalesgapError, SourceError
from salesgap.params import Params, Source, TableSource
from salesgap.quality import QualityReport

_VERSION = 1
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Accepted rows by canonical table (absent tables are empty), and the account of the rest.

    ``quarantine`` columns: table, file, row, column, reason, class, text.
    """

    tables: Mapping[str, pd.DataFrame]
    quarantine: pd.DataFrame
    report: QualityReport

    @cached_property
    def content_hash(self) -> str:
        """Of the accepted rows, whatever their order; alike only where DuckDB is the same."""
        digest = hashlib.sha256()
        with duckdb.connect() as engine:
            for name, frame in sorted(self.tables.items()):
                told = (name, ",".join(frame.columns), len(frame), _sum_of_rows(frame, engine))
                digest.update(f"{told}\n".encode())
        return digest.hexdigest()


@memory_kept()
def take_snapshot(params: Params) -> Snapshot:
    """Read, check and freeze the export that ``params`` point at.

    Raises ``SourceError`` if a file cannot be read, ``ParamsError`` for a region nobody is in,
    ``DataError`` if no pack can be made of what is left.
    """
    snapshot, problems = _assemble(params)
    if not problems:
        return snapshot
    first = problems[0]
    if len(problems) == 1:
        raise first
    more = f"{len(problems) - 1} more: 'salesgap check' lists them"
    raise type(first)(first.what, where=first.where, do=f"{first.do}; {more}")


@memory_kept()
def survey(params: Params) -> Snapshot:
    """As :func:`take_snapshot`, but of whatever can be read; ``report.problems`` says the rest."""
    return _assemble(params)[0]


def _assemble(params: Params) -> tuple[Snapshot, list[SalesgapError]]:
    with at_hand(params.source) as source:
        snapshot, problems = _assemble_here(params.model_copy(update={"source": source}))
    return snapshot, [said_there(one, source.folder, params.source.folder) for one in problems]


def _assemble_here(params: Params) -> tuple[Snapshot, list[SalesgapError]]:
    params, profile = _with_profile(params)
    problems: list[SalesgapError] = []
    left_out: dict[str, SourceError] = {}
    sheets = _sheets(params, problems, left_out)
    checked = _in_order(check_sheets(sheets, params))
    problems += _too_little(sheets, checked, params)
    notes = list(checked.notes)
    if not problems:
        notes += coverage(outline_as_of(checked, params), checked.tables["people"])
    report = QualityReport(
        tables=tuple(table_quality(sheet, checked) for sheet in sheets.values()),
        missing=missing_tables(sheets, left_out),
        notes=tuple(note.text for note in notes),
        details=tuple(note.detail for note in notes if note.detail),
        unused_files=_unused_files(params, sheets),
        problems=tuple(dict.fromkeys(str(problem) for problem in problems)),
        profile=profile,
        lacking=lacking_columns(sheets, checked.tables["opportunities"], params),
        offenders=offenders(sheets),
    )
    return Snapshot(checked.tables, quarantine(sheets), report), problems


def _in_order(checked: Checked) -> Checked:
    """With the deals by their id: sums of money must not tell in what order a source gives rows."""
    deals = checked.tables[OPPORTUNITIES.name]
    order = pc.sort_indices(arrow_text(deals["opportunity_id"])).to_numpy()
    if (order[1:] > order[:-1]).all():
        return checked
    return replace(checked, tables={**checked.tables, OPPORTUNITIES.name: deals.iloc[order]})


def _with_profile(params: Params) -> tuple[Params, str]:
    """The params with the profile of their export, and which one it is and why."""
    source = params.source
    if source.simulated is not None or source.profile is not None:
        return params, source.profile or ""
    own = source.tables.get(OPPORTUNITIES.name, TableSource())
    found = recognise(_heads(source, own), frozenset((*own.columns, *own.constants)))
    said = source.model_copy(update={"profile": found.profile})
    return params.model_copy(update={"source": said}), f"{found.profile} ({found.why})"


def _heads(source: Source, own: TableSource) -> dict[str, Rows]:
    """The first rows of every file and table that may hold the deals, by its name."""
    if source.url is not None:
        with opened(source.url.get_secret_value()) as database:
            return _one_table(heads(database, own), database.where)
    assert isinstance(source.folder, Path)
    found: dict[str, Rows] = {}
    for path in files_in(source.folder):
        if is_database(path):
            found |= _one_table(heads_in(path, own), path.name)
        else:
            found[path.name] = peek(path)
    return found


def _one_table(found: dict[str, Rows], where: str) -> dict[str, Rows]:
    """The heads of a database. Raises ``SourceError`` if several tables may hold the deals: one
    would tell the profile, and another might be read."""
    if len(found) > 1:
        raise SourceError(
            f"{' and '.join(found)} could each be {OPPORTUNITIES.name}",
            where=where,
            do="name the one in source.tables.opportunities.table, or the profile",
        )
    return found


def _sheets(
    params: Params, problems: list[SalesgapError], left_out: dict[str, SourceError]
) -> dict[str, Sheet]:
    """Every table that can be read; what keeps another from it is added to ``problems``.

    An optional table without a column it needs is ``left_out`` instead, by name with the reason.
    """
    if params.source.simulated is not None:
        return _simulated(params)
    sheets: dict[str, Sheet] = {}
    for name, found in zip(TABLES, _read(params), strict=True):
        if isinstance(found, ColumnError) and not TABLES[name].required:
            left_out[name] = found
        elif isinstance(found, SourceError):
            problems.append(found)
        elif found is not None:
            sheets[name] = found
    return sheets


def _read(params: Params) -> list[Sheet | SourceError | None]:
    """Each table of the export, none if it has none, or why it cannot be read.

    Raises ``SourceError`` if there is no export at all.
    """
    source = params.source
    if source.url is not None:
        with opened(source.url.get_secret_value()) as database:
            from_database = partial(read_relation, database=database, source=source)
            return [_sheet(from_database, params, table) for table in TABLES.values()]
    assert isinstance(source.folder, Path)
    files_in(source.folder)
    return together(partial(_sheet, partial(_from_files, source=source), params), TABLES.values())


def _from_files(table: Table, source: Source) -> RawTable | None:
    path = find_file(table, source)
    return None if path is None else read_table(table, path, source)


def _sheet(
    read: Callable[[Table], RawTable | None], params: Params, table: Table
) -> Sheet | SourceError | None:
    try:
        raw = read(table)
        if raw is None:
            return None
        raw = newest_last(raw, load_profile(params.source.profile).table(table.name))
        return Sheet(settled(raw, params.year_start) if table is QUOTAS else raw)
    except SourceError as problem:
        return problem


def _simulated(params: Params) -> dict[str, Sheet]:
    from salesgap.simulate import organisation

    wanted = params.source.simulated
    assert wanted is not None
    made = organisation(
        seed=wanted.seed,
        managers=wanted.managers,
        as_of=wanted.until or params.as_of,
        fiscal_year_start_month=params.fiscal_year_start_month,
    )
    present = {name: frame for name, frame in made.tables.items() if not frame.empty}
    return {
        name: Sheet(raw_from_frame(TABLES[name], frame, f"{name} (simulated)"))
        for name, frame in present.items()
    }


def _too_little(
    sheets: Mapping[str, Sheet], checked: Checked, params: Params
) -> list[SalesgapError]:
    """Why no pack can be made: a required table without a usable row, or deals long past."""
    found: list[SalesgapError] = [
        _no_rows(sheet)
        for name, sheet in sheets.items()
        if TABLES[name].required and checked.tables[name].empty
    ]
    last = checked.tables["opportunities"]["created_date"].max()
    months = params.method.lookback_months
    if last <= pd.Timestamp(params.as_of) - pd.DateOffset(months=months):
        what = f"no deal was created in the {months} months before {params.as_of}; the last one on"
        where = sheets["opportunities"].raw.file
        found.append(DataError(f"{what} {last.date()}", where=where, do="check as_of"))
    return found


def _no_rows(sheet: Sheet) -> DataError:
    rows = len(sheet.raw.cells)
    if not rows:
        what, do = f"has a header but no rows of {sheet.table.name}", "export it with its rows"
    else:
        reason = sheet.findings["reason"].mode().iloc[0]
        what = f"none of its {rows:,} rows can be used; most often: {reason}"
        do = "'salesgap check' lists them all"
    return DataError(what, where=sheet.raw.file, do=do)


def _unused_files(params: Params, sheets: Mapping[str, Sheet]) -> tuple[str, ...]:
    if not isinstance(params.source.folder, Path):
        return ()
    used = {name for s in sheets.values() for name in (s.raw.file, *s.raw.also_read)}
    return tuple(path.name for path in files_in(params.source.folder) if path.name not in used)


def _sum_of_rows(frame: pd.DataFrame, engine: duckdb.DuckDBPyConnection) -> int:
    """The sum of the rows' hashes, which does not tell their order."""
    engine.register("found", pa.Table.from_pandas(frame, preserve_index=False))
    (total,) = engine.execute("select sum(hash(found)) from found").fetchall()[0]
    return int(total or 0)


@memory_kept()
def write_snapshot(snapshot: Snapshot, folder: Path) -> None:
    """Write ``folder`` as a whole or not at all: a Parquet file a table, ``snapshot.json``, and
    ``quarantine/`` for the reader. An existing snapshot is replaced. Raises ``OutputError``.
    """
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        together(
            lambda name: snapshot.tables[name].to_parquet(part / f"{name}.parquet", index=False),
            snapshot.tables,
        )
        snapshot.quarantine.to_parquet(part / "quarantine.parquet", index=False)
        write_quarantine(snapshot, part / "quarantine")
        facts = {
            "version": _VERSION,
            "content_hash": snapshot.content_hash,
            "report": snapshot.report.model_dump(mode="json"),
        }
        (part / "snapshot.json").write_text(json.dumps(facts, indent=1), "utf-8")
        _replace(part, folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise OutputError(
            f"the snapshot cannot be written ({error.strerror})",
            where=str(folder),
            do="choose another output folder",
        ) from None


def write_quarantine(snapshot: Snapshot, folder: Path) -> list[Path]:
    """One CSV a table with rows set aside, first columns file, row, column, reason.

    Safe to open in a spreadsheet: no cell can be taken for a formula.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, found in snapshot.quarantine.groupby("table", sort=False):
        columns = ["file", "row", "column", "reason", "class", "text"]
        text = found[columns].astype("str").apply(escaped)
        path = folder / f"{name}.csv"
        text.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        paths.append(path)
    return paths


def escaped(cells: pd.Series) -> pd.Series:
    """Text that no spreadsheet takes for a formula."""
    return cells.where(~cells.str.startswith(_RISKY), "'" + cells)


def _replace(part: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
