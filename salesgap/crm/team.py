"""One manager's part of the book, and who the managers are."""

from __future__ import annotations

import pandas as pd

from salesgap.crm.book import Book
from salesgap.crm.checking.notes import Note, listed
from salesgap.crm.frames import among, at
from salesgap.crm.spells import direct_reps, manager_on


def managers_of(book: Book) -> pd.DataFrame:
    """The managers who get a pack: ``person_id``, ``name``, ``region``, ``reps``, by name.

    They have a direct report who is in their seat and manages nobody, nor did; ``reps`` counts
    those. Who left and still has such reports is one of them, or their team would be nobody's.
    A manager of managers only gets no pack.
    """
    spans = direct_reps(book.people)
    managers = book.people[book.people["person_id"].isin(spans.index)]
    found = managers[["person_id", "name", "region"]].assign(
        reps=managers["person_id"].map(spans).astype("int64")
    )
    return found.sort_values(["name", "person_id"]).reset_index(drop=True)


def team_of(book: Book, manager_id: str) -> Book:
    """The rows of one manager and no other's.

    ``people``: the manager, the direct reports (leavers too), and whoever the team history once
    put under them. A closed deal belongs to the owner's manager when it was created, an open
    one to the present manager, and any deal of somebody who leads reps to that person's own
    team, so that no deal is in two. Activities belong to the manager of their day; quotas are
    those of everybody who is or was in the team, since a period may be longer than a stay; the
    manager's own rows are in it.
    """
    people, moves = book.people, book.team_history
    present = set(people["person_id"][people["manager_id"] == manager_id])
    past = set(moves["person_id"][moves["manager_id"] == manager_id])
    members = people["person_id"].isin(present | past | {manager_id})
    deals = _deals(book, manager_id, present | {manager_id})
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


def _deals(book: Book, manager_id: str, members: set[str]) -> pd.DataFrame:
    deals = book.deals
    near = deals[deals["owner_id"].isin(members) | (deals["manager_id"] == manager_id)]
    return near[holder(near, book.people) == manager_id].reset_index(drop=True)


def holder(deals: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """In whose team each deal is; missing where nobody leads the owner."""
    present = at(people.set_index("person_id")["manager_id"], deals["owner_id"])
    own = deals["manager_id"] == deals["owner_id"]
    return deals["manager_id"].mask((deals["status"] == "open") & ~own, present)


def coverage(book: Book, people: pd.DataFrame) -> list[Note]:
    """What the packs of all managers leave out, and how they differ from ``people`` as exported."""
    return [*_other_managers(book, people), *_left_managers(book), *_in_no_pack(book)]


def _other_managers(book: Book, people: pd.DataFrame) -> list[Note]:
    exported = at(people.set_index("person_id")["manager_id"], book.people["person_id"])
    differ = book.people[book.people["manager_id"].fillna("") != exported.fillna("")]
    if differ.empty:
        return []
    return [
        Note(
            f"people: {len(differ):,} had another manager on the as-of date by team_history, which "
            "counts",
            f"another manager by team_history: {listed(list(differ['person_id']))}",
        )
    ]


def _left_managers(book: Book) -> list[Note]:
    people, managers = book.people, managers_of(book)["person_id"]
    left = people[people["end_date"].notna() & people["person_id"].isin(managers)]
    if left.empty:
        return []
    has = "manager has" if len(left) == 1 else "managers have"
    return [
        Note(
            f"people: {len(left):,} {has} left, and a team still reports to them",
            f"left, but with a team: {listed(list(left['person_id']))}",
        )
    ]


def _in_no_pack(book: Book) -> list[Note]:
    managers = managers_of(book)["person_id"]
    owners = book.deals["owner_id"][~among(holder(book.deals, book.people), managers)]
    if owners.empty:
        return []
    deals = [f"{who} ({count:,})" for who, count in owners.value_counts().items()]
    return [
        Note(
            f"opportunities: {len(owners):,} deals are in no pack: they belong to people in no "
            "team that has one",
            f"deals in no pack: {listed(deals)}",
        )
    ]


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
