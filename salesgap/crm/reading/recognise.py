"""Whose export it is, by its headers and file names, where the params do not say.

Every profile is held against every file: does it find the columns that opportunities cannot do
without, and how many of the headers does it know? A header that no other CRM writes (a *sign*)
counts as three. The best one is taken and said; a tie is an error that names the candidates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

from salesgap.crm.reading.peek import Rows, header_in
from salesgap.crm.reading.profile import GENERIC, Profile, TableProfile, load_profile, profile_names
from salesgap.crm.tables import OPPORTUNITIES, TABLES, Table
from salesgap.errors import SourceError

_A_SIGN = 3
_BEYOND_DOUBT = 2  # signs that tell a CRM even where a column is missing


@dataclass(frozen=True, slots=True)
class Recognised:
    """The profile of an export, and why it is that one."""

    profile: str
    why: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a profile fits a file. ``lacks``: columns of opportunities it does not find."""

    profile: str
    file: str
    known: int
    signs: int
    lacks: tuple[str, ...]

    @property
    def score(self) -> int:
        """Headers known, a sign more than others."""
        return self.known + _A_SIGN * self.signs


def recognise(files: Mapping[str, Rows], given: frozenset[str] = frozenset()) -> Recognised:
    """The profile of an export whose ``files`` start with those rows.

    ``given``: columns of opportunities that the params name themselves. Raises ``SourceError``
    if none fits, or several alike.
    """
    first = _first(files, frozenset()) or _first(files, given) or _marked(files)
    if len(first) == 1:
        return Recognised(first[0].profile, _why(first[0]))
    if given or _canonical_names(files):
        return Recognised(GENERIC, "the params or the file names say which table is which")
    raise _tie(first) if first else _none(files)


def fits_table(table: Table, layout: TableProfile, rows: Rows, given: frozenset[str]) -> bool:
    """Whether a file that starts with ``rows`` has every column the table needs."""
    known = _headers(table, layout, canonical=True)
    present = {text.casefold() for text in header_in(rows, known)}
    return not _lacking(table, layout, present, given, canonical=True)


def _first(files: Mapping[str, Rows], given: frozenset[str]) -> list[Fit]:
    """The best of the profiles that find every column they need: several if they tie."""
    whole = [fit for fit in _fits(files, given) if not fit.lacks and fit.score]
    top = max((fit.score for fit in whole), default=0)
    return [fit for fit in whole if fit.score == top]


def _marked(files: Mapping[str, Rows]) -> list[Fit]:
    """The profile with most signs: a column it needs is then missed by its name."""
    marked = [fit for fit in _fits(files, frozenset()) if fit.signs >= _BEYOND_DOUBT]
    most = max((fit.signs for fit in marked), default=0)
    return [fit for fit in marked if fit.signs == most]


def _fits(files: Mapping[str, Rows], given: frozenset[str]) -> list[Fit]:
    fits = [_best(name, files, given) for name in profile_names()]
    return [fit for fit in fits if fit is not None]


def _best(name: str, files: Mapping[str, Rows], given: frozenset[str]) -> Fit | None:
    profile = load_profile(name)
    fits = [_fit(name, profile, file, rows, given) for file, rows in files.items()]
    return max(fits, key=lambda fit: (not fit.lacks, fit.score), default=None)


def _fit(name: str, profile: Profile, file: str, rows: Rows, given: frozenset[str]) -> Fit:
    layout = profile.table(OPPORTUNITIES.name)
    canonical = name == GENERIC
    known = _headers(OPPORTUNITIES, layout, canonical=canonical)
    header = header_in(rows, known)
    present = {text.casefold() for text in header}
    sign = re.compile("|".join(profile.signs) or r"(?!)", re.IGNORECASE)
    return Fit(
        name,
        file,
        known=len(present & known),
        signs=sum(bool(sign.search(text)) for text in header)
        + any(fnmatch(file.lower(), pattern.lower()) for pattern in layout.files),
        lacks=_lacking(OPPORTUNITIES, layout, present, given, canonical=canonical),
    )


def _headers(table: Table, layout: TableProfile, *, canonical: bool) -> frozenset[str]:
    names = [_accepted(layout, column.name, canonical=canonical) for column in table.columns]
    return frozenset(header for group in names for header in group)


def _accepted(layout: TableProfile, column: str, *, canonical: bool) -> set[str]:
    """The headers of a column in lower case; its canonical name only where that is asked for."""
    headers = layout.headers(column) if canonical else layout.headers(column)[:-1]
    return {header.casefold() for header in headers}


def _lacking(
    table: Table, layout: TableProfile, present: set[str], given: frozenset[str], *, canonical: bool
) -> tuple[str, ...]:
    return tuple(
        name
        for name in table.required_columns
        if name not in given and not _accepted(layout, name, canonical=canonical) & present
    )


def _why(fit: Fit) -> str:
    signs = f" and {fit.signs} of its signs" if fit.signs else ""
    return f"{fit.file} has {fit.known} of its columns{signs}"


def _canonical_names(files: Mapping[str, Rows]) -> bool:
    """Whether the files are named as this program names them."""
    required = {name for name, table in TABLES.items() if table.required}
    return not files or any(name.lower().partition(".")[0] in required for name in files)


def _tie(fits: list[Fit]) -> SourceError:
    named = " and ".join(f"{fit.profile} ({_why(fit)})" for fit in fits)
    return SourceError(
        f"the export may be of several CRMs: {named}",
        where="source.profile",
        do=f"name one: {', '.join(fit.profile for fit in fits)}",
    )


def _none(files: Mapping[str, Rows]) -> SourceError:
    near = sorted(_fits(files, frozenset()), key=lambda fit: (len(fit.lacks), -fit.score))[:3]
    named = "; ".join(f"{fit.profile} lacks {', '.join(fit.lacks)}" for fit in near)
    return SourceError(
        f"no profile fits {', '.join(list(files)[:8])} ({named})",
        where="source.profile",
        do="name it, or map the columns in source.tables; 'salesgap check FOLDER' proposes which "
        "column is which, and writes a params file",
    )
