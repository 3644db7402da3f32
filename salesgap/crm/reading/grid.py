"""One file of an export as a grid of text: CSV in its usual spellings, XLSX, Parquet.

Nothing is interpreted here. A row keeps the number a spreadsheet shows for it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from zipfile import BadZipFile
from zlib import error as ZlibError

import numpy as np
import pandas as pd
import pyarrow as pa

from salesgap.crm.reading.delimited import PREAMBLE, known_in, read_delimited
from salesgap.crm.reading.excel import read_excel
from salesgap.crm.reading.typed import typed_grid
from salesgap.crm.tables import unmarked
from salesgap.errors import SourceError

_UNREADABLE = (
    *(OSError, ValueError, KeyError, EOFError, csv.Error),
    *(BadZipFile, ZlibError, SyntaxError, pa.ArrowException),
)


def read_grid(path: Path, known: frozenset[str]) -> pd.DataFrame:
    """The file as text, its header as columns, row numbers as index.

    ``known`` holds the headers that may occur, in lower case: the header is the first of the
    rows that hold most of them. Cells beyond the header's last are in columns named ''.
    Blank rows are left out. Raises ``SourceError``.
    """
    refuse_link(path)
    try:
        return _read(path, known)
    except _UNREADABLE as error:
        raise SourceError(
            f"cannot be read ({error})", where=path.name, do="export the file again"
        ) from None


def refuse_link(path: Path) -> None:
    """Raise ``SourceError`` if ``path`` leads out of its folder."""
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise SourceError(
            "is a link to a file outside the folder", where=path.name, do="copy the file itself"
        )


def _read(path: Path, known: frozenset[str]) -> pd.DataFrame:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _filled(_parquet(path))
    cells = read_excel(path) if kind == ".xlsx" else read_delimited(path, known)
    return _under_header(_filled(cells), known, path.name)


def _parquet(path: Path) -> pd.DataFrame:
    from pyarrow import parquet

    # As Arrow has them: pandas would make floats of whole numbers that are missing somewhere.
    return typed_grid(parquet.read_table(path).to_pandas(types_mapper=pd.ArrowDtype))


def _filled(cells: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not blank."""
    blank = np.arange(len(cells))
    for place in range(cells.shape[1]):
        blank = blank[(cells.iloc[blank, place] == "").to_numpy()]
        if not len(blank):
            return cells
    return cells.drop(cells.index[blank])


def _under_header(cells: pd.DataFrame, known: frozenset[str], name: str) -> pd.DataFrame:
    if cells.empty:
        raise SourceError("is empty", where=name, do="export the file again, with its header")
    hits = [known_in(row, known) for row in cells.head(PREAMBLE).to_numpy()]
    place = hits.index(max(hits))
    names = [unmarked(text) for text in cells.iloc[place]]
    body = cells.iloc[place + 1 :]
    body.columns = pd.Index(names)
    return body
