"""What was won in the last quarter: of which products, types and customers, at which margin."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from salesgap.measures.seats import Window

CHECKPOINT_MONTHS = 3

MOST_VALUES = 100
"""Kept of a dimension, the largest: a name that is typed freely has no end of them."""

Dimension = Literal["product", "type", "segment"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("product", "type", "segment")


def checkpoint_window(end: pd.Timestamp) -> Window:
    """The three months up to ``end``, that day included: of a quarter's last day, the quarter."""
    first = end + pd.Timedelta(days=1) - pd.DateOffset(months=CHECKPOINT_MONTHS)
    return Window(first - pd.Timedelta(days=1), end)


def shares(won: pd.DataFrame, dimension: str) -> dict[str, float]:
    """Each value of ``dimension`` and its part of the amount won, the largest first.

    ``won``: deals with a value; those that do not tell the dimension are left out.
    """
    codes, values = pd.factorize(won[dimension])
    told = codes >= 0
    amounts = np.bincount(codes[told], won["amount"].to_numpy(float)[told], len(values))
    order = np.argsort(-amounts, kind="stable")
    return {str(values[at]): float(amounts[at] / amounts.sum()) for at in order}


def margin(won: pd.DataFrame) -> float | None:
    """Mean margin of deals with a value, each weighted by its amount; None if none tells it."""
    told = won["margin"].notna()
    if not told.any():
        return None
    amount = won["amount"][told]
    return float((won["margin"][told] * amount).sum() / amount.sum())
