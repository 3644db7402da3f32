"""Follow-through: what the last pack asked for, what was done, and whether the gap moved."""

from __future__ import annotations

from datetime import date

from salesgap.facts import Commitment, LastGap, Pack
from salesgap.publish.blocks import Block, Note, Spans, Table
from salesgap.publish.sections.parts import body, say, strong, table
from salesgap.publish.wording import DRIVERS
from salesgap.publish.words import Writer, listed

_OUTCOMES = {
    "closed": "level with your peers. Tell the team",
    "moved": "moved by more than chance",
    "no_more_than_chance": "moved no more than chance",
    "too_early": "too early to tell",
    "unknown": "these data cannot tell how it moved",
}
_STILL = " It may not be closed, so it is named again; the verdict counts the months before too."
_STATUS = {"done": "✓ done", "open": "○ open", "dropped": "× dropped"}
_OVERDUE = "○ overdue"
_MOST = 8
"""Commitments listed; those still open come first."""


def last_pack(pack: Pack, write: Writer) -> list[Block]:
    """For page 1: what was kept of the last pack's commitments, and what became of its gap; first,
    that it has closed."""
    kept, moved = _kept(_fallen_due(pack), write), _moved(pack, write)
    told = (*moved, *kept) if has_closed(pack) else (*kept, *moved)
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


def has_closed(pack: Pack) -> bool:
    """Whether the last pack's gap has closed since."""
    return pack.last_gap is not None and pack.last_gap.outcome == "closed"


def closed(pack: Pack, write: Writer) -> list[Block]:
    """For the checkpoint: the last pack's gap, where it has closed."""
    return [body(*_moved(pack, write))] if has_closed(pack) else []


def _moved(pack: Pack, write: Writer) -> Spans:
    """What became of the last pack's gap, and why it may be the gap again; what had closed before
    and still is."""
    last = pack.last_gap
    if last is None:
        return ()
    before = listed(_named(gap) for gap in last.closed_before)
    still = f" Still closed: {before}. " if before else ""
    if last.driver == "none":
        return say(still)
    figures = ""
    if last.then is not None and last.now is not None:
        then, now = (write.measure(value, last.unit) for value in (last.then, last.now))
        figures = f" {then} up to {write.short_day(last.since)}, {now} since;"
    has = ", has closed" if last.outcome == "closed" else ""
    again = _STILL if _is_still_named(pack, last) else ""
    told = f"{figures} {_OUTCOMES[last.outcome]}.{again}{still} "
    return say(strong(f"The last gap, {_named(last)}{has}:"), told)


def _named(gap: LastGap) -> str:
    """The gap in a sentence, with the people it was about."""
    name = DRIVERS[gap.driver].name.lower()
    return f"{name} of {listed(person.name for person in gap.people)}" if gap.people else name


def _is_still_named(pack: Pack, last: LastGap) -> bool:
    """Whether it moved and is the gap again; of other seats, it is another gap."""
    seats = {person.id for person in last.people} & {person.id for person in pack.gap.people}
    same = bool(seats) if last.people else last.driver != "underperformance"
    return pack.gap.driver == last.driver and same and last.outcome == "moved"


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
