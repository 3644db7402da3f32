from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from icalendar import Calendar

from salesgap.batch.execute import Job, execute
from salesgap.batch.folder import STAGING
from salesgap.batch.limits import Limits
from salesgap.resources import workbook_folder

PACK = """
from IPython.display import display
section = {"name": "gap", "title": "One gap", "new_page": False,
           "setup": {"title": "A pack", "author": "A", "as_of": "2026-06-30"},
           "blocks": [{"type": "text", "spans": [{"text": "#[*not markup*] " + manager_id}]}]}
display({"application/vnd.salesgap.section+json": section, "text/plain": "gap"}, raw=True)
"""
SMALL_PACK = Path(__file__).resolve().parents[1] / "data" / "small-pack.json"
FACTS = f"""
import json
from pathlib import Path
facts = json.loads(Path({str(SMALL_PACK)!r}).read_text("utf-8"))
display({{"application/vnd.salesgap.facts+json": facts, "text/plain": ""}}, raw=True)
"""
DISTRIBUTED = ["North/M1.ics", "North/M1.json", "North/M1.pdf"]
NO_PACK = FACTS.replace("display", "del facts['currency']\ndisplay")


def job(notebook: Path, output: Path, id: str = "M1") -> Job:
    (output / STAGING).mkdir(parents=True, exist_ok=True)
    return Job(
        id=id,
        kind="pack",
        notebook=notebook,
        parameters={"manager_id": id},
        output=output,
        stem=f"North/{id}",
        keep=f"notebooks/North/{id}.ipynb",
        template="coaching-pack",
        templates=workbook_folder() / "templates",
        limits=Limits(timeout_s=60, memory_mb=2048),
    )


def published(output: Path) -> list[str]:
    files = (path for path in output.rglob("*") if path.is_file())
    return sorted(path.relative_to(output).as_posix() for path in files)


def test_a_pack_is_its_pdf_its_facts_and_its_notebook(write_notebook, tmp_path):
    output = tmp_path / "out {0}"
    record = execute(job(write_notebook(PACK, FACTS), output))
    assert (record.status, record.reason, record.notes) == ("made", "", ())
    assert published(output) == [*DISTRIBUTED, "notebooks/North/M1.ipynb"]
    facts = json.loads(SMALL_PACK.read_text("utf-8"))
    assert json.loads((output / "North/M1.json").read_text("utf-8")) == facts
    assert (output / "North/M1.pdf").read_bytes().startswith(b"%PDF-")
    assert len(Calendar.from_ical((output / "North/M1.ics").read_bytes()).walk("VEVENT")) == 2


def test_a_pack_without_a_session_has_no_calendar(write_notebook, tmp_path):
    unplanned = FACTS.replace("display", "facts['coaching']['cadence'] = []\ndisplay")
    record = execute(job(write_notebook(PACK, unplanned), tmp_path))
    assert sorted(record.files) == ["North/M1.json", "North/M1.pdf"]


def test_the_record_names_the_characters_that_the_pdf_cannot_show(write_notebook, tmp_path):
    unusual = PACK.replace("A pack", "A 🚀 pack").replace("+ manager_id", "+ 'Ann 한 🚀 Zoë 高'")
    record = execute(job(write_notebook(unusual, FACTS), tmp_path))
    assert record.notes == (
        "2 characters have no glyph: U+D55C HANGUL SYLLABLE HAN, U+1F680 ROCKET",
    )
    one = execute(job(write_notebook(PACK.replace("A pack", "A 🚀 pack"), FACTS), tmp_path))
    assert one.notes == ("1 character has no glyph: U+1F680 ROCKET",)


def test_the_record_holds_the_hash_of_each_file_to_distribute(write_notebook, tmp_path):
    record = execute(job(write_notebook(PACK, FACTS), tmp_path / "out"))
    assert record.files == {
        name: hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest()
        for name in DISTRIBUTED
    }


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ((PACK, FACTS, "1 / 0"), "coaching_pack.ipynb cell 4: ZeroDivisionError: division by zero"),
        ((PACK,), "left no facts → its last cell has to display the pack"),
        ((PACK, NO_PACK), "left facts that are no pack's: currency → its last cell has to display"),
        (("manager_id = 1",), "no section"),
    ],
    ids=["raises at its end", "no facts", "no pack's facts", "no section"],
)
def test_nothing_of_a_failed_pack_is_published(write_notebook, tmp_path, cells, reason):
    record = execute(job(write_notebook(*cells), tmp_path / "out"))
    assert record.status == "failed"
    assert reason in record.reason
    assert record.files == {}
    assert published(tmp_path / "out") == []


def test_a_missing_notebook_is_a_record_too(tmp_path):
    record = execute(job(tmp_path / "none.ipynb", tmp_path / "out"))
    assert record.status == "failed"
    assert "none.ipynb" in record.reason


def test_a_reason_holds_no_password_of_an_address_and_no_page_of_text(write_notebook, tmp_path):
    raising = "raise OSError('db://ann:se:cret@host/x ' + 'word ' * 1000)"
    record = execute(job(write_notebook(raising), tmp_path))
    assert "OSError: db://ann:…@host/x word" in record.reason
    assert len(record.reason) <= 500
