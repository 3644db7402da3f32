"""The words that exports use, as tables: what a column may be called, what a stage's name tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_LOWER_UPPER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a name: in lower case, without accents, signs and what stands in brackets."""
    outside = re.sub(r"[(\[{].*?[)\]}]", " ", text).strip() or text
    return tuple(re.findall(r"[^\W_]+", unaccented(_LOWER_UPPER.sub(" ", outside))))


def unaccented(text: str) -> str:
    """``text`` in lower case and without accents."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign))


@cache
def column_words(table: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """By canonical column of a table, what it may be called, best first, each as its words."""
    told = _table("columns").get(table, {"columns": {}})["columns"]
    return {name: tuple(words_of(term) for term in terms) for name, terms in told.items()}


@cache
def table_words(table: str) -> tuple[tuple[str, ...], ...]:
    """What a table's file may be called, and so what may stand in its headers beside the rest."""
    return tuple(words_of(term) for term in _table("columns").get(table, {"own": []})["own"])


@cache
def stage_words() -> Mapping[str, tuple[str, ...]]:
    """By what a stage may be (lost, won, late, early), the words that tell it."""
    return {name: tuple(words) for name, words in _table("stages").items()}


@cache
def _table(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((files(__name__) / f"{name}.yml").read_text("utf-8"))
    return loaded
