"""The shortcuts for large frames give what pandas gives."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from salesgap.crm.frames import sorted_by

_ROWS = st.lists(st.tuples(st.sampled_from(["b", "a", "", "ä", "B"]), st.integers(0, 4)))


def _frame(rows: list[tuple[str, int]]) -> pd.DataFrame:
    days = pd.to_datetime([day for _, day in rows], unit="D").astype("datetime64[us]")
    ids = pd.Series([text for text, _ in rows], dtype="str")
    return pd.DataFrame({"id": ids, "day": days, "row": range(len(rows))})


@given(_ROWS)
def test_rows_stand_by_text_then_time_and_rows_alike_as_they_came(rows):
    frame = _frame(rows)
    expected = frame.sort_values(["id", "day"], kind="stable")
    pd.testing.assert_frame_equal(sorted_by(frame, "id", "day"), expected)


@given(_ROWS)
def test_rows_in_order_of_time_are_sorted_all_the_same(rows):
    frame = _frame(sorted(rows, key=lambda row: row[1]))
    expected = frame.sort_values(["id", "day"], kind="stable")
    pd.testing.assert_frame_equal(sorted_by(frame, "id", "day"), expected)
