"""Files that would take the reader's memory, or lead it elsewhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from salesgap.crm.freeze import survey
from salesgap.crm.reading.grid import read_grid
from salesgap.errors import SourceError
from salesgap.params import Params

KNOWN = frozenset({"id", "amount"})


def sheet_of(path: Path, rows: str, dimension: str = "A1:B2") -> Path:
    """A workbook with this XML as the rows of its sheet."""
    empty = path.with_name("empty.xlsx")
    Workbook().save(empty)
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "xl/worksheets/sheet1.xml":
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                f'<dimension ref="{dimension}"/><sheetData>'.encode()
            )
            part.write(rows.encode())
            part.write(b"</sheetData></worksheet>")
    empty.unlink()
    return path


def text_row(number: int, **cells: str) -> str:
    inline = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    inner = "".join(inline.format(column, number, text) for column, text in cells.items())
    return f'<row r="{number}">{inner}</row>'


HEADER = text_row(1, A="Id", B="Amount")


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Fails if the test makes the process need half a gigabyte more."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("memory is measured on Linux only")

    def peak() -> int:
        return int(status.read_text().split("VmRSS:")[1].split()[0])

    before = peak()
    yield
    assert peak() - before < 512 * 1024


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (60 << 20))
    with pytest.raises(SourceError, match=r"unpacks from [\d,]+ to 62,914,560 bytes"):
        read_grid(path, KNOWN)


def test_a_dense_but_small_workbook_is_read(tmp_path: Path) -> None:
    rows = "".join(text_row(number, A="same", B="1") for number in range(2, 20_000))
    path = sheet_of(tmp_path / "x.xlsx", HEADER + rows)
    assert len(read_grid(path, KNOWN)) == 19_998


@pytest.mark.usefixtures("little_memory")
def test_a_sheet_that_says_it_is_as_large_as_can_be_is_read_as_it_is(tmp_path: Path) -> None:
    rows = HEADER + text_row(2, A="d1", B="5")
    path = sheet_of(tmp_path / "x.xlsx", rows, dimension="A1:XFD1048576")
    assert read_grid(path, KNOWN).to_numpy().tolist() == [["d1", "5"]]


@pytest.mark.usefixtures("little_memory")
def test_a_cell_in_the_last_corner_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    rows = HEADER + text_row(2, A="d1", B="5") + text_row(1_048_576, XFD="far")
    grid = read_grid(sheet_of(tmp_path / "x.xlsx", rows), KNOWN)
    assert list(grid.index) == [2, 1_048_576]
    assert grid.shape == (2, 16_384)


@pytest.mark.usefixtures("little_memory")
def test_a_sheet_that_is_full_in_both_directions_is_refused(tmp_path: Path) -> None:
    rows = "".join(text_row(number, A="d") for number in range(2, 5_002))
    path = sheet_of(tmp_path / "x.xlsx", HEADER + rows + text_row(5_002, XFD="far"))
    with pytest.raises(SourceError, match=r"spreads 5,002 rows over 16,384 columns → save the"):
        read_grid(path, KNOWN)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_one_clear_line(tmp_path: Path, kept: float) -> None:
    path = sheet_of(tmp_path / "x.xlsx", HEADER + text_row(2, A="d1", B="5"))
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * kept)])
    with pytest.raises(SourceError, match=r"x\.xlsx: cannot be read") as caught:
        read_grid(path, KNOWN)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", range(0, 100, 7))
def test_a_workbook_with_a_broken_byte_is_read_or_refused_in_one_line(
    tmp_path: Path, place: int
) -> None:
    path = sheet_of(tmp_path / "x.xlsx", HEADER + text_row(2, A="d1", B="5"))
    raw = bytearray(path.read_bytes())
    raw[len(raw) * place // 100] ^= 0xFF
    path.write_bytes(raw)
    try:
        read_grid(path, KNOWN)
    except SourceError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".duckdb"])
def test_a_link_out_of_the_folder_is_refused(
    export: Callable[..., Params], tmp_path: Path, suffix: str
) -> None:
    params = export()
    secret = tmp_path.parent / f"{tmp_path.name}-secret.csv"
    secret.write_text("person_id,period_start,period_end,amount\nr1,2026-01-01,2026-12-31,1\n")
    (tmp_path / f"quotas{suffix}").symlink_to(secret)
    problems = survey(params).report.problems
    assert problems == (
        f"quotas{suffix}: is a link to a file outside the folder → copy the file itself",
    )


def test_a_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("Id,Amount\nd1,2\n")
    (tmp_path / "x.csv").symlink_to(tmp_path / "real.csv")
    assert len(read_grid(tmp_path / "x.csv", KNOWN)) == 1


@pytest.mark.usefixtures("little_memory")
def test_a_cell_of_fifty_megabytes_in_a_sheet_is_read_or_refused(tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "x.xlsx", HEADER + text_row(2, A="x" * (50 << 20), B="5"))
    with pytest.raises(SourceError, match="unpacks from"):
        read_grid(path, KNOWN)


def test_hostile_column_names_are_names_and_nothing_else(tmp_path: Path) -> None:
    names = ["Id", "Amount", "=cmd|' /C calc'!A0", "'; drop table x; --", "../../etc", "{0}", ""]
    frame = pd.DataFrame([["d1", "2", *"abcde"]], columns=names)
    frame.to_csv(tmp_path / "x.csv", index=False)
    assert list(read_grid(tmp_path / "x.csv", KNOWN).columns) == names
