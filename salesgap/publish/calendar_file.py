"""The coaching calendar as an iCalendar file (RFC 5545), for the manager's own calendar.

A session is an all-day event. The pack plans the day; it knows neither the hour nor the time zone
in which two people are free, and thirty invented minutes would lie on top of each other or of
real meetings. An all-day event stands above the day, blocks nothing, and is moved to an hour by
whoever holds the calendar.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from icalendar import Calendar, Event

from salesgap.facts import Pack, Session

_PRODUCT = "-//salesgap//coaching calendar//EN"


def calendar_file(pack: Pack) -> bytes:
    """The sessions of a pack as one ``.ics`` file, the same bytes for the same facts.

    Empty where no session is planned: the format knows no calendar without an event.
    """
    if not pack.coaching.cadence:
        return b""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    stamp = datetime.combine(pack.as_of, time(), UTC)
    for session, uid in _identified(pack):
        calendar.add_component(_event(session, uid, stamp))
    return bytes(calendar.to_ical())


def _event(session: Session, uid: str, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", stamp)
    event.add("dtstart", session.on)
    event.add("dtend", session.on + timedelta(days=1))
    event.add("summary", _line(f"{session.type}: {session.person}"))
    event.add("description", _line(session.topic))
    event.add("class", "PRIVATE")  # a shared calendar shows that there is something, not what
    event.add("transp", "TRANSPARENT")
    return event


def _identified(pack: Pack) -> Iterator[tuple[Session, str]]:
    """Each session with an id that the next pack gives to it too, if it plans the same one.

    So a calendar that reads both files keeps one event, with the newer topic.
    """
    for session in pack.coaching.cadence:
        key = (pack.manager.id, session.person_id, session.on.isoformat(), session.type)
        digest = sha256(json.dumps(key).encode()).hexdigest()
        yield session, f"{digest[:32]}@salesgap"


def _line(text: str) -> str:
    """``text`` on one line, without the control characters that the format forbids."""
    kept = (c for c in text if c.isspace() or unicodedata.category(c) != "Cc")
    return " ".join("".join(kept).split())
