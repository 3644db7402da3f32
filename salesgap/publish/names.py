"""Facts as they are shown: every text on one line, and none so long that it bursts a box."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from salesgap.facts import Facts

# Characters of a name on a page: it wraps up to here, to about five lines of a narrow column.
LONGEST = 64
LONGEST_ACTION = 160

# What people typed freely: the field of the facts that holds it, and its characters on a page.
_FREE_TEXTS = {
    "name": LONGEST,
    "account": LONGEST,
    "role": LONGEST,
    "stage": LONGEST,
    "region": LONGEST,
    "owner": LONGEST,  # of a commitment
    "item": LONGEST,  # a skill
    "kind": LONGEST,  # of an activity
    "value": LONGEST,  # a product, deal type or segment
    "action": LONGEST_ACTION,
}
# Blanks of every kind but the ones that hold a number and its unit together.
_BLANKS = re.compile("[^\\S\xa0\u202f]+")

FactsT = TypeVar("FactsT", bound=Facts)


def for_page(facts: FactsT) -> FactsT:
    """``facts`` with line ends and tabs folded to a blank and long names shortened inside.

    A long name is shortened wherever it stands, in sentences too; :func:`long_names` has it in
    full.
    """
    data = facts.model_dump()
    shorter = {text: _shortened(text, longest) for text, longest in _too_long(data)}
    longest_first = sorted(shorter, key=len, reverse=True)

    def change(text: str) -> str:
        text = _folded(text)
        for name in longest_first:
            text = text.replace(name, shorter[name])
        return text

    return type(facts).model_validate(_mapped(data, change))


def long_names(facts: Facts) -> tuple[str, ...]:
    """Every name that :func:`for_page` shortens, in full, in the order of the alphabet."""
    return tuple(sorted({text for text, _ in _too_long(facts.model_dump())}))


def _shortened(text: str, longest: int) -> str:
    """The start and the end of a name: numbered names differ at their end."""
    tail = longest // 4
    return f"{text[: longest - tail - 1].rstrip()}…{text[-tail:].lstrip()}"


def _folded(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _too_long(value: Any) -> Iterator[tuple[str, int]]:
    """Every text that is too long, and how long it may be."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _FREE_TEXTS or not isinstance(inner, str):
                yield from _too_long(inner)
            elif len(_folded(inner)) > _FREE_TEXTS[key]:
                yield _folded(inner), _FREE_TEXTS[key]
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _too_long(inner)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_mapped(inner, change) for inner in value)
    return change(value) if isinstance(value, str) else value
