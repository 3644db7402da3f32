from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesgap.coaching.cadence import WEEKS, cadence
from salesgap.coaching.plays import Play
from salesgap.facts import Person

STEP = {"do": "x", "who": "x", "within_days": 1, "seen_in": "x"}
PLAY = Play(
    summary="s", actions=(STEP,) * 3, behaviour="b", coaching="Ride-along", topic="t", debrief=()
)
AS_OF = date(2026, 6, 30)


def team(size):
    return [Person(id=f"r{i}", name=f"Rep {i}") for i in range(size)]


def kinds(sessions, name):
    return [session.type for session in sessions if session.person == name]


@given(
    size=st.integers(1, 15), focus=st.integers(0, 3), as_of=st.dates(AS_OF, AS_OF + timedelta(14))
)
def test_every_rep_is_seen_on_working_days_of_the_four_weeks_after(size, focus, as_of):
    reps = team(size)
    sessions = cadence(reps, as_of, PLAY, [rep.id for rep in reps[:focus]])
    assert {session.person for session in sessions} == {rep.name for rep in reps}
    days = [session.on for session in sessions]
    assert days == sorted(days)
    assert all(day.weekday() < 5 for day in days)
    assert as_of < min(days)
    assert max(days) <= as_of + timedelta(weeks=WEEKS + 1)


def test_focus_reps_are_seen_every_week_and_coached_every_other():
    sessions = cadence(team(6), AS_OF, PLAY, ["r4"])
    assert sorted(kinds(sessions, "Rep 4")) == ["One-to-one"] * 4 + ["Ride-along"] * 2
    assert [kinds(sessions, f"Rep {i}") for i in (0, 1, 2, 3, 5)] == [["One-to-one"] * 2] * 5


def test_nobodys_two_sessions_fall_on_one_day():
    sessions = cadence(team(9), AS_OF, PLAY, ["r0", "r1"])
    met = [(session.person, session.on) for session in sessions]
    assert len(met) == len(set(met))


def test_one_to_ones_are_spread_over_the_days_of_a_week():
    sessions = cadence(team(10), AS_OF, PLAY, [])
    assert {session.on.weekday() for session in sessions} == set(range(5))


def test_the_first_session_is_about_the_plays_topic():
    sessions = cadence(team(3), AS_OF, PLAY, ["r1"])
    own = [s.topic for s in sessions if s.person == "Rep 1" and s.type == "One-to-one"]
    assert own[0] == "t"
    assert set(own[1:]) == {"What was agreed last time, then the five items"}


@pytest.mark.parametrize("behaviour", ["", "b"])
def test_a_play_without_a_behaviour_adds_no_joint_sessions(behaviour):
    sessions = cadence(team(2), AS_OF, PLAY.model_copy(update={"behaviour": behaviour}), ["r0"])
    assert ("Ride-along" in kinds(sessions, "Rep 0")) == bool(behaviour)
