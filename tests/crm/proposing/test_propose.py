"""An export nobody has seen before: which column is which, what the stages are, and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from pypdf import PdfReader

from salesgap.batch.run import run_batch
from salesgap.crm.freeze import take_snapshot
from salesgap.crm.proposing.draft import draft
from salesgap.crm.proposing.late import nearly_over
from salesgap.crm.proposing.propose import Proposal, propose
from salesgap.crm.proposing.reminders import reminders
from salesgap.crm.proposing.stages import propose_stages
from salesgap.errors import SourceError
from salesgap.facts import Pack
from salesgap.params import load_params
from salesgap.simulate import organisation
from salesgap.starter import propose_params, workbook_from

MAVEN = Path(__file__).parents[4] / "shared" / "data" / "maven-crm"

# What an unfamiliar system calls things; nothing is called as this program calls it.
RENAMED: dict[str, tuple[str, dict[str, str]]] = {
    "people": (
        "Staff list.csv",
        {
            "person_id": "Staff No",
            "name": "Full Name",
            "manager_id": "Reports To",
            "role": "Job Title",
            "region": "Sales Area",
            "segment": "Market Segment",
            "start_date": "Joined",
            "end_date": "Left",
        },
    ),
    "opportunities": (
        "pipeline extract 07.csv",
        {
            "opportunity_id": "Deal Ref",
            "owner_id": "Handled By",
            "account": "Customer Name",
            "name": "Subject",
            "created_date": "Opened On",
            "close_date": "Decision Date",
            "stage": "Step",
            "amount": "Deal Value (GBP)",
            "next_step": "Next Action",
            "last_activity_date": "Last Touch",
        },
    ),
    "stage_history": (
        "step log.csv",
        {
            "opportunity_id": "Deal Ref",
            "changed_at": "Moved On",
            "stage": "New Step",
            "amount": "Value Then",
            "close_date": "Decision Date Then",
        },
    ),
    "activities": (
        "Touches.csv",
        {"person_id": "Done By", "date": "When", "kind": "Channel", "opportunity_id": "Deal Ref"},
    ),
}
STEPS = {"Prospect": "Contacted", "Qualify": "Needs agreed", "Propose": "Offer sent",
         "Negotiate": "Contract talks", "Won": "Signed", "Lost": "Lost to other"}  # fmt: skip


@pytest.fixture(scope="module")
def odd_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated organisation under other names, semicolons between, quotas a column a quarter."""
    folder = tmp_path_factory.mktemp("odd") / "export"
    folder.mkdir()
    tables = organisation(seed=3, managers=2, as_of=date(2026, 6, 30)).tables
    for name, (file, columns) in RENAMED.items():
        frame = tables[name][list(columns)].rename(columns=columns)
        for column in {"Step", "New Step"} & set(frame):
            frame[column] = frame[column].map(STEPS)
        frame.to_csv(folder / file, index=False, sep=";")
    _wide(tables["quotas"]).to_excel(folder / "Targets 2026.xlsx", index=False)
    return folder


def _wide(quotas: pd.DataFrame) -> pd.DataFrame:
    year = quotas[quotas["period_start"].dt.year == 2026]
    quarter = "Q" + year["period_start"].dt.quarter.astype("str") + " 2026"
    wide = year.assign(quarter=quarter).pivot_table(
        index="person_id", columns="quarter", values="amount", aggfunc="sum"
    )
    return wide.reset_index().rename(columns={"person_id": "Staff No"})


@pytest.fixture(scope="module")
def proposal(odd_export: Path) -> Proposal:
    return propose(odd_export)


def test_every_renamed_column_is_found_and_the_reason_said(proposal: Proposal) -> None:
    found = {table.table.name: table for table in proposal.tables}
    for name, (file, columns) in RENAMED.items():
        assert found[name].file == file
        read = {column: match.header for column, match in found[name].columns.items()}
        assert read == columns
        assert all(match.why for match in found[name].columns.values())
    assert found["quotas"].file == "Targets 2026.xlsx"


