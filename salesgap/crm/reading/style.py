"""How a column of text is written: what the params say of it, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import pandas as pd

DayOrder = Literal["day first", "month first"]
DecimalSign = Literal["point", "comma"]


@dataclass(frozen=True, slots=True)
class Style:
    """What the params say of a table's dates and amounts, under ``key``; none where they do not."""

    key: str = "source.tables.<table>"
    dates: DayOrder | None = None
    decimal: DecimalSign | None = None


UNSAID = Style()


class Reading(NamedTuple):
    """The values of distinct texts, what one without a value is not, and how they are written."""

    values: pd.Series
    noun: str
    how: str = ""
