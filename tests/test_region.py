from __future__ import annotations

from datetime import date

import pytest

from salesgap.errors import DataError
from salesgap.facts import (
    Attainment,
    Candidate,
    DataQuality,
    Gap,
    Manager,
    Pack,
    Pipeline,
    Range,
    RegionSummary,
)
from salesgap.region import process_skipped, strategy_or_execution, summarise

QUALITY = DataQuality(tables=(), notes=(), missing=())


def verdict(*shares: float | None):
    return strategy_or_execution([attained(share) for share in shares])


def attained(share: float | None) -> Pack:
    """Of a pack, its attainment; that is all a verdict looks at."""
    known = None if share is None else Range(expected=share, low=share, high=share)
    return Pack.model_construct(attainment=Attainment.model_construct(share=known))


def test_teams_that_all_miss_alike_are_a_question_of_strategy():
    found = verdict(0.7, 0.72, 0.68, 0.75)
    assert (found.verdict, found.missing_teams) == ("strategy", 4)
    assert found.shared == pytest.approx((0.25 + 0.28 + 0.29 + 0.29) / 1.15)


def test_one_team_that_misses_alone_is_execution():
    found = verdict(0.5, 1.1, 1.05, 1.0)
    assert (found.verdict, found.missing_teams, found.teams) == ("execution", 1, 4)
    assert found.shared == 0.0


def test_half_the_teams_missing_is_a_mix():
    assert verdict(0.6, 0.7, 1.1, 1.2).verdict == "mixed"


def test_misses_of_very_different_size_are_common_only_up_to_the_middle_one():
    found = verdict(0.29, 0.56, 0.82, 0.84, 0.94)
    assert (found.verdict, found.missing_teams) == ("mixed", 4)
    assert found.shared == pytest.approx((3 * 0.18 + 0.16 + 0.06) / 1.55)


def test_a_team_just_short_of_its_quota_does_not_miss_it():
    assert verdict(0.91, 0.95, 0.92).missing_teams == 0


@pytest.mark.parametrize("shares", [(), (None, None, None), (0.5,), (0.5, 0.6, None)])
def test_of_fewer_than_three_teams_with_a_quota_it_cannot_be_told(shares):
    assert verdict(*shares).verdict == "unknown"


def test_where_nobody_is_short_nothing_is_shared():
    assert verdict(1.1, 1.2, 1.0).shared == 0.0


def gap(kind: str, **more) -> Gap:
    return Gap.model_construct(**{"kind": kind, "driver": "none", "impact": None} | more)


def region_of(*packs: dict) -> RegionSummary:
    """The summary of packs of which little is known but their gap and candidates."""
    year = {"as_of": date(2026, 6, 30), "currency": "EUR", "data_quality": QUALITY}
    year |= {"fiscal_year_start": date(2026, 1, 1), "fiscal_year_end": date(2026, 12, 31)}
    shown = {
        "manager": Manager(id="m", name="Ann", region="North"),
        "reps": 1,
        "attainment": Attainment.model_construct(share=None, peer_won=None, won=0.0, chance=None),
        "candidates": (),
        "manager_rank": None,
        "pipeline": Pipeline.model_construct(
            coverage=(), open_amount=None, open_deals=0, without_next_step=None, undated_deals=None
        ),
    }
    return summarise(
        [Pack.model_construct(**{**shown, **year, **pack}) for pack in packs], "North", ()
    )


def test_what_a_regions_gaps_are_worth_together_is_weighed_by_how_sure_each_is():
    found = region_of(
        {"gap": gap("condition", impact=Range(expected=100, low=50, high=150), probability=0.9)},
        {"gap": gap("people", impact=Range(expected=40, low=20, high=60), probability=0.5)},
        {"gap": gap("none", probability=0.8)},
    )
    assert found.total_impact == pytest.approx(90 + 20)


def test_a_team_that_cannot_be_compared_is_not_one_without_a_gap():
    candidate = Candidate.model_construct(driver="deal_size", evidence=())
    found = region_of(
        {"gap": gap("none", probability=0.0), "candidates": ()},
        {"gap": gap("none", probability=0.2), "candidates": (candidate,)},
    )
    assert (found.no_gaps, [line.told for line in found.managers]) == (1, [False, True])


def test_a_region_without_any_pack_is_an_error_that_names_it():
    with pytest.raises(DataError, match="region North: no pack was made → see the manifest"):
        summarise([], "North", [])


@pytest.mark.parametrize(
    ("without_next_step", "undated", "skipped"),
    [(3, 1, 0.75), (None, 1, 0.25), (None, 0, 0.0), (None, None, None)],
)
def test_the_process_is_skipped_only_where_the_export_could_tell(
    without_next_step, undated, skipped
):
    pipeline = Pipeline.model_construct(
        open_deals=4, without_next_step=without_next_step, undated_deals=undated
    )
    assert process_skipped(pipeline) == skipped
