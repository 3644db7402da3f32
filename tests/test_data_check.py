from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pdfua import validate
from pypdf import PdfReader
from typer.testing import CliRunner

from salesgap.cli import app
from salesgap.data_check import open_check, report_files
from salesgap.params import load_params
from salesgap.resources import workbook_folder

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "data-quality.schema.json").read_text("utf-8"))
PEOPLE = "person_id,name,manager_id,role,region\nm1,Mia #x,,manager,North\nr1,Rob,m1,rep,North\n"
DEALS = "opportunity_id,owner_id,created_date,close_date,stage,amount\n"
SOUND = "d1,r1,2026-01-05,2026-03-01,Won,100\n"
SPOILT = "d2,,2026-01-05,2026-03-01,Won,100\nd3,r1,2026-01-05,2026-03-01,Won,tbd\n"
RUN = f"""
name: spoilt
as_of: {date(2026, 6, 30)}
source: {{folder: data}}
stages:
  - {{name: Open, status: open}}
  - {{name: Won, status: won}}
"""


@pytest.fixture
def params_file(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text(PEOPLE, "utf-8")
    (tmp_path / "data" / "opportunities.csv").write_text(DEALS + SOUND + SPOILT, "utf-8")
    (tmp_path / "run.yml").write_text(RUN, "utf-8")
    return tmp_path / "run.yml"


def written(params_file: Path, output: Path) -> dict[str, bytes]:
    ended = CliRunner().invoke(app, ["check", str(params_file), "--output", str(output)])
    assert ended.exit_code in (0, 2), ended.output
    return {path.name: path.read_bytes() for path in output.glob("data-quality.*")}


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_check_writes_the_report_as_text_json_and_pdf(params_file: Path, tmp_path: Path) -> None:
    files = written(params_file, tmp_path / "out")
    assert sorted(files) == ["data-quality.json", "data-quality.pdf", "data-quality.txt"]
    told: dict[str, Any] = json.loads(files["data-quality.json"])
    jsonschema.validate(told, SCHEMA)
    deals = told["tables"][1]
    assert (deals["rows_in"], deals["accepted"], deals["quarantined"]) == (3, 1, 2)
    assert [(one["person"], one["rows"], one["total"]) for one in told["offenders"]] == [
        ("", 1, 1),
        ("r1", 1, 2),
    ]
    for text in ("the deal has no owner", "'tbd' is not an amount", "no attainment and no pacing"):
        assert text in " ".join(files["data-quality.txt"].decode().split())
        assert text in " ".join(text_of(files["data-quality.pdf"]).split())


def test_the_pdf_is_accessible_and_the_same_every_time(params_file: Path) -> None:
    report, *_ = open_check(str(params_file))
    params = load_params(params_file)
    first, again = (
        report_files(report, params, workbook_folder() / "templates")["data-quality.pdf"]
        for _ in range(2)
    )
    assert first == again
    path = params_file.with_name("report.pdf")
    path.write_bytes(first)
    assert [finding.message for finding in validate(str(path)).findings] == []


def test_an_export_of_which_no_pack_can_be_made_has_a_report_too(
    params_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "data" / "opportunities.csv").write_text("", "utf-8")
    files = written(params_file, tmp_path / "out")
    assert "opportunities.csv: is empty" in text_of(files["data-quality.pdf"])


def test_a_sound_export_says_so(params_file: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "opportunities.csv").write_text(DEALS + SOUND, "utf-8")
    text = text_of(written(params_file, tmp_path / "out")["data-quality.pdf"])
    assert "None of 3 rows is at fault" in text
    assert "Every row read is accepted." in text


def test_a_column_that_is_there_but_empty_is_told(params_file: Path, tmp_path: Path) -> None:
    head, row = DEALS.strip() + ",next_step\n", SOUND.strip() + ",\n"
    (tmp_path / "data" / "opportunities.csv").write_text(head + row, "utf-8")
    report, *_ = open_check(str(params_file))
    assert "opportunities.next_step" in [f"{one.table}.{one.column}" for one in report.lacking]
    assert "opportunities.amount" not in [f"{one.table}.{one.column}" for one in report.lacking]


def test_the_demo_lacks_no_table_and_reconciles() -> None:
    report, *_ = open_check(str(workbook_folder() / "params" / "demo.yml"))
    assert all(t.rows_in == t.accepted + t.quarantined + t.left_out for t in report.tables)
    assert report.problems == ()
