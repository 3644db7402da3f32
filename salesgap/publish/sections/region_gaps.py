"""Of the region summary: the map of drivers, each gap, and what became of the last ones."""

from __future__ import annotations

from collections.abc import Sequence

from salesgap import figures
from salesgap.facts import LastGap, ManagerLine, Outcome, RegionSummary
from salesgap.figures.style import look
from salesgap.params import Report
from salesgap.publish.blocks import (
    Block,
    Heading,
    KeyFigure,
    KeyFigures,
    Section,
    Table,
)
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import body, small, strong, table
from salesgap.publish.sections.region_time import by_worth
from salesgap.publish.wording import DRIVERS, KINDS
from salesgap.publish.words import MISSING, Writer, in_words, listed, writer
from salesgap.publish.written import Written


def region_gaps(summary: RegionSummary, report: Report) -> SectionView:
    """The map of managers and drivers; what each gap is worth stands on page 1."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    blocks: tuple[Block, ...] = (
        Heading(text="Gaps by manager", level=1),
        *(
            figures.driver_map(summary.managers, write, look(report.brand.colour))
            or [body("No driver can be compared with peers from these data.")]
        ),
    )
    section = Section(name="region-gaps", title="Gaps by manager", blocks=blocks, new_page=False)
    return SectionView(section)


def gaps_named(summary: RegionSummary, write: Writer) -> list[Block]:
    """The gaps in order of what to expect of them, and who has none."""
    lines = sorted(summary.managers, key=lambda line: line.manager.name)
    named = sorted((line for line in lines if line.gap != "none"), key=by_worth)
    none = [line.manager.name for line in lines if line.gap == "none" and line.told]
    untold = [line.manager.name for line in lines if line.gap == "none" and not line.told]
    blocks: list[Block] = [_gap_table(named, summary.total_impact, write)] if named else []
    said = (
        ("No gap named, which is an answer: ", none),
        ("Too little data to tell a gap: ", untold),
    )
    return blocks + _lists(said)


def _lists(said: Sequence[tuple[str, Sequence[str]]]) -> list[Block]:
    """A line of names for each thing said of anybody."""
    return [
        small(strong(what), f"{listed(names, most=len(names))}.") for what, names in said if names
    ]


def _gap_table(named: Sequence[ManagerLine], total: float | None, write: Writer) -> Table:
    columns = (
        ("Manager", "l", 2.6),
        ("Gap", "l", 2.5),
        ("Kind", "l", 2.2),
        ("Worth if real", "r", 1.2),
        ("80% range", "r", 1.7),
        ("Sure it is real", "r", 1.5),
    )
    rows = [
        (line.manager.name, DRIVERS[line.gap].label, KINDS[line.kind], *_worth(line, write))
        for line in named
    ]
    note = (
        ""
        if total is None
        else (
            "Worth: revenue before year end. In order of worth × how sure it is real, together "
            f"{write.money(total)}."
        )
    )
    return table(columns, rows, title="Each gap named, most to expect first", note=note)


def _worth(line: ManagerLine, write: Writer) -> tuple[str, str, str]:
    sure = write.chance(line.probability)
    if line.impact is None:
        return MISSING, MISSING, sure
    return write.money(line.impact.expected), write.money_range(line.impact), sure


# ── what became of the last gaps ──────────────────────────────────────────────────────────

_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "closed": ("Closed", "level with peers: ask what was done, and let others see it"),
    "moved": ("Moved", "by more than chance, perhaps not closed: keep on"),
    "no_more_than_chance": (
        "No more than chance",
        "ask which of the actions agreed on were done",
    ),
    "too_early": ("Too early", "a whole gap closed would not show yet: keep on"),
    "unknown": ("Not known", "these data cannot tell how they moved"),
}
_LAST = "What became of last period’s gaps"


def region_last_gaps(summary: RegionSummary, report: Report) -> SectionView:
    """What became of the gaps that the last packs named, in counts and by manager."""
    summary = for_page(summary)
    write = writer(report, summary.currency)
    named = [
        (line, line.last_gap)
        for line in sorted(summary.managers, key=lambda line: line.manager.name)
        if line.last_gap is not None and line.last_gap.driver != "none"
    ]
    blocks: list[Block]
    if named:
        blocks = [
            Heading(text=_last_title([last for _, last in named]), level=1, kicker=_LAST),
            _outcome_counts([last for _, last in named], write),
            _last_table(named, write),
            *_without(summary),
        ]
    else:
        blocks = [Heading(text=_LAST, level=1), *_without(summary)]
    section = Section(name="region-last-gaps", title=_LAST, blocks=tuple(blocks), new_page=False)
    return SectionView(section)


_TOLD: dict[Outcome, str] = {
    "closed": "closed",
    "moved": "moved by more than chance",
    "no_more_than_chance": "moved no more than chance",
    "too_early": "too early to tell",
    "unknown": "not known how it moved",
}


def _last_title(last: Sequence[LastGap]) -> str:
    counts = {outcome: sum(gap.outcome == outcome for gap in last) for outcome in _TOLD}
    found = [outcome for outcome, number in counts.items() if number]
    if len(last) == 1:
        return f"The one gap named: {_TOLD[found[0]]}"
    if len(found) == 1:
        return f"Each of {in_words(len(last))} gaps: {_TOLD[found[0]]}"
    told = (f"{in_words(counts[outcome])} {_TOLD[outcome]}" for outcome in found)
    return f"Of {in_words(len(last))} gaps: {'; '.join(told)}"


def _outcome_counts(last: Sequence[LastGap], write: Writer) -> KeyFigures:
    """What is known of them; how many are not known, the title says."""
    return KeyFigures(
        figures=tuple(
            KeyFigure(
                label=label,
                value=write.number(sum(gap.outcome == outcome for gap in last)),
                note=meaning,
            )
            for outcome, (label, meaning) in _OUTCOMES.items()
            if outcome != "unknown"
        )
    )


def _last_table(named: Sequence[tuple[ManagerLine, LastGap]], write: Writer) -> Table:
    columns = (
        ("Manager", "l", 2.5),
        ("Last gap", "l", 3),
        ("Then", "r", 1),
        ("Since", "r", 1),
        ("Other teams", "r", 1.2),
        ("Outcome", "l", 1.8),
    )
    order = list(_OUTCOMES)
    rows = [
        (
            line.manager.name,
            DRIVERS[last.driver].label,
            write.measure(last.then, last.unit),
            write.measure(last.now, last.unit),
            _others(last.others, write),
            _OUTCOMES[last.outcome][0],
        )
        for line, last in sorted(named, key=lambda pair: order.index(pair[1].outcome))
    ]
    uncounted = any(last.now is None for _, last in named)
    days = listed(sorted({write.day(last.since) for _, last in named}))
    return table(
        columns,
        rows,
        title="Each gap then and since",
        note=f"Then: over the months up to the last packs ({days}). Since: since them. Other "
        "teams: how far those not working on it came meanwhile. Seats are judged by the pipeline "
        "they create. Moved: by more than chance and the return to the usual would. Closed: moved, "
        "and level with peers since."
        + (" Nothing was counted since where a number is missing." if uncounted else ""),
    )


def _others(others: float | None, write: Writer) -> str:
    if others is None:
        return MISSING
    text = f"{write.level(abs(others))} {'better' if others >= 0 else 'worse'}"
    return Written(text, others)


def _without(summary: RegionSummary) -> list[Block]:
    """Whom the table leaves out, and why."""
    lines = summary.managers
    none_given = [line.manager.name for line in lines if line.last_gap is None]
    named_none = [
        line.manager.name
        for line in lines
        if line.last_gap is not None and line.last_gap.driver == "none"
    ]
    if len(none_given) == len(lines):
        return [
            body(
                "No pack of a last run was given, so this is left out. Name the output folder of "
                "the last batch as last_run in the params, and it says which gaps moved."
            )
        ]
    return _lists((("Their last pack named no gap: ", named_none), ("No last pack: ", none_given)))
