from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from salesgap.simulate import organisation
from salesgap.validate import bench
from salesgap.validate.bench import (
    Place,
    _first_teams,
    batch_of_packs,
    floor,
    prepared,
    simulate,
    whole_batch,
)
from salesgap.validate.bench_page import Measured, page
from salesgap.validate.cost import Cost, cost

# Burns half a second of CPU in a process that nobody waits for.
ORPHAN = """
import os, time
if os.fork() == 0:
    while time.process_time() < 0.5:
        pass
"""


def start_an_orphan() -> None:
    subprocess.run([sys.executable, "-c", ORPHAN], check=True)


def fail() -> None:
    raise RuntimeError("no such pack")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt others")
def test_cpu_of_a_process_that_outlives_its_command_is_counted() -> None:
    assert 0.5 <= cost("orphan", 1, start_an_orphan).cpu < 2


def test_a_step_that_fails_ends_the_run() -> None:
    with pytest.raises(RuntimeError, match="no such pack"):
        cost("failing", 1, fail)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two teams of an organisation of four."""
    made = simulate(Place(tmp_path_factory.mktemp("bench")), managers=4, kept=2)
    prepared(made)
    return made


def test_an_organisation_may_be_cut_to_its_first_teams(place: Place) -> None:
    assert len(place.teams()) == 2
    assert place.teams(1) == place.teams()[:1]


def test_the_teams_kept_are_teams_of_the_whole_organisation() -> None:
    whole = organisation(seed=1, as_of=date(2026, 6, 30), managers=20)
    people = _first_teams(whole, 2)["people"]
    leading = set(people["manager_id"].dropna())
    reps = people[~people["person_id"].isin(leading)]
    assert set(reps["manager_id"]) == set(whole.manager_ids[:2])


def test_plain_loop_and_batch_make_the_same_bytes(place: Place) -> None:
    team = place.teams(1)
    floor(place, team)
    batch_of_packs(place, team)
    (manager, _) = team[0]
    (batched,) = place.output.glob(f"*/{manager}.pdf")
    assert (place.folder / "floor" / f"{manager}.pdf").read_bytes() == batched.read_bytes()


def test_packs_that_differ_end_the_run(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for name, content in {"floor": "1", "output/R": "1", "whole/R": "2"}.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "M1.pdf").write_text(content)
    with pytest.raises(RuntimeError, match="the packs differ"):
        bench._same_packs(place, [("M1", tmp_path)])


def test_a_command_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"params\.yml"):
        whole_batch(Place(tmp_path))


def measured(*stock: Cost) -> Measured:
    return Measured(
        managers=60,
        prepared=Cost("preparation", 60, 10, 12),
        stock=stock,
        packs=Cost("the packs", 60, 30, 60),
        whole=Cost("everything", 60, 45, 75),
        floor=Cost("plain loop", 60, 50, 50),
        small=Cost("20", 20, 15, 20),
        large=Cost("200", 20, 15, 21),
    )


def test_the_page_holds_the_ratios_that_were_asked_for() -> None:
    text = page(measured(Cost("stock", 10, 100, 90), Cost("at once", 20, 80, 180)), load=0.1)
    assert "| the packs | 60 | 30.0 | 120.0 | 60.0 | 1.00 |" in text
    assert "÷ those of (a) | ≥ 12 | 20.0 | 13.3 |" in text
    assert "÷ those of (b) | ≥ 5 | 8.0 | 5.3 |" in text
    assert "÷ that of (d) | ≤ 1.6 | 1.20 | 1.26 without the preparation |" in text
    assert "| 200 | 20 | 1.05 (+5%) |" in text
    assert "Chromium or no Playwright" not in text


def test_the_page_says_when_the_stock_way_was_left_out() -> None:
    text = page(measured(), load=0.1)
    assert "(a) and (b) were left out" in text
    assert "≥ 12" not in text
