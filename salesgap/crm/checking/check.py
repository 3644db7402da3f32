"""Validation: every row of an export is accepted or set aside with a reason.

Each table first on its own (cells, bounds, repeated rows), then against the others, in the order
products, people, deals, the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from salesgap.crm.checking.currency import convert_history
from salesgap.crm.checking.deals import check_deals, match_stages, unmapped_stages
from salesgap.crm.checking.hierarchy import check_people, named_managers
from salesgap.crm.checking.notes import Note, listed
from salesgap.crm.checking.quotas import rolled_up, split_years
from salesgap.crm.checking.refer import Known, known, refer
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.checking.versions import follow_merges
from salesgap.crm.frames import together
from salesgap.crm.reading.profile import Profile, load_profile
from salesgap.crm.reading.read import LEFT_OUT, findings
from salesgap.crm.tables import COMMITMENT_STATUSES, PRODUCTS, TABLES, empty
from salesgap.params import Params

# The date that makes a row later knowledge.
_DATED = {
    "opportunities": ("created_date", "created after the as-of date"),
    "stage_history": ("changed_at", "changed after the as-of date"),
    "activities": ("date", "after the as-of date"),
    "assessments": ("date", "after the as-of date"),
    "team_history": ("start_date", "starts after the as-of date"),
}
_PERSON_OF = {
    "quotas": "person_id",
    "activities": "person_id",
    "assessments": "person_id",
    "team_history": "person_id",
    "commitments": "manager_id",
}


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """The accepted tables (absent ones empty), rows added to them, and what to tell the reader."""

    tables: Mapping[str, pd.DataFrame]
    added: Mapping[str, int]
    notes: tuple[Note, ...]


def check_sheets(sheets: Mapping[str, Sheet], params: Params) -> Checked:
    """Apply every rule to ``sheets``, which keep the findings. Raises ``ParamsError``."""
    notes: list[Note] = []
    profile = load_profile(params.source.profile)
    merged = follow_merges(sheets, profile)
    notes += [merged] if merged else []
    together(partial(_check_alone, profile, params), sheets.values())
    people, added = None, empty(TABLES["people"])
    if "people" in sheets:
        notes += check_people(sheets["people"], params)
        added = named_managers(sheets["people"])
        people = _with_added(known(sheets["people"]), added)
        notes += _added_note(added)
    if "opportunities" in sheets:
        notes += check_deals(
            sheets["opportunities"], people, _managed(sheets, people), _products(sheets), params
        )
    notes += _check_rest(sheets, people, params)
    tables = dict(zip(TABLES, together(partial(_accepted, sheets), TABLES), strict=True))
    tables["people"] = pd.concat([tables["people"], added], ignore_index=True)
    whole = len(tables["quotas"])
    tables["quotas"] = split_years(tables["quotas"], params.quota_split)
    more = {"people": len(added), "quotas": len(tables["quotas"]) - whole}
    return Checked(tables, more, tuple(notes))


def _accepted(sheets: Mapping[str, Sheet], name: str) -> pd.DataFrame:
    return sheets[name].accepted() if name in sheets else empty(TABLES[name])


def _check_alone(profile: Profile, params: Params, sheet: Sheet) -> None:
    sheet.drop_repeats(profile.table(sheet.table.name).one_change)
    _leave_out_later(sheet, params)


def _leave_out_later(sheet: Sheet, params: Params) -> None:
    column, reason = _DATED.get(sheet.table.name, ("", ""))
    if column:
        days = sheet.column(column).dt.normalize()
        later = days.index[days > pd.Timestamp(params.as_of)]
        sheet.find(findings(later, column, reason, LEFT_OUT))


def _check_rest(sheets: Mapping[str, Sheet], people: Known | None, params: Params) -> list[Note]:
    notes: list[Note | None] = []
    for name, column in _PERSON_OF.items():
        if name in sheets and people is not None:
            note, lost = refer(sheets[name], column, people)
            notes.append(note)
            sheets[name].find(lost)
    if "quotas" in sheets:
        quotas = sheets["quotas"].rows
        backwards = quotas.index[quotas["period_end"] < quotas["period_start"]]
        sheets["quotas"].find(findings(backwards, "period_end", "the period ends before it starts"))
        if "people" in sheets:
            notes.append(rolled_up(sheets["quotas"], sheets["people"].rows))
    if "commitments" in sheets:
        sheets["commitments"].find(_unknown_status(sheets["commitments"].rows))
    if "stage_history" in sheets:
        notes += _check_history(sheets, params)
    if "team_history" in sheets and people is not None:
        notes.append(_former_managers(sheets["team_history"], people))
        notes.append(_end_overlaps(sheets["team_history"]))
    return [note for note in notes if note]


def _unknown_status(commitments: pd.DataFrame) -> pd.DataFrame:
    told = commitments["status"].dropna()
    other = told[~told.str.casefold().isin(COMMITMENT_STATUSES)]
    reasons = "status " + other.map(repr) + f" is none of {', '.join(COMMITMENT_STATUSES)}"
    return findings(other.index, "status", reasons)


def _check_history(sheets: Mapping[str, Sheet], params: Params) -> list[Note | None]:
    history = sheets["stage_history"]
    notes = [match_stages(history, params)]
    found = [unmapped_stages(history, params)]
    if "opportunities" in sheets:
        deals = known(sheets["opportunities"])
        note, lost = refer(history, "opportunity_id", deals)
        notes.append(note)
        found.append(lost)
    history.find(*found)
    if "opportunities" in sheets:
        convert_history(history, sheets["opportunities"], params)
    return notes


def _former_managers(sheet: Sheet, people: Known) -> Note | None:
    refer(sheet, "manager_id", people)
    managers = sheet.column("manager_id")
    gone = managers[~managers.isin(people.accepted())].nunique()
    if not gone:
        return None
    return Note(
        f"team_history: {gone:,} former managers are not in people; their deals get no pack"
    )


def _end_overlaps(sheet: Sheet) -> Note | None:
    """End a spell where the person's next one begins: nobody is in two teams at once."""
    spells = sheet.rows.sort_values(["person_id", "start_date"], kind="stable")
    following = spells.groupby("person_id")["start_date"].shift(-1)
    over = spells.index[
        (spells["end_date"].isna() & following.notna()) | (spells["end_date"] > following)
    ]
    if over.empty:
        return None
    sheet.typed.loc[over, "end_date"] = following[over]
    return Note(
        f"team_history: {len(over):,} rows overlapped the same person's next one and end where "
        "it begins",
        f"team_history: overlapping rows {listed([str(row) for row in sorted(over)])}",
    )


def _with_added(people: Known, added: pd.DataFrame) -> Known:
    fate = people.fate.drop(people.fate.index.intersection(list(added["person_id"])))
    new = pd.Series("", index=added["person_id"], dtype="str")
    names = pd.concat([people.names, added.set_index("name")["person_id"]])
    return Known(people.table, pd.concat([fate, new]), names)


def _managed(sheets: Mapping[str, Sheet], people: Known | None) -> set[str]:
    """The ids of people with an accepted manager, now or in the team history, or with a team."""
    if people is None:
        return set()
    rows = sheets["people"].rows
    ids: set[str] = set(rows["person_id"][rows["manager_id"].isin(people.accepted())])
    ids |= set(rows["manager_id"].dropna())
    if "team_history" in sheets:
        ids |= set(sheets["team_history"].rows["person_id"])
    return ids


def _products(sheets: Mapping[str, Sheet]) -> pd.DataFrame:
    return sheets["products"].rows if "products" in sheets else empty(PRODUCTS)


def _added_note(added: pd.DataFrame) -> list[Note]:
    if added.empty:
        return []
    text = f"people: {len(added):,} managers are only named; a row was added for each"
    return [Note(text, f"{text}: {listed(list(added['name']))}")]
