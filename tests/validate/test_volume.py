from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from salesgap.crm.freeze import take_snapshot
from salesgap.validate.volume import Cost, page, params_of, peak_memory, write_export

_MIB = 1 << 20


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


def test_peak_memory_is_of_the_process_alone_not_of_the_one_that_started_it() -> None:
    held = bytearray(900 * _MIB)
    ask = "from salesgap.validate.volume import peak_memory; print(peak_memory())"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert peak_memory() > len(held)
    assert 30 * _MIB < int(said.stdout) < 700 * _MIB
