"""The CSV reader beside Python's own: whatever is written, both see the same cells."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesgap.crm.reading.grid import read_grid
from salesgap.errors import SourceError

HEADER = ["Id", "Name", "Amount"]
KNOWN = frozenset({"id", "name", "amount"})
TEXT = st.text(
    st.sampled_from("aZ0 ,;|\t\"'\n\r\\#=é€ß中\u00a0\u202f😀"),
    max_size=6,
)
# As wide as the header mostly, so that Arrow reads them; the others are read one by one.
ROWS = st.lists(
    st.one_of(st.lists(TEXT, min_size=3, max_size=3), st.lists(TEXT, max_size=5)), max_size=12
)


def reference(text: str, delimiter: str) -> dict[int, list[str]]:
    """Row number and cells of each row below the header that is not blank, trailing blanks off."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found = {number: row for number, row in enumerate(rows, 1) if number > 1 and any(row)}
    return {number: "\0".join(row).rstrip("\0").split("\0") for number, row in found.items()}


def read(raw: bytes) -> dict[int, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(raw)
        grid = read_grid(path, KNOWN)
    assert list(grid.columns[:3]) == HEADER
    rows = zip(grid.index, grid.to_numpy().tolist(), strict=True)
    return {int(number): "\0".join(row).rstrip("\0").split("\0") for number, row in rows}


@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    line=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example([["1", "a\nb", "2"], [], ["3"]], ";", "utf-16", "\r\n", csv.QUOTE_ALL)
@example([["", "", ""], ["x", "y", "z", "beyond"]], ",", "utf-8", "\n", csv.QUOTE_MINIMAL)
def test_every_table_that_is_written_reads_back_cell_by_cell(
    rows: list[list[str]], delimiter: str, encoding: str, line: str, quoting: int
) -> None:
    out = io.StringIO(newline="")
    written = csv.writer(out, delimiter=delimiter, lineterminator=line, quoting=quoting)
    written.writerows([HEADER, *rows])
    text = out.getvalue()
    assert read(text.encode(encoding)) == reference(text, delimiter)


@given(st.lists(st.text(st.sampled_from('ab,"\n'), max_size=12), max_size=6))
def test_quotes_anywhere_are_read_as_python_reads_them_or_refused(lines: list[str]) -> None:
    text = "\n".join([",".join(HEADER), *lines, ""])
    try:
        found = read(text.encode())
    except SourceError as error:
        assert "inside quotes" in str(error)
        more = csv.reader(io.StringIO(f"{text}\nnext", newline=""))
        assert "next" in list(more)[-1][-1] != "next"  # it is swallowed
        return
    assert found == reference(text, ",")


def test_rows_beyond_one_block_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    line = "1,{},3\n".format("x" * 1000)
    odd = {5_000: "lone\n", 20_000: "one,too,many,cells\n", 40_001: "footer"}
    body = [odd.get(number, line) for number in range(2, 40_002)]
    path.write_text("Id,Name,Amount\n" + "".join(body))
    grid = read_grid(path, KNOWN)
    assert list(grid.index) == list(range(2, 40_002))
    assert [grid.loc[number].iloc[0] for number in odd] == ["lone", "one", "footer"]
    assert (grid["Amount"] == "3").sum() == 40_000 - 3


def test_a_title_and_a_footer_stand_around_the_table(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Pipeline, "all"\n\nId,Name,Amount\n1,a,2\n\nTotal\n')
    grid = read_grid(path, KNOWN)
    assert list(grid.index) == [4, 6]
    assert grid.loc[6].tolist() == ["Total", "", ""]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"Id,Name,Amount\n1,a\0b,2\n", "line 2 holds the byte 0x00, which no text has"),
        (b"Id,Name,Amount\n1," + b"x" * (50 << 20) + b",2\n", "a row of more than 16 MiB"),
        (b'Id,Name,Amount\n1,"never closed,2\n3,b,4', "it ends inside quotes"),
        (b'Id,Name,Amount\n1,2,"never closed', "it ends inside quotes"),
        (b'Id,Name,Amount\n1,2,"', "it ends inside quotes"),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, content: bytes, line: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=line) as caught:
        read_grid(path, KNOWN)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("last", ['"closed"', '""', "open", 'a"', '"say ""hi"""', "", '"\n"'])
def test_a_file_that_ends_without_a_line_break_is_whole(tmp_path: Path, last: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"Id,Name,Amount\n1,2,{last}", newline="")
    cells = next(csv.reader(io.StringIO(f"1,2,{last}", newline="")))
    assert read_grid(path, KNOWN).to_numpy().tolist() == [cells]


def test_ten_thousand_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    names = ["Id", *(f"c{place}" for place in range(9_999))]
    path.write_text("\n".join(",".join(row) for row in (names, ["v"] * 10_000, ["w"] * 10_000)))
    assert read_grid(path, KNOWN).shape == (2, 10_000)
