"""A CSV in its usual spellings as a grid of text: encoding, delimiter and width found by itself.

Arrow reads the rows that are as wide as most; the others (a title, a footer, a row with a comma too
many) are few, and are read one by one.
"""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from salesgap.crm.reading.typed import text_frame
from salesgap.errors import SourceError

DELIMITERS = ",;\t|"
"""The signs that may stand between cells."""
PREAMBLE = 30
"""Rows in which a header is looked for."""
_HEAD = 4 << 20  # bytes in which they are
_BLOCK = 16 << 20  # bytes; no row may be longer
_WIDEST = 16_384  # cells a row; a spreadsheet has no more
_CELLS = 50_000_000  # that one row too wide may add to all others
_AGAIN = "export the file again"
_UTF_8_LETTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOT_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is written; ``width`` is that of most of its first rows."""

    encoding: str
    delimiter: str
    width: int


def read_delimited(path: Path, known: frozenset[str]) -> pd.DataFrame:
    """Every cell of the file; columns 0, 1 …, index the row numbers from 1 on.

    ``known``: headers that may occur, in lower case; the delimiter is the one that finds most.
    Raises ``SourceError``.
    """
    layout = _layout(path, known)
    odd: dict[int, str] = {}
    table = _as_wide_as_most(path, layout, odd)
    rows = {number: next(records(text, layout.delimiter), []) for number, text in odd.items()}
    cells = text_frame(table)
    cells.columns = pd.RangeIndex(layout.width)
    cells.index = _row_numbers(len(cells) + len(rows), list(rows))
    cells = _with_odd(cells, rows, path.name)
    number = int(cells.index[-1])
    if number in odd:  # a row after it is one of its own, unless it is inside its quotes
        torn = len(list(records(f"{odd[number]}\nnext", layout.delimiter))) == 1
    else:
        torn = _ends_inside_quotes(path, layout, str(cells.iat[-1, layout.width - 1]))
    if torn:
        raise SourceError("cannot be read (it ends inside quotes)", where=path.name, do=_AGAIN)
    return cells


def known_in(row: Iterable[str], known: frozenset[str]) -> int:
    """How many of the known headers a row holds."""
    return len({text.strip().casefold() for text in row} & known)


def _layout(path: Path, known: frozenset[str]) -> _Layout:
    encoding = _encoding(path)
    with path.open("rb") as file:
        head = codecs.getincrementaldecoder(encoding)().decode(file.read(_HEAD))
    head = head.removeprefix("\ufeff")
    if not head.strip():
        raise SourceError("is empty", where=path.name, do=f"{_AGAIN}, with its header")
    csv.field_size_limit(_BLOCK)
    first = {sign: list(islice(records(head, sign), PREAMBLE)) for sign in DELIMITERS}
    delimiter = max(first, key=lambda sign: max((known_in(r, known), len(r)) for r in first[sign]))
    widths = Counter(len(row) for row in first[delimiter] if row)
    width = max(widths, key=lambda width: (widths[width], width))
    if width > _WIDEST:
        raise SourceError(
            f"has rows of {width:,} cells, as no export does", where=path.name, do=_AGAIN
        )
    return _Layout(encoding, delimiter, width)


def _as_wide_as_most(path: Path, layout: _Layout, odd: dict[int, str]) -> pa.Table:
    """The rows of the usual width; ``odd`` takes the text of the others by row number."""

    def aside(row: arrow_csv.InvalidRow) -> str:
        odd[row.number] = row.text
        return "skip"

    names = [str(place) for place in range(layout.width)]
    try:
        return arrow_csv.read_csv(
            path,
            # One thread: with more, Arrow does not number the rows it hands over.
            arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK,
                column_names=names,
                encoding=layout.encoding,
            ),
            arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=aside,
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False,  # the encoding has been
                column_types=dict.fromkeys(names, pa.large_string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise
        raise SourceError(
            f"has a row of more than {_BLOCK >> 20} MiB: a quote that is never closed, or a cell "
            "that no CRM writes",
            where=path.name,
            do=_AGAIN,
        ) from None


def _row_numbers(rows: int, odd: list[int]) -> pd.Index:
    if not odd:
        return pd.RangeIndex(1, rows + 1)
    usual = np.ones(rows + 1, dtype=bool)
    usual[[0, *odd]] = False
    return pd.Index(np.flatnonzero(usual))


def _with_odd(cells: pd.DataFrame, rows: dict[int, list[str]], name: str) -> pd.DataFrame:
    if not rows:
        return cells
    width = max(cells.shape[1], *map(len, rows.values()))
    if (width - cells.shape[1]) * len(cells) > _CELLS:
        row = max(rows, key=lambda number: len(rows[number]))
        what = f"row {row:,} has {width:,} cells, where most have {cells.shape[1]:,}"
        raise SourceError(what, where=name, do="mend that row, or export the file again")
    padded = [row + [""] * (width - len(row)) for row in rows.values()]
    added = pd.DataFrame(padded, index=list(rows), dtype="str")
    wide = cells.reindex(columns=added.columns, fill_value="").astype("str")
    return pd.concat([wide, added]).sort_index()


def _ends_inside_quotes(path: Path, layout: _Layout, last: str) -> bool:
    """Whether the file's ``last`` cell was opened with a quote that nothing closed."""
    inside, whole = (
        text.encode(layout.encoding)
        # Closed again, if all that is in it is the line break that follows it too.
        for text in ('"' + last.replace('"', '""'), f'"{last}"{last}')
    )
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, len(whole)), io.SEEK_END)
        tail = file.read()
    return tail.endswith(inside) and not tail.endswith(whole)


