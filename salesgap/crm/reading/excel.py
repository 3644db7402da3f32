"""The first sheet of a workbook as a grid of text, within bounds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd

from salesgap.crm.reading.typed import cell_text
from salesgap.errors import SourceError

_UNPACKED = 2 << 30  # bytes; a sheet that is full to its last row stays below
_DENSE = 200  # times smaller packed than unpacked: no sheet of an export packs so well
_SMALL = 50 << 20  # bytes unpacked, up to which no ratio matters
_CELLS = 50_000_000
_SAVE_AS_CSV = "save the sheet as CSV and use that"


def read_excel(path: Path) -> pd.DataFrame:
    """Every cell that is not in a blank row; columns 0, 1 …, index the sheet's row numbers.

    Raises ``SourceError``, or what the libraries raise of a file that is damaged.
    """
    _refuse_bombs(path)
    rows = _rows(path)
    width = max(map(len, rows.values()), default=0)
    if width * len(rows) > _CELLS:
        what = f"spreads {len(rows):,} rows over {width:,} columns"
        raise SourceError(what, where=path.name, do=_SAVE_AS_CSV)
    padded = [row + [""] * (width - len(row)) for row in rows.values()]
    return pd.DataFrame(padded, index=list(rows), dtype="str")


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
    size = sum(part.file_size for part in parts)
    dense = max((p.file_size / max(p.compress_size, 1) for p in parts), default=0.0)
    if size > _UNPACKED or (size > _SMALL and dense > _DENSE):
        what = f"unpacks from {path.stat().st_size:,} to {size:,} bytes, as no export does"
        raise SourceError(what, where=path.name, do=_SAVE_AS_CSV)


def _rows(path: Path) -> dict[int, list[str]]:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size is no bound
        rows = {}
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [cell_text(value) for value in values]
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                rows[number] = cells
        return rows
    finally:
        book.close()