def test_steps_are_ordered_by_the_history_and_phased_by_their_names(proposal: Proposal) -> None:
    told = [(stage.name, stage.status, stage.phase) for stage in proposal.stages]
    assert told == [
        ("Contacted", "open", "early"),
        ("Needs agreed", "open", "early"),
        ("Offer sent", "open", "late"),
        ("Contract talks", "open", "late"),
        ("Signed", "won", None),
        ("Lost to other", "lost", None),
    ]


def test_day_and_currency_come_from_the_data(proposal: Proposal) -> None:
    assert proposal.as_of is not None
    assert date(2026, 6, 20) <= proposal.as_of <= date(2026, 6, 30)
    assert (proposal.currency, proposal.currency_why) == (
        "GBP",
        "the amount is called 'Deal Value (GBP)'",
    )


def test_nothing_is_left_to_ask_and_the_draft_works_as_it_stands(
    odd_export: Path, tmp_path: Path
) -> None:
    found, path = workbook_from(tmp_path / "workbook", [odd_export])
    assert list(found.questions()) == []
    assert "ASK" not in path.read_text("utf-8")
    taken = take_snapshot(load_params(path))
    assert taken.report.problems == ()
    for name in (*RENAMED, "quotas"):
        entry = taken.report.table(name)
        assert entry.accepted > 0
        assert (name, entry.quarantined) == (name, 0)


def test_a_first_pdf_is_made_without_a_word_changed(odd_export: Path, tmp_path: Path) -> None:
    _, params = workbook_from(tmp_path / "workbook", [odd_export])
    staff = pd.read_csv(odd_export / "Staff list.csv", sep=";", dtype="str")
    leads = staff[staff["Staff No"].isin(staff["Reports To"])]
    manager = leads[~leads["Staff No"].isin(leads["Reports To"])].iloc[0]
    outcome = run_batch(
        params, tmp_path / "run", managers=(manager["Staff No"],), jobs=1, quiet=True
    )
    assert [record.reason for record in outcome.records if not record.made] == []
    (pdf,) = (tmp_path / "run").glob("*/*.pdf")
    facts = Pack.model_validate_json(pdf.with_suffix(".json").read_text("utf-8"))
    page = " ".join(PdfReader(pdf).pages[0].extract_text().split())
    assert f"{manager['Full Name']} {facts.reps} reps" in page
    assert facts.attainment.quota_year
    assert facts.attainment.won
    assert f"£{facts.attainment.won / 1e6:.2f}M" in page


@pytest.mark.skipif(not MAVEN.is_dir(), reason="the sample is not at hand")
def test_of_the_public_sample_the_same_is_proposed_as_a_person_wrote_down() -> None:
    found = propose(MAVEN)
    by_hand = load_params(Path(__file__).parents[2] / "data" / "maven.yml")
    read = {
        table.table.name: {name: match.header for name, match in table.columns.items()}
        for table in found.tables
    }
    for name, said in by_hand.source.tables.items():
        assert said.columns.items() <= read[name].items()
    assert found.as_of == by_hand.as_of
    assert [(s.name, s.status) for s in found.stages] == [
        (s.name, s.status) for s in by_hand.stages
    ]
    asked = " ".join(found.questions())
    assert "0 days of the fiscal year left after 2017-12-31" in asked
    assert "which currency" in asked
    assert "which stages come from the proposal on" in asked


STAGES: list[tuple[str, str]] = [
    ("Closed Won", "won"),
    ("Closed - Lost", "lost"),
    ("Gewonnen", "won"),
    ("Verloren", "lost"),
    ("Ganada", "won"),
    ("Perdue", "lost"),
    ("6. Vertrag unterschrieben", "won"),
    ("Angebotsphase", "open"),
]


@pytest.mark.parametrize(("name", "status"), STAGES)
def test_a_stages_status_is_told_by_words_in_several_languages(name: str, status: str) -> None:
    (stage,) = propose_stages(pd.Series([name]), None, None)
    assert (stage.status, stage.ask == "" or status == "open") == (status, True)


