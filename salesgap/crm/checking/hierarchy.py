"""Who works for whom: the rules for people, and rows for managers who are only named."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesgap.crm.checking.notes import Note, listed
from salesgap.crm.checking.refer import known, refer
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.frames import at
from salesgap.crm.reading.read import LEFT_OUT, findings
from salesgap.crm.tables import PEOPLE, conform
from salesgap.errors import ParamsError, nearest
from salesgap.params import Params


def check_people(sheet: Sheet, params: Params) -> list[Note]:
    """Set aside the people who cannot be placed or are out of scope; notes for the report.

    Raises ``ParamsError`` if ``regions`` names a region nobody is in.
    """
    notes = [refer(sheet, "manager_id", known(sheet))[0]]
    rows = sheet.rows
    late = rows["start_date"].dt.normalize() > pd.Timestamp(params.as_of)
    ended = rows["end_date"] < rows["start_date"]
    sheet.find(
        findings(rows.index[ended], "end_date", "ends before the start"),
        findings(rows.index[late], "start_date", "starts after the as-of date", LEFT_OUT),
        _circles(rows),
    )
    notes.append(_only_regions(sheet, params.regions))
    return [note for note in notes if note]


def named_managers(sheet: Sheet) -> pd.DataFrame:
    """A row of people for each manager who is named but has no accepted row of their own.

    The name is the id, or that of their quarantined row; the region their reports' most
    common one. Managers who were left out on purpose get none.
    """
    people = sheet.rows
    fate = sheet.fate()
    managers = people["manager_id"].dropna().drop_duplicates()
    without = managers[~managers.isin(people["person_id"])]
    out = fate.index[fate.str.startswith("was left out")]
    ids = without[~without.isin(out)].sort_values()
    written = sheet.typed.dropna(subset=["person_id"]).drop_duplicates("person_id")
    names = at(written.set_index("person_id")["name"], ids).fillna(ids)
    rows = {"person_id": ids, "name": names, "role": "manager", "region": at(_regions(people), ids)}
    return conform(PEOPLE, pd.DataFrame(rows)).reset_index(drop=True)


def _regions(people: pd.DataFrame) -> pd.Series:
    """Index manager_id: the most common region of the reports; of several the first by name."""
    counts = people.groupby(["manager_id", "region"]).size().reset_index(name="people")
    counts = counts.sort_values(["manager_id", "people", "region"], ascending=[True, False, True])
    return counts.drop_duplicates("manager_id").set_index("manager_id")["region"]


def _circles(people: pd.DataFrame) -> pd.DataFrame:
    """Findings of people who are their own manager, at once or by way of others."""
    own = people["manager_id"] == people["person_id"]
    place = pd.Series(np.arange(len(people)), index=people["person_id"])
    above = at(place, people["manager_id"]).where(~own).fillna(-1).to_numpy(dtype="int64")
    circular = pd.Series(_in_a_circle(above), index=people.index)
    return pd.concat(
        [
            findings(people.index[own], "manager_id", "is their own manager"),
            findings(people.index[circular], "manager_id", "is above their own manager"),
        ]
    )


def _in_a_circle(above: np.ndarray) -> np.ndarray:
    """Whether each place comes back to itself by following ``above`` (-1: nobody)."""
    circular = np.zeros(len(above), dtype=bool)
    seen = np.zeros(len(above), dtype="int64")  # 0, or the walk that came by
    for start in range(len(above)):
        at = start
        while at >= 0 and not seen[at]:
            seen[at] = start + 1
            at = above[at]
        if at >= 0 and seen[at] == start + 1:
            while not circular[at]:
                circular[at] = True
                at = above[at]
    return circular


def _only_regions(sheet: Sheet, regions: tuple[str, ...]) -> Note | None:
    """Leave out other regions, but keep whoever manages somebody in these."""
    if not regions:
        return None
    people = sheet.rows
    _known_regions(regions, sorted(set(people["region"])))
    inside = people["region"].isin(regions)
    manages = people["person_id"].isin(people.loc[inside, "manager_id"])
    outside = people[~inside & ~manages]
    reasons = "in another region (" + outside["region"] + ")"
    sheet.find(findings(outside.index, "region", reasons, LEFT_OUT))
    guests = people[~inside & manages]
    if guests.empty:
        return None
    text = f"people: {len(guests):,} kept from other regions because they manage people in these"
    return Note(text, f"{text}: {listed(list(guests['name']))}")


def _known_regions(regions: tuple[str, ...], known: list[str]) -> None:
    for region in regions:
        if known and region not in known:
            near = nearest([region], known)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ParamsError(
                f"nobody is in region {region!r}",
                where="regions",
                do=f"{hint}people has {', '.join(known)}",
            )
