from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesgap.crm.checking.report import quality_text
from salesgap.crm.freeze import survey, take_snapshot, write_snapshot
from salesgap.errors import OutputError, SourceError
from salesgap.params import Params
from salesgap.quality import QualityReport

Export = Callable[..., Params]
Deal = Callable[..., dict[str, Any]]


def test_a_snapshot_reads_as_it_was_written(export: Export, deal: Deal, tmp_path: Path) -> None:
    taken = take_snapshot(export(opportunities=[deal(1), deal(2, stage="x")]))
    write_snapshot(taken, tmp_path / "snap")
    written = json.loads((tmp_path / "snap" / "snapshot.json").read_text("utf-8"))
    assert written["content_hash"] == taken.content_hash
    assert QualityReport.model_validate(written["report"]) == taken.report
    for name, frame in {**taken.tables, "quarantine": taken.quarantine}.items():
        read = pd.read_parquet(tmp_path / "snap" / f"{name}.parquet")
        pd.testing.assert_frame_equal(read, frame)


def test_the_hash_is_of_the_content_and_not_of_its_order(export: Export, deal: Deal) -> None:
    first = take_snapshot(export(opportunities=[deal(1), deal(2)]))
    turned = take_snapshot(export(opportunities=[deal(2), deal(1)]))
    other = take_snapshot(export(opportunities=[deal(1), deal(2, amount="1000.01")]))
    assert first.content_hash == turned.content_hash
    assert first.content_hash != other.content_hash


def test_the_hash_tells_in_which_row_and_column_a_value_stands(export: Export, deal: Deal) -> None:
    pairs = (("x", "y"), ("y", "x")), (("y", "x"), ("x", "y")), (("x", "x"), ("y", "y"))
    hashes = {
        take_snapshot(
            export(opportunities=[deal(i, account=a, name=b) for i, (a, b) in enumerate(rows)])
        ).content_hash
        for rows in pairs
    }
    assert len(hashes) == 3


def test_a_snapshot_is_replaced_as_a_whole(export: Export, deal: Deal, tmp_path: Path) -> None:
    folder = tmp_path / "snap"
    write_snapshot(take_snapshot(export(opportunities=[deal(1), deal(2, stage="x")])), folder)
    assert (folder / "quarantine" / "opportunities.csv").exists()
    write_snapshot(take_snapshot(export()), folder)
    assert list((folder / "quarantine").iterdir()) == []
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_folder_that_cannot_be_written_is_one_line(export: Export, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="the snapshot cannot be written"):
        write_snapshot(take_snapshot(export()), tmp_path / "file" / "snap")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_quarantined_cell_can_be_a_formula(
    export: Export, deal: Deal, tmp_path: Path, start: str
) -> None:
    hostile = deal(1, opportunity_id=f"{start}HYPERLINK(1)", stage="x")
    write_snapshot(take_snapshot(export(opportunities=[hostile, deal(2)])), tmp_path / "snap")
    path = tmp_path / "snap" / "quarantine" / "opportunities.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert list(row)[:4] == ["file", "row", "column", "reason"]
    assert row["text"].startswith(f"'{start}HYPERLINK(1) | r1")
    assert (row["file"], row["row"], row["column"]) == ("opportunities.csv", "2", "stage")


def test_a_survey_goes_on_where_a_snapshot_cannot(export: Export) -> None:
    params = export()
    assert params.source.folder is not None
    (params.source.folder / "people.csv").unlink()
    report = survey(params).report
    assert report.table("opportunities").accepted == 1
    assert report.problems[0].startswith(f"{params.source.folder}: no file for people")
    assert [entry.table for entry in report.missing][:2] == ["people", "quotas"]


def test_an_optional_table_without_a_column_it_needs_is_left_out_and_told(
    export: Export, deal: Deal
) -> None:
    priceless = deal(2, stage="Propose", amount="", product="A")
    params = export(opportunities=[deal(1), priceless], products=[{"product": "A", "price": 5}])
    taken = take_snapshot(params)
    (missing,) = [entry for entry in taken.report.missing if entry.table == "products"]
    assert str(missing) == (
        "products: an open deal without an amount stays without one (left out: products.csv: no "
        "column for products.list_price (looked for 'list_price'))"
    )
    assert missing.do.startswith("set source.tables.products.columns.list_price to the export's")
    assert "products.csv" in taken.report.unused_files
    assert (len(taken.tables["products"]), len(taken.tables["opportunities"])) == (0, 2)
    assert f"{missing} → {missing.do}" in " ".join(quality_text(taken.report).split())


def test_a_required_table_without_a_column_it_needs_still_stops(export: Export) -> None:
    params = export(people=[{"person_id": "r1", "name": "Rob", "role": "rep"}])
    with pytest.raises(SourceError, match=r"people\.csv: no column for people\.region"):
        take_snapshot(params)


def test_a_column_that_the_params_name_must_be_there_even_in_an_optional_table(
    export: Export,
) -> None:
    params = export(products=[{"product": "A", "price": 5}])
    named = {"products": {"columns": {"list_price": "prize"}}}
    source = params.source.model_validate({"folder": params.source.folder, "tables": named})
    with pytest.raises(SourceError, match=r"looked for 'prize'.*did you mean 'price'"):
        take_snapshot(params.model_copy(update={"source": source}))
