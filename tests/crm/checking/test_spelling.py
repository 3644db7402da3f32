from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesgap.crm.checking.spelling import meant
from salesgap.crm.freeze import take_snapshot
from salesgap.params import Params

Export = Callable[..., Params]
Deal = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("closed-won", "Closed Won"),
        ("Negotation", "Negotiation"),
        ("Negotiatoin", "Negotiation"),
        ("Garcia, José", "Jose Garcia"),
        ("Zoe  MÜLLER", "Zoë Muller"),
        ("Katherine Johnson", "Katharine Johnson"),
    ],
)
def test_a_spelling_that_can_only_be_one_is_that_one(written: str, known: str) -> None:
    assert meant([written], [known, "Somebody Else"]) == {written: known}


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Martina Weber", ["Martin Weber"]),  # another person
        ("Jon Smith", ["Joan Smith"]),  # too short to tell
        ("Stage 2", ["Stage 1", "Stage 3"]),  # digits count
        ("Rep 12", ["Rep 11"]),
        ("Katerine Johnson", ["Katherine Johnson", "Katrine Johnson"]),
        ("won?", ["Won"]),
        ("Anna Lee", ["ANNA LEE", "Lee, Anna"]),  # two who are alike
        ("Hans Meier", ["Hans Meyer-Lund"]),
        ("", ["Won"]),
    ],
)
def test_what_could_be_another_or_several_is_left_alone(written: str, known: list[str]) -> None:
    assert meant([written], known) == {}


def test_misspelt_stages_and_owners_are_matched_and_the_report_says_which(
    export: Export, deal: Deal
) -> None:
    people = [
        {"person_id": "m1", "name": "Mia Berg", "manager_id": "", "role": "m", "region": "N"},
        {"person_id": "r1", "name": "Roberta Holm", "manager_id": "m1", "role": "r", "region": "N"},
    ]
    rows = [
        deal(1, owner_id="Roberta Holm", stage="won"),
        deal(2, owner_id="Robreta Holm", stage="Propsoe"),
        deal(3, owner_id="Roberto Holm"),
    ]
    taken = take_snapshot(export(people=people, opportunities=rows))
    deals = taken.tables["opportunities"].set_index("opportunity_id")
    assert deals.loc["d2", "stage"] == "Propose"
    assert list(deals["owner_id"]) == ["r1", "r1"]  # Roberto may be somebody else
    assert taken.report.table("opportunities").quarantined == 1
    notes = " ".join(taken.report.notes)
    assert "Propsoe is Propose (1 rows)" in notes
    assert "1 names were spelt otherwise" in notes
    assert "Holm" not in notes
    assert any("Robreta Holm is Roberta Holm" in detail for detail in taken.report.details)


def test_history_that_names_deals_by_their_name_finds_them_unless_two_share_it(
    export: Export, deal: Deal
) -> None:
    rows = [deal(1, name="Alpha"), deal(2, name="Beta"), deal(3, name="Beta")]
    history = [
        {"opportunity_id": name, "changed_at": "2026-02-01", "stage": "Propose"}
        for name in ("Alpha", "Beta", "d3", "Gamma")
    ]
    taken = take_snapshot(export(opportunities=rows, stage_history=history))
    assert sorted(taken.tables["stage_history"]["opportunity_id"]) == ["d1", "d3"]
    reasons = " ".join(taken.quarantine["reason"])
    assert "deal 'Beta' is several rows' name; give the id" in reasons
    assert "deal 'Gamma' is not in opportunities" in reasons
