"""The coaching calendar of the coming weeks: type, frequency and topic for each rep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from salesgap.coaching.plays import Play
from salesgap.facts import Person, Session

WEEKS = 4
_FOLLOW_UP = "What was agreed last time, then the five items"


def cadence(
    reps: Sequence[Person], as_of: date, play: Play, focus: Sequence[str]
) -> tuple[Session, ...]:
    """Sessions of the next four weeks, in order of date.

    Reps in ``focus`` (ids) have a one-to-one every week and the play's joint session every other
    week; the others a one-to-one every other week. Days are spread over the week.
    """
    monday = as_of + timedelta(days=7 - as_of.weekday())
    ordered = sorted(reps, key=lambda rep: rep.id not in focus)
    sessions = [
        session
        for place, rep in enumerate(ordered)
        for session in _sessions(rep, place, monday, play, rep.id in focus)
    ]
    return tuple(sorted(sessions, key=lambda s: (s.on, s.person)))


def _sessions(rep: Person, place: int, monday: date, play: Play, often: bool) -> list[Session]:
    weeks = range(WEEKS) if often else range(place % 2, WEEKS, 2)
    day = timedelta(days=place % 5)
    found = [
        Session(
            on=monday + timedelta(weeks=week) + day,
            person=rep.name,
            type="One-to-one",
            topic=play.topic if week == weeks[0] else _FOLLOW_UP,
        )
        for week in weeks
    ]
    if often and play.behaviour:
        found += [
            Session(
                on=monday + timedelta(weeks=week) + timedelta(days=(place + 2) % 5),
                person=rep.name,
                type=play.coaching,
                topic=play.topic,
            )
            for week in (0, 2)
        ]
    return found
