"""How long a large export takes to check and freeze, beside what DuckDB needs for the same files.

DuckDB reads each CSV and writes it as Parquet, and does nothing else: the least that any program
could need. Every step runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salesgap.params import Params

_DEALS = 1_000_000
_STAGES = ("Prospect", "Qualify", "Propose", "Negotiate")
_REPS_A_MANAGER, _DEALS_A_REP = 8, 500

# One row in a thousand deals is at fault, so that setting rows aside is timed as well.
_PEOPLE = """
select 'm' || i as person_id, 'Manager ' || i as name, '' as manager_id, 'manager' as role,
    'Region ' || i % 8 as region, '' as start_date
from range($managers) t(i)
union all
select 'r' || i, 'Rep ' || i, 'm' || i // $span, 'account executive', 'Region ' || i // $span % 8,
    '2023-01-01'
from range($reps) t(i)
"""
_OPPORTUNITIES = """
select opportunity_id, owner_id, account, name, created_date::date as created_date,
    (created_date + interval (20 + h % 140) day)::date as close_date,
    case when i % 1000 = 7 then 'No such stage' else ['Won', 'Lost', 'Lost'][1 + h % 3] end
        as stage,
    (500 + h % 9000000 / 100)::decimal(12, 2) as amount, 'EUR' as currency,
    ['New business', 'Expansion', 'Renewal'][1 + h % 3] as type,
    ['Web', 'Referral', 'Event', 'Partner', 'Outbound'][1 + h % 5] as lead_source,
    'Product ' || h % 12 as product, 'Segment ' || h % 4 as segment,
    ['', 'Call on Monday', 'Send the offer, then call', 'Meet "procurement"'][1 + h % 4]
        as next_step,
    (created_date + interval (h % 30) day)::date as last_activity_date
