"""The packs of the public CRM sample, where it is at hand: no quotas, no history, no activities."""

from __future__ import annotations

import subprocess
import sys
from math import fsum
from pathlib import Path

import pytest
from pypdf import PdfReader

from salesgap.batch.run import run_batch
from salesgap.facts import Pack, RegionSummary
from salesgap.params import Report
from salesgap.publish import sections

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT.parent / "shared" / "data" / "maven-crm"
PARAMS = ROOT / "tests" / "data" / "maven.yml"

pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample is not at hand")


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("maven")
    manifest = run_batch(PARAMS, folder)
    assert [record.reason for record in manifest.records if not record.made] == []
    return folder


@pytest.fixture(scope="module")
def packs(output) -> list[Pack]:
    files = [f for f in sorted(output.glob("*/*.json")) if f.stem != "region-summary"]
    packs = [f for f in files if f.parent.name in {"Central", "East", "West"}]
    return [Pack.model_validate_json(file.read_text("utf-8")) for file in packs]


def words(section: object) -> str:
    return section.section.model_dump_json()  # type: ignore[attr-defined]


def test_there_is_a_pack_for_each_of_six_managers_and_a_summary_for_each_of_three_regions(
    output, packs
):
    assert len(packs) == 6
    summaries = [
        RegionSummary.model_validate_json(file.read_text("utf-8"))
        for file in sorted(output.glob("*/region-summary.json"))
    ]
    assert [summary.region for summary in summaries] == ["Central", "East", "West"]


def test_closed_won_of_the_fiscal_year_adds_up_over_the_packs(packs):
    assert fsum(pack.attainment.won for pack in packs) == 10_005_534


def test_without_quotas_attainment_is_missing_and_ranks_are_by_revenue_against_peers(packs):
    assert {pack.attainment.share for pack in packs} == {None}
    assert {pack.attainment.quota_year for pack in packs} == {None}
    assert all(pack.attainment.peer_won for pack in packs)
    ranked = [rank for pack in packs for rank in pack.stack_rank]
    assert {rank.quota_to_date for rank in ranked} == {None}
    assert all(1 <= rank.rank_low <= rank.rank_high for rank in ranked)


def test_all_agents_are_ranked_those_without_a_deal_too(packs):
    ranked = [rank for pack in packs for rank in pack.stack_rank]
    assert len(ranked) == 35
    assert sum(rank.won_deals == 0 for rank in ranked) == 5


def test_open_deals_are_valued_from_the_product_list_and_the_packs_say_so(packs):
    assert sum(pack.pipeline.list_price_deals for pack in packs) == 1589
    for pack in packs:
        page = words(sections.pipeline_health(pack, Report()))
        assert f"{pack.pipeline.list_price_deals} open deals valued from the product list" in page


def test_deals_older_than_the_slowest_ever_won_are_counted_and_the_packs_say_so(packs):
    assert sum(pack.pipeline.older_than_slowest_won for pack in packs) == 1291
    for pack in packs:
        facts = pack.pipeline
        page = words(sections.pipeline_health(pack, Report()))
        assert f"{facts.older_than_slowest_won} of {facts.open_deals}" in page


def test_the_misspelt_product_is_reported(packs):
    notes = " ".join(packs[0].data_quality.notes)
    assert "GTXPro is GTX Pro in the list (1,480 rows)" in notes


def test_no_pack_names_win_rate_which_differs_by_no_more_than_chance(packs):
    assert {pack.gap.driver for pack in packs}.isdisjoint(
        {"conversion", "conversion_early", "conversion_late"}
    )


def test_a_pack_passes_the_accessibility_checker_and_its_text_can_be_searched(output, packs):
    file = next(iter(sorted((output / "Central").glob("*.pdf"))))
    checked = subprocess.run(
        [sys.executable, "-m", "pdfua", "check", str(file)], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    text = " ".join(page.extract_text() for page in PdfReader(file).pages)
    pack = next(p for p in packs if p.manager.region == "Central" and p.manager.name in text)
    assert all(rank.person.name in text for rank in pack.stack_rank)
