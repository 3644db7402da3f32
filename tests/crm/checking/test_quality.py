"""What the faulty rows share, and what most open deals lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesgap.crm.freeze import survey
from salesgap.params import Params

Export = Callable[..., Params]
Deal = Callable[..., dict[str, Any]]

SOUND = 30


def faulty(deal: Deal, stages: list[str]) -> list[dict[str, Any]]:
    """A deal without a day of creation in each of ``stages``, after thirty sound ones."""
    sound = [deal(n) for n in range(SOUND)]
    return sound + [deal(SOUND + n, stage=s, created_date="") for n, s in enumerate(stages)]


@pytest.mark.parametrize(
    ("stages", "whose"),
    [
        (["Qualify"] * 10, "stage Qualify"),
        (["Qualify"] * 9 + ["Lost"], "stage Qualify"),
        (["Qualify"] * 8 + ["Lost"] * 2, "Rob (r1)"),  # no stage has nearly all of them
        (["Qualify"] * 9, "Rob (r1)"),  # too few to be a pattern
        (["Won"] * 10, "Rob (r1)"),  # most deals are won, faulty or not
        ([""] * 10, "Rob (r1)"),
    ],
)
def test_a_stage_that_nearly_all_deals_at_fault_are_in_is_told_instead_of_owners(
    export: Export, deal: Deal, stages: list[str], whose: str
) -> None:
    report = survey(export(opportunities=faulty(deal, stages))).report
    assert [one.whose for one in report.offenders] == [whose]


@pytest.mark.parametrize(
    ("without", "told"), [(3, ["3 of 4 open deals have none"]), (2, []), (0, [])]
)
def test_what_most_open_deals_lack_is_told_with_what_it_costs(
    export: Export, deal: Deal, without: int, told: list[str]
) -> None:
    deals = [deal(n, stage="Qualify", amount="" if n < without else "5") for n in range(4)]
    lacking = survey(export(opportunities=[*deals, deal(9)])).report.lacking
    assert [one.cost.partition(":")[0] for one in lacking if one.column == "amount"] == told


def test_a_column_that_is_empty_altogether_is_told_once(export: Export, deal: Deal) -> None:
    deals = [deal(n, stage="Qualify", amount="") for n in range(4)]
    lacking = survey(export(opportunities=deals)).report.lacking
    assert [one.cost for one in lacking if one.column == "amount"] == [
        "no pipeline value; won deals need a list price"
    ]
