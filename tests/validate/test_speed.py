from __future__ import annotations

from salesgap.validate.speed import Timing, table, timed


def test_a_step_is_run_once_more_than_it_is_timed():
    runs: list[int] = []
    timing = timed("step", lambda: runs.append(1), times=3)
    assert (len(runs), len(timing.cpu), len(timing.wall)) == (4, 3, 3)


def test_the_table_tells_least_and_median_seconds_of_each_step():
    timing = Timing("analysed", cpu=(0.3, 0.1, 0.2), wall=(0.4, 0.6, 0.5))
    assert table([timing]).splitlines()[-1] == "| analysed | 3 | 0.10 | 0.20 | 0.50 |"