def test_a_stage_that_nothing_tells_is_asked_about() -> None:
    found = propose_stages(pd.Series(["Intro", "Bronze", "Offer", "Won"]), None, None)
    asked = {stage.name: bool(stage.ask) for stage in found}
    assert asked == {"Intro": False, "Bronze": True, "Offer": False, "Won": False}


def test_a_probability_of_all_or_nothing_is_an_end_but_asked_about() -> None:
    stages = pd.Series(["A", "B", "Bagged", "Binned"])
    found = propose_stages(stages, None, pd.Series(["20%", "60%", "100%", "0%"]))
    told = [(stage.name, stage.status, bool(stage.ask)) for stage in found]
    assert told[2:] == [("Bagged", "won", True), ("Binned", "lost", True)]
    assert [name for name, *_ in told[:2]] == ["A", "B"]


def people_and(deals: list[dict[str, Any]], folder: Path) -> Path:
    staff = [
        {"Staff No": "1", "Full Name": "Mia", "Reports To": "", "Role": "lead", "Area": "North"},
        {"Staff No": "2", "Full Name": "Rob", "Reports To": "1", "Role": "rep", "Area": "North"},
    ]
    pd.DataFrame(staff).to_csv(folder / "staff.csv", index=False)
    pd.DataFrame(deals).to_csv(folder / "pipeline.csv", index=False)
    return folder


def plain_deal(number: int, **more: str) -> dict[str, Any]:
    return {
        "Ref": f"x{number}",
        "Handled By": "2",
        "Opened On": f"2026-01-{number + 10}",
        "Decision Date": f"2026-03-{number + 10}",
        "Step": ["Intro", "Offer", "Won", "Lost"][number % 4],
        "Worth": f"{number}000.50",
    } | more


def test_a_column_told_by_its_content_alone_is_asked_about(tmp_path: Path) -> None:
    deals = [plain_deal(n) for n in range(1, 9)]
    renamed = [{("xyz" if k == "Opened On" else k): v for k, v in row.items()} for row in deals]
    found = propose(people_and(renamed, tmp_path))
    asked = list(found.questions())
    assert any("'xyz' in pipeline.csv the created_date" in question for question in asked)
    text = draft(found, "run", "data")
    assert 'created_date: "xyz"    # ASK is it this one?' in text
    assert (
        yaml.safe_load(text)["source"]["tables"]["opportunities"]["columns"]["created_date"]
        == "xyz"
    )


def test_headers_and_stages_of_the_export_cannot_become_yaml(tmp_path: Path) -> None:
    evil = 'Won"}\n- {name: x, status: won'
    deals = [plain_deal(n) for n in range(1, 9)] + [plain_deal(9, Step=evil)]
    found, path = propose_params(people_and(deals, tmp_path), tmp_path / "params", "run")
    loaded = yaml.safe_load(path.read_text("utf-8"))
    assert [stage["name"] for stage in loaded["stages"]] == [stage.name for stage in found.stages]


def test_an_export_without_people_says_what_to_add(tmp_path: Path) -> None:
    people_and([plain_deal(n) for n in range(1, 9)], tmp_path)
    (tmp_path / "staff.csv").unlink()
    asked = " ".join(propose(tmp_path).questions())
    assert "who works for whom" in asked


def test_a_view_of_deals_alone_gives_a_list_of_its_owners_to_complete(tmp_path: Path) -> None:
    header = ["Record ID", "Deal owner", "Create Date", "Deal Stage", "Amount"]
    rows = [
        [str(n), owner, f"2026-01-{n + 10}", stage, "5.50"]
        for n, (owner, stage) in enumerate([("Rob", "Won"), ("=Ros", "Offer"), ("Rob", "Lost")])
    ]
    view = tmp_path / "hubspot-crm-exports-deals-2026-06-30.csv"
    pd.DataFrame(rows, columns=header).to_csv(view, index=False)
    found, _ = workbook_from(tmp_path / "workbook", [view])
    people = pd.read_csv(tmp_path / "workbook" / "data" / "people.csv", dtype="str")
    assert list(people["name"]) == ["'=Ros", "Rob"]
    assert people["manager_id"].isna().all()
    assert any("complete data/people.csv" in question for question in found.questions())


