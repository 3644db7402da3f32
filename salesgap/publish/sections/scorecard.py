"""Of page 5: the eight drivers of execution, and the five-minute exercise held against the data."""

from __future__ import annotations

from salesgap.facts import Evidence, ExecutionDriver, Exercise, Pack
from salesgap.params import SECTIONS, Report
from salesgap.publish.blocks import Block, Table
from salesgap.publish.execution import EXECUTION
from salesgap.publish.sections.parts import body, say, strong, table
from salesgap.publish.wording import evidence_against
from salesgap.publish.words import MISSING, Writer, in_words

EXERCISE = SECTIONS[-1]

_MARKS = {True: "▲ gap", False: "● in order", None: "○ not known"}
"""Told by sign and word, so that no colour is needed."""


def scorecard(pack: Pack, report: Report, write: Writer) -> list[Block]:
    """The eight drivers, measured and assessed, and what the exercise says beside the data."""
    drivers = pack.coaching.drivers
    shown: list[Block] = [_table(drivers, write)] if drivers else []
    exercise = pack.coaching.exercise
    if exercise is None or exercise.answered == 0:
        return [*shown, body(strong("The five-minute exercise "), _unanswered(report))]
    return [*shown, body(strong(f"{_POINTS[exercise.points_to]} "), _result(exercise, write))]


def _unanswered(report: Report) -> str:
    """Where its page is, if the params print it."""
    last = (report.sections or SECTIONS)[-1]
    page = "the last page" if last == EXERCISE else "its page"
    left_out = EXERCISE not in (report.sections or SECTIONS)
    do = "" if left_out else f": print {page}, and answer it alone"
    return f"was not answered in the last two quarters{do}."


def _table(drivers: tuple[ExecutionDriver, ...], write: Writer) -> Table:
    columns = (
        ("Driver of execution", "l", 2),
        ("Measured", "l", 5),
        ("Assessed, 0 to 5", "r", 1.5),
        ("Reading", "l", 1.2),
    )
    rows = [
        (
            EXECUTION[one.id].name,
            _measured(one.evidence, write),
            _assessed(one, write),
            (strong(_MARKS[one.gap]),) if one.gap else say(_MARKS[one.gap]),
        )
        for one in drivers
    ]
    return table(columns, rows, title=_title(drivers))


def _title(drivers: tuple[ExecutionDriver, ...]) -> str:
    gaps = [_inside(EXECUTION[one.id].name) for one in drivers if one.gap]
    known = sum(one.gap is not None for one in drivers)
    if not known:
        return "None of the eight drivers is measured or assessed"
    if not gaps:
        held = in_words(known).capitalize()
        return f"{held} of the eight drivers {'is' if known == 1 else 'are'} known, and in order"
    if len(gaps) == 1:
        return f"One of the eight drivers shows a gap: {gaps[0]}"
    return (
        f"{in_words(len(gaps)).capitalize()} of the eight drivers show a gap: start with {gaps[0]}"
    )


def _inside(name: str) -> str:
    """A name inside a sentence: 'goal clarity', but 'CRM visibility'."""
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def _measured(fact: Evidence | None, write: Writer) -> str:
    if fact is None or fact.value is None:
        return "not measured by these data"
    return evidence_against(fact, write)


def _assessed(one: ExecutionDriver, write: Writer) -> str:
    if one.score is None:
        return MISSING
    on = f" ({write.short_day(one.scored_on)})" if one.scored_on else ""
    return write.number(one.score, 1) + on


# ── the exercise ──────────────────────────────────────────────────────────────────────────

_POINTS = {
    "condition": "Your own answers point to the process: pick the low-hanging fruit first.",
    "people": "Your own answers point to talent: the process is sound and the results are not.",
    "none": "Your own answers name neither process nor talent as a gap.",
    "unknown": "Your own answers do not settle it.",
}
_AGREES = {
    True: "The data on page 1 say the same.",
    False: "The data on page 1 say otherwise: what do you see that they do not, or they that you "
    "do not?",
    None: "It cannot be held against the data.",
}


def _result(exercise: Exercise, write: Writer) -> str:
    when = f" on {write.short_day(exercise.answered_on)}" if exercise.answered_on else ""
    gaps = exercise.process_gaps
    return (
        f"{write.number(exercise.answered)} of 8 statements answered{when}, "
        f"{write.number(gaps)} scored 2 or less. {_AGREES[exercise.agrees]}"
    )
