from __future__ import annotations

from datetime import date

import pytest

from salesgap.errors import DataError
from salesgap.facts import (
    Attainment,
    Candidate,
    DataQuality,
    Gap,
    LastGap,
    Manager,
    Pack,
    Pipeline,
    Range,
    RegionSummary,
    RoleFit,
)
from salesgap.region import process_skipped, summarise
from salesgap.strategy import strategy_or_execution

QUALITY = DataQuality(tables=(), notes=(), missing=())


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


def test_what_became_of_the_last_gap_and_the_talk_about_role_come_from_the_pack():
    last = LastGap.model_construct(driver="deal_size", outcome="moved")
    role = RoleFit(chance=0.9, seat_open_until=date(2026, 9, 28), territory_value=None)
    found = region_of(
        {"gap": gap("none", probability=0.0), "last_gap": last, "role_fit": role},
        {"gap": gap("none", probability=0.0)},
    )
    assert [line.last_gap for line in found.managers] == [last, None]
    assert [line.role_fit for line in found.managers] == [role, None]


def test_a_region_is_judged_by_its_own_teams():
    shares = (0.5, 1.1, 1.05, 1.0)
    packs = [
        {"gap": gap("none", probability=0.0), "attainment": attained(share)} for share in shares
    ]
    assert region_of(*packs).strategy == strategy_or_execution(shares, early=False)
    first_days = [pack | {"as_of": date(2026, 1, 9)} for pack in packs]
    assert region_of(*first_days).strategy.verdict == "unknown"


def attained(share: float) -> Attainment:
    known = Range(expected=share, low=share, high=share)
    return Attainment.model_construct(share=known, peer_won=None, won=0.0, chance=None)


def test_below_average_is_below_the_mean_of_the_regions_managers():
    packs = [
        {"gap": gap("none", probability=0.0), "attainment": attained(share)}
        for share in (0.4, 0.8, 1.2)
    ]
    found = region_of(*packs, {"gap": gap("none", probability=0.0)})
    below = [line.below_average_attainment for line in found.managers]
    assert below == [True, False, False, None]
    (alone,) = region_of(packs[0]).managers
    assert alone.below_average_attainment is None


def test_a_twentieth_of_the_mean_is_not_below_it():
    def below(*shares):
        none = gap("none", probability=0.0)
        lines = region_of(*({"gap": none, "attainment": attained(s)} for s in shares)).managers
        return [line.below_average_attainment for line in lines]

    assert below(0.844, 0.84) == [False, False]
    assert below(0.9, 0.78) == [False, True]


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
