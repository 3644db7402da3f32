"""The coaching calendar of the coming weeks: type, frequency and topic for each rep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from salesgap.coaching.plays import FirstRound, Play
from salesgap.facts import Person, Session

WEEKS = 4
_ONE_TO_ONE = "One-to-one"
_FOLLOW_UP = "What was agreed last time, then the five items"


def cadence(
    reps: Sequence[Person], as_of: date, play: Play, focus: Sequence[str], topics: Mapping[str, str]
) -> tuple[Session, ...]:
    """Sessions of the next four weeks, in order of date.

    Reps in ``focus`` (ids) have a one-to-one every week and the play's joint session every other
    week; the others a one-to-one every other week. Days are spread over the week. The first
    one-to-one of each rep is about their own topic (``topics``, by id), for those in focus the
    play's.
    """
    monday = as_of + timedelta(days=7 - as_of.weekday())
    ordered = sorted(reps, key=lambda rep: rep.id not in focus)
    sessions = [
        session
        for place, rep in enumerate(ordered)
        for session in (
            _often(rep, place, monday, play)
            if rep.id in focus
            else _one_to_ones(rep, place, monday, topics[rep.id], range(place % 2, WEEKS, 2))
        )
    ]
    return tuple(sorted(sessions, key=lambda s: (s.on, s.person, s.person_id)))


def first_round(sessions: Sequence[Session]) -> FirstRound | None:
    """The days of the first and of the last of everybody's first one-to-ones."""
    first: dict[str, date] = {}
    for session in sessions:
        if session.type == _ONE_TO_ONE:
            known = first.get(session.person_id, session.on)
            first[session.person_id] = min(session.on, known)
    return FirstRound(min(first.values()), max(first.values())) if first else None


def _often(rep: Person, place: int, monday: date, play: Play) -> list[Session]:
    found = _one_to_ones(rep, place, monday, play.topic, range(WEEKS))
    if not play.behaviour:
        return found
    day = timedelta(days=(place + 2) % 5)
    return found + [
        Session(
            on=monday + timedelta(weeks=week) + day,
            person_id=rep.id,
            person=rep.name,
            type=play.coaching,
            topic=play.topic,
        )
        for week in (0, 2)
    ]


def _one_to_ones(
    rep: Person, place: int, monday: date, topic: str, weeks: Sequence[int]
) -> list[Session]:
    day = timedelta(days=place % 5)
    return [
        Session(
            on=monday + timedelta(weeks=week) + day,
            person_id=rep.id,
            person=rep.name,
            type=_ONE_TO_ONE,
            topic=topic if week == weeks[0] else _FOLLOW_UP,
        )
        for week in weeks
    ]
