"""What a case of the corpus is, and the few ways in which its files are written.

Every case starts from a sound export: two teams in ``people.csv`` and nothing else. Its maker
adds ``opportunities.csv`` and whatever else it spoils.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

Make = Callable[[Path], None]
Row = dict[str, Any]
End = Literal["accepted", "set aside", "refused"]

PEOPLE: list[Row] = [
    {"person_id": "m1", "name": "Mia", "manager_id": "", "role": "manager", "region": "North"},
    {"person_id": "r1", "name": "Rob", "manager_id": "m1", "role": "rep", "region": "North"},
    {"person_id": "r2", "name": "Rosa", "manager_id": "m1", "role": "rep", "region": "North"},
    {"person_id": "m2", "name": "Max", "manager_id": "", "role": "manager", "region": "South"},
    {"person_id": "r3", "name": "Raymond", "manager_id": "m2", "role": "rep", "region": "South"},
]
HEADER = "opportunity_id,owner_id,created_date,close_date,stage,amount,account"


@dataclass(frozen=True)
class Case:
    """One input and how it ends.

    ``keeps`` and ``loses``: rows of ``table`` that are accepted, and that are set aside with a
    reason holding ``says``. ``reads``: some columns of the accepted rows, as text. Of what is
    refused, ``says`` is part of the one line. An accepted one may have to say something, too: in
    the report's notes, or of a table left out. ``source`` goes into the params.
    """

    name: str
    make: Make
    end: End
    keeps: int = 0
    loses: int = 0
    says: str = ""
    table: str = "opportunities"
    reads: dict[str, list[str]] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)


def accepted(name: str, make: Make, keeps: int = 2, **more: Any) -> Case:
    """All rows count."""
    return Case(name, make, "accepted", keeps, **more)


def set_aside(
    name: str, make: Make, says: str, keeps: int = 1, loses: int = 1, **more: Any
) -> Case:
    """Some rows are set aside, with this reason."""
    return Case(name, make, "set aside", keeps, loses, says, **more)


def refused(name: str, make: Make, says: str, **more: Any) -> Case:
    """No pack can be made: one line says why."""
    return Case(name, make, "refused", says=says, **more)


def sound_export(folder: Path) -> None:
    """Two teams, nothing sold yet."""
    folder.mkdir(parents=True, exist_ok=True)
    of("people", *PEOPLE)(folder)


# ── rows ──────────────────────────────────────────────────────────────────────────────────


def deal(number: int, **changed: Any) -> Row:
    """A sound deal."""
    row = {
        "opportunity_id": f"d{number}",
        "owner_id": "r1",
        "created_date": "2026-01-15",
        "close_date": "2026-03-31",
        "stage": "Won",
        "amount": "1000",
        "account": f"Account {number}",
    }
    return row | changed


def deals(*changed: Row) -> list[Row]:
    """A sound deal for each, with these cells changed; numbered from 1."""
    return [deal(number, **row) for number, row in enumerate(changed, 1)]


def cells(column: str, *texts: str, **changed: Any) -> Make:
    """A deal for each text, which stands in ``column``."""
    return of("opportunities", *deals(*({column: text, **changed} for text in texts)))


def sold(*changed: Row) -> Make:
    """Opportunities: a sound deal for each, with these cells changed."""
    return of("opportunities", *deals(*changed))


def more_people(*people: Row) -> Make:
    """Further people beside the usual ones, and one sound deal."""
    usual: Row = {"name": "Pat", "manager_id": "m1", "role": "rep", "region": "North"}
    return both(of("people", *PEOPLE, *({**usual, **person} for person in people)), sold({}))


# ── files ─────────────────────────────────────────────────────────────────────────────────


def text_of(rows: Sequence[Row], delimiter: str = ",", end: str = "\n") -> str:
    """The rows as CSV, every cell quoted."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    lines = csv.DictWriter(
        text, names, restval="", delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL
    )
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue()


def of(table: str, *rows: Row) -> Make:
    """A table as CSV under its canonical name."""
    return raw(f"{table}.csv", text_of(rows))


def raw(name: str, content: str | bytes) -> Make:
    """A file with this content; text is UTF-8 with its line ends as they are."""
    data = content.encode() if isinstance(content, str) else content
    return lambda folder: folder.joinpath(name).write_bytes(data) and None


def plain(*lines: str) -> Make:
    """Opportunities as lines below the usual header, nothing quoted."""
    return raw("opportunities.csv", "\n".join((HEADER, *lines)) + "\n")


def both(*makes: Make) -> Make:
    """One after the other."""

    def make(folder: Path) -> None:
        for step in makes:
            step(folder)

    return make


def workbook(fill: Callable[[Worksheet], None], name: str = "opportunities.xlsx") -> Make:
    """A workbook whose first sheet ``fill`` fills."""

    def make(folder: Path) -> None:
        book = Workbook()
        fill(book.worksheets[0])
        book.save(folder / name)

    return make


def sheet(*rows: Sequence[Any], name: str = "opportunities.xlsx") -> Make:
    """A workbook with these rows of values."""

    def fill(page: Worksheet) -> None:
        for row in rows:
            page.append(list(row))

    return workbook(fill, name)


def changed_bytes(make: Make, name: str, change: Callable[[bytes], bytes]) -> Make:
    """What ``make`` makes, with the bytes of one file changed."""

    def spoil(folder: Path) -> None:
        make(folder)
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return spoil


def zipped(name: str, part: str, content: bytes, times: int = 1) -> Make:
    """A zip that holds one part, ``content`` so many times, well packed."""

    def make(folder: Path) -> None:
        with (
            zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as packed,
            packed.open(part, "w", force_zip64=True) as inside,
        ):
            for _ in range(times):
                inside.write(content)

    return make
