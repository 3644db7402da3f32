"""Names of invented people and companies, made once a process and drawn from by seed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

REGIONS = ("EMEA", "North America", "APAC")
_LOCALES = {
    "EMEA": ("en_GB", "de_DE", "fr_FR", "nl_NL", "es_ES", "it_IT"),
    "North America": ("en_US", "en_CA"),
    "APAC": ("en_AU", "en_IN"),
}
_FIRST, _LAST, _COMPANIES = 60, 120, 220  # a locale


@lru_cache(maxsize=1)
def _pool() -> dict[str, tuple[list[str], list[str], list[str]]]:
    """First names, last names and companies of each locale, always the same."""
    from faker import Faker

    pool = {}
    for locale in (name for names in _LOCALES.values() for name in names):
        fake = Faker(locale)
        fake.seed_instance(7)
        pool[locale] = (
            _distinct([fake.first_name() for _ in range(_FIRST)]),
            _distinct([fake.last_name() for _ in range(_LAST)]),
            _distinct([fake.company() for _ in range(_COMPANIES)]),
        )
    return pool


def people(regions: list[str], rng: np.random.Generator) -> list[str]:
    """A name for each entry of ``regions``, all different."""
    taken: set[str] = set()
    return [_person(region, taken, rng) for region in regions]


def companies(region: str) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """The companies of a region, in a fixed order."""
    names = [company for locale in _LOCALES[region] for company in _pool()[locale][2]]
    return np.array(_distinct(names))


def email(name: str) -> str:
    """An address in ASCII at a domain nobody owns."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = ("".join(c for c in word if c.isalpha()) for word in plain.lower().split())
    return ".".join(word for word in words if word) + "@example.com"


def _person(region: str, taken: set[str], rng: np.random.Generator) -> str:
    while True:
        locale = _LOCALES[region][rng.integers(len(_LOCALES[region]))]
        first, last, _ = _pool()[locale]
        name = f"{first[rng.integers(len(first))]} {last[rng.integers(len(last))]}"
        if name not in taken:
            taken.add(name)
            return name


def _distinct(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))
