"""Packs with a password each: what lies where, who can open it, and where no password stands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from icalendar import Calendar
from pdfua import validate

from salesgap.batch.encrypt import CALENDAR, opens
from salesgap.batch.manifest import Manifest
from salesgap.batch.run import Outcome, dry_run, run_batch
from salesgap.cli import main
from salesgap.errors import ParamsError

PASSWORDS = {
    "E0003": "quiet harbour 7 lamps",
    "E0004": 'größer, "quoted" & spaced',
    "EMEA": "an umbrella for two",
}
LISTENING = """
import os, sys
seen = repr((sys.argv, dict(os.environ), {n: v for n, v in globals().items() if n[0] != "_"}))
print(seen)
"""


def keep(folder: Path, passwords: dict[str, str]) -> None:
    cells = ('"' + text.replace('"', '""') + '"' for pair in passwords.items() for text in pair)
    lines = ["id,password", *(f"{id},{password}" for id, password in zip(cells, cells))]  # noqa: B905
    (folder / "params" / "passwords.csv").write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture
def locked(workbook):
    """A workbook whose packs are to be encrypted."""
    workbook.add_params("report: {encrypt: passwords.csv}")
    keep(workbook.folder, PASSWORDS)
    return workbook


@pytest.fixture(scope="module")
def run_once(tmp_path_factory, new_workbook) -> tuple[Path, Outcome]:
    book = new_workbook(tmp_path_factory.mktemp("locked") / "book")
    book.use_good_notebooks(LISTENING)
    book.add_params("report: {encrypt: passwords.csv}")
    keep(book.folder, PASSWORDS)
    log = book.folder / "run.log"
    return book.folder, run_batch(book.params, book.output, jobs=1, log=log)


@pytest.fixture
def done(run_once, new_workbook, tmp_path):
    """That workbook after its batch, as a copy of its own."""
    folder = shutil.copytree(run_once[0], tmp_path / "done", symlinks=True)
    return new_workbook(Path(folder), there=True)


def pdfs(output: Path) -> dict[str, Path]:
    manifest = Manifest.read(output)
    assert manifest is not None
    return {record.id: output / f"{record.stem}.pdf" for record in manifest.records}


def test_each_pdf_opens_with_its_own_password_alone_by_aes_256(done):
    found = pdfs(done.output)
    assert found.keys() == PASSWORDS.keys()
    for id, path in found.items():
        for other, password in {**PASSWORDS, "nobody": ""}.items():
            assert opens(path.read_bytes(), password) is (id == other)
        with pikepdf.open(path, password=PASSWORDS[id]) as document:
            lock = document.encryption
            assert (lock.R, lock.stream_method.name) == (6, "aesv3")
            assert document.allow.accessibility
            assert document.allow.print_highres


def test_what_a_screen_reader_needs_is_still_there_and_pdf_a_is_not_claimed(done, tmp_path):
    for id, path in pdfs(done.output).items():
        with pikepdf.open(path, password=PASSWORDS[id]) as document:
            told = document.open_metadata()
            assert told["pdfuaid:part"] == "1"
            assert "pdfaid:part" not in told
            assert document.Root.MarkInfo.Marked
            assert document.Root.Lang
            document.save(tmp_path / "open.pdf", encryption=False)
        assert [f.message for f in validate(str(tmp_path / "open.pdf")).findings] == []


def test_the_calendar_is_inside_and_only_pdfs_lie_in_the_region_folders(done):
    assert {path.suffix for path in (done.output / "EMEA").iterdir()} == {".pdf"}
    private = {path.name for path in (done.output / "private" / "EMEA").iterdir()}
    assert private == {
        *(f"E000{n}.{suffix}" for n in (3, 4) for suffix in ("ics", "json")),
        "region-summary.json",
    }
    path = pdfs(done.output)["E0003"]
    with pikepdf.open(path, password=PASSWORDS["E0003"]) as document:
        (name,) = document.attachments
        calendar = document.attachments[name].get_file().read_bytes()
    assert name == CALENDAR
    assert Calendar.from_ical(calendar).walk("VEVENT")


def test_a_password_stands_nowhere_else(done):
    texts = [path for path in done.output.rglob("*") if path.is_file()]
    for path in (*texts, done.folder / "run.log"):
        content = path.read_bytes()
        for password in PASSWORDS.values():
            for form in (password, json.dumps(password)[1:-1], json.dumps(json.dumps(password))):
                assert form.encode() not in content


def test_a_resume_finds_nothing_to_do_though_encryption_is_random(done):
    plan = dry_run(done.params, done.output, choice="changed")
    assert (plan.due, len(plan.kept)) == ((), 3)


def test_a_changed_password_makes_that_pack_due(done):
    keep(done.folder, {**PASSWORDS, "EMEA": "another umbrella"})
    plan = dry_run(done.params, done.output, choice="changed")
    assert [(i.id, i.reasons) for i in plan.due] == [("EMEA", ("password changed",))]


def test_without_encryption_the_facts_move_back_beside_the_pdf(done):
    done.add_params("")
    outcome = run_batch(done.params, done.output, choice="changed")
    assert [record.status for record in outcome.records] == ["made"] * 3
    assert {path.suffix for path in (done.output / "EMEA").iterdir()} == {".pdf", ".json", ".ics"}
    assert not (done.output / "private" / "EMEA").exists()


# ── the file of passwords ─────────────────────────────────────────────────────────────────


def test_everybody_without_a_password_is_named_before_anything_is_made(locked):
    keep(locked.folder, {"E0004": PASSWORDS["E0004"]})
    with pytest.raises(ParamsError, match=r"no password for E0003, EMEA → add a line for each"):
        run_batch(locked.params, locked.output)
    assert Manifest.read(locked.output) is None


def test_one_manager_alone_needs_no_password_of_others(locked):
    keep(locked.folder, {"E0004": PASSWORDS["E0004"]})
    plan = dry_run(locked.params, locked.output, managers=["E0004"])
    assert [item.id for item in plan.due] == ["E0004"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id,password\nM1,\n", "too weak a password for M1"),
        ("id,password\nM1,short\n", "too weak a password for M1"),
        ("id,password\nM1,aaaaaaaaaaaaaaaa\n", "too weak a password for M1"),
        ("id,password\nMona,xy-MONA-1234567\n", "too weak a password for Mona"),
        (f"id,password\nM1,{'abcdefgh' * 20}\n", "too weak a password for M1"),
        ("id,password\nM1,good enough 12\nM2,good enough 12\n", "the same password for M1, M2"),
        ("id,password\nM1,good enough 12\nM1,good enough 13\n", "named twice: M1"),
        ("person,password\nM1,good enough 12\n", "its header is not id,password"),
        ("id,password\nM1,good, enough 12\n", "entry 1 is not two cells"),
        ("id,password\nM1\n", "entry 1 is not two cells"),
        ('id,password\nM1,"good enough\n', "is no CSV in UTF-8"),
    ],
    ids=["empty", "short", "few", "its id", "long", "shared", "twice", "header", "comma", "one",
         "quote"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_whose_line_and_never_the_password(locked, text, line):
    (locked.folder / "params" / "passwords.csv").write_text(text, "utf-8")
    with pytest.raises(ParamsError, match=line) as raised:
        run_batch(locked.params, locked.output)
    assert "enough" not in str(raised.value)
    assert not locked.output.exists()


def test_check_reads_it_too(locked, capsys):
    (locked.folder / "params" / "passwords.csv").unlink()
    with pytest.raises(SystemExit) as left:
        main(["check", str(locked.params), "--output", str(locked.output)])
    assert left.value.code == 2
    assert "report.encrypt" in capsys.readouterr().err


def test_no_process_has_a_password_among_its_arguments(locked):
    """Of the command itself, its workers and their kernels, seen from within a kernel."""
    arguments = (
        "from pathlib import Path\n"
        "lines = [p.read_bytes() for p in Path('/proc').glob('[0-9]*/cmdline')]\n"
        f"Path({str(locked.folder / 'seen')!r}).write_bytes(b''.join(lines))"
    )
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("no /proc on this system")
    locked.use_good_notebooks(arguments)
    command = [sys.executable, "-c", "from salesgap.cli import main; main()", "batch"]
    command += [str(locked.params), "--output", str(locked.output), "--manager", "E0003"]
    subprocess.run(command, check=True, capture_output=True)
    seen = (locked.folder / "seen").read_bytes()
    assert b"salesgap" in seen
    assert PASSWORDS["E0003"].encode() not in seen
