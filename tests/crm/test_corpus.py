"""Every input of the corpus ends as its table says: accepted, set aside, or refused in one line."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus import folder, rows, tables, values, writing
from corpus.makers import Case, sound_export

from salesgap.crm.freeze import Snapshot, survey, take_snapshot, write_quarantine
from salesgap.errors import SalesgapError
from salesgap.params import Params
from salesgap.quality import QualityReport

CORPUS = {
    f"{subject}: {case.name}": case
    for module in (writing, values, rows, tables, folder)
    for subject, cases in module.CASES.items()
    for case in cases
}
PEAK = 900 << 20  # bytes of a whole process; the libraries alone take about 250 MiB
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MakeParams = Callable[..., Params]


def test_the_corpus_holds_what_was_promised() -> None:
    assert len(CORPUS) >= 150
    assert {case.end for case in CORPUS.values()} == {"accepted", "set aside", "refused"}


@pytest.mark.parametrize("case", CORPUS.values(), ids=CORPUS)
def test_every_input_ends_as_its_table_says(
    case: Case, make_params: MakeParams, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    sound_export(export)
    case.make(export)
    params = make_params({"folder": export} | case.source)
    try:
        snapshot = survey(params)
    except SalesgapError as error:
        assert case.end == "refused"
        assert_one_line(str(error), case)
    else:
        assert_reconciles(snapshot.report)
        assert_safe(snapshot, tmp_path / "quarantine")
        if case.end == "refused":
            with pytest.raises(SalesgapError) as caught:
                take_snapshot(params)
            assert str(caught.value).startswith(snapshot.report.problems[0])
            assert_one_line(snapshot.report.problems[0], case)
        else:
            assert snapshot.report.problems == ()
            assert_rows(snapshot, case)


def test_large_inputs_end_as_their_table_says_in_bounded_memory(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("corpus") / "peak.py", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    peaks = json.loads(run.stdout)
    assert list(peaks) == [case.name for case in folder.LARGE]
    assert {name: peak for name, peak in peaks.items() if peak > PEAK} == {}


def assert_one_line(text: str, case: Case) -> None:
    """It says what, where and what to do."""
    assert case.says in text
    assert "\n" not in text
    place, arrow, remedy = text.partition(" → ")
    assert arrow
    assert remedy
    assert ": " in place


def assert_reconciles(report: QualityReport) -> None:
    for table in report.tables:
        assert table.rows_in == table.accepted + table.quarantined + table.left_out


def assert_rows(snapshot: Snapshot, case: Case) -> None:
    report, found = snapshot.report, snapshot.quarantine
    entry = report.table(case.table)
    assert (entry.rows_in, entry.accepted) == (case.keeps + case.loses, case.keeps)
    reasons = list(found[found["table"] == case.table]["reason"])
    if case.end == "set aside":
        assert any(case.says in reason for reason in reasons), reasons
    else:
        assert reasons == []
        said = [*report.notes, *map(str, report.missing), *report.unused_files]
        assert not case.says or any(case.says in text for text in said), said
    for column, texts in case.reads.items():
        read = snapshot.tables[case.table][column]
        assert list(read.astype("str").where(read.notna(), "")) == texts


def assert_safe(snapshot: Snapshot, folder: Path) -> None:
    """Quarantine files open in a spreadsheet: what, where and why first, and no formula."""
    for path in write_quarantine(snapshot, folder):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header, *body = csv.reader(lines)
        assert header[:4] == ["file", "row", "column", "reason"]
        assert len(body) == (snapshot.quarantine["table"] == path.stem).sum()
        assert [cell for row in body for cell in row if cell.startswith(FORMULA)] == []
        assert all(len(row) == len(header) for row in body)
