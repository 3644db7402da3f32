"""The first rows of an export's files: enough to tell what a file is, without reading it all."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pandas as pd

from salesgap.crm.reading.delimited import DELIMITERS, PREAMBLE, known_in, records, utf_16
from salesgap.crm.tables import unmarked

_BYTES = 4_000_000  # of thirty rows; a header of ten thousand columns is below a megabyte

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
    return max(rows, key=lambda row: known_in(row, known), default=[])


def _csv(path: Path) -> Rows:
    with path.open("rb") as file:
        raw = file.read(_BYTES)
    text = raw.decode(utf_16(raw) or "utf-8", errors="replace").lstrip("\ufeff")
    found = [_split(text, sign) for sign in DELIMITERS]
    return max(found, key=lambda rows: max(map(len, rows), default=0))


def _split(text: str, delimiter: str) -> Rows:
    rows = islice(records(text, delimiter), PREAMBLE)
    return [[cell.strip() for cell in row] for row in rows]


def _xlsx(path: Path) -> Rows:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(max_row=PREAMBLE, values_only=True)
        return [["" if cell is None else str(cell).strip() for cell in row] for row in rows]
    finally:
        book.close()


def _parquet(path: Path) -> Rows:
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    head = next(file.iter_batches(batch_size=PREAMBLE), None)
    frame = pd.DataFrame(columns=file.schema_arrow.names) if head is None else head.to_pandas()
    body = frame.astype("str").fillna("").to_numpy().tolist()
    return [[str(name) for name in frame.columns], *body]
