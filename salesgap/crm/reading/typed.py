"""Typed values as the text of the same table's CSV: one way to read whatever the source."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

_TEXT = pd.StringDtype(na_value=np.nan)


def typed_grid(frame: pd.DataFrame) -> pd.DataFrame:
    """A typed frame as the grid of a file whose first row is the header: rows from 2 on."""
    cells = {place: text_of(frame.iloc[:, place]).array for place in range(frame.shape[1])}
    grid = pd.DataFrame(cells, index=pd.RangeIndex(2, len(frame) + 2))
    grid.columns = pd.Index([str(name).strip() for name in frame.columns])
    return grid


def text_frame(table: pa.Table) -> pd.DataFrame:
    """A table of Arrow's large strings as pandas holds text, without a copy."""
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): _TEXT}.get)
    return frame


def text_of(series: pd.Series) -> pd.Series:
    """A typed column as text; missing becomes ''. Whole numbers lose their '.0'."""
    kind = series.dtype
    if isinstance(kind, pd.StringDtype):
        return series.astype("str").fillna("")
    if (
        isinstance(kind, np.dtype) and kind.hasobject
    ):  # of mixed types: 1 and True are one value to a dictionary
        return pd.Series(list(map(cell_text, series)), index=series.index, dtype="str")
    try:
        codes, distinct = pd.factorize(series)
    except pa.ArrowNotImplementedError:  # lists and the like
        return text_of(series.astype(object))
    written = pd.array([*map(cell_text, distinct), ""], dtype="str")
    return pd.Series(written.take(codes), index=series.index)  # -1, missing, is the last


def cell_text(value: Any) -> str:
    """One value as text, as a CSV would have it, but never open to two readings."""
    return _writer(type(value))(value)  # type: ignore[arg-type]


@cache
def _writer(kind: type[Any]) -> Callable[[Any], str]:
    return next((write for base, write in _WRITERS if issubclass(kind, base)), str)


def _number(value: Any) -> str:
    if value != value:
        return ""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    text = format(value, "f") if isinstance(value, Decimal) else repr(float(value))
    # A real number never has thousands separators. Three decimals would leave that open to
    # whoever reads the text, so a fourth is written.
    return text + "0" if len(text.partition(".")[2]) == 3 else text


# The first that fits: a missing time is a datetime too, and a datetime is a date.
_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    ((type(None), type(pd.NaT), type(pd.NA)), lambda _: ""),
    (str, lambda text: text),
    ((bool, np.bool_), lambda flag: "true" if flag else "false"),
    ((float, np.floating, Decimal), _number),
    (datetime, lambda time: time.replace(tzinfo=None).isoformat(" ", "seconds")),
    (date, date.isoformat),
    ((bytes, bytearray, memoryview), lambda value: "\\x" + bytes(value).hex()),
    ((dict, list), lambda value: json.dumps(value, default=str)),
)
