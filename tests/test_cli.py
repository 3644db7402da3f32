from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from salesgap import __version__
from salesgap.cli import main
from salesgap.params import describe
from salesgap.reference import pages

ROOT = Path(__file__).resolve().parents[1]

PARAMS = """\
name: small
as_of: 2026-06-30
source: {folder: data}
stages:
  - {name: Open, status: open, phase: late}
  - {name: Won, status: won}
"""


class Ended:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, captured: pytest.CaptureResult[str]) -> None:
        self.code = code
        self.out = captured.out
        self.err = captured.err


@pytest.fixture
def salesgap(capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: Path):
    """Run a command in an empty working directory."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        return Ended(int(left.value.code or 0), capsys.readouterr())

    return run


@pytest.fixture
def small_run(tmp_path: Path) -> Path:
    """A params file and an export of two people and two deals, one without an owner."""
    (tmp_path / "small.yml").write_text(PARAMS, "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    (data / "people.csv").write_text(
        "person_id,name,manager_id,role,region\nM1,Ada,,manager,North\nR1,Bo,M1,rep,North\n"
    )
    (data / "opportunities.csv").write_text(
        "opportunity_id,owner_id,created_date,close_date,stage,amount\n"
        "D1,R1,2026-01-05,2026-09-01,Open,100\nD2,,2026-01-05,2026-09-01,Open,100\n"
    )
    return tmp_path / "small.yml"


def test_without_a_command_the_help_is_shown(salesgap):
    ended = salesgap()
    assert (ended.code, ended.out.splitlines()[0]) == (
        0,
        "Usage: salesgap [OPTIONS] COMMAND [ARGS]...",
    )


def test_version(salesgap):
    assert salesgap("--version").out == f"salesgap {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("frobnicate",), "salesgap: No such command 'frobnicate'."),
        (("pack", "none.yml", "--manager", "M1"), "salesgap: none.yml: no such file → check the"),
        (("batch", "none.yml"), "salesgap: Missing option '--output'."),
        (("check", "none.yml"), "salesgap: none.yml: no such file → check the path"),
    ],
    ids=["command", "params file", "option", "check"],
)
def test_bad_input_is_one_line_and_exit_2(salesgap, arguments, line):
    ended = salesgap(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(line)
    assert ended.err.count("\n") == 1


def test_a_traceback_is_shown_only_with_debug_wherever_it_stands(salesgap):
    assert "Traceback" in salesgap("check", "none.yml", "--debug").err
    assert "Traceback" in salesgap("--debug", "check", "none.yml").err
    assert "Traceback" not in salesgap("check", "none.yml").err


def test_an_unexpected_error_is_one_line_too(salesgap, small_run, monkeypatch):
    monkeypatch.setattr("salesgap.crm.freeze.survey", lambda params: 1 / 0)
    ended = salesgap("check", small_run)
    assert ended.code == 1
    assert ended.err == (
        "salesgap: unexpected ZeroDivisionError: division by zero → run again with --debug\n"
    )


def test_check_says_and_writes_what_was_set_aside(salesgap, small_run, tmp_path):
    ended = salesgap("check", small_run)
    assert ended.code == 0
    report = (tmp_path / "output" / "small" / "data-quality.txt").read_text("utf-8")
    assert ended.out.startswith(report.rstrip())
    quarantine = tmp_path / "output" / "small" / "quarantine" / "opportunities.csv"
    with quarantine.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["file"], row["column"]) == ("opportunities.csv", "owner_id")


@pytest.mark.parametrize("how", ["check", "batch", "quiet"])
def test_what_is_left_open_is_said_unless_quiet(salesgap, small_run, how):
    text = small_run.read_text("utf-8").replace("2026-06-30", "2026-12-31")
    small_run.write_text(f"{text}currency: EUR    # ASK which one?\n", "utf-8")
    options = {"check": (), "batch": ("--output", "out"), "quiet": ("--output", "out", "--quiet")}
    ended = salesgap(how.replace("quiet", "batch"), small_run, *options[how])
    said = [line for line in ended.out.splitlines() if line.startswith("to settle: ")]
    assert ended.code == 0
    assert len(said) == (0 if how == "quiet" else 2)
    if said:
        assert said[0].startswith("to settle: small.yml, line 7 (currency) is still marked ASK: ")
        assert said[1].startswith("to settle: 0 days of the fiscal year left after 2026-12-31")


def test_check_says_nothing_more_where_nothing_is_open(salesgap, small_run):
    assert "to settle" not in salesgap("check", small_run).out


def test_help_and_readme_tell_the_same_of_exit_codes(salesgap):
    words = "2: params, data, passwords or output unusable; 3: some failed, the others are there"
    assert words in (ROOT / "README.md").read_text("utf-8")
    assert words in " ".join(salesgap().out.split())


def test_the_demo_makes_a_quarter_ago_first_and_its_packs_know_of_it(
    salesgap, tmp_path, monkeypatch
):
    """Of two managers instead of all."""
    assert salesgap("init", "book").code == 0
    for file in (tmp_path / "book" / "params").glob("demo*.yml"):
        file.write_text(file.read_text("utf-8").replace("managers: 20", "managers: 2"), "utf-8")
    monkeypatch.setattr("salesgap.resources.workbook_folder", lambda: tmp_path / "book")
    ended = salesgap("demo", "--output", "made")
    assert ended.code == 0
    before = tmp_path.resolve() / "made-before"
    assert ended.out.startswith(f"1 of 2: the packs of a quarter ago, into {before}\n")
    assert f"\n{before}: made 3 (packs 2, region summaries 1), failed 0" in ended.out
    assert "\n2 of 2: the packs of now, into made; " in ended.out
    assert "\nmade: made 3 (packs 2, region summaries 1), failed 0" in ended.out
    facts = list((tmp_path / "made").glob("*/E*.json"))
    assert len(facts) == 2
    for pack in facts:
        assert json.loads(pack.read_text("utf-8"))["last_gap"]["since"] == "2026-03-31"


def test_the_demo_replaces_nobodys_files_and_makes_nothing_first(salesgap, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    ended = salesgap("demo", "--output", "mine")
    assert (ended.code, ended.out) == (2, "")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_unknown_manager_is_refused_before_anything_is_prepared(salesgap, small_run, tmp_path):
    ended = salesgap("pack", small_run, "--manager", "M2", "--output", "out")
    assert (ended.code, ended.err) == (
        2,
        "salesgap: no manager has the id M2 → try one like M1\n",
    )
    assert list((tmp_path / "out").glob("data/*")) == []


def test_check_of_an_export_without_deals_is_exit_2_and_says_why(salesgap, small_run, tmp_path):
    (tmp_path / "data" / "opportunities.csv").unlink()
    ended = salesgap("check", small_run)
    assert ended.code == 2
    assert "opportunities" in ended.out


def test_check_tells_of_a_last_run_that_is_not_there(salesgap, small_run, tmp_path):
    file = tmp_path / small_run
    file.write_text(f"last_run: output/never\n{file.read_text('utf-8')}", "utf-8")
    ended = salesgap("check", small_run)
    assert ended.code == 2
    assert "last_run: holds no manifest.json" in ended.err


def test_init_lays_out_a_workbook_that_its_params_files_use(salesgap, tmp_path):
    from salesgap.resources import workbook_of

    assert salesgap("init", "mine").code == 0
    for part in ("notebooks", "templates", "params"):
        shipped = sorted(path.name for path in (ROOT / part).iterdir() if path.name[0] != ".")
        assert sorted(path.name for path in (tmp_path / "mine" / part).iterdir()) == shipped
    assert workbook_of(tmp_path / "mine" / "params" / "demo.yml") == tmp_path / "mine"


def test_init_leaves_a_folder_that_holds_anything_alone(salesgap, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    ended = salesgap("init", tmp_path)
    assert ended.code == 2
    assert "is not empty" in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_params_file_outside_any_workbook_uses_the_shipped_one(tmp_path):
    from salesgap.resources import workbook_folder, workbook_of

    assert workbook_of(tmp_path / "run.yml") == workbook_folder()


def test_simulate_writes_tables_that_check_reads(salesgap, tmp_path):
    assert salesgap("simulate", "data", "--managers", 2, "--seed", 3).code == 0
    demo = (ROOT / "params" / "demo.yml").read_text("utf-8")
    before, after = demo.split("source:", 1)
    stages = after[after.index("# The stages") :]
    (tmp_path / "run.yml").write_text(f"{before}source: {{folder: data}}\n{stages}", "utf-8")
    ended = salesgap("check", "run.yml")
    assert ended.code == 0
    aside = ended.out.partition("Rows set aside")[2].partition("To know")[0].split()
    assert " ".join(aside[2:]).startswith("adds up the quotas of the people below")
    assert "(left out)" in " ".join(aside[-2:])  # and nothing else is set aside


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("file",), "salesgap: file: cannot be written (File exists) → choose another folder"),
        (("full",), "salesgap: full: holds people.csv already → choose a new folder"),
        (("new", "--as-of", "9999-12-31"), "salesgap: --as-of: 9999-12-31 is not between 1980"),
        (("new", "--as-of", "0001-01-01"), "salesgap: --as-of: 0001-01-01 is not between 1980"),
        (("new", "--seed", "-1"), "salesgap: Invalid value for '--seed': "),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_simulate_overwrites_nothing_and_tells_what_it_cannot_do(
    salesgap, tmp_path, arguments, line
):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "people.csv").write_text("mine")
    ended = salesgap("simulate", "--managers", 2, *arguments)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert ended.err.startswith(line)
    assert (tmp_path / "full" / "people.csv").read_text() == "mine"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["people.csv"]


def test_where_every_rep_has_left_that_is_said(salesgap, small_run, tmp_path):
    (tmp_path / "data" / "people.csv").write_text(
        "person_id,name,manager_id,role,region,end_date\n"
        "M1,Ada,,manager,North,\nR1,Bo,M1,rep,North,2026-06-30\n"
    )
    ended = salesgap("batch", small_run, "--output", "out")
    assert (ended.code, ended.err) == (
        2,
        "salesgap: people: every one of the 1 reps has an end_date on or before as_of "
        "→ check as_of and the end dates\n",
    )


def test_params_lists_every_key(salesgap):
    listed = [line.split()[0] for line in salesgap("params").out.splitlines()]
    assert listed == [key for key, _, _ in describe()]


@pytest.mark.parametrize("name", ["demo.yml", "demo-before.yml", "example.yml"])
def test_the_shipped_params_files_are_valid(name):
    from salesgap.params import load_params

    assert load_params(ROOT / "params" / name).stages


@pytest.mark.parametrize(("name", "text"), pages().items())
def test_the_reference_pages_are_as_the_code_says(name, text):
    written = (ROOT / "docs" / name).read_text("utf-8")
    assert written == text, "run 'make docs'"


def test_the_readme_names_every_command():
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [line for line in pages()["commands.md"].splitlines() if line.startswith("## ")]
    missing = [line for line in commands if f"| `{line.removeprefix('## ')}" not in readme]
    assert missing == []
