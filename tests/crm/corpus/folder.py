"""The files themselves: empty, double, misnamed, damaged, linked; workbooks and Parquet."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pandas as pd
from corpus.makers import (
    HEADER,
    Case,
    Make,
    accepted,
    both,
    changed_bytes,
    deals,
    plain,
    raw,
    refused,
    set_aside,
    sheet,
    sold,
    text_of,
    workbook,
    zipped,
)
from openpyxl.worksheet.worksheet import Worksheet

NAMES = HEADER.split(",")
ROW = ["d1", "r1", dt.date(2026, 1, 15), dt.date(2026, 3, 31), "Won", 1000, "A"]
LINE = "d1,r1,2026-01-15,2026-03-31,Won,1000,A"


def without_file(folder: Path) -> None:
    return None


def a_folder(folder: Path) -> None:
    (folder / "opportunities.csv").mkdir()


def a_link(to: str) -> Make:
    def make(folder: Path) -> None:
        outside = folder.parent / "outside.csv"
        outside.write_text(text_of(deals({})), "utf-8")
        (folder / "opportunities.csv").symlink_to(to)

    return make


def parquet(**columns: list[object]) -> Make:
    def make(folder: Path) -> None:
        pd.DataFrame(columns).to_parquet(folder / "opportunities.parquet")

    return make


def merged_title(page: Worksheet) -> None:
    page.append(["Opportunities of the North", *[""] * 6])
    page.merge_cells("A1:G1")
    page.append(NAMES)
    page.append(ROW)


def merged_owner(page: Worksheet) -> None:
    page.append(NAMES)
    page.append(ROW)
    page.append(["d2", None, *ROW[2:]])
    page.merge_cells("B2:B3")


def hidden(page: Worksheet) -> None:
    page.append(["checksum", *NAMES])
    page.append(["x", *ROW])
    page.column_dimensions["A"].hidden = True
    page.row_dimensions[2].hidden = True


def formulas(page: Worksheet) -> None:
    page.append(NAMES)
    page.append(["d1", *ROW[1:5], "=1+2", "A"])
    page.append(["d2", *ROW[1:]])


def second_sheet(page: Worksheet) -> None:
    page.append(["nothing here"])
    other = page.parent.create_sheet("Deals")
    other.append(NAMES)
    other.append(ROW)


def no_rows(page: Worksheet) -> None:
    return None


GOOD = sheet(NAMES, ROW)
FILES: list[Case] = [
    refused("missing", without_file, "no file for opportunities"),
    refused("empty", raw("opportunities.csv", ""), "opportunities.csv: is empty"),
    refused(
        "of blanks and line ends only",
        raw("opportunities.csv", " \n\n \n"),
        "opportunities.csv: is empty",
    ),
    refused(
        "with a byte-order mark only",
        raw("opportunities.csv", "\ufeff"),
        "opportunities.csv: is empty",
    ),
    refused(
        "with a header only", raw("opportunities.csv", f"{HEADER}\n"), "has a header but no rows"
    ),
    refused(
        "with a header and blank rows",
        raw("opportunities.csv", f"{HEADER}\n,,,,,,\n\n"),
        "has a header but no rows",
    ),
    refused("with one letter", raw("opportunities.csv", "x"), "no column for opportunities."),
    accepted("in two formats: the CSV counts", both(sold({}, {}), GOOD), says="opportunities.xlsx"),
    refused(
        "two exports of one table",
        both(
            *(
                raw(
                    f"hubspot-crm-exports-deals-2026-0{month}-01.csv",
                    text_of(deals({})).replace("opportunity_id", "Record ID", 1),
                )
                for month in (1, 2)
            )
        ),
        "could both be opportunities",
        source={"profile": "hubspot"},
    ),
    refused("a folder of that name", a_folder, "no file for opportunities"),
    refused(
        "a link out of the folder",
        a_link("../outside.csv"),
        "is a link to a file outside the folder",
    ),
    refused("a link to itself", a_link("opportunities.csv"), "opportunities"),
    refused("a link to nothing", a_link("gone.csv"), "no file for opportunities"),
    accepted("in upper case", raw("OPPORTUNITIES.CSV", text_of(deals({}, {})))),
    accepted("of another kind beside it", both(sold({}, {}), raw("notes.txt", "hello\n"))),
    refused(
        "a workbook that is called CSV",
        both(
            GOOD,
            lambda folder: (
                folder.joinpath("opportunities.xlsx").rename(folder / "opportunities.csv") and None
            ),
        ),
        "opportunities.csv: ",
    ),
    refused(
        "a CSV that is called workbook",
        raw("opportunities.xlsx", text_of(deals({}))),
        "opportunities.xlsx: cannot be read",
    ),
    refused(
        "an old workbook that is called new",
        raw("opportunities.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        "opportunities.xlsx: cannot be read",
    ),
    refused(
        "a web page that is called CSV",
        raw("opportunities.csv", "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"),
        "no column for opportunities.",
    ),
    refused(
        "JSON that is called CSV",
        raw("opportunities.csv", '[{"opportunity_id": "d1"}]\n'),
        "no column for opportunities.",
    ),
    refused(
        "a picture that is called CSV",
        raw("opportunities.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(200))),
        "opportunities.csv: ",
    ),
    refused(
        "people without a header",
        both(sold({}), raw("people.csv", "m1,Mia,,manager,North\n")),
        "people.csv: no column for people.",
    ),
    refused("people empty", both(sold({}), raw("people.csv", "")), "people.csv: is empty"),
]

EXCEL: list[Case] = [
    accepted("a plain sheet", GOOD, 1, reads={"close_date": ["2026-03-31"]}),
    accepted("a merged title above", workbook(merged_title), 1),
    set_aside("merged cells in a column", workbook(merged_owner), "the deal has no owner"),
    accepted("hidden rows and columns", workbook(hidden), 1),
    accepted(
        "serial dates",
        sheet(NAMES, [*ROW[:2], 46037, 46112.75, *ROW[4:]]),
        1,
        reads={"created_date": ["2026-01-15"], "close_date": ["2026-03-31"]},
    ),
    set_aside(
        "dates as text among dates",
        sheet(NAMES, ROW, ["d2", "r1", "soon", *ROW[3:]]),
        "'soon' is not a date",
    ),
    set_aside("a formula that nobody computed", workbook(formulas), "won, but has neither"),
    refused(
        "the table on the second sheet", workbook(second_sheet), "no column for opportunities."
    ),
    refused("an empty sheet", workbook(no_rows), "is empty"),
    accepted(
        "ids as numbers",
        sheet(NAMES, [1001, *ROW[1:]], [1002.0, *ROW[1:]]),
        reads={"opportunity_id": ["1001", "1002"]},
    ),
    set_aside(
        "errors of Excel's in cells",
        sheet(NAMES, ROW, ["d2", "r1", ROW[2], "#N/A", *ROW[4:]]),
        "'#N/A' is not a date",
    ),
    accepted(
        "amounts as text",
        sheet(NAMES, [*ROW[:5], "1.234,50 €", "A"]),
        1,
        reads={"amount": ["1234.5"]},
    ),
    accepted(
        "booleans and numbers as accounts",
        sheet(NAMES, [*ROW[:6], True], ["d2", *ROW[1:6], 5.5]),
        reads={"account": ["true", "5.5"]},
    ),
    refused(
        "a truncated zip",
        changed_bytes(GOOD, "opportunities.xlsx", lambda b: b[:-900]),
        "opportunities.xlsx: cannot be read",
    ),
    refused(
        "a zip that is no workbook",
        zipped("opportunities.xlsx", "a.txt", b"hello"),
        "opportunities.xlsx: cannot be read",
    ),
    refused(
        "a zip with a damaged middle",
        changed_bytes(GOOD, "opportunities.xlsx", lambda b: b[:2000] + bytes(200) + b[2200:]),
        "opportunities.xlsx: cannot be read",
    ),
    refused(
        "a workbook that unpacks to gigabytes",
        zipped("opportunities.xlsx", "xl/worksheets/sheet1.xml", b" " * (1 << 20), 64),
        "opportunities.xlsx: unpacks from",
    ),
]

COLUMNS = {name: [value] for name, value in zip(NAMES, ROW, strict=True)}
PARQUET: list[Case] = [
    accepted("plain", parquet(**COLUMNS), 1),
    accepted(
        "with times in a zone",
        parquet(
            **COLUMNS | {"close_date": [pd.Timestamp("2026-03-31 23:30", tz="America/New_York")]}
        ),
        1,
        reads={"close_date": ["2026-03-31"]},
    ),
    refused(
        "without an id",
        parquet(**COLUMNS | {"opportunity_id": [None]}),
        "opportunity_id is missing",
    ),
    refused("without rows", parquet(**{name: [] for name in NAMES}), "has a header but no rows"),
    refused(
        "truncated",
        changed_bytes(parquet(**COLUMNS), "opportunities.parquet", lambda b: b[:-20]),
        "opportunities.parquet: cannot be read",
    ),
    refused(
        "a CSV that is called Parquet",
        raw("opportunities.parquet", text_of(deals({}))),
        "opportunities.parquet: cannot be read",
    ),
    set_aside(
        "with an infinite amount",
        parquet(
            **{name: v * 2 for name, v in COLUMNS.items()}
            | {"opportunity_id": ["d1", "d2"], "amount": [float("inf"), 5.0]}
        ),
        "is not an amount",
    ),
    accepted("with lists as accounts", parquet(**COLUMNS | {"account": [["a", "b"]]}), 1),
]


# ── large ─────────────────────────────────────────────────────────────────────────────────


def wide(columns: int) -> Make:
    names = ",".join(f"c{n}" for n in range(columns))
    more = "," * columns
    return raw("opportunities.csv", f"{HEADER},{names}\n{LINE}{more}\nd2{LINE[2:]}{more}\n")


def runaway(folder: Path) -> None:
    with (folder / "opportunities.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(NAMES)
        file.write(LINE.replace(",A", ',"A') + "\n")
        file.writelines(f"d{n}{LINE[2:]}\n" for n in range(450_000))


def blank_rows(folder: Path) -> None:
    folder.joinpath("opportunities.csv").write_text(
        f"{HEADER}\n{LINE}\n" + ",,,,,,\n" * 300_000 + f"d2{LINE[2:]}\n"
    )


def one_wide_row(folder: Path) -> None:
    folder.joinpath("opportunities.csv").write_text(
        f"{HEADER}\n{LINE}\n" * 5_000 + f"{LINE}{',' * 100_000}\n"
    )


LARGE: list[Case] = [
    refused("one row of 100,000 cells among 10,000", one_wide_row, "row 10,001 has 100,007 cells"),
    accepted("10,000 columns", wide(10_000)),
    set_aside(
        "one row of 10,000 cells",
        plain(LINE, LINE.replace("d1", "d2") + ",x" * 10_000),
        "more cells than the header has columns",
    ),
    refused(
        "a cell of 50 MB",
        raw("opportunities.csv", f"{HEADER}\n{LINE}{'x' * (50 << 20)}\n"),
        "has a row of more than 16 MiB",
    ),
    refused("a quote that is never closed, 18 MB on", runaway, "quote"),
    accepted("300,000 blank rows between", blank_rows),
    refused(
        "a bomb of 400 MB in 400 kB",
        zipped("opportunities.xlsx", "xl/worksheets/sheet1.xml", b" " * (1 << 20), 400),
        "opportunities.xlsx: unpacks from",
    ),
    refused(
        "a header of twelve million cells",
        raw("opportunities.csv", "a," * (12 << 20)),
        "opportunities.csv: ",
    ),
]

CASES = {"file": FILES, "Excel": EXCEL, "Parquet": PARQUET}
