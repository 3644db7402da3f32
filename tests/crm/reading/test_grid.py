from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from salesgap.crm.reading.grid import read_grid
from salesgap.crm.reading.typed import text_of
from salesgap.errors import SourceError

KNOWN = frozenset({"id", "amount", "name"})
TEXT = "Id,Name,Amount\nd1,Zoë – Müller,1\nd2,Öz,2\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_usual_encoding_reads_alike(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert list(read_grid(path, KNOWN)["Name"]) == ["Zoë – Müller", "Öz"]


def test_a_bad_byte_in_utf_8_is_an_error_that_tells_where(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(TEXT.encode() + b"d3,M\xfcller,3\n")
    with pytest.raises(SourceError) as caught:
        read_grid(path, KNOWN)
    assert str(caught.value) == (
        "x.csv: line 4 holds the byte 0xFC, which is not UTF-8 though the rest is "
        "→ mend that line, or export the file again"
    )


def test_a_byte_that_no_encoding_has_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"Id,Name\nd1,\x81\n")
    with pytest.raises(SourceError, match=r"line 2 holds the byte 0x81, and the file is neither"):
        read_grid(path, KNOWN)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_even_where_another_is_in_the_cells(
    tmp_path: Path, delimiter: str
) -> None:
    path = tmp_path / "x.csv"
    other = ";,;,;,"
    path.write_text(f'Id{delimiter}Name{delimiter}Amount\nd1{delimiter}"{other}"{delimiter}1\n')
    assert read_grid(path, KNOWN).to_dict("records") == [{"Id": "d1", "Name": other, "Amount": "1"}]


def test_rows_keep_the_number_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Id,Name\nd1,"two\nlines"\n\nd2,x\n')
    assert list(read_grid(path, KNOWN).index) == [2, 4]


def test_the_header_is_found_below_a_preamble(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    rows = [[None, "My report", None], [None] * 3, [None, "Id", "Amount"], [None, "d1", 1.5]]
    pd.DataFrame(rows).to_excel(path, header=False, index=False)
    grid = read_grid(path, KNOWN)
    assert (list(grid.index), grid["Id"].item(), grid["Amount"].item()) == ([4], "d1", "1.5")


def test_parquet_and_xlsx_read_as_the_same_text(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "id": [7, 8],
            "name": ["a", None],
            "amount": [1234.567, np.nan],
            "day": pd.to_datetime(["2026-01-31", None]),
        }
    )
    frame.to_parquet(tmp_path / "x.parquet")
    frame.to_excel(tmp_path / "x.xlsx", index=False)
    expected = [["7", "a", "1234.5670", "2026-01-31 00:00:00"], ["8", "", "", ""]]
    for name in ("x.parquet", "x.xlsx"):
        assert read_grid(tmp_path / name, KNOWN).to_numpy().tolist() == expected


def test_true_and_whole_numbers_are_written_plainly() -> None:
    mixed = pd.Series([True, 3.0, None, 2.5], dtype=object)
    assert list(text_of(mixed)) == ["true", "3", "", "2.5"]


@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8])
def test_an_empty_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"x\.csv: is empty"):
        read_grid(path, KNOWN)


@pytest.mark.parametrize("name", ["x.xlsx", "x.parquet"])
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not what it says")
    with pytest.raises(SourceError, match=rf"{name}: cannot be read"):
        read_grid(tmp_path / name, KNOWN)


def test_an_unclosed_quote_is_an_error_and_no_lost_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Id,Name\nd1,"open\nd2,x\n')
    with pytest.raises(SourceError, match=r"x\.csv: cannot be read"):
        read_grid(path, KNOWN)
