"""Forecasts of an earlier day against what came: of a simulated organisation, and of a sample."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesgap.crm.freeze import Snapshot, take_snapshot
from salesgap.errors import DataError, ParamsError
from salesgap.facts import Range
from salesgap.params import Params, load_params
from salesgap.simulate import STAGES, organisation
from salesgap.validate.backtest import Backtest, Line, look_back, report

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT.parent / "shared" / "data" / "maven-crm"
DAY = date(2026, 3, 31)


@pytest.fixture(scope="module")
def params() -> Params:
    return Params.model_validate(
        {
            "name": "t",
            "as_of": "2026-08-31",
            "source": {"simulated": {"seed": 7, "managers": 4}},
            "method": {"draws": 400},
            "stages": [{"name": s.name, "status": s.status, "phase": s.phase} for s in STAGES],
        }
    )


@pytest.fixture(scope="module")
def snapshot(params: Params) -> Snapshot:
    return take_snapshot(params)


@pytest.fixture(scope="module")
def found(snapshot: Snapshot, params: Params) -> Backtest:
    return look_back(snapshot, params, DAY)


def test_every_manager_has_a_forecast_that_is_in_its_interval(found):
    assert len(found.lines) == 4
    for line in found.lines:
        assert 0 < line.forecast.low < line.forecast.expected < line.forecast.high


def test_what_came_is_what_was_won_after_the_day_by_whom_was_there(found, params):
    tables = organisation(seed=7, managers=4, as_of=params.as_of).tables
    deals, people = tables["opportunities"], tables["people"].set_index("person_id")
    after = (deals["close_date"] > pd.Timestamp(DAY)) & (deals["stage"] == "Won")
    won = deals[after & (deals["close_date"] <= pd.Timestamp(found.until))]
    assert found.came + found.elsewhere == pytest.approx(won["amount"].sum())
    there = won["owner_id"].map(people["start_date"]) <= pd.Timestamp(DAY)
    assert found.elsewhere == pytest.approx(won.loc[~there, "amount"].sum())


def test_the_forecast_is_of_the_right_size(found):
    assert found.came == pytest.approx(found.expected, rel=0.3)


def test_nothing_that_is_known_later_is_in_the_forecast(found, snapshot, params):
    deals = snapshot.tables["opportunities"]
    then_open = (deals["created_date"] <= pd.Timestamp(DAY)) & (
        deals["close_date"] > pd.Timestamp(DAY)
    )
    doubled = deals.assign(amount=deals["amount"].mask(then_open, deals["amount"] * 2))
    other = Snapshot(
        {**snapshot.tables, "opportunities": doubled}, snapshot.quarantine, snapshot.report
    )
    changed = look_back(other, params, DAY)
    assert [line.forecast for line in changed.lines] == [line.forecast for line in found.lines]
    assert changed.came > found.came


def test_it_ends_with_what_is_known(snapshot, params, found):
    assert (found.until, found.ends) == (params.as_of, "the params' as_of")
    year = look_back(snapshot, params.model_copy(update={"fiscal_year_start_month": 7}), DAY)
    assert (year.until, year.ends) == (date(2026, 6, 30), "the fiscal year end")
    later = params.model_copy(update={"as_of": date(2026, 10, 31)})
    assert look_back(snapshot, later, DAY).ends == "the last day the data tell of"


@pytest.mark.parametrize("day", [date(2026, 8, 31), date(2026, 12, 31)])
def test_a_day_that_is_not_earlier_is_refused(snapshot, params, day):
    with pytest.raises(ParamsError, match="is not before the params' as_of 2026-08-31"):
        look_back(snapshot, params, day)


def test_a_day_outside_of_a_given_fiscal_year_is_refused(snapshot, params):
    given = params.model_copy(update={"fiscal_year_end": date(2026, 12, 31)})
    with pytest.raises(ParamsError, match="is before the fiscal year start"):
        look_back(snapshot, given, date(2025, 6, 30))


def test_a_day_of_which_too_little_was_known_is_refused(snapshot, params):
    first = snapshot.tables["opportunities"]["created_date"].min()
    with pytest.raises(DataError, match="too little was known"):
        look_back(snapshot, params, (first + pd.Timedelta(days=40)).date())


def test_the_report_counts_what_held():
    lines = (
        Line("Ann", Range(expected=100.0, low=80.0, high=120.0), came=81.0),
        Line("Bob", Range(expected=100.0, low=80.0, high=120.0), came=79.0),
        Line("Cy", Range(expected=1000.0, low=800.0, high=1200.0), came=1201.0),
    )
    text = report(Backtest(DAY, date(2026, 6, 30), "the fiscal year end", "EUR", lines, 50.0))
    assert text == (
        "Closed won after 2026-03-31, up to 2026-06-30 (the fiscal year end), in EUR: as forecast "
        "on 2026-03-31, as it came.\n\n"
        "| manager | expected | 80 % low | 80 % high | came | inside |\n"
        "| --- | ---: | ---: | ---: | ---: | --- |\n"
        "| Ann | 100 | 80 | 120 | 81 | yes |\n"
        "| Bob | 100 | 80 | 120 | 79 | no, below |\n"
        "| Cy | 1,000 | 800 | 1,200 | 1,201 | no, above |\n"
        "| all | 1,200 |  |  | 1,361 | 1 of 3 |\n\n"
        "1 of 3 intervals held, which are made for 80 %. What came is 113% of what was expected. "
        "Another 50 EUR was won by people who were in none of these teams on 2026-03-31."
    )


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample is not at hand")
def test_of_the_public_sample_what_came_is_told_and_expected_within_a_third():
    params = load_params(ROOT / "tests" / "data" / "maven.yml")
    found = look_back(take_snapshot(params), params, date(2017, 9, 30))
    assert (len(found.lines), found.until) == (6, date(2017, 12, 31))
    assert (found.came, found.elsewhere) == (pytest.approx(2_802_496), 0.0)
    assert found.expected == pytest.approx(found.came, rel=1 / 3)
