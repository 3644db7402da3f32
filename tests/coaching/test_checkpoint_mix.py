from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesgap.coaching.checkpoint import mix

NOW, LAST = "2026-05-15", "2026-02-15"


def won(day, amount, **told):
    return {"status": "won", "close_date": day, "amount": amount} | told


def rows(team, dimension="product"):
    return [
        (row.value, row.now, row.last, row.peers, row.count)
        for row in mix(team)
        if row.dimension == dimension
    ]


def test_the_three_largest_values_and_the_rest_beside_the_quarter_before_and_peers(
    small_team, make_benchmarks
):
    sizes = {"a": 40, "b": 30, "c": 20, "d": 6, "e": 4}
    deals = [won(NOW, amount, product=name) for name, amount in sizes.items()]
    deals += [won(LAST, 75, product="a"), won(LAST, 25, product="z")]
    peers = make_benchmarks(mix={"product": {"a": 0.5, "y": 0.4, "b": 0.1}})
    found = rows(small_team(deals=deals, benchmarks=peers))
    assert [row[0] for row in found] == ["a", "b", "c", "other"]
    shares = [row[1:4] for row in found]
    assert shares == [
        pytest.approx(row)
        for row in [(0.4, 0.75, 0.5), (0.3, 0, 0.1), (0.2, 0, 0), (0.1, 0.25, 0.4)]
    ]
    assert [row[4] for row in found] == [1, 1, 1, 2]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from([NOW, LAST]), st.sampled_from("abcdef"), st.integers(1, 1000)),
        min_size=1,
        max_size=12,
    )
)
def test_the_parts_of_each_quarter_add_up_to_one_and_the_counts_to_the_deals(small_team, deals):
    team = small_team(deals=[won(day, float(size), product=name) for day, name, size in deals])
    found = rows(team)
    for column, day in ((1, NOW), (2, LAST)):
        parts = [row[column] for row in found]
        if any(deal[0] == day for deal in deals):
            assert sum(parts) == pytest.approx(1.0)
        else:
            assert set(parts) == {None}
    assert sum(row[4] for row in found) == sum(day == NOW for day, _, _ in deals)


def test_dimensions_that_the_export_does_not_tell_are_left_out(small_team):
    team = small_team(deals=[won(NOW, 10.0, type="Renewal", segment=None)])
    assert [(row.dimension, row.value, row.now, row.last) for row in mix(team)] == [
        ("type", "Renewal", 1.0, None)
    ]


def test_where_only_the_largest_values_of_the_run_are_known_the_others_are_not_nought(
    small_team, make_benchmarks
):
    many = make_benchmarks(mix={"product": {f"p{i}": 0.01 for i in range(100)}})
    team = small_team(deals=[won(NOW, 10.0, product="rare")], benchmarks=many)
    assert rows(team)[0] == ("rare", 1.0, None, None, 1)


def test_without_won_deals_there_is_no_mix(small_team):
    assert mix(small_team(deals=[{"product": "a"}, won("2025-11-01", 5.0, product="a")])) == ()
