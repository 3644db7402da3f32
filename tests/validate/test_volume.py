from __future__ import annotations

from pathlib import Path

from salesgap.crm.freeze import take_snapshot
from salesgap.validate.volume import Cost, page, params_of, write_export


def test_the_export_has_its_rows_and_one_deal_in_a_thousand_at_fault(tmp_path: Path) -> None:
    write_export(tmp_path, 2_000)
    report = take_snapshot(params_of(tmp_path)).report
    deals, history, done = (
        report.table(name) for name in ("opportunities", "stage_history", "activities")
    )
    assert (deals.rows_in, history.rows_in, done.rows_in) == (2_000, 10_000, 4_000)
    assert deals.quarantined == 2
    assert (history.quarantined, history.accepted) == (10, 9_990)
    assert done.quarantined == 0


def test_the_page_compares_each_step_with_duckdb() -> None:
    measured = [Cost("DuckDB", 2.0, 4.0, 0.5), Cost("frozen", 5.0, 8.0, 1.5)]
    text = page(1_000, 2**20, measured)
    assert "| frozen | 5.0 | 2.5 | 8.0 | 2.0 | 1.5 |" in text
