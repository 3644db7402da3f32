"""Who worked for whom, and when."""

from __future__ import annotations

import pandas as pd

from salesgap.crm.frames import at


def direct_reps(people: pd.DataFrame) -> pd.Series:
    """Index person_id of whoever leads reps, value how many.

    A rep is in their seat and manages nobody, nor did.
    """
    seated = people[people["end_date"].isna()]
    return seated[~seated["person_id"].isin(people["manager_id"])]["manager_id"].value_counts()


def spells_until(moves: pd.DataFrame, people: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The team history as it stood at the end of ``day``, made to agree with ``people``.

    The first spell of a person reaches back to their start. Where the last one ended before
    ``day`` (or before they left), they have been with their manager in ``people`` since.
    """
    moves = moves[moves["start_date"] <= day]
    moves = moves.assign(end_date=moves["end_date"].where(moves["end_date"] < day))
    moves = moves.sort_values(["person_id", "start_date"], kind="stable")
    return _to_the_end(_from_the_start(moves, people), people, day)


def _from_the_start(moves: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    began = at(people.set_index("person_id")["start_date"], moves["person_id"])
    late = ~moves["person_id"].duplicated() & (began < moves["start_date"])
    return moves.assign(start_date=moves["start_date"].mask(late, began))


def _to_the_end(moves: pd.DataFrame, people: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    known = people.set_index("person_id")
    last = ~moves["person_id"].duplicated(keep="last")
    until = at(known["end_date"], moves["person_id"]).fillna(day)
    present = at(known["manager_id"], moves["person_id"])
    short = last & (moves["end_date"] < until) & present.notna()
    same = short & (moves["manager_id"] == present)
    since = moves[short & ~same]
    added = since.assign(manager_id=present[since.index], start_date=since["end_date"])
    added["end_date"] = added["end_date"].mask(added["end_date"].notna())
    moves = moves.assign(end_date=moves["end_date"].mask(same))
    return pd.concat([moves, added], ignore_index=True)


def manager_on(
    persons: pd.Series, days: pd.Series, moves: pd.DataFrame, people: pd.DataFrame
) -> pd.Series:
    """Each person's manager on a day: by the team history, else the present one.

    Before the first spell it is the manager of that one.
    """
    asked = pd.DataFrame({"person_id": persons, "day": days})
    present = at(people.set_index("person_id")["manager_id"], asked["person_id"])
    if moves.empty:
        return present.astype("str")
    asked = asked.reset_index(names="place").dropna().sort_values("day", kind="stable")
    spans = moves.sort_values("start_date", kind="stable")
    found = pd.merge_asof(asked, spans, left_on="day", right_on="start_date", by="person_id")
    first = spans.drop_duplicates("person_id").set_index("person_id")["manager_id"]
    then = found["manager_id"].mask(found["end_date"] < found["day"])
    then = then.mask(found["start_date"].isna(), at(first, found["person_id"]))
    return then.set_axis(found["place"]).reindex(persons.index).fillna(present).astype("str")
