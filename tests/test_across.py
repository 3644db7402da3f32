"""Two teams' export, through the snapshot, to the sums each team is handed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from salesgap.across import across, sums_of
from salesgap.crm.asof import book_as_of
from salesgap.crm.freeze import take_snapshot
from salesgap.crm.team import team_of
from salesgap.params import Params
from salesgap.prepare import load_prepared_team, prepare

ROOT = Path(__file__).resolve().parents[1]
PEOPLE = """\
person_id,name,manager_id,role,region,start_date
m1,Mia,,manager,North,2020-01-01
r1,Rob,m2,rep,North,2020-01-01
r2,Ros,m1,rep,North,2020-01-01
m2,Max,,manager,North,2020-01-01
r3,Ray,m2,rep,North,2026-05-01
"""
MOVES = """\
person_id,manager_id,start_date,end_date
r1,m1,2020-01-01,2026-06-09
r1,m2,2026-06-10,
"""
DEALS = """\
opportunity_id,owner_id,created_date,close_date,stage,amount,next_step
D-MOVED,r1,2026-01-10,2026-09-30,Qualify,100,
won,r2,2026-01-10,2026-05-15,Won,50.50,
D-STAYS,r2,2026-01-10,2026-09-30,Propose,70.10,
inherited,r3,2026-01-10,2026-09-30,Qualify,30,
fresh,r3,2026-06-20,2026-09-30,Qualify,20,
"""
HISTORY = """\
opportunity_id,changed_at,stage,amount,close_date
D-MOVED,2026-01-10,Qualify,100,2026-09-30
won,2026-01-10,Qualify,40.25,2026-05-15
won,2026-05-15,Won,50.50,2026-05-15
D-STAYS,2026-01-10,Qualify,60.05,2026-09-30
D-STAYS,2026-06-01,Propose,70.10,2026-09-30
inherited,2026-01-10,Qualify,30,2026-09-30
fresh,2026-06-20,Qualify,20,2026-09-30
"""
ACTIVITIES = """\
person_id,date,kind,opportunity_id
r2,2026-05-20,call,D-STAYS
r2,2026-06-20,call,D-STAYS
r3,2026-06-21,call,fresh
"""


@pytest.fixture
def params(tmp_path: Path, run_params) -> Params:
    for name, text in {
        "people": PEOPLE,
        "team_history": MOVES,
        "opportunities": DEALS,
        "stage_history": HISTORY,
        "activities": ACTIVITIES,
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return run_params(source={"folder": tmp_path})


@pytest.fixture
def sums(params):
    """``sums("m1")``: what that team is handed."""

    def of(manager: str, **changed):
        run = params.model_copy(update=changed)
        snapshot = take_snapshot(run)
        book = book_as_of(snapshot, run)
        return sums_of(across(snapshot, book, run), manager, team_of(book, manager).deals)

    return of


def moves(found):
    walked = found["waterfall"]
    return {one.reason: (one.deals, one.amount) for one in walked.movements}


def test_each_team_is_handed_its_walk_and_it_adds_up(sums):
    mine = sums("m1")
    walked = mine["waterfall"]
    assert (str(walked.start), str(walked.end)) == ("2026-03-31", "2026-06-30")
    assert (walked.start_deals, walked.start_amount) == (3, 200.30)
    assert moves(mine) == {
        "raised": (1, 10.05),
        "won": (1, -40.25),
        "transferred_out": (1, -100.0),
    }
    assert (walked.end_deals, walked.end_amount) == (1, 70.10)
    assert (walked.dates_known, walked.amounts_known) == (True, True)


def test_a_deal_of_somebody_who_joined_since_was_in_the_team_they_joined(sums):
    theirs = sums("m2")
    assert (theirs["waterfall"].start_deals, theirs["waterfall"].start_amount) == (1, 30.0)
    assert moves(theirs) == {"new": (1, 20.0), "transferred_in": (1, 100.0)}


def test_what_came_with_its_owner_is_net_new_to_the_team_it_came_to(sums):
    assert (sums("m1")["arrived"], sums("m2")["arrived"]) == ((0, 0.0), (1, 100.0))


def test_attention_is_compared_with_the_other_teams(sums):
    mine, theirs = sums("m1")["attention"], sums("m2")["attention"]
    assert (mine.activities, mine.early, mine.peers) == (2, 1, 1.0)
    assert (mine.open_deals, mine.open_early) == (1, 0)
    assert (theirs.activities, theirs.early, theirs.peers) == (1, 1, 0.5)
    assert (mine.joint, mine.joint_early) == (None, None)


def test_what_the_export_never_tells_of_open_deals_is_not_told(sums):
    assert sums("m1")["told"] == ("close_date",)


def test_without_a_history_of_dates_all_open_deals_are_walked(sums, tmp_path):
    (tmp_path / "stage_history.csv").unlink()
    undated = DEALS.replace("2026-09-30,Propose", ",Propose")
    (tmp_path / "opportunities.csv").write_text(undated, "utf-8")
    walked = sums("m1")["waterfall"]
    assert (walked.due_by, walked.dates_known, walked.amounts_known) == (None, False, False)
    assert (walked.start_amount, walked.end_amount) == (220.60, 70.10)


def test_where_no_deal_is_as_old_as_the_last_pack_there_is_no_walk(sums):
    early = pd.Timestamp(2025, 12, 31).date()
    assert sums("m1", previous_as_of=early)["waterfall"] is None


def test_without_activities_no_attention_is_told(sums, tmp_path):
    (tmp_path / "activities.csv").unlink()
    assert sums("m1")["attention"] is None


def test_execution_is_held_against_all_other_teams_if_they_are_five(params):
    snapshot = take_snapshot(params)
    book = book_as_of(snapshot, params)
    run = across(snapshot, book, params)
    teams = [f"m{number}" for number in range(1, 7)]

    def shown(managers):
        counts = pd.DataFrame(
            {
                "manager_id": managers * 2,
                "measure": ["crm_hygiene"] * len(managers) + ["leavers"] * len(managers),
                "total": [1.0] + [3.0] * (2 * len(managers) - 1),
                "base": 4.0,
                "count": 4,
            }
        )
        found = sums_of(replace(run, execution=counts), "m1", book.deals)["execution"]
        return {name: (one.value, one.benchmark, one.count) for name, one in found.items()}

    assert shown(teams) == {"crm_hygiene": (0.25, 0.75, 4), "leavers": (3.0, 3.0, 4)}
    assert shown(teams[:5]) == {"crm_hygiene": (0.25, None, 4), "leavers": (3.0, None, 4)}


def test_a_teams_folder_keeps_its_sums_and_no_deal_that_left(params, sums, tmp_path):
    run = prepare(params, tmp_path / "out", ROOT)
    entry = next(one for one in run.managers if one.person_id == "m1")
    team = load_prepared_team(run, entry)
    handed = {name: getattr(team, name) for name in sums("m1")}
    assert handed == sums("m1")
    files = [path.read_bytes() for path in entry.team_folder.iterdir()]
    assert [b"D-STAYS" in b"".join(files), b"D-MOVED" in b"".join(files)] == [True, False]
