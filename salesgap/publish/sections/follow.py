"""Follow-through: what the last pack asked for, what was done, and whether the gap moved."""

from __future__ import annotations

from datetime import date

from salesgap.facts import Commitment, LastGap, Pack
from salesgap.publish.blocks import Block, Note, Spans, Table
from salesgap.publish.sections.parts import say, strong, table
from salesgap.publish.wording import DRIVERS
from salesgap.publish.words import Writer, listed

_OUTCOMES = {
    "moved": "moved by more than chance",
    "no_more_than_chance": "moved no more than chance",
    "too_early": "too early to tell",
    "unknown": "these data cannot tell how it moved",
}
_STATUS = {"done": "✓ done", "open": "○ open", "dropped": "× dropped"}
_OVERDUE = "○ overdue"
_MOST = 8
"""Commitments listed; those still open come first."""


def last_pack(pack: Pack, write: Writer) -> list[Block]:
    """For page 1: what was kept of the last pack's commitments, and what became of its gap."""
    told = (*_kept(_fallen_due(pack), write), *_moved(pack.last_gap, write))
    return [Note(spans=told)] if told else []


def _fallen_due(pack: Pack) -> tuple[Commitment, ...]:
    """What is due later is neither kept nor not."""
    return tuple(one for one in pack.coaching.commitments if one.due <= pack.as_of)


def _kept(taken: tuple[Commitment, ...], write: Writer) -> Spans:
    """How many stand where, e.g. 'Last time, of 3 commitments due: 2 done, 1 open.'"""
    if not taken:
        return ()
    counts = {status: sum(one.status == status for one in taken) for status in _STATUS}
    told = [f"{write.number(number)} {status}" for status, number in counts.items() if number]
    of = f"Last time, of {write.count(len(taken), 'commitment due', 'commitments due')}: "
    return say(strong(of), f"{', '.join(told)}. ")


def _moved(last: LastGap | None, write: Writer) -> Spans:
    """What became of the last pack's gap, in one sentence."""
    if last is None or last.driver == "none":
        return ()
    name = DRIVERS[last.driver].name.lower()
    if last.people:
        name = f"{name} of {listed(person.name for person in last.people)}"
    figures = ""
    if last.then is not None and last.now is not None:
        then, now = (write.measure(value, last.unit) for value in (last.then, last.now))
        figures = f" {then} then, {now} since {write.short_day(last.since)};"
    return say(strong(f"The last gap, {name}:"), f"{figures} {_OUTCOMES[last.outcome]}.")


def commitments(pack: Pack, write: Writer) -> list[Table]:
    """Each action taken on in the last pack, and what became of it; nothing without any."""
    taken = pack.coaching.commitments
    if not taken:
        return []
    rows = [
        (
            _state(one, pack.as_of),
            one.action,
            one.owner or "not said",
            _due(one.due, pack.as_of, write),
        )
        for one in sorted(taken, key=lambda one: one.status != "open")[:_MOST]
    ]
    columns = (
        ("State", "l", 1.1),
        ("Taken on in the last pack", "l", 5.2),
        ("Who", "l", 2),
        ("Due", "r", 1.1),
    )
    more = len(taken) - len(rows)
    note = f"… and {write.number(more)} more." if more else ""
    return [table(columns, rows, title=_title(_fallen_due(pack), write), note=note)]


def _state(one: Commitment, as_of: date) -> str:
    overdue = one.status == "open" and one.due < as_of
    return _OVERDUE if overdue else _STATUS[one.status]


def _due(due: date, as_of: date, write: Writer) -> str:
    return write.short_day(due) if due.year == as_of.year else write.day(due)


def _title(taken: tuple[Commitment, ...], write: Writer) -> str:
    if not taken:
        return "No commitment is due yet"
    done = sum(one.status == "done" for one in taken)
    return f"{write.number(done)} of {write.count(len(taken), 'commitment')} kept"
