"""What a batch tells at its end, or would do: plain text, the same on a terminal and in a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from salesgap.batch.manifest import Record
from salesgap.batch.plan import Plan
from salesgap.batch.run import Outcome

_COLUMNS = ("made", "failed", "unchanged", "removed")


def closing_lines(outcome: Outcome) -> Iterator[str]:
    """As whose export the data were read, a table by region, then what is not in it."""
    if outcome.read_as:
        yield f"read as {outcome.read_as}"
    yield from _table(_rows(outcome))
    for record in outcome.gone:
        yield f"{record.kind} {record.id}: no longer in the data, removed"
    for region in outcome.apart:
        yield (
            f"region {region}: its summary is left as it was, since its packs are of different "
            "data or params; --resume makes them alike"
        )


def totals(outcome: Outcome) -> str:
    """The run in one line."""
    made = Counter(record.kind for record in outcome.records if record.made)
    failed = sum(not record.made for record in outcome.records)
    unchanged = f", unchanged {len(outcome.kept)}" if outcome.kept else ""
    removed = f", removed {len(outcome.gone)}" if outcome.gone else ""
    return (
        f"made {made.total()} (packs {made['pack']}, region summaries {made['region']}), "
        f"failed {failed}"
        f"{unchanged}{removed}, {outcome.seconds:.0f} s"
    )


def planned_lines(plan: Plan) -> Iterator[str]:
    """What would be made and why, and what would be removed."""
    for item in sorted(plan.due, key=lambda item: (item.kind, item.id)):
        why = ", ".join(item.reasons) or "unchanged, made anew without --resume"
        yield f"{item.kind} {item.id}: {why}"
    for record in plan.gone:
        yield f"{record.kind} {record.id}: no longer in the data, would be removed"
    yield (
        f"would be made {len(plan.due)}, left as they are {len(plan.kept)}, "
        f"removed {len(plan.gone)}; nothing was written"
    )


def _rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """Region folder, a count for each of the columns, and the seconds of its packs."""
    counts: dict[str, Counter[str]] = {}
    seconds: Counter[str] = Counter()
    for status, record in _told(outcome):
        region = PurePosixPath(record.stem).parent.name
        counts.setdefault(region, Counter())[status] += 1
        seconds[region] += round(record.seconds * (status in _COLUMNS[:2]))
    return [
        (region, *(str(counts[region][column]) for column in _COLUMNS), f"{seconds[region]}")
        for region in sorted(counts)
    ]


def _told(outcome: Outcome) -> Iterator[tuple[str, Record]]:
    yield from ((record.status, record) for record in outcome.records)
    yield from (("unchanged", record) for record in outcome.kept)
    yield from (("removed", record) for record in outcome.gone)


def _table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Columns of the same width, numbers to the right."""
    lines = [("region", *_COLUMNS, "seconds"), *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells))
