from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesgap.gaps.closing import CONDITIONS, Closing, usual_closing
from salesgap.pack import coaching_pack
from salesgap.params import Method, Params, Simulated, Source
from salesgap.prepare import Prepared, load_prepared_team, prepare
from salesgap.publish.what_if_view import sliders
from salesgap.resources import workbook_folder
from salesgap.simulate import STAGES
from salesgap.team import Team
from salesgap.what_if import Answer, Case, case_of, what_if

AS_OF, YEAR_END = date(2026, 5, 15), date(2026, 12, 31)
GAINING = [*CONDITIONS[:3], "deal_size", "cycle_time", "capacity", "coached"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Prepared:
    folder = tmp_path_factory.mktemp("run")
    params = Params(
        name="small",
        as_of=AS_OF,
        source=Source(simulated=Simulated(seed=11, managers=6)),
        method=Method(draws=200, close_share=1, close_weeks=0),
        stages=STAGES,
    )
    return prepare(params, folder, workbook_folder())


@pytest.fixture(scope="module")
def teams(prepared: Prepared) -> list[Team]:
    return [load_prepared_team(prepared, entry) for entry in prepared.managers]


@pytest.fixture(scope="module")
def cases(teams: list[Team]) -> list[Case]:
    found = [case_of(team, coaching_pack(team)) for team in teams]
    return [case for case in found if case]


@pytest.fixture(scope="module")
def by_way(cases: list[Case]) -> dict[str, Case]:
    """For each way that only gains, the case asked about it of the team that has most to gain."""

    def gain(case: Case) -> float:
        return what_if(case, 1.0, 0, AS_OF).impact.expected

    return {way: max((replace(case, way=way) for case in cases), key=gain) for way in GAINING}


shares = st.floats(0.0, 1.0)
weeks = st.integers(0, 52)
days = st.integers(0, 260)


def test_closing_all_at_once_from_today_is_the_packs_own_impact_to_the_cent(cases: list[Case]):
    conditions = [case for case in cases if case.way in CONDITIONS]
    assert conditions
    for case in conditions:
        assert what_if(case, 1.0, 0, AS_OF).impact == case.candidate.impact


@pytest.mark.parametrize("method", [Method(draws=200), Method(draws=200, close_share=0.3)])
def test_as_the_pack_supposes_it_is_worth_what_the_pack_says(teams: list[Team], method: Method):
    for team in teams:
        other = replace(team, params=team.params.model_copy(update={"method": method}))
        case = case_of(other, coaching_pack(other))
        assert case is not None
        answer = what_if(case, case.usual.share, case.usual.weeks, AS_OF)
        assert answer.impact == case.candidate.impact


@pytest.mark.parametrize(("within", "later"), [(0, 0), (8, 0), (3, 40), (52, 400)])
def test_nothing_closed_brings_nothing_and_leaves_the_packs_chance(cases, within, later):
    for case in cases:
        answer = what_if(case, 0.0, within, AS_OF + timedelta(days=later))
        assert (answer.impact.expected, answer.impact.low, answer.impact.high) == (0.0, 0.0, 0.0)
        assert answer.chance == case.chance


def not_more(case: Case, one: Answer, other: Answer) -> bool:
    """Within 1 %: an open deal is taken to have passed so far as it does in the first week, so that
    a change in that very week counts for the deal's past too."""
    least = 0.01 * what_if(case, 1.0, 0, AS_OF).impact.expected
    likelier = (one.chance or 0.0) - (other.chance or 0.0)
    return one.impact.expected <= other.impact.expected + least and likelier <= 0.01


@pytest.mark.parametrize("way", GAINING)
def test_a_later_start_never_brings_more(by_way, way):
    case = by_way[way]

    @given(shares, weeks, days, days)
    @settings(max_examples=25)
    def hold(share: float, within: int, first: int, second: int) -> None:
        sooner, later = (AS_OF + timedelta(days=day) for day in sorted((first, second)))
        one, other = (what_if(case, share, within, start) for start in (later, sooner))
        assert not_more(case, one, other)

    hold()


@pytest.mark.parametrize("way", GAINING)
def test_closing_further_never_brings_less(by_way, way):
    case = by_way[way]

    @given(shares, shares, weeks)
    @settings(max_examples=25)
    def hold(one: float, other: float, within: int) -> None:
        less, more = (what_if(case, share, within, AS_OF) for share in sorted((one, other)))
        assert not_more(case, less, more)

    hold()


@pytest.mark.parametrize("way", CONDITIONS[:3])
def test_an_earlier_start_brings_truly_more(by_way: dict[str, Case], way: str):
    case = by_way[way]
    worths = [
        what_if(case, 1.0, 4, start).impact.expected
        for start in (AS_OF, date(2026, 8, 1), date(2026, 10, 1), YEAR_END)
    ]
    assert worths == sorted(worths, reverse=True)
    assert len(set(worths)) == 4 or worths[-2:] == [0.0, 0.0]
    assert worths[-1] == 0.0


def test_a_start_before_the_as_of_date_counts_as_that_date(cases: list[Case]):
    early = what_if(cases[0], 1.0, 4, AS_OF - timedelta(days=40))
    assert early == what_if(cases[0], 1.0, 4, AS_OF)


def test_weak_seats_that_are_emptied_and_never_filled_cost_money(cases: list[Case]):
    case = next(case for case in cases if case.outlook.verdict.weak_seats)
    answer = what_if(replace(case, way="refilled"), 1.0, 99, AS_OF)
    assert answer.impact.high < 0.0
    assert answer.chance is None or case.chance is None or answer.chance <= case.chance


def test_seats_are_filled_all_of_them_after_the_usual_vacancy():
    method = Method(vacancy_weeks=7)
    assert usual_closing("refilled", method) == usual_closing("capacity", method) == Closing(1.0, 7)
    assert usual_closing("deal_size", method) == Closing(0.5, 8)


# ── the sliders ───────────────────────────────────────────────────────────────────────────


def test_moving_a_slider_changes_the_figure_and_moving_it_back_restores_it(teams: list[Team]):
    team = teams[0]
    _, share, *_, result = sliders(team, coaching_pack(team), team.params.report).children
    before, usual = result.value, share.value
    share.value = 0.0
    after = result.value
    share.value = usual
    assert after != before
    assert result.value == before


def test_without_a_gap_the_sliders_name_the_nearest_candidate(teams: list[Team]):
    packs = [(team, coaching_pack(team)) for team in teams]
    team, pack = next((team, pack) for team, pack in packs if pack.gap.driver == "none")
    opening = sliders(team, pack, team.params.report).children[0].value
    assert "This pack names no gap." in opening
    assert "The nearest candidate" in opening


def test_without_any_candidate_there_is_a_sentence_and_no_slider(teams: list[Team]):
    pack = coaching_pack(teams[0])
    note = "There are <not> enough teams."
    nothing = pack.gap.model_copy(update={"driver": "none", "runner_up": None, "note": note})
    bare = pack.model_copy(update={"candidates": (), "gap": nothing})
    (said,) = sliders(teams[0], bare, teams[0].params.report).children
    assert "There are &lt;not&gt; enough teams." in said.value


def test_the_sliders_are_written_in_the_readers_locale(teams: list[Team]):
    team = teams[0]
    report = team.params.report.model_copy(update={"locale": "de_DE"})
    _, share, _, start, _ = sliders(team, coaching_pack(team), report).children
    assert share.options[1][0] == "5\N{NO-BREAK SPACE}%"
    assert start.options[0] == ("15. Mai 2026", AS_OF)
    assert YEAR_END - timedelta(days=7) < start.options[-1][1] <= YEAR_END


def test_on_the_last_day_of_the_year_there_is_one_date_to_start_from(teams: list[Team]):
    team = teams[0]
    params = team.params.model_copy(update={"as_of": YEAR_END})
    case = case_of(team, coaching_pack(team))
    assert case is not None
    assert replace(case, team=replace(team, params=params)).starts == (YEAR_END,)
