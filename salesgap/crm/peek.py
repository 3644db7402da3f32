"""The first rows of an export's files: enough to tell what a file is, without reading it all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from salesgap.crm.tables import unmarked

_ROWS = 30
_BYTES = 4_000_000  # of thirty rows; a header of ten thousand columns is below a megabyte
_DELIMITERS = ",;\t|"

Rows = list[list[str]]


def peek(path: Path) -> Rows:
    """The first rows of a file as text, blank ones left out; none if it cannot be read."""
    try:
        if path.suffix.lower() == ".xlsx":
            rows = _xlsx(path)
        elif path.suffix.lower() == ".parquet":
            rows = _parquet(path)
        else:
            rows = _csv(path)
    except Exception:  # whoever reads the whole file says what is wrong with it
        return []
    return [[unmarked(text) for text in row] for row in rows if any(row)]


def header_in(rows: Rows, known: frozenset[str]) -> list[str]:
    """The row that holds most of the ``known`` headers (in lower case); [] without any row."""
    return max(rows, key=lambda row: _hits(row, known), default=[])


def _hits(row: Iterable[str], known: frozenset[str]) -> int:
    return len({text.casefold() for text in row} & known)


def _csv(path: Path) -> Rows:
    with path.open("rb") as file:
        raw = file.read(_BYTES)
    text = raw.decode(_encoding(raw), errors="replace").lstrip("\ufeff")
    found = [_split(text, sign) for sign in _DELIMITERS]
    return max(found, key=lambda rows: max(map(len, rows), default=0))


def _encoding(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if b"\0" in raw[:200]:
        return "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    return "utf-8"


def _split(text: str, delimiter: str) -> Rows:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in row] for row, _ in zip(lines, range(_ROWS), strict=False)]


def _xlsx(path: Path) -> Rows:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(max_row=_ROWS, values_only=True)
        return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]
    finally:
        book.close()


def _parquet(path: Path) -> Rows:
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    head = next(file.iter_batches(batch_size=_ROWS), None)
    frame = pd.DataFrame(columns=file.schema_arrow.names) if head is None else head.to_pandas()
    body = frame.astype("str").fillna("").to_numpy().tolist()
    return [[str(name) for name in frame.columns], *body]
