"""The public CRM sample and a weekly export, where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from salesgap.crm.asof import book_as_of
from salesgap.crm.book import Book
from salesgap.crm.checking.report import quality_text
from salesgap.crm.freeze import Snapshot, survey, take_snapshot
from salesgap.crm.team import managers_of, team_of
from salesgap.errors import SourceError
from salesgap.params import Params, load_params

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "data"

needs_maven = pytest.mark.skipif(
    not (SAMPLES / "maven-crm").is_dir(), reason="the sample is not at hand"
)
needs_weekly = pytest.mark.skipif(
    not (SAMPLES / "salesforce-weekly-export").is_dir(), reason="the export is not at hand"
)


@pytest.fixture(scope="module")
def params() -> Params:
    return load_params(ROOT / "tests" / "data" / "maven.yml")


@pytest.fixture(scope="module")
def snapshot(params: Params) -> Snapshot:
    return take_snapshot(params)


@pytest.fixture(scope="module")
def book(snapshot: Snapshot, params: Params) -> Book:
    return book_as_of(snapshot, params)


@needs_maven
def test_six_managers_in_three_regions_with_their_35_agents(book: Book) -> None:
    managers = managers_of(book)
    assert (len(managers), managers["region"].nunique(), managers["reps"].sum()) == (6, 3, 35)
    agents = book.people[book.people["role"] == "Sales Agent"]
    assert (~agents["person_id"].isin(book.deals["owner_id"])).sum() == 5


@needs_maven
def test_what_the_teams_won_this_fiscal_year_adds_up(book: Book, params: Params) -> None:
    start = pd.Timestamp(params.year_start)
    assert start == pd.Timestamp("2017-03-01")
    deals = pd.concat([team_of(book, who).deals for who in managers_of(book)["person_id"]])
    won = deals[(deals["status"] == "won") & (deals["close_date"] >= start)]
    assert won["amount"].sum() == 10_005_534


@needs_maven
def test_deals_that_were_never_engaged_are_quarantined_with_that_reason(
    snapshot: Snapshot,
) -> None:
    entry = snapshot.report.table("opportunities")
    assert (entry.rows_in, entry.accepted, entry.quarantined) == (8800, 8300, 500)
    assert [(r.reason, r.rows) for r in entry.reasons] == [("created_date is missing", 500)]
    assert set(snapshot.quarantine["column"]) == {"engage_date"}


@needs_maven
def test_what_the_deals_at_fault_share_and_what_open_ones_lack_is_said(snapshot: Snapshot) -> None:
    (worst,) = snapshot.report.offenders
    assert (worst.whose, worst.rows, worst.total) == ("stage Prospecting", 500, 500)
    said = "\n".join(map(str, snapshot.report.lacking))
    for column in ("amount", "close_date"):
        assert f"opportunities.{column}: 1,589 of 1,589 open deals have none: " in said


@needs_maven
def test_open_deals_are_valued_from_the_list_and_gtxpro_is_in_it(
    snapshot: Snapshot, book: Book
) -> None:
    assert any("GTXPro is GTX Pro in the list (1,480 rows)" in n for n in snapshot.report.notes)
    open_deals = book.deals[book.deals["status"] == "open"]
    assert len(open_deals) == 1589
    assert set(open_deals["amount_source"]) == {"list price"}
    assert open_deals.loc[open_deals["product"] == "GTX Pro", "amount"].eq(4821).all()


WEEKLY_STAGES = [
    *(
        {"name": name, "status": "open", "phase": "early"}
        for name in ("Prospecting", "Qualification", "Needs Analysis", "Value Proposition")
    ),
    *(
        {"name": name, "status": "open", "phase": "late"}
        for name in (
            "Id. Decision Makers",
            "Perception Analysis",
            "Proposal/Price Quote",
            "Negotiation/Review",
        )
    ),
    {"name": "Closed Won", "status": "won"},
    {"name": "Closed Lost", "status": "lost"},
]


@needs_weekly
def test_a_weekly_export_without_users_is_surveyed_but_makes_no_pack(
    make_params: Callable[..., Params],
) -> None:
    source = {"profile": "salesforce", "folder": SAMPLES / "salesforce-weekly-export"}
    params = make_params(source, stages=WEEKLY_STAGES)
    report = survey(params).report
    deals, history = report.table("opportunities"), report.table("stage_history")
    assert (deals.rows_in, deals.accepted, deals.quarantined) == (31, 13, 18)
    assert [(r.reason, r.rows) for r in deals.reasons] == [("closed before it was created", 18)]
    assert (history.rows_in, history.accepted) == (62, 13)
    assert [(r.reason, r.kind, r.rows) for r in history.reasons] == [
        ("the same change is written again later", "left out", 31),
        ("its deal was quarantined (opportunity.csv)", "error", 18),
    ]
    text = quality_text(report)
    assert "people: no pack can be made" in text
    assert "no file for people" in text
    with pytest.raises(SourceError, match="no file for people"):
        take_snapshot(params)


EXCEL_SAVED = SAMPLES / "salesforce-excel-saved"


@pytest.mark.skipif(not EXCEL_SAVED.is_dir(), reason="the export is not at hand")
def test_an_export_saved_by_excel_is_recognised_and_its_missing_owner_named(
    make_params: Callable[..., Params],
) -> None:
    report = survey(make_params({"folder": EXCEL_SAVED}, stages=WEEKLY_STAGES)).report
    assert report.profile.startswith("salesforce (Opportunity.csv has ")
    assert any("no column for opportunities.owner_id" in problem for problem in report.problems)


@pytest.mark.skipif(not EXCEL_SAVED.is_dir(), reason="the export is not at hand")
def test_with_an_owner_said_the_deals_closed_before_they_were_created_are_set_aside(
    make_params: Callable[..., Params],
) -> None:
    tables = {"opportunities": {"constants": {"owner_id": "005bm00000NCJmQ"}}}
    source = {"profile": "salesforce", "folder": EXCEL_SAVED, "tables": tables}
    params = make_params(source, stages=WEEKLY_STAGES)
    report = survey(params).report
    deals = report.table("opportunities")
    closed = {reason.reason: reason.rows for reason in deals.reasons}
    assert deals.rows_in == 36
    assert deals.rows_in == deals.accepted + deals.quarantined + deals.left_out
    assert closed["closed before it was created"] > 0
