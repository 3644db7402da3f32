"""What reps do in a week, by kind and by the phase of the deal it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Literal

import pandas as pd

from salesgap.crm.book import Book
from salesgap.measures.attention import early_on_the_day
from salesgap.measures.peers import ActivityLevel
from salesgap.measures.seats import DAYS_PER_MONTH, Window, filled_months

ACTIVITY_DAYS = 90
LEAST_REPS = 5
"""With fewer behind a target, it would tell what somebody does."""

_COUNTED = ["person_id", "date", "kind", "opportunity_id"]

Phase = Literal["early", "late"] | None
Counts = Counter[tuple[str, str, Phase]]
"""Activities by person_id, folded kind and phase; those of all phases, known or not, under None."""

_PHASES: dict[object, Phase] = {True: "early", False: "late", pd.NA: None}


def activity_window(as_of: pd.Timestamp) -> Window:
    """The days whose activities are counted."""
    return Window(as_of - pd.Timedelta(days=ACTIVITY_DAYS), as_of)


def activity_counts(book: Book, window: Window) -> Counts:
    """The activities in the window, their kinds as of :func:`folded`.

    Early are those on deals in the early phase that day and those on no deal yet: prospecting.
    """
    log = book.activities[_COUNTED]
    log = log[window.holds(log["date"])]
    early = early_on_the_day(log, book.deals) | log["opportunity_id"].isna()
    kinds = {kind: folded(kind) for kind in log["kind"].unique()}
    person, kind = log["person_id"].tolist(), [kinds[kind] for kind in log["kind"].tolist()]
    phase = [_PHASES[it] for it in early.tolist()]
    counts: Counts = Counter(zip(person, kind, phase, strict=True))
    for (who, what, known), count in list(counts.items()):
        if known is not None:
            counts[who, what, None] += count
    return counts


def folded(kind: str) -> str:
    """What is the same for all spellings of a kind: "Calls", " call" and "CALL" are one.

    To count by, not to print: 'sms' comes out as 'sm'.
    """
    words = _spelt(kind)
    return words[:-1] if words.endswith("s") and not words.endswith("ss") else words


def _spelt(kind: str) -> str:
    return " ".join(kind.lower().split())


def _spellings(log: pd.DataFrame) -> dict[str, str]:
    """By folded kind, its commonest spelling in lower case; of equally common ones the first in
    the alphabet."""
    counted = Counter(map(_spelt, log["kind"]))
    rarest_first = sorted(sorted(counted, reverse=True), key=lambda kind: counted[kind])
    return {folded(kind): kind for kind in rarest_first}


def weeks_in_seat(seats: pd.DataFrame, window: Window) -> dict[str, float]:
    """By person_id: weeks of the window in which they filled one of these seats."""
    weeks: Counter[str] = Counter()
    months = filled_months(seats, window).tolist()
    for person, filled in zip(seats["person_id"], months, strict=True):
        weeks[person] += filled * DAYS_PER_MONTH / 7.0
    return dict(weeks)


def activity_levels(
    book: Book, seats: pd.DataFrame, reps: pd.DataFrame, as_of: pd.Timestamp, *, phases: bool
) -> tuple[ActivityLevel, ...]:
    """What the attaining reps of each role do a week, of those roles that have five or more.

    ``reps``: :attr:`salesgap.rank.League.reps`; ``phases``: the run's deals tell them. Who logs
    nothing at all is not counted.
    """
    window = activity_window(as_of)
    counts, weeks = activity_counts(book, window), weeks_in_seat(seats, window)
    tied = phases and bool(book.activities["opportunity_id"].notna().any())
    logging = reps["person_id"].isin({who for who, _, _ in counts if weeks.get(who, 0.0) > 0})
    spellings = _spellings(book.activities[window.holds(book.activities["date"])])
    return tuple(
        replace(level, kind=spellings[level.kind])
        for role, persons in reps[reps["attaining"] & logging].groupby("role")["person_id"]
        if len(persons) >= LEAST_REPS
        for level in _levels_of(str(role), set(persons), counts, weeks)
        if tied or level.phase is None
    )


def _levels_of(
    role: str, persons: Collection[str], counts: Counts, weeks: dict[str, float]
) -> Iterator[ActivityLevel]:
    total: Counter[tuple[str, Phase]] = Counter()
    for (person, kind, phase), count in counts.items():
        if person in persons:
            total[kind, phase] += count
    filled = sum(weeks[person] for person in persons)
    for kind, phase in sorted(total, key=lambda key: (key[0], key[1] or "")):
        yield ActivityLevel(role, kind, phase, total[kind, phase] / filled, len(persons))
