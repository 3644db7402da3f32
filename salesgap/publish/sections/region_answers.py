"""Of the region summary: the three questions to ask, and the answers by manager."""

from __future__ import annotations

import math
from collections.abc import Sequence

from salesgap.facts import ManagerLine, RegionSummary
from salesgap.publish.blocks import Spans, Table
from salesgap.publish.sections.parts import say, strong, table
from salesgap.publish.sections.region_time import by_worth
from salesgap.publish.words import MISSING, Writer, listed
from salesgap.strategy import APART

_ANSWERS = {True: "below", False: "not below", None: MISSING}


def has_quotas(summary: RegionSummary) -> bool:
    """Whether anybody is held against a quota; without, all are held against their peers."""
    return any(line.attainment is not None for line in summary.managers)


def questions(summary: RegionSummary, write: Writer) -> tuple[Spans, ...]:
    """What to ask whom: the managers below the region's average, and above it in what is
    skipped."""
    lines = sorted(summary.managers, key=lambda line: line.manager.name)
    won = "attainment" if has_quotas(summary) else "what was won against peers"
    average = _skipped_in(lines)
    below_won = [(line, line.below_average_attainment) for line in lines]
    below_pipeline = [(line, line.below_average_pipeline) for line in lines]
    skipping = [(line, _skips_more(line, average, len(lines))) for line in lines]
    skipped = "" if average is None else f" (here {write.benchmark(average)} of open deals do)"
    return (
        _question(f"Why is {won} below average accepted?", below_won),
        _question("Why is a pipeline below average accepted?", below_pipeline),
        _question(f"Why may deals go on without a next step{skipped}?", skipping),
    )


def _question(text: str, asked: Sequence[tuple[ManagerLine, bool | None]]) -> Spans:
    if all(answer is None for _, answer in asked):
        return say(strong(text), " In these data there is nothing to compare.")
    names = [line.manager.name for line, answer in asked if answer]
    return say(strong(text), f" Ask {listed(names)}." if names else " Nobody needs to be asked.")


def _mean_attainment(lines: Sequence[ManagerLine]) -> float | None:
    """Mean of the managers held against a quota, each counting once; None of fewer than two."""
    known = [line.attainment.expected for line in lines if line.attainment is not None]
    return math.fsum(known) / len(known) if len(known) > 1 else None


def _skipped_in(lines: Sequence[ManagerLine]) -> float | None:
    """Part of all open deals of these teams in which the process is skipped."""
    told = [line for line in lines if line.process_skipped is not None]
    deals = sum(line.open_deals for line in told)
    skipped = math.fsum((line.process_skipped or 0.0) * line.open_deals for line in told)
    return skipped / deals if deals else None


def _skips_more(line: ManagerLine, average: float | None, managers: int) -> bool | None:
    if line.process_skipped is None or average is None or managers == 1:
        return None
    return line.process_skipped > (1 + APART) * average


def answers(summary: RegionSummary, write: Writer) -> Table:
    """The answers by manager, the one with most to gain first."""
    quotas = has_quotas(summary)
    won = "Attainment, 80% range" if quotas else "Won against peers"
    mean = _mean_attainment(summary.managers)
    columns = (
        ("Manager", "l", 2.6),
        ("Reps", "r", 0.6),
        ("Chance of the year", "r", 1.6),
        (won, "l", 2.8),
        ("Pipeline", "l", 1),
        ("Process skipped", "r", 1.5),
    )
    rows = [
        (
            line.manager.name,
            write.number(line.reps),
            write.chance(line.chance) if line.chance is not None else MISSING,
            _attained(line, quotas, write),
            _ANSWERS[line.below_average_pipeline],
            _skipped(line, write),
        )
        for line in sorted(summary.managers, key=by_worth)
    ]
    note = _average_of(summary, mean, write)
    return table(columns, rows, title="The answers by manager", note=note)


def _attained(line: ManagerLine, quotas: bool, write: Writer) -> str:
    """The attainment with its range, or what was won where nobody has a quota; and whether it is
    below; just one of them where the other is unknown."""
    below, share = line.below_average_attainment, line.attainment
    if share is None:
        return _ANSWERS[below] if quotas else _and_whether(write.money(line.won), below)
    ends = f"{write.benchmark(share.low)} to {write.benchmark(share.high)}"
    return _and_whether(write.benchmark(share.expected) + f" ({ends})", below)


def _and_whether(won: str, below: bool | None) -> str:
    return won if below is None else won + f", {_ANSWERS[below]}"


def _average_of(summary: RegionSummary, mean: float | None, write: Writer) -> str:
    """Whose average 'below' is about, and what is counted."""
    managers = len(summary.managers)
    clearly = (
        ""
        if mean is None
        else f" The mean attainment is {write.benchmark(mean)}; it takes more than "
        f"{write.level(APART)} less than that to be below it."
    )
    pipeline = (
        "open pipeline due this quarter and the next two ÷ what is to go in them"
        if has_quotas(summary)
        else "open pipeline a rep"
    )
    average = (
        f"Below: below the mean of the {write.number(managers)} managers of {summary.region}, each "
        f"counting once.{clearly}"
        if managers > 1
        else "With one manager there is no average to be below."
    )
    return (
        f"{average} Pipeline: {pipeline}. Process skipped: open deals without a next step, or "
        "without a close date where no next steps are told."
    )


def _skipped(line: ManagerLine, write: Writer) -> str:
    if line.process_skipped is None:
        return MISSING
    return write.part(round(line.process_skipped * line.open_deals), line.open_deals)
