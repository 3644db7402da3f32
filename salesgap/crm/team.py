"""One manager's part of the book, and who the managers are."""

from __future__ import annotations

import pandas as pd

from salesgap.crm.asof import manager_on
from salesgap.crm.book import Book


def managers_of(book: Book) -> pd.DataFrame:
    """The managers who get a pack: ``person_id``, ``name``, ``region``, ``reps``, by name.

    They are in their seat and have a direct report in theirs who manages nobody, nor did;
    ``reps`` counts those. A manager of managers only gets no pack.
    """
    seated = book.people[book.people["end_date"].isna()]
    reps = seated[~seated["person_id"].isin(book.people["manager_id"])]
    spans = reps["manager_id"].value_counts()
    managers = seated[seated["person_id"].isin(spans.index)]
    found = managers[["person_id", "name", "region"]].assign(
        reps=managers["person_id"].map(spans).astype("int64")
    )
    return found.sort_values(["name", "person_id"]).reset_index(drop=True)


def team_of(book: Book, manager_id: str) -> Book:
    """The rows of one manager and no other's.

    ``people``: the manager, the direct reports (leavers too), and whoever the team history once
    put under them. A closed deal belongs to the owner's manager when it was created, an open
    one to the present manager, so that every deal is in one team. Activities belong to the
    manager of their day; quotas are those of everybody who is or was in the team, since a period
    may be longer than a stay; the manager's own rows are in it.
    """
    people, moves = book.people, book.team_history
    present = set(people["person_id"][people["manager_id"] == manager_id])
    past = set(moves["person_id"][moves["manager_id"] == manager_id])
    members = people["person_id"].isin(present | past | {manager_id})
    deals = _deals(book.deals, manager_id, present)
    history = book.stage_history
    return Book(
        people=people[members].reset_index(drop=True),
        deals=deals,
        quotas=_rows_of(book.quotas, "person_id", present | past | {manager_id}),
        stage_history=_rows_of(history, "opportunity_id", set(deals["opportunity_id"])),
        activities=_of_the_day(book, book.activities, "date", manager_id),
        team_history=moves[moves["manager_id"] == manager_id].reset_index(drop=True),
        assessments=_rows_of(book.assessments, "person_id", present | {manager_id}),
        commitments=_rows_of(book.commitments, "manager_id", {manager_id}),
    )


def _deals(deals: pd.DataFrame, manager_id: str, present: set[str]) -> pd.DataFrame:
    is_open = deals["status"] == "open"
    current = is_open & deals["owner_id"].isin(present)
    past = ~is_open & (deals["manager_id"] == manager_id)
    return deals[current | past].reset_index(drop=True)


def _of_the_day(book: Book, frame: pd.DataFrame, day: str, manager_id: str) -> pd.DataFrame:
    people, moves = book.people, book.team_history
    present = people["person_id"][people["manager_id"] == manager_id]
    past = moves["person_id"][moves["manager_id"] == manager_id]
    near = frame[frame["person_id"].isin({*present, *past, manager_id})]
    managers = manager_on(near["person_id"], near[day], moves, people)
    mine = (managers == manager_id) | (near["person_id"] == manager_id)
    return near[mine].reset_index(drop=True)


def _rows_of(frame: pd.DataFrame, column: str, ids: set[str]) -> pd.DataFrame:
    return frame[frame[column].isin(ids)].reset_index(drop=True)
