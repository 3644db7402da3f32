"""What pandas does not do in one call."""

from __future__ import annotations

import pandas as pd


def at(values: pd.Series, keys: pd.Series) -> pd.Series:
    """The value of each key, on the keys' own index; missing where there is none.

    ``values`` has a unique index. Unlike ``keys.map(values)`` it keeps the type of ``values``
    when they are empty.
    """
    return values.reindex(pd.Index(keys)).set_axis(keys.index)


def among(keys: pd.Series, known: pd.Series | pd.Index) -> pd.Series:
    """Whether each key is one of ``known``; fast where there are many of both."""
    return pd.Series(pd.Index(known.unique()).get_indexer(pd.Index(keys)) >= 0, index=keys.index)
