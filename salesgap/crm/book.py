"""The book: every canonical table as it stood on the as-of date, frozen.

Measures take a :class:`Book`, of one team or of all; they never see an export.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Frames as of one day. An absent optional table is an empty frame.

    ``deals`` holds the opportunities with what was known on the as-of date:

    ==================  ===========================================================
    opportunity_id      str, unique
    owner_id            str, person who owns it
    manager_id          str, the owner's manager **when the deal was created**; the
                        owner, if they lead reps; missing if nobody
    account, name, type, lead_source, product, segment, next_step   str or missing
    created_date        timestamp, never after the as-of date
    close_date          expected while open (may be missing), actual once closed
    status              'open', 'won' or 'lost' on the as-of date
    stage               the CRM's name of the stage on that date; missing if unknown
    phase               'early' or 'late' for an open deal; missing if unknown
    stage_date          since when it is in that stage; missing if unknown
    late_date           when it first reached the late phase; missing if it never did
    reached_late        boolean; missing (NA) if that cannot be known
    amount              float in the run's currency; missing if unknown
    amount_source       'crm', 'list price' or 'unknown'
    margin              float share or missing
    pushes              how often its expected close date was moved later; missing if unknown
    last_activity_date  timestamp or missing
    ==================  ===========================================================

    The other frames have the columns of :mod:`salesgap.crm.tables`, rows after the as-of date
    left out (``quotas`` keeps the whole fiscal year: a target is known in advance), and an
    ``end_date`` after it missing.
    """

    people: pd.DataFrame
    deals: pd.DataFrame
    quotas: pd.DataFrame
    stage_history: pd.DataFrame
    activities: pd.DataFrame
    team_history: pd.DataFrame
    assessments: pd.DataFrame
    commitments: pd.DataFrame

    def items(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Each frame with its name."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))


def save_book(book: Book, folder: Path) -> None:
    """Write one Parquet file a frame into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in book.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


def load_book(folder: Path) -> Book:
    """The book that :func:`save_book` wrote into ``folder``."""
    return Book(**{f.name: pd.read_parquet(folder / f"{f.name}.parquet") for f in fields(Book)})