def test_a_folder_without_deals_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("day,rain\n2026-01-01,3\n")
    with pytest.raises(SourceError, match=r"no file holds deals: weather\.csv"):
        propose(tmp_path)


def test_a_params_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    export = people_and([plain_deal(n) for n in range(1, 9)], tmp_path)
    paths = [propose_params(export, tmp_path / "params", "run")[1].name for _ in range(2)]
    assert paths == ["proposed.yml", "proposed-2.yml"]


def test_check_of_a_folder_prints_what_it_is_and_what_is_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from salesgap.cli import main

    export = tmp_path / "export"
    export.mkdir()
    people_and([plain_deal(n) for n in range(1, 9)], export)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["check", str(export)])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert said.startswith("proposed.yml: proposed; read as generic (no profile fits")
    assert "? which currency are the amounts in? nothing tells" in said
    assert "confirm or correct the lines marked ASK" in said
    assert load_params("proposed.yml").source.folder == export.resolve()


def test_every_question_is_marked_where_it_is_answered_and_named_until_the_mark_is_gone(
    tmp_path: Path,
) -> None:
    deals = [plain_deal(n, Step=["Intro", "Bronze", "Won"][n % 3]) for n in range(1, 9)]
    _, path = propose_params(people_and(deals, tmp_path), tmp_path / "params", "run")
    lines = path.read_text("utf-8").splitlines()
    currency = next(n for n, line in enumerate(lines) if line.startswith("currency:"))
    stage = next(n for n, line in enumerate(lines) if '"Intro"' in line)
    assert reminders(path, load_params(path)) == [
        f"proposed.yml, line {currency + 1} (currency), line {stage + 1} (Intro) are still marked "
        "ASK: answer each, then delete the mark"
    ]
    lines[currency] = "currency: GBP"
    path.write_text("\n".join(lines), "utf-8")
    (said,) = reminders(path, load_params(path))
    assert said.startswith(f"proposed.yml, line {stage + 1} (Intro) is still marked ASK: answer it")
    lines[stage] = lines[stage].partition("#")[0]
    path.write_text("\n".join(lines), "utf-8")
    assert reminders(path, load_params(path)) == []


def test_a_question_above_its_key_is_named_by_that_key(tmp_path: Path) -> None:
    people_and([plain_deal(n) for n in range(1, 9)], tmp_path)
    (tmp_path / "staff.csv").unlink()
    _, path = propose_params(tmp_path, tmp_path / "params", "run")
    (said,) = reminders(path, load_params(path))
    assert "(currency), line 9 (source)" in said


@pytest.mark.parametrize(
    ("as_of", "left", "quarter"),
    [
        ("2026-12-31", "0 days", "2026-09-30"),
        ("2026-12-30", "1 day", "2026-09-30"),
        ("2026-12-02", "29 days", "2026-09-30"),
    ],
)
def test_a_fiscal_year_that_is_nearly_over_is_told_with_the_quarter_before(
    as_of: str, left: str, quarter: str
) -> None:
    said = nearly_over(date.fromisoformat(as_of), date(2026, 12, 31))
    assert said.startswith(f"{left} of the fiscal year left after {as_of}")
    assert said.endswith(quarter)


def test_a_fiscal_year_with_a_month_left_is_not_nearly_over() -> None:
    assert nearly_over(date(2026, 12, 1), date(2026, 12, 31)) == ""
    assert nearly_over(date(2026, 6, 30), date(2027, 6, 29)) == ""
    assert nearly_over(date(2026, 6, 1), date(2026, 6, 30)).endswith("2026-03-31")
