"""What a reader should know of the data, in two depths."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """``text`` goes into every pack: counts, never a person, an account or a deal.

    ``detail`` says who and which; ``salesgap check`` alone shows it.
    """

    text: str
    detail: str = ""


def listed(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - 8:,} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
