from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.coaching.cadence import WEEKS, cadence, first_round
from salesgap.coaching.plays import Play
from salesgap.facts import Person

STEP = {"do": "x", "who": "x", "within_days": 1, "seen_in": "x"}
PLAY = Play(
    summary="s", actions=(STEP,) * 3, behaviour="b", coaching="Ride-along", topic="t", debrief=()
)
AS_OF = date(2026, 6, 30)


def team(size):
    return [Person(id=f"r{i}", name=f"Rep {i}") for i in range(size)]


def topics(reps):
    return {rep.id: f"own topic of {rep.id}" for rep in reps}


def calendar(size, focus=(), play=PLAY, as_of=AS_OF):
    return cadence(team(size), as_of, play, list(focus), topics(team(size)))


def kinds(sessions, name):
    return [session.type for session in sessions if session.person == name]


@given(
    size=st.integers(1, 15), focus=st.integers(0, 3), as_of=st.dates(AS_OF, AS_OF + timedelta(14))
)
def test_every_rep_is_seen_on_working_days_of_the_four_weeks_after(size, focus, as_of):
    reps = team(size)
    sessions = calendar(size, [rep.id for rep in reps[:focus]], as_of=as_of)
    assert {session.person for session in sessions} == {rep.name for rep in reps}
    days = [session.on for session in sessions]
    assert days == sorted(days)
    assert all(day.weekday() < 5 for day in days)
    assert as_of < min(days)
    assert max(days) <= as_of + timedelta(weeks=WEEKS + 1)


def test_two_reps_of_one_name_are_seen_as_often_as_others():
    reps = [Person(id=f"r{i}", name="Ann Lee") for i in range(9)]
    sessions = cadence(reps, AS_OF, PLAY, ["r3"], topics(reps))
    seen = Counter(session.person_id for session in sessions)
    assert seen == {rep.id: 6 if rep.id == "r3" else 2 for rep in reps}
    first, every = first_round(sessions)
    assert first < every


def test_focus_reps_are_seen_every_week_and_coached_every_other():
    sessions = calendar(6, ["r4"])
    assert sorted(kinds(sessions, "Rep 4")) == ["One-to-one"] * 4 + ["Ride-along"] * 2
    assert [kinds(sessions, f"Rep {i}") for i in (0, 1, 2, 3, 5)] == [["One-to-one"] * 2] * 5


def test_nobodys_two_sessions_fall_on_one_day():
    sessions = calendar(9, ["r0", "r1"])
    met = [(session.person, session.on) for session in sessions]
    assert len(met) == len(set(met))


def test_one_to_ones_are_spread_over_the_days_of_a_week():
    sessions = calendar(10)
    assert {session.on.weekday() for session in sessions} == set(range(5))


def test_the_first_one_to_one_is_about_the_reps_own_topic_and_of_focus_reps_the_plays():
    sessions = calendar(3, ["r1"])
    own = {
        name: [s.topic for s in sessions if s.person == name and s.type == "One-to-one"]
        for name in ("Rep 0", "Rep 1", "Rep 2")
    }
    assert [found[0] for found in own.values()] == ["own topic of r0", "t", "own topic of r2"]
    later = {topic for found in own.values() for topic in found[1:]}
    assert later == {"What was agreed last time, then the five items"}


def test_joint_sessions_are_about_the_plays_topic():
    assert {s.topic for s in calendar(3, ["r1"]) if s.type == "Ride-along"} == {"t"}


@given(size=st.integers(1, 40), focus=st.integers(0, 3))
def test_the_first_round_lasts_until_every_rep_has_had_a_one_to_one(size, focus):
    sessions = calendar(size, [f"r{i}" for i in range(focus)])
    held = [s for s in sessions if s.type == "One-to-one"]
    first, every = first_round(sessions)
    assert first == held[0].on
    assert {s.person for s in held if s.on <= every} == {rep.name for rep in team(size)}
    assert {s.person for s in held if s.on < every} < {rep.name for rep in team(size)}
    assert every <= AS_OF + timedelta(days=18)


def test_without_reps_there_is_no_first_round():
    assert first_round(()) is None


@pytest.mark.parametrize("behaviour", ["", "b"])
def test_a_play_without_a_behaviour_adds_no_joint_sessions(behaviour):
    sessions = calendar(2, ["r0"], PLAY.model_copy(update={"behaviour": behaviour}))
    assert ("Ride-along" in kinds(sessions, "Rep 0")) == bool(behaviour)
