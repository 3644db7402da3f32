"""How long the benchmarks, the analysis of a team and setting its pack take on this machine."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median

from nbformat import NotebookNode, v4

from salesgap.facts import Pack
from salesgap.measures.peers import save_benchmarks
from salesgap.pack import coaching_pack
from salesgap.params import Method, Report
from salesgap.prepare import BENCHMARKS, manager_entries, team_in
from salesgap.publish import sections
from salesgap.publish.display import FactsView, SectionView
from salesgap.publish.exporter import SalesgapPDFExporter
from salesgap.simulate import World, organisation
from salesgap.team import Team, load_team, save_team
from salesgap.validate.plain import PAGES
from salesgap.validate.trial import analysed

_AS_OF = date(2026, 6, 30)
_TEAM_DEALS = 2_000
_TEAMS = World(reps_per_manager=(8, 8), deals_per_rep_month=11.5)
_COMPANY = World(reps_per_manager=(10, 10), deals_per_rep_month=16.7)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each run of a step, the first one (which also warms up) left out."""

    step: str
    cpu: tuple[float, ...]
    wall: tuple[float, ...]


def timed(step: str, run: Callable[[], object], times: int) -> Timing:
    """``run`` timed so many times, after once for nothing; CPU of all its threads."""
    run()
    marks = []
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        marks.append((time.process_time() - cpu, time.perf_counter() - wall))
    return Timing(step, tuple(m[0] for m in marks), tuple(m[1] for m in marks))


def team_timings(times: int) -> list[Timing]:
    """One team of eight reps and about 2,000 deals: opened from its folder, and analysed."""
    org = organisation(seed=1, as_of=_AS_OF, managers=14, world=_TEAMS)
    analysis = analysed(org, Method())
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        folder = Path(scratch)
        entries = manager_entries(analysis.book, folder)
        teams = [team_in(analysis, entry) for entry in entries if entry.reps == 8]
        team = min(teams, key=lambda t: abs(len(t.book.deals) - _TEAM_DEALS))
        save_team(team, folder)
        save_benchmarks(analysis.benchmarks, folder / BENCHMARKS)
        step = f"one team (8 reps, {len(team.book.deals):,} deals)"

        def opened() -> Team:
            return load_team(folder, folder / BENCHMARKS)

        return [
            timed(f"{step}: opened", opened, times),
            timed(f"{step}: analysed", lambda: coaching_pack(team), times),
            timed(f"{step}: opened and analysed", lambda: coaching_pack(opened()), times),
        ]


def benchmark_timing(times: int) -> Timing:
    """The benchmarks, seats, statistics and league of 60 managers, from a frozen export."""
    org = organisation(seed=1, as_of=_AS_OF, managers=60, world=_COMPANY)
    deals, reps = len(org.tables["opportunities"]), len(org.person_ids)
    step = f"benchmarks of 60 managers ({reps:,} reps who were there, {deals:,} deals)"
    return timed(step, lambda: analysed(org, Method()), times)


def setting_timing(times: int) -> Timing:
    """From a notebook that has run to the bytes of its PDF.

    Every time another manager's: what is set twice is remembered, and takes no time.
    """
    org = organisation(seed=1, as_of=_AS_OF, managers=times + 1, world=_TEAMS)
    analysis = analysed(org, Method())
    entries = manager_entries(analysis.book, Path())
    packs = [coaching_pack(team_in(analysis, entry)) for entry in entries]
    notebooks = iter([as_run(pack, analysis.params.report) for pack in packs])
    exporter = SalesgapPDFExporter()  # type: ignore[no-untyped-call]
    step = "one pack set, from its notebook to its PDF"
    return timed(step, lambda: exporter.from_notebook_node(next(notebooks)), times)


def as_run(pack: Pack, report: Report) -> NotebookNode:
    """A pack's notebook as it is after its cells ran."""
    views: list[SectionView | FactsView] = [page(pack, report) for page in PAGES]
    views.append(sections.facts_of(pack))
    shown = [v4.new_output("display_data", data=view._repr_mimebundle_()) for view in views]  # type: ignore[no-untyped-call]
    cells = [v4.new_code_cell(outputs=[output]) for output in shown]  # type: ignore[no-untyped-call]
    notebook: NotebookNode = v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    return notebook


def table(timings: list[Timing]) -> str:
    """The timings as a Markdown table, in seconds."""
    rows = [
        f"| {t.step} | {len(t.cpu)} | {min(t.cpu):.2f} | {median(t.cpu):.2f} "
        f"| {median(t.wall):.2f} |"
        for t in timings
    ]
    head = "| step | runs | CPU, least | CPU, median | wall, median |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def page(timings: list[Timing]) -> str:
    """The whole of docs/speed.md."""
    load = f"load average {os.getloadavg()[0]:.1f} at the end"
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    return (
        "# Speed\n\n"
        "Seconds on simulated organisations of 21 months, activities and stage history included, "
        f"measured by `make speed` on {machine}, {load}. CPU is that of all threads; NumPy has "
        "one, as in the kernels of a batch. Starting a kernel and drawing the figures come on "
        "top.\n\n"
        f"{table(timings)}\n"
    )


if __name__ == "__main__":
    timings = [*team_timings(9), setting_timing(15), benchmark_timing(2)]
    Path(sys.argv[1]).write_text(page(timings), "utf-8")
