from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from salesgap.facts import Candidate, LastGap, Person, Range
from salesgap.gaps.candidates import Valued
from salesgap.gaps.choose import candidate, choose, interval, mark_closed, team_level
from salesgap.gaps.evidence import Evidence
from salesgap.measures.peers import PeerLevel

SHIFT = np.linspace(-1.0, 1.0, 201)
STAYS = "It was the gap of the last pack, and no other is clearly worth more."


def chosen(*options, last=None, closed=None):
    """Of ``(driver, expected impact, real)``, most valuable first; draws spread by ±100.
    ``closed``: the driver of a gap that has closed."""
    valued, candidates = [], []
    for place, (driver, worth, real) in enumerate(options):
        draws = worth + 100 * np.roll(SHIFT, 67 * place)
        valued.append(Valued(driver, 0.9, draws))
        candidates.append(
            Candidate(
                id=driver,
                kind="condition",
                driver=driver,
                impact=interval(draws),
                probability=0.9 if real else 0.2,
                real=real,
                closed=driver == closed,
                evidence=(),
                play=driver,
            )
        )
    return choose(valued, candidates, last)


CREATION, LATE, SIZE = "pipeline_creation", "conversion_late", "deal_size"


def test_the_gap_is_the_real_one_worth_most():
    gap = chosen((CREATION, 900, False), (LATE, 500, True), (SIZE, 100, True))
    assert (gap.driver, gap.runner_up) == (LATE, SIZE)
    assert gap.margin == pytest.approx(400)
    assert (gap.chance_first, gap.near_tie) == (1.0, False)


def test_what_is_not_real_is_no_gap_whatever_it_would_be_worth():
    gap = chosen((CREATION, 900, False), (LATE, 500, False))
    assert (gap.driver, gap.kind, gap.real, gap.impact, gap.play) == (
        "none",
        "none",
        False,
        None,
        "",
    )
    assert gap.note.startswith("No gap supported by the data")


def test_without_candidates_nothing_can_be_told():
    gap = chosen()
    assert (gap.driver, gap.runner_up) == ("none", None)
    assert gap.note.startswith("There are not enough teams")


def test_the_runner_up_is_an_unreal_one_only_where_no_other_is_real():
    gap = chosen((CREATION, 900, True), (LATE, 890, False))
    assert (gap.runner_up, gap.near_tie) == (LATE, False)
    assert chosen((CREATION, 900, True)).runner_up is None


def test_a_near_tie_is_called_one():
    gap = chosen((CREATION, 510, True), (LATE, 500, True))
    assert gap.chance_first < 0.8
    assert gap.near_tie
    assert gap.note == "A near tie: the runner-up might be worth as much."


def test_last_periods_gap_stays_while_no_other_is_clearly_worth_more():
    gap = chosen((CREATION, 510, True), (LATE, 500, True), last=LATE)
    assert (gap.driver, gap.runner_up, gap.note) == (LATE, CREATION, STAYS)
    assert gap.margin == pytest.approx(-10)


def test_last_periods_gap_gives_way_to_one_clearly_worth_more():
    gap = chosen((CREATION, 900, True), (LATE, 500, True), last=LATE)
    assert gap.driver == CREATION
    assert gap.note != STAYS


def test_last_periods_gap_does_not_stay_once_it_is_closed():
    gap = chosen((CREATION, 510, True), (LATE, 500, False), last=LATE)
    assert gap.driver == CREATION
    assert gap.note != STAYS


def test_a_gap_that_has_closed_is_not_named_again_whatever_it_was_worth():
    gap = chosen((CREATION, 900, True), (LATE, 500, True), last=CREATION, closed=CREATION)
    assert (gap.driver, gap.runner_up, gap.closed) == (LATE, None, False)
    assert gap.note.startswith("The last pack’s gap has closed. Of the gaps that the data support")


def test_a_gap_that_has_closed_is_no_runner_up_and_makes_no_tie():
    options = ((LATE, 510, True), (CREATION, 505, True), (SIZE, 100, False))
    gap = chosen(*options, last=CREATION, closed=CREATION)
    assert (gap.driver, gap.runner_up, gap.near_tie) == (LATE, SIZE, False)


@pytest.mark.parametrize("others", [(), ((LATE, 500, False),)])
def test_where_the_last_gap_has_closed_and_no_other_is_real_none_is_named(others):
    gap = chosen((CREATION, 900, True), *others, last=CREATION, closed=CREATION)
    assert (gap.driver, gap.runner_up) == ("none", LATE if others else None)
    assert gap.note.startswith("The last pack’s gap has closed. No other gap is supported by")


def test_what_closed_before_the_last_pack_is_not_called_the_last_packs_gap():
    gap = chosen((CREATION, 900, True), (LATE, 500, True), last=LATE, closed=CREATION)
    assert (gap.driver, gap.runner_up, gap.note) == (LATE, None, STAYS)


