"""What a name was meant to be, where no doubt is left.

Two spellings are alike if they differ by case, accents, blanks, punctuation or the order of words
only; or by one slip inside a word of five letters or more (a letter missing, added, changed or
swapped), which is neither its first nor its last letter: *Martin* and *Martina* are two people.
Digits always count. Of several that are alike to one, none is taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from salesgap.crm.words import unaccented

_LETTERS = 5


def meant(written: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Which of ``known`` each of ``written`` can only be; what is unclear is left out."""
    asked = {text for text in written if bare(text)}
    by_bare: dict[str, set[str]] = defaultdict(set)
    by_slip: dict[str, set[str]] = defaultdict(set)
    for name in set(known) if asked else ():
        by_bare[bare(name)].add(name)
        for form in _forms(name):
            by_slip[form].add(name)
    found = {text: _one(text, by_bare, by_slip) for text in asked}
    return {text: name for text, name in found.items() if name is not None}


def bare(text: str) -> str:
    """The words of ``text`` in order of the alphabet, without accents, case and punctuation."""
    return " ".join(sorted(_words(text)))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w?]+", unaccented(text))


def _one(text: str, by_bare: dict[str, set[str]], by_slip: dict[str, set[str]]) -> str | None:
    same = by_bare.get(bare(text), set())
    near = same or {
        name
        for form in _forms(text)
        for name in by_slip.get(form, ())
        if _one_slip(_words(text), _words(name))
    }
    return next(iter(near)) if len(near) == 1 else None


def _forms(text: str) -> set[str]:
    """Every spelling with one letter left out, and the whole: two alike share one of them."""
    words = sorted(_words(text))
    forms = {" ".join(words)}
    for place, word in enumerate(words):
        for at in range(1, len(word) - 1):
            short = [*words[:place], word[:at] + word[at + 1 :], *words[place + 1 :]]
            forms.add(" ".join(short))
    return forms


def _one_slip(left: list[str], right: list[str]) -> bool:
    pairs = list(zip(sorted(left), sorted(right), strict=False))
    other = [(one, two) for one, two in pairs if one != two]
    return len(left) == len(right) and len(other) == 1 and _slip(*other[0])


def _slip(one: str, two: str) -> bool:
    """Whether two words differ by one letter inside, or by two neighbours swapped."""
    if min(len(one), len(two)) < _LETTERS or one[0] != two[0] or one[-1] != two[-1]:
        return False
    if any(sign.isdigit() for sign in one + two):
        return False
    if len(one) == len(two):
        places = [at for at in range(len(one)) if one[at] != two[at]]
        swapped = len(places) == 2 and sorted(one[places[0] :][:2]) == sorted(two[places[0] :][:2])
        return len(places) == 1 or (swapped and places[1] == places[0] + 1)
    short, long = sorted((one, two), key=len)
    gaps = (long[:at] + long[at + 1 :] for at in range(len(long)))
    return len(long) == len(short) + 1 and short in gaps
