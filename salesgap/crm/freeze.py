"""The snapshot: an export checked and frozen. Everything later reads it, never the export."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from salesgap.crm.asof import book_as_of
from salesgap.crm.check import Checked, check_sheets
from salesgap.crm.quality import QualityReport, missing_tables, quarantine, table_quality
from salesgap.crm.read import files_in, find_file, raw_from_frame, read_table
from salesgap.crm.sheet import Sheet
from salesgap.crm.tables import TABLES
from salesgap.crm.team import coverage
from salesgap.errors import ColumnError, DataError, OutputError, SalesgapError, SourceError
from salesgap.params import Params

_VERSION = 1
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Accepted rows by canonical table (absent tables are empty), and the account of the rest.

    ``quarantine`` columns: table, file, row, column, reason, class, text. ``content_hash`` is
    of the accepted rows, whatever their order.
    """

    tables: Mapping[str, pd.DataFrame]
    quarantine: pd.DataFrame
    report: QualityReport
    content_hash: str


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


def survey(params: Params) -> Snapshot:
    """As :func:`take_snapshot`, but of whatever can be read; ``report.problems`` says the rest."""
    return _assemble(params)[0]


def _assemble(params: Params) -> tuple[Snapshot, list[SalesgapError]]:
    problems: list[SalesgapError] = []
    left_out: dict[str, SourceError] = {}
    sheets = _sheets(params, problems, left_out)
    checked = check_sheets(sheets, params)
    problems += _too_little(sheets, checked, params)
    notes = list(checked.notes)
    if not problems:
        notes += coverage(book_as_of(checked, params), checked.tables["people"])
    report = QualityReport(
        tables=tuple(table_quality(sheet, checked) for sheet in sheets.values()),
        missing=missing_tables(sheets, left_out),
        notes=tuple(note.text for note in notes),
        details=tuple(note.detail for note in notes if note.detail),
        unused_files=_unused_files(params, sheets),
        problems=tuple(str(problem) for problem in problems),
    )
    digest = content_hash(checked.tables)
    return Snapshot(checked.tables, quarantine(sheets), report, digest), problems


def _sheets(
    params: Params, problems: list[SalesgapError], left_out: dict[str, SourceError]
) -> dict[str, Sheet]:
    """Every table that can be read; what keeps another from it is added to ``problems``.

    An optional table without a column it needs is ``left_out`` instead, by name with the reason.
    """
    if params.source.simulated is not None:
        return _simulated(params)
    assert params.source.folder is not None
    files_in(params.source.folder)  # without a folder there is nothing to survey
    sheets: dict[str, Sheet] = {}
    for name, table in TABLES.items():
        try:
            path = find_file(table, params.source)
            if path is not None:
                sheets[name] = Sheet(read_table(table, path, params.source))
        except ColumnError as problem:
            if table.required:
                problems.append(problem)
            else:
                left_out[name] = problem
        except SourceError as problem:
            problems.append(problem)
    return sheets


def _simulated(params: Params) -> dict[str, Sheet]:
    from salesgap.simulate import organisation

    wanted = params.source.simulated
    assert wanted is not None
    made = organisation(
        seed=wanted.seed,
        managers=wanted.managers,
        as_of=params.as_of,
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
    if params.source.folder is None:
        return ()
    used = {name for s in sheets.values() for name in (s.raw.file, *s.raw.also_read)}
    return tuple(path.name for path in files_in(params.source.folder) if path.name not in used)


def content_hash(tables: Mapping[str, pd.DataFrame]) -> str:
    """SHA-256 of the tables' columns and values; the order of rows does not matter."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        frame = tables[name]
        digest.update(f"{name}:{','.join(frame.columns)}:{len(frame)}\n".encode())
        rows = pd.util.hash_pandas_object(frame, index=False).sort_values()
        digest.update(rows.to_numpy().tobytes())
    return digest.hexdigest()


def write_snapshot(snapshot: Snapshot, folder: Path) -> None:
    """Write ``folder`` as a whole or not at all: a Parquet file a table, ``snapshot.json``, and
    ``quarantine/`` for the reader. An existing snapshot is replaced. Raises ``OutputError``.
    """
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, frame in snapshot.tables.items():
            frame.to_parquet(part / f"{name}.parquet", index=False)
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
        text = found[columns].astype("str").apply(_escaped)
        path = folder / f"{name}.csv"
        text.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        paths.append(path)
    return paths


def read_snapshot(folder: Path) -> Snapshot:
    """The snapshot in ``folder``. Raises ``DataError`` if it is none or was changed since."""
    try:
        facts = json.loads((folder / "snapshot.json").read_text("utf-8"))
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        found = pd.read_parquet(folder / "quarantine.parquet")
        report = QualityReport.model_validate(facts["report"])
        frozen = facts["content_hash"]
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"is no snapshot that can be read ({error})", where=str(folder), do="take a new one"
        ) from None
    if content_hash(tables) != frozen:
        raise DataError("was changed after it was frozen", where=str(folder), do="take a new one")
    return Snapshot(tables, found, report, frozen)


def _escaped(cells: pd.Series) -> pd.Series:
    return cells.where(~cells.str.startswith(_RISKY), "'" + cells)


def _replace(part: Path, folder: Path) -> None:
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