def _encoding(path: Path) -> str:
    """UTF-8, UTF-16 either way round, or Windows-1252. Raises ``SourceError``."""
    if not path.stat().st_size:
        return "utf-8"
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        wide = utf_16(raw)
        if wide:
            return wide
        if (zero := raw.find(b"\0")) >= 0:
            raise _damaged(raw, zero, ", which no text has", path.name)
        stray = _no_utf_8(raw)
        return "utf-8" if stray is None else _old(raw, stray, path.name)


def utf_16(raw: bytes | mmap.mmap) -> str | None:
    """Which way round a file that starts with ``raw`` is UTF-16; none if it is not."""
    head = raw[:4096]
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16-le" if head[:2] == codecs.BOM_UTF16_LE else "utf-16-be"
    for name, zeros, others in (("le", head[1::2], head[::2]), ("be", head[::2], head[1::2])):
        if zeros.count(0) > max(len(zeros) / 2, 8 * others.count(0)):
            return f"utf-16-{name}"
    return None


def _no_utf_8(raw: mmap.mmap) -> int | None:
    """The place of the first byte that cannot stand in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(raw), _BLOCK):
        end = min(start + _BLOCK, len(raw))
        block = raw[start:end]
        if block.isascii() and not decoder.getstate()[0]:  # soon told, and true of most blocks
            continue
        try:
            decoder.decode(block, final=end == len(raw))
        except UnicodeDecodeError as error:
            return end - len(error.object) + error.start
    return None


def _old(raw: mmap.mmap, stray: int, name: str) -> str:
    """Windows-1252 for text that is no UTF-8, unless most likely it is damaged UTF-8."""
    if _UTF_8_LETTER.search(raw):
        raise _damaged(raw, stray, ", which is not UTF-8 though the rest is", name)
    if _NOT_IN_1252.search(raw):
        raise _damaged(raw, stray, ", and the file is neither UTF-8 nor Windows-1252", name)
    return "cp1252"


def _damaged(raw: mmap.mmap, place: int, why: str, name: str) -> SourceError:
    line = raw[:place].count(b"\n") + 1
    return SourceError(
        f"line {line:,} holds the byte 0x{raw[place]:02X}{why}",
        where=name,
        do="mend that line, or export the file again",
    )


def records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of ``text``, one by one."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
