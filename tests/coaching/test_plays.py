from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from salesgap.coaching.plays import FirstRound, Play, actions, load_plays, working_day
from salesgap.errors import ParamsError
from salesgap.gaps.closing import CONDITIONS

PLAYS = Path(__file__).resolve().parents[2] / "templates" / "plays"
WORDS = "actions.{}: only $reps and $count can be filled in here"
FRIDAY = date(2026, 6, 26)


def step(**changed):
    return {"do": "Call $reps", "who": "you", "within_days": 7, "seen_in": "$count calls"} | changed


def play(**changed):
    return {
        "summary": "s",
        "actions": [step(), step(), step()],
        "behaviour": "b",
        "coaching": "c",
        "topic": "t",
        "debrief": ["d"],
    } | changed


def test_every_gap_that_can_be_named_has_its_play():
    assert sorted(load_plays(PLAYS)) == sorted(
        [*CONDITIONS, "capacity", "underperformance", "none"]
    )


def test_the_shipped_plays_leave_no_word_unfilled():
    for each in load_plays(PLAYS).values():
        for action in actions(each, FRIDAY, ["Ann"], 6):
            assert "$" not in f"{action.do}{action.who}{action.seen_in}"


ROUND = FirstRound(date(2026, 6, 29), date(2026, 7, 9))


def test_what_happens_in_the_one_to_ones_is_due_with_them_and_actions_come_by_date():
    steps = [
        step(do="all", one_to_one="every"),
        step(do="usual", within_days=7),
        step(do="start", one_to_one="first", within_days=14),
    ]
    found = actions(Play.model_validate(play(actions=steps)), FRIDAY, [], 6, ROUND)
    assert [(action.do, action.by) for action in found] == [
        ("start", ROUND.first),
        ("usual", date(2026, 7, 3)),
        ("all", ROUND.every),
    ]


def test_without_a_calendar_one_to_ones_are_due_within_their_days():
    each = Play.model_validate(play(actions=[step(one_to_one="every", within_days=7)] * 3))
    assert {action.by for action in actions(each, FRIDAY, [], 0)} == {date(2026, 7, 3)}


def test_late_in_the_year_a_step_says_what_else_to_do():
    late = step(late="Start next year with $reps")
    each = Play.model_validate(play(actions=[late, step(), step()]))
    said = [action.do for action in actions(each, FRIDAY, ["Ann"], 6, late=True)]
    assert said == ["Start next year with Ann", "Call Ann", "Call Ann"]
    assert {action.do for action in actions(each, FRIDAY, ["Ann"], 6)} == {"Call Ann"}


def test_the_creation_play_asks_for_nothing_this_year_that_would_close_in_the_next():
    creation = load_plays(PLAYS)["pipeline_creation"]
    late = [action.do for action in actions(creation, FRIDAY, ["Ann"], 6, late=True)]
    assert sum("next year" in do for do in late) == 2
    assert not any("next year" in action.do for action in actions(creation, FRIDAY, ["Ann"], 6))


def test_what_is_due_with_the_first_one_to_one_does_not_count_them_all():
    due = [step for play in load_plays(PLAYS).values() for step in play.actions]
    first = [step.seen_in for step in due if step.one_to_one == "first"]
    assert first
    assert not any("$count" in seen for seen in first)


@pytest.mark.parametrize("driver", ["pipeline_creation", "none"])
def test_the_shipped_plays_are_due_with_the_one_to_ones_that_they_speak_of(driver):
    found = actions(load_plays(PLAYS)[driver], FRIDAY, ["Ann"], 6, ROUND)
    by = [action.by for action in found if "each rep" in action.do or "every one" in action.do]
    assert by
    assert set(by) <= set(ROUND)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (play(actions=[step(), step()]), "actions: Tuple should have at least 3 items"),
        (play(actions=[step(), step(within_days=40), step()]), "actions.1.within_days: Input"),
        (play(actions=[step(), step(), {"do": "x"}]), "actions.2.who: Field required"),
        (play(actions=[step(), step(do="Call $rep"), step()]), WORDS.format("1.do: $rep")),
        (
            play(actions=[step(seen_in="${counts}"), step(), step()]),
            WORDS.format("0.seen_in: $counts"),
        ),
        (play(topic="Calls of $reps"), "topic: $reps: nothing is filled in here"),
        (play(debrief=["Was it $reps?"]), "debrief.0: $reps: nothing is filled in here"),
        (play(colour="red"), "colour: Extra inputs are not permitted"),
        (play(actions=[step(late="$rep"), step(), step()]), "actions.0.late: $rep"),
        (play(actions=[step(one_to_one="last"), step(), step()]), "actions.0.one_to_one: Input"),
        ([], "Input should be a valid dictionary"),
    ],
)
def test_a_bad_play_is_told_with_its_file_and_key(tmp_path, content, told):
    file = tmp_path / "deal_size.yml"
    file.write_text(yaml.safe_dump(content), "utf-8")
    with pytest.raises(ParamsError) as caught:
        load_plays(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert told in str(caught.value)
    assert str(caught.value).endswith("→ mend the play")


@pytest.mark.parametrize("lost", ["deal_size.yml", "none.yml"])
def test_a_play_that_was_deleted_is_told_with_the_file_to_restore(tmp_path, lost):
    shutil.copytree(PLAYS, tmp_path, dirs_exist_ok=True)
    (tmp_path / lost).unlink()
    with pytest.raises(ParamsError) as caught:
        load_plays(tmp_path)
    assert str(caught.value).startswith(
        f"{tmp_path / lost}: the play is missing → restore the file"
    )


def test_money_in_a_play_is_no_word_to_fill_in():
    costs = Play.model_validate(play(actions=[step(do="Ask for $50k of $reps")] * 3))
    assert actions(costs, FRIDAY, ["Ann"], 6)[0].do == "Ask for $50k of Ann"


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00"], ids=["no YAML", "no text"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, content):
    (tmp_path / "deal_size.yml").write_bytes(content)
    with pytest.raises(ParamsError, match=r"deal_size\.yml: cannot be read"):
        load_plays(tmp_path)


@pytest.mark.parametrize(
    ("reps", "text"),
    [
        ([], "Call each rep"),
        (["Ann"], "Call Ann"),
        (["Ann", "Bob"], "Call Ann and Bob"),
        (["Ann", "Bob", "Cy"], "Call Ann, Bob and Cy"),
        (["$count {x} \\1"], "Call $count {x} \\1"),
    ],
)
def test_actions_name_the_reps_as_they_are(reps, text):
    first = actions(Play.model_validate(play()), FRIDAY, reps, 6)[0]
    assert (first.do, first.seen_in) == (text, "6 calls")


@given(as_of=st.dates(date(2020, 1, 1), date(2030, 1, 1)), within=st.integers(1, 30))
def test_actions_are_due_on_a_working_day_in_time_or_the_monday_after(as_of, within):
    each = Play.model_validate(play(actions=[step(within_days=within)] * 3))
    for action in actions(each, as_of, [], 6):
        late = (action.by - as_of).days - within
        assert action.by.weekday() < 5
        assert 0 <= late <= 2


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (FRIDAY, FRIDAY),
        (date(2026, 6, 27), date(2026, 6, 29)),
        (date(2026, 6, 28), date(2026, 6, 29)),
    ],
)
def test_a_weekends_day_moves_to_monday(day, expected):
    assert working_day(day) == expected
