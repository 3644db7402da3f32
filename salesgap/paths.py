"""File names from ids: never from a person's name, never outside the folder they belong in."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,46}[A-Za-z0-9])?")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_RESERVED = re.compile(
    r"(?i)(con|prn|aux|nul|com\d|lpt\d"  # on Windows
    r"|data|data-quality|manifest|notebooks|private|quarantine|region-summary"  # in a run's output
    r") *(\..*)?"
)


def file_keys(texts: Iterable[str]) -> dict[str, str]:
    """A file name for each text: itself where that is safe, else its safe part, ``~`` and a hash.

    Distinct texts get distinct names, also on file systems that fold case.
    """
    unique = sorted(set(texts))
    folded = Counter(text.casefold() for text in unique)
    return {text: text if _safe(text, folded) else _hashed(text) for text in unique}


def _safe(text: str, folded: Counter[str]) -> bool:
    plain = _PLAIN.fullmatch(text) is not None and _RESERVED.fullmatch(text) is None
    return plain and folded[text.casefold()] == 1


def _hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    readable = _OTHER.sub("-", text).strip("-")[:32]
    return f"{readable or 'id'}~{digest}"
