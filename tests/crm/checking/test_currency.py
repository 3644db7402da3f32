"""Several currencies in one run, at dated rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesgap.crm.freeze import take_snapshot
from salesgap.params import Params

Export = Callable[..., Params]
Deal = Callable[..., dict[str, Any]]
RATES = {"USD": {"2025-01-01": 0.9, "2026-04-01": 0.8, "2026-07-15": 0.1}, "GBP": 1.2}


def amounts(export: Export, rows: list[dict[str, Any]], **params: Any) -> dict[str, float]:
    taken = take_snapshot(export(opportunities=rows, params={"rates": RATES} | params))
    deals = taken.tables["opportunities"]
    return dict(zip(deals["opportunity_id"], deals["amount"], strict=True))


def test_a_closed_deal_has_the_rate_of_its_day_and_an_open_one_that_of_the_as_of_date(
    export: Export, deal: Deal
) -> None:
    rows = [
        deal(1, currency="USD", close_date="2026-03-31"),
        deal(2, currency="usd", close_date="2026-04-01"),
        deal(3, currency="USD", stage="Propose", close_date="2026-03-01"),
        deal(4, currency="GBP"),
        deal(5, currency="EUR"),
        deal(6, currency=""),
    ]
    found = amounts(export, rows)
    expected = {"d1": 900, "d2": 800, "d3": 800, "d4": 1200, "d5": 1000, "d6": 1000}
    assert found == pytest.approx(expected)


def test_no_rate_of_after_the_as_of_date_is_used(export: Export, deal: Deal) -> None:
    later = deal(1, currency="USD", close_date="2026-07-20")  # won after it: open on it
    assert amounts(export, [later, deal(2)])["d1"] == pytest.approx(800)


def test_a_currency_without_a_rate_for_its_day_is_set_aside_with_the_reason(
    export: Export, deal: Deal
) -> None:
    rows = [
        deal(1),
        deal(2, currency="JPY"),
        deal(3, currency="USD", created_date="2024-01-10", close_date="2024-02-01"),
    ]
    taken = take_snapshot(export(opportunities=rows, params={"rates": RATES}))
    assert list(taken.tables["opportunities"]["opportunity_id"]) == ["d1"]
    assert list(taken.quarantine["reason"]) == [
        "in JPY, for which there is no rate to EUR",
        "in USD, for which there is no rate to EUR",
    ]


def test_the_history_of_a_deal_has_its_rate_so_that_only_amounts_move(
    export: Export, deal: Deal
) -> None:
    history = [
        {"opportunity_id": f"d{n}", "changed_at": day, "stage": "Qualify", "amount": "500"}
        for n in (1, 2)
        for day in ("2026-02-01", "2026-05-01")
    ]
    rows = [deal(1, currency="USD", close_date="2026-05-02"), deal(2)]
    params = export(opportunities=rows, stage_history=history, params={"rates": RATES})
    taken = take_snapshot(params)
    told = taken.tables["stage_history"].groupby("opportunity_id")["amount"].unique()
    assert {deal: list(values) for deal, values in told.items()} == {"d1": [400.0], "d2": [500.0]}
    assert any("1 in USD were converted into EUR" in note for note in taken.report.notes)


@pytest.mark.parametrize("rates", [{"USD": 0}, {"usd": 1.0}, {"USD": {"2026-01-01": -1}}])
def test_rates_that_are_none_are_refused(
    make_params: Callable[..., Params], rates: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="rates"):
        make_params({"simulated": {}}, rates=rates)