def last_gap(driver, outcome, *people, before=()):
    return LastGap.model_construct(
        driver=driver,
        outcome=outcome,
        people=tuple(Person(id=p, name=p) for p in people),
        closed_before=before,
    )


def marked(last, *people):
    """Which of two candidates, creation and weak seats, are marked as closed."""
    seats = tuple(Person(id=p, name=p) for p in people)
    two = [
        Candidate.model_construct(driver=CREATION, people=()),
        Candidate.model_construct(driver="underperformance", people=seats),
    ]
    return [one.driver for one in mark_closed(two, last) if one.closed]


def test_the_last_gap_is_marked_only_where_it_has_closed():
    assert marked(None) == marked(last_gap(CREATION, "moved")) == []
    assert marked(last_gap(CREATION, "closed"), "r1") == [CREATION]


def test_what_closed_before_the_last_pack_is_marked_as_well():
    last = last_gap(LATE, "moved", before=(last_gap(CREATION, "closed"),))
    assert marked(last) == [CREATION]


def test_weak_seats_are_closed_only_if_they_are_the_same_seats():
    last = last_gap("underperformance", "closed", "r1", "r2")
    assert marked(last, "r2", "r3") == ["underperformance"]
    assert marked(last, "r3") == []
    assert marked(last_gap("underperformance", "closed"), "r3") == []


def test_an_interval_is_the_mean_and_the_middle_eighty_per_cent():
    assert interval(np.arange(101.0)) == Range(expected=50.0, low=10.0, high=90.0)


TOO_LATE = "There is a gap the data support; so late, it brings nothing before the year ends."


def late(driver, worth, business=1e6, probability=0.9):
    """A gap, and a candidate of a team whose year is worth ``business``."""
    valued = Valued(driver, probability, np.full(5, float(worth)))
    team = SimpleNamespace(evidence={driver: evidence(driver, [1], [2], [3])})
    levels = {driver: PeerLevel(driver, {"all": 0.0}, 0.05, 0.02, 0.15, 0.6, 9)}
    found = candidate(valued, team, levels, {driver: 0.8}, {}, business)
    return choose([valued], [found], None), found


@pytest.mark.parametrize(
    ("worth", "business", "named"),
    [(499.0, 1e6, False), (500.0, 1e6, True), (0.4, 0.0, False), (-3.0, 0.0, False)],
)
def test_what_is_lost_in_rounding_beside_the_teams_year_comes_too_late(worth, business, named):
    gap, found = late(SIZE, worth, business)
    assert (found.real, found.too_late) == (True, not named)
    assert (gap.driver, gap.runner_up) == ((SIZE, None) if named else ("none", SIZE))
    assert (gap.note == TOO_LATE) is not named


def test_what_is_neither_real_nor_in_time_is_not_called_too_late():
    gap, found = late(SIZE, 0.0, probability=0.7)
    assert (found.real, found.too_late) == (False, True)
    assert gap.note.startswith("No gap supported by the data")


def test_weak_seats_are_named_even_when_it_is_too_late_to_count_this_year():
    valued = Valued("underperformance", 0.9, np.zeros(5), ("r1",))
    team = SimpleNamespace(evidence={})
    found = candidate(valued, team, {}, {"underperformance": 0.8}, {"r1": "Ann"}, 1e6)
    gap = choose([valued], [found], None)
    assert (gap.driver, gap.too_late, gap.note) == ("underperformance", True, TOO_LATE)


def evidence(driver, total, expected, base):
    arrays = [np.array(values, float) for values in (total, expected, base)]
    n = len(total)
    seats = tuple(f"r{i}" for i in range(n))
    groups = ("all",) * n
    return Evidence(
        driver, seats, groups, np.zeros(n), np.ones(n), *arrays, *arrays[1:], np.zeros(n, bool)
    )


def shown(driver, *counted):
    found = team_level(
        evidence(driver, *counted), PeerLevel(driver, {"all": 0.0}, 0.05, 0.02, 0.15, 0.6, 9)
    )
    return found.value, found.benchmark, found.count


def test_a_rate_is_shown_as_counted_beside_its_peers():
    assert shown(LATE, [3, 1], [4, 2], [10, 6]) == (pytest.approx(0.25), pytest.approx(0.375), 16)


def test_creation_counts_opportunities_and_not_months():
    assert shown(CREATION, [30], [36], [12]) == (2.5, 3.0, 30)


def test_a_level_is_shown_as_the_geometric_mean():
    logs = [np.log(100) + np.log(400)], [2 * np.log(300)], [2]
    assert shown(SIZE, *logs) == (pytest.approx(200), pytest.approx(300), 2)


def test_nothing_observed_is_unknown_and_not_zero():
    assert shown(LATE, [0], [0], [0]) == (None, None, 0)
