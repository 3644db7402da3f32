"""The page of the benchmark: docs/performance.md."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass

from salesgap.validate.cost import Cost


@dataclass(frozen=True, slots=True)
class Measured:
    """A run of the benchmark. ``stock``: one at a time and four at a time, or nothing."""

    managers: int
    prepared: Cost
    stock: tuple[Cost, ...]
    packs: Cost
    whole: Cost
    floor: Cost
    small: Cost
    large: Cost


def page(found: Measured, load: float) -> str:
    """The whole of docs/performance.md; ``load`` is the load average before the first step."""
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    loads = f"load average {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end"
    return (
        "# Performance\n\n"
        f"A simulated organisation of {found.managers} managers, measured in one run by "
        f"`make bench` on {machine}; {loads}.\n\n"
        f"{_table(found)}\n\n{_ratios(found)}\n\n{_size_table(found)}\n\n{_HOW}"
    )


def _table(found: Measured) -> str:
    steps = [*found.stock, found.packs, found.whole, found.floor]
    ready = found.prepared
    first = f"| {ready.step} | for {ready.packs} | {ready.wall:.1f} | | {ready.cpu:.1f} | |"
    rows = [
        f"| {one.step} | {one.packs} | {one.wall:.1f} | {one.a_minute:.1f} "
        f"| {one.cpu:.1f} | {one.cpu_a_pack:.2f} |"
        for one in steps
    ]
    head = "| step | packs | seconds | packs a minute | CPU, seconds | CPU a pack |"
    return "\n".join([head, "|---|---|---|---|---|---|", first, *rows])


def _ratios(found: Measured) -> str:
    rows = [
        f"| packs a minute, ÷ those of ({letter}) | ≥ {least} "
        f"| {found.packs.a_minute / one.a_minute:.1f} "
        f"| {found.whole.a_minute / one.a_minute:.1f} |"
        for letter, least, one in zip("ab", (12, 5), found.stock, strict=False)
    ]
    apart = found.whole.cpu - found.prepared.cpu  # of the packs and the summaries
    rows.append(
        f"| CPU a pack, ÷ that of (d) | ≤ 1.6 | {found.packs.cpu / found.floor.cpu:.2f} "
        f"| {apart / found.floor.cpu:.2f} without the preparation |"
    )
    head = "| `salesgap batch` | asked for | the packs | everything |\n|---|---|---|---|"
    return "\n".join([_WITHOUT_STOCK * (not found.stock) + head, *rows])


def _size_table(found: Measured) -> str:
    small, large = found.small, found.large
    return (
        "| managers in the organisation | packs made | CPU a pack |\n|---|---|---|\n"
        f"| {small.step} | {small.packs} | {small.cpu_a_pack:.2f} |\n"
        f"| {large.step} | {large.packs} | {large.cpu_a_pack:.2f} "
        f"({large.cpu / small.cpu - 1:+.0%}) |"
    )


_WITHOUT_STOCK = "No Chromium or no Playwright here: (a) and (b) were left out.\n\n"
_HOW = (
    "## How it is measured\n\n"
    "- The organisation is written as a CSV export and **prepared once**: checked, frozen, "
    "analysed and cut into a folder a team. (a) to (d) make packs from these folders, passed to "
    "the notebook as `team_folder`; only “everything” prepares for itself.\n"
    "- **(a)** Two commands a pack, one pack after the other: `papermill "
    "notebooks/coaching_pack.ipynb …`, then `jupyter nbconvert --to webpdf` on Debian's Chromium. "
    "nbconvert starts the browser that Playwright brings and has no option for another one, so a "
    "configuration file of three lines names it. **(b)** Four such pairs at a time.\n"
    "- **(c)** As many packs at once as there are cores. **The packs**: `salesgap batch --resume "
    "--manager …` on the prepared folder makes all packs and nothing else. **Everything**: "
    "`salesgap batch` from the export on, with preparation and region summaries.\n"
    "- **(d)** One process, one pack after the other, without Jupyter: the team opened, analysed, "
    "its figures drawn, its pages set by Typst, the PDF written.\n"
    "- **The size of the organisation**: the same managers' packs, made by `salesgap batch "
    "--resume --manager …`, from an organisation of them alone and from one ten times the size; "
    "in turns, twice, the lesser of each.\n\n"
    "## What is counted\n\n"
    "- **Seconds** by the clock, from the start of a step's first command to the end of its last."
    "\n"
    "- **CPU**: user and system time of every process of the step, with what these start and leave "
    "behind: kernels, browsers, the fork server. Each step runs in a process that adopts them "
    "(Linux: `PR_SET_CHILD_SUBREAPER`) and waits until the last is gone. Starting Python and "
    "loading libraries is part of every command; of (d), loading libraries is.\n"
    "- **Packs**: (a), (b) and (d) leave PDFs, and (a) and (b) executed notebooks. (c) leaves the "
    "PDF, the facts, the calendar, the executed notebook and a record with hashes. The run ends "
    "with an error unless the PDFs of (c) and (d) are the same, byte for byte; those of (a) and "
    "(b) show the same sections as a browser prints them.\n"
)
