"""Facts as they are shown: every text on one line, and no name so long that it bursts a box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from salesgap.facts import Facts

# Characters of a name on a page: it wraps up to here, to about five lines of a narrow column.
LONGEST = 64

_NAMES = ("name", "account", "role", "stage", "region")
# Blanks of every kind but the ones that hold a number and its unit together.
_BLANKS = re.compile("[^\\S\xa0\u202f]+")

FactsT = TypeVar("FactsT", bound=Facts)


def for_page(facts: FactsT) -> FactsT:
    """``facts`` with line ends and tabs folded to a blank and long names shortened inside.

    A long name is shortened wherever it stands, in sentences too; :func:`long_names` has it in
    full.
    """
    data = facts.model_dump()
    shorter = {name: _shortened(name) for name in _names(data)}
    longest_first = sorted(shorter, key=len, reverse=True)

    def change(text: str) -> str:
        text = _folded(text)
        for name in longest_first:
            text = text.replace(name, shorter[name])
        return text

    return type(facts).model_validate(_mapped(data, change))


def long_names(facts: Facts) -> tuple[str, ...]:
    """Every name that :func:`for_page` shortens, in full, in the order of the alphabet."""
    return tuple(sorted(set(_names(facts.model_dump()))))


def _shortened(name: str) -> str:
    """The start and the end of a name: numbered names differ at their end."""
    tail = LONGEST // 4
    return f"{name[: LONGEST - tail - 1].rstrip()}…{name[-tail:].lstrip()}"


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _names(value: Any) -> Iterator[str]:
    """Every name that is too long."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _NAMES and isinstance(inner, str) and len(_folded(inner)) > LONGEST:
                yield _folded(inner)
            else:
                yield from _names(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _names(inner)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_mapped(inner, change) for inner in value)
    return change(value) if isinstance(value, str) else value
