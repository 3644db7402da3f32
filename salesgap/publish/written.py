"""Text that keeps the value it was written from, so that a table can be sorted by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from salesgap.facts import Range

Value = int | float | date | Range

_Owner = TypeVar("_Owner")
_Known = TypeVar("_Known")
_More = ParamSpec("_More")


class Written(str):
    """A value as text; ``value`` is its number, a day's ordinal or the low end of a range.

    What is added behind it leaves the value: '€310k' + ' (12)' is still 310,000.
    """

    value: float

    def __new__(cls, text: str, value: Value) -> Written:
        """``text`` of ``value``."""
        self = super().__new__(cls, text)
        self.value = _number(value)
        return self

    def __add__(self, more: str) -> Written:
        return Written(str(self) + more, self.value)


def keeps_value(
    write: Callable[Concatenate[_Owner, _Known, _More], str],
) -> Callable[Concatenate[_Owner, _Known, _More], str]:
    """A writer of a value (its first argument) whose text keeps it; a missing one has none."""

    @wraps(write)
    def writes(owner: _Owner, value: _Known, /, *args: _More.args, **named: _More.kwargs) -> str:
        text = write(owner, value, *args, **named)
        return Written(text, value) if isinstance(value, Value) else text

    return writes


def _number(value: Value) -> float:
    if isinstance(value, date):
        return value.toordinal()
    return value.low if isinstance(value, Range) else float(value)
