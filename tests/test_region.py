from __future__ import annotations

import pytest

from salesgap.errors import DataError
from salesgap.facts import Attainment, Pack, Pipeline, Range
from salesgap.region import process_skipped, strategy_or_execution, summarise


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
