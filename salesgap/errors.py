"""Everything salesgap raises on purpose, and what a name it does not know may have meant.

SalesgapError                 exit code, one line: what, where, what to do
├── ParamsError          2    the params file cannot be used
├── SourceError          2    an export cannot be read
│   └── ColumnError      2    a table lacks a column that its rows cannot do without
├── DataError            2    the export reads, but no pack can be made of it
├── NotebookError        3    a notebook did not run to its end
├── PublishError         3    a PDF could not be set
├── OutputError          2    the output folder cannot be used
└── ClusterError         2    the cluster cannot be used
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SalesgapError(Exception):
    """A failure the user can act on. ``str(error)`` is one line."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what = _one_line(what)
        self.where = _one_line(where)
        self.do = _one_line(do)
        super().__init__(what, where, do)

    def __str__(self) -> str:
        located = f"{self.where}: {self.what}" if self.where else self.what
        return f"{located} → {self.do}" if self.do else located

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.do)


class ParamsError(SalesgapError):
    """The params file is missing, unreadable, or holds a wrong key or value."""


class SourceError(SalesgapError):
    """A file of the export is missing, unreadable, or lacks a required column."""


class ColumnError(SourceError):
    """A table lacks a required column; an optional table can be left out instead."""


class DataError(SalesgapError):
    """The export reads, but holds nothing a pack could be made of."""


class NotebookError(SalesgapError):
    """A notebook raised, hung, or was killed before its last cell."""

    exit_code = 3


class PublishError(SalesgapError):
    """An executed notebook could not be set as a PDF."""

    exit_code = 3


class OutputError(SalesgapError):
    """The output folder cannot be written, or another run holds it."""


class ClusterError(SalesgapError):
    """The cluster does not answer, has other versions than this machine, or went away."""


def nearest(names: Iterable[str], known: Iterable[str], most: int = 1) -> list[str]:
    """Those of ``known`` that come nearest to any of ``names``, whatever their case, best first."""
    folded = {text.casefold(): text for text in known}
    hits = {
        (difflib.SequenceMatcher(None, hit, name).ratio(), hit)
        for name in (name.casefold() for name in names)
        for hit in difflib.get_close_matches(name, list(folded), n=most)
    }
    return [folded[hit] for _, hit in sorted(hits, reverse=True)[:most]]


def _one_line(text: str) -> str:
    return " ".join(str(text).split())


def _rebuild(kind: type[SalesgapError], what: str, where: str, do: str) -> SalesgapError:
    return kind(what, where=where, do=do)
