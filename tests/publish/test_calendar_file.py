from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from salesgap.facts import Pack, Session
from salesgap.publish.calendar_file import calendar_file

DATA = Path(__file__).resolve().parents[1] / "data"
PACK = Pack.model_validate_json((DATA / "small-pack.json").read_bytes())
HOSTILE = (
    "Ana\r\nEND:VEVENT\nBEGIN:VEVENT",
    r"Wu; Li, \n Chen: “x” \;",
    "👩🏽‍💻 名前 محمد Łukasz ß",
    "N" * 150 + "é" * 150,
    "a\x00b\x07c\u2028d\x85e\tf",
    "=;TZID=x:1",
)


def planned(*sessions: Session) -> Pack:
    coaching = PACK.coaching.model_copy(update={"cadence": sessions})
    return PACK.model_copy(update={"coaching": coaching})


def session(person: str = "Tom Berg", topic: str = "t", **changes: object) -> Session:
    usual = {"on": date(2026, 7, 6), "type": "One-to-one", "person_id": "R1"}
    return Session.model_validate({**usual, "person": person, "topic": topic, **changes})


def events(pack: Pack) -> list[Event]:
    return list(Calendar.from_ical(calendar_file(pack)).walk("VEVENT"))


def on_one_line(text: str) -> str:
    kept = (c for c in text if c.isspace() or (c >= " " and not "\x7f" <= c < "\xa0"))
    return " ".join("".join(kept).split())


def test_a_session_is_an_all_day_event_with_its_type_person_and_topic():
    first, second = events(PACK)
    assert first["summary"] == "One-to-one: Ines Alvarez"
    assert first["description"] == "Net new pipeline"
    assert (first["dtstart"].dt, first["dtend"].dt) == (date(2026, 7, 6), date(2026, 7, 7))
    assert second["summary"] == "Joint call: Tom Berg"


def test_the_file_is_stamped_with_the_as_of_date_and_not_with_the_clock():
    assert {event["dtstamp"].dt for event in events(PACK)} == {datetime(2026, 6, 30, tzinfo=UTC)}
    assert calendar_file(PACK) == calendar_file(Pack.model_validate_json(PACK.model_dump_json()))


def test_an_event_blocks_no_time_and_shows_nothing_in_a_shared_calendar():
    assert {(event["transp"], event["class"]) for event in events(PACK)} == {
        ("TRANSPARENT", "PRIVATE")
    }


def test_the_next_pack_gives_the_same_session_the_same_id_and_others_another():
    later = PACK.model_copy(update={"as_of": PACK.as_of + timedelta(days=7)})
    assert [event["uid"] for event in events(later)] == [event["uid"] for event in events(PACK)]
    other = PACK.model_copy(update={"manager": PACK.manager.model_copy(update={"id": "M2"})})
    assert len({event["uid"] for pack in (PACK, other) for event in events(pack)}) == 4


def test_two_reps_of_one_name_have_an_event_each():
    assert len({event["uid"] for event in events(planned(session(), session(person_id="R2")))}) == 2


def test_without_a_session_there_is_no_file():
    assert calendar_file(planned()) == b""


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(text: str):
    (event,) = events(planned(session(text, topic=text)))
    assert event["summary"] == f"One-to-one: {on_one_line(text)}"
    assert event["description"] == on_one_line(text)
    assert sorted(event) == [
        *("CLASS", "DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP", "UID")
    ]


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_comes_back_from_a_file_whose_lines_have_at_most_75_bytes(text: str):
    pack = planned(session("x" + text, topic="x" + text))
    (event,) = events(pack)
    assert event["description"] == on_one_line("x" + text)
    assert max(map(len, calendar_file(pack).split(b"\r\n"))) <= 75
