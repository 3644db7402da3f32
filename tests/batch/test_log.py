"""What a batch tells: the lines of a log file, the closing table, and nothing where it is quiet."""

from __future__ import annotations

import re

import pytest

from salesgap.batch.closing import planned_lines
from salesgap.batch.plan import Item, Plan
from salesgap.cli import main

NAMED = "first = min(p.name for p in Path(team_folder).parent.iterdir())\n" + (
    "if Path(team_folder).name == first: raise KeyError('Ada Lovelace')"
)


@pytest.fixture
def batch(capsys):
    """Run the command; its exit code and what it printed."""

    def run(workbook, *options: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            arguments = ["batch", workbook.params, "--output", workbook.output, *options]
            main([str(argument) for argument in arguments])
        return int(left.value.code or 0), *capsys.readouterr()

    return run


def test_a_log_has_a_line_a_pack_with_its_id_and_without_names(made, batch):
    made.use_good_notebooks("from pathlib import Path\n" + NAMED)
    log = made.folder / "run.log"
    code, _, err = batch(made, "--log", log)
    assert code == 3
    assert "Ada Lovelace" in err
    lines = log.read_text("utf-8").splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}"
    expected = [
        rf"{time} pack E0003 failed \d+\.\d\d s coaching_pack.ipynb cell 2: KeyError",
        rf"{time} pack E0004 made \d+\.\d\d s",
        rf"{time} region EMEA made \d+\.\d\d s",
    ]
    assert len(lines) == 3
    for pattern, line in zip(expected, sorted(lines, key=lambda line: line[25:]), strict=True):
        assert re.fullmatch(pattern, line)

    made.use_good_notebooks()
    assert batch(made, "--only-failed", "--log", log)[0] == 0
    added = log.read_text("utf-8").splitlines()[3:]
    assert [line.split()[1:4] for line in added] == [
        ["pack", "E0004", "unchanged"],
        ["pack", "E0003", "made"],
        ["region", "EMEA", "made"],
    ]


def test_the_closing_table_counts_by_region_and_stays_plain(made, batch):
    (made.output / "EMEA" / "E0003.pdf").unlink()
    code, out, err = batch(made, "--resume")
    header, row, line = out.splitlines()
    assert (code, err) == (0, "")
    assert header.split() == ["region", "made", "failed", "unchanged", "removed", "seconds"]
    assert row.split()[:5] == ["EMEA", "2", "0", "1", "0"]
    pattern = r".*: made 2 \(packs 1, region summaries 1\), failed 0, unchanged 1, \d+ s"
    assert re.fullmatch(pattern, line)
    assert "\x1b" not in out


def test_quiet_prints_nothing_where_nothing_failed(made, batch):
    assert batch(made, "--resume", "--quiet") == (0, "", "")


def test_a_dry_run_says_why(made, batch):
    (made.output / "EMEA" / "E0004.ics").unlink()
    code, out, _ = batch(made, "--resume", "--dry-run")
    assert code == 0
    assert out.splitlines() == [
        "pack E0004: file missing",
        "region EMEA: its packs are made anew",
        "would be made 2, left as they are 1, removed 0; nothing was written",
    ]


def test_a_dry_run_lists_packs_by_id_and_then_regions():
    due = [("region", "EMEA"), ("pack", "E9"), ("pack", "E1")]
    items = tuple(Item(kind, id, f"emea/{id}", (), {}, ("new",)) for kind, id in due)
    *listed, _ = planned_lines(Plan(due=items, kept=(), gone=(), apart=()))
    assert listed == ["pack E1: new", "pack E9: new", "region EMEA: new"]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--resume", "--only-failed"], "--resume and --only-failed contradict each other"),
        (["--only-failed", "--manager", "M1"], "--only-failed and --manager contradict"),
        (["--dry-run", "--quiet"], "--dry-run and --quiet contradict"),
        (["--dry-run", "--log", "x"], "--dry-run and --log contradict"),
    ],
    ids=["resume", "manager", "quiet", "log"],
)
def test_options_that_contradict_each_other_are_refused(workbook, batch, options, line):
    code, out, err = batch(workbook, *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"salesgap: {line}")
    assert not workbook.output.exists()
