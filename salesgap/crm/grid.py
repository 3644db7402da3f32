"""One file of an export as a grid of text: CSV in its usual spellings, XLSX, Parquet.

Nothing is interpreted here. A row keeps the number a spreadsheet shows for it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
from pyarrow import ArrowException

from salesgap.errors import SourceError

DELIMITERS = ",;\t|"
_PREAMBLE = 30  # rows in which the header is looked for
_LONGEST_CELL = 10_000_000


def read_grid(path: Path, known: frozenset[str]) -> pd.DataFrame:
    """The file as text, its header as columns, row numbers as index.

    ``known`` holds the headers that may occur, in lower case: the header is the first of the
    rows that hold most of them. Cells beyond the header's last are in columns named ''.
    Blank rows are left out. Raises ``SourceError``.
    """
    try:
        cells = _READERS.get(path.suffix.lower(), _csv)(path, known)
    except _UNREADABLE as error:
        raise SourceError(
            f"cannot be read ({error})", where=path.name, do="export the file again"
        ) from None
    return _under_header(cells, known, path.name)


def text_of(series: pd.Series) -> pd.Series:
    """A typed column as text; missing becomes ''. Whole numbers lose their '.0'."""
    kind = series.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        values = series.dt.tz_localize(None) if series.dt.tz is not None else series
        text = values.dt.strftime("%Y-%m-%d %H:%M:%S")
    elif isinstance(kind, pd.StringDtype):
        text = series
    else:
        text = pd.Series([_cell(value) for value in series], index=series.index, dtype="str")
    written: pd.Series = text.astype("str").fillna("")
    return written


def _under_header(cells: pd.DataFrame, known: frozenset[str], name: str) -> pd.DataFrame:
    filled = cells[(cells != "").any(axis=1)]
    if filled.empty:
        raise SourceError("is empty", where=name, do="export the file again, with its header")
    hits = [_known_in(row, known) for row in filled.head(_PREAMBLE).to_numpy()]
    place = hits.index(max(hits))
    names = [text.strip() for text in filled.iloc[place]]
    body = filled.iloc[place + 1 :]
    body.columns = pd.Index(names)
    return body


def _known_in(row: Iterable[str], known: frozenset[str]) -> int:
    return len({text.strip().casefold() for text in row} & known)


def _csv(path: Path, known: frozenset[str]) -> pd.DataFrame:
    text = _decode(path.read_bytes(), path.name)
    if not text.strip():
        raise SourceError("is empty", where=path.name, do="export the file again, with its header")
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = max(DELIMITERS, key=lambda mark: _fit(text, mark, known))
    width = max(map(len, _records(text, delimiter)))
    cells = pd.read_csv(
        io.StringIO(text),
        header=None,
        names=range(width),
        sep=delimiter,
        dtype="str",
        keep_default_na=False,
        skip_blank_lines=False,
        index_col=False,
    )
    cells = cells.fillna("")
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells


def _decode(raw: bytes, name: str) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    if b"\0" in raw[:200]:
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_old(raw, name)


def _decode_old(raw: bytes, name: str) -> str:
    """Text that is no UTF-8 as Windows-1252, unless most likely it is damaged UTF-8."""
    torn = raw.decode("utf-8-sig", errors="surrogateescape")
    place = next(at for at, sign in enumerate(torn) if "\udc80" <= sign <= "\udcff")
    line = torn.count("\n", 0, place) + 1
    byte = f"line {line:,} holds the byte 0x{ord(torn[place]) - 0xDC00:02X}"
    if any(sign > "\x7f" and not "\udc80" <= sign <= "\udcff" for sign in torn):
        raise SourceError(
            f"{byte}, which is not UTF-8 though the rest is",
            where=name,
            do="mend that line, or export the file again",
        )
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        raise SourceError(
            f"{byte}, and the file is neither UTF-8 nor Windows-1252",
            where=name,
            do="export the file again as UTF-8",
        ) from None


def _records(text: str, delimiter: str) -> Iterable[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _fit(text: str, delimiter: str, known: frozenset[str]) -> tuple[int, int]:
    """How well ``delimiter`` fits: known headers in the best row, then its width."""
    first = [row for row, _ in zip(_records(text, delimiter), range(_PREAMBLE), strict=False)]
    return max((_known_in(row, known), len(row)) for row in first)


def _xlsx(path: Path, known: frozenset[str]) -> pd.DataFrame:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        rows = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()
    width = max(map(len, rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    cells = pd.DataFrame(padded, dtype="str")
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells


def _parquet(path: Path, known: frozenset[str]) -> pd.DataFrame:
    from pyarrow import parquet

    return with_header(parquet.read_table(path).to_pandas())


def with_header(frame: pd.DataFrame) -> pd.DataFrame:
    """A typed frame as the text grid of a sheet: its column names are row 1."""
    body = [text_of(frame[name]).to_numpy() for name in frame.columns]
    columns = [np.append([str(name)], cells) for name, cells in zip(frame, body, strict=True)]
    cells = pd.DataFrame(dict(enumerate(columns)), dtype="str")
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return cells


def _cell(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return _number(float(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float) -> str:
    if np.isnan(value):
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    # A real number never has thousands separators. Three decimals would leave that open to
    # whoever reads the text, so a fourth is written.
    return text + "0" if len(text.partition(".")[2]) == 3 else text


_UNREADABLE = (OSError, ValueError, KeyError, csv.Error, BadZipFile, ArrowException)
_READERS: dict[str, Callable[[Path, frozenset[str]], pd.DataFrame]] = {
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}