from (
    select i, (hash(i + 1) // 16)::bigint as h,
        '006' || lpad(i::varchar, 12, '0') as opportunity_id,
        'r' || hash(i) % $reps as owner_id, 'Account ' || hash(i) % ($deals // 4) as account,
        'Deal ' || i || ', phase ' || i % 3 as name,
        timestamp '2024-07-01' + interval ((hash(i) // 16 % 560)::bigint) day as created_date
    from range($deals) t(i)
)
"""
_HISTORY = """
select '006' || lpad(i::varchar, 12, '0') as opportunity_id,
    timestamp '2024-07-01' + interval ((hash(i) // 16 % 560)::bigint) day
        + interval (step * 4) day + interval (h % 86400) second as changed_at,
    case when step = 4 then ['Won', 'Lost', 'Lost'][1 + h % 3]
        else ['Prospect', 'Qualify', 'Propose', 'Negotiate'][1 + step] end as stage,
    (500 + h % 9000000 / 100)::decimal(12, 2) as amount,
    (timestamp '2024-07-01' + interval ((hash(i) // 16 % 560)::bigint + 20 + h % 140) day)::date
        as close_date
from (select i, step, (hash(i + 1) // 16)::bigint as h from range($deals) t(i), range(5) s(step))
"""
_ACTIVITIES = """
select '00T' || lpad(i::varchar, 12, '0') as activity_id, 'r' || hash(i // 2) % $reps as person_id,
    (timestamp '2024-07-01' + interval ((hash(i // 2) // 16 % 560)::bigint + i % 20) day)::date
        as date,
    ['call', 'meeting', 'email'][1 + (hash(i) % 3)::bigint] as kind,
    '006' || lpad((i // 2)::varchar, 12, '0') as opportunity_id,
    'Account ' || hash(i // 2) % ($deals // 4) as account,
    (hash(i) % 9 = 0)::varchar as with_manager
from range(2 * $deals) t(i)
"""
_TABLES = {
    "people": _PEOPLE,
    "opportunities": _OPPORTUNITIES,
    "stage_history": _HISTORY,
    "activities": _ACTIVITIES,
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one step took: seconds on the clock and of all cores, and GiB of memory at its peak."""

    step: str
    seconds: float
    cpu: float
    gigabytes: float


def write_export(folder: Path, deals: int) -> None:
    """An export of so many deals, five times as many changes and twice as many activities."""
    folder.mkdir(parents=True, exist_ok=True)
    reps = max(_REPS_A_MANAGER, deals // _DEALS_A_REP)
    sizes = {
        "deals": deals,
        "reps": reps,
        "span": _REPS_A_MANAGER,
        "managers": -(-reps // _REPS_A_MANAGER),
    }
    with duckdb.connect() as engine:
        engine.execute("set enable_progress_bar = false")
        for name, query in _TABLES.items():
            used = {key: value for key, value in sizes.items() if f"${key}" in query}
            engine.sql(query, params=used).write_csv(str(folder / f"{name}.csv"), header=True)


def params_of(folder: Path) -> Params:
    """The params of the export in ``folder``."""
    open_stages = [
        {"name": name, "status": "open", "phase": "early" if place < 2 else "late"}
        for place, name in enumerate(_STAGES)
    ]
    closed = [{"name": "Won", "status": "won"}, {"name": "Lost", "status": "lost"}]
    run = {"name": "volume", "as_of": "2026-06-30", "source": {"folder": folder}}
    return Params.model_validate({**run, "stages": [*open_stages, *closed]})


def by_duckdb(folder: Path) -> None:
    """Each CSV read by DuckDB and written as Parquet, its types as DuckDB sees them."""
    made = folder / "duckdb"
    made.mkdir(exist_ok=True)
    with duckdb.connect() as engine:
        engine.execute("set enable_progress_bar = false")
        for path in sorted(folder.glob("*.csv")):
            engine.read_csv(str(path)).write_parquet(str(made / f"{path.stem}.parquet"))


def checked(folder: Path) -> None:
    """What ``salesgap check`` does: the whole report, as text."""
    from salesgap.crm.checking.report import quality_text
    from salesgap.crm.freeze import survey

    quality_text(survey(params_of(folder)).report)


def frozen(folder: Path) -> None:
    """What a batch does first: the export checked, and the snapshot written."""
    from salesgap.crm.freeze import take_snapshot, write_snapshot

    write_snapshot(take_snapshot(params_of(folder)), folder / "snapshot")


def analysed(folder: Path) -> None:
    """What a batch does next: the book as of the day, seats, statistics and benchmarks."""
    import pandas as pd

    from salesgap.crm.freeze import Snapshot
    from salesgap.crm.tables import TABLES
    from salesgap.prepare import analyse
    from salesgap.quality import QualityReport

    tables = {name: pd.read_parquet(folder / "snapshot" / f"{name}.parquet") for name in TABLES}
    frozen_before = Snapshot(tables, pd.DataFrame(), QualityReport(tables=()))
    analyse(frozen_before, params_of(folder), {})


_STEPS: dict[str, Callable[[Path], None]] = {
    "DuckDB alone: CSV to Parquet": by_duckdb,
    "salesgap check": checked,
    "checked and frozen: CSV to snapshot": frozen,
    "benchmarks, from the snapshot": analysed,
}


def costs(folder: Path, steps: Callable[[str], bool] = lambda step: True) -> list[Cost]:
    """What each step takes on the export in ``folder``, one after the other."""
    return [_in_a_process(step, folder) for step in _STEPS if steps(step)]


def _in_a_process(step: str, folder: Path) -> Cost:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_cost, step, folder).result()


def _cost(step: str, folder: Path) -> Cost:
    start = time.perf_counter()
    _STEPS[step](folder)
    seconds, cpu = time.perf_counter() - start, time.process_time()
    return Cost(step, seconds, cpu, peak_memory() / 2**30)


def peak_memory() -> int:
    """The most memory this process has held, in bytes.

    On Linux ``ru_maxrss`` begins at what the process that started this one held; VmHWM does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def page(deals: int, size: int, measured: list[Cost]) -> str:
    """The whole of docs/volume.md; ``size`` is that of the export in bytes."""
    alone = measured[0]
    rows = [
        f"| {cost.step} | {cost.seconds:.1f} | {cost.seconds / alone.seconds:.1f} "
        f"| {cost.cpu:.1f} | {cost.cpu / alone.cpu:.1f} | {cost.gigabytes:.1f} |"
        for cost in measured
    ]
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    return (
        "# Volume\n\n"
        f"{deals:,} opportunities of 16 columns, {5 * deals:,} changes of stage and "
        f"{2 * deals:,} activities: {size / 2**20:,.0f} MiB of CSV. Measured by `make bench-data` "
        f"on {machine}, load average {os.getloadavg()[0]:.1f} at the end. Starting Python and "
        "loading the libraries is part of it.\n\n"
        "| step | seconds | times DuckDB's | CPU, seconds | times DuckDB's | peak memory, GiB |\n"
        "|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def main() -> None:
    """Write the page named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--deals", type=int, default=_DEALS)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        folder = Path(scratch)
        write_export(folder, said.deals)
        size = sum(path.stat().st_size for path in folder.glob("*.csv"))
        said.page.write_text(page(said.deals, size, costs(folder)), "utf-8")


if __name__ == "__main__":
    main()
