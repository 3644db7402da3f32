"""The rules for opportunities, beyond those every table has."""

from __future__ import annotations

import pandas as pd

from salesgap.crm.checking.currency import convert_deals
from salesgap.crm.checking.notes import Note
from salesgap.crm.checking.refer import Known, refer
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.checking.spelling import meant
from salesgap.crm.frames import at
from salesgap.crm.reading.read import findings
from salesgap.params import Params

_ENDING = ("created_date", "close_date", "stage", "amount", "product")


def check_deals(
    sheet: Sheet, people: Known | None, managed: set[str], products: pd.DataFrame, params: Params
) -> list[Note]:
    """Set aside the deals that contradict themselves or belong to nobody; notes for the report.

    ``people`` is none if the export has none: then owners go unchecked. ``managed`` are the ids
    of people with an accepted manager; ``products`` has ``product`` and ``list_price``.
    """
    notes = [_match_products(sheet, products), match_stages(sheet, params)]
    nobodys = []
    if people is not None:
        note, lost = refer(sheet, "owner_id", people)
        notes.append(note)
        nobodys = [lost, _unmanaged(sheet, people, managed)]
    sheet.find(_stages(sheet, params), _outcomes(sheet, params, products), *nobodys)
    notes += [convert_deals(sheet, params)]
    notes += [_unpriced(sheet, products), _closed_later(sheet, params)]
    return [note for note in notes if note]


def match_stages(sheet: Sheet, params: Params) -> Note | None:
    """Spell stages as the params do where it is beyond doubt which one is meant."""
    known = [stage.name for stage in params.stages]
    stages = sheet.typed["stage"].dropna()
    strange = stages[~stages.isin(known)]
    found = meant(strange.unique(), known)
    matched = strange[strange.isin(list(found))]
    if matched.empty:
        return None
    counts = matched.value_counts()
    sheet.typed.loc[matched.index, "stage"] = matched.map(found)
    pairs = [f"{text} is {found[str(text)]} ({rows:,} rows)" for text, rows in counts.items()]
    return Note(f"{sheet.table.name}: stage matched by its letters: {'; '.join(pairs)}")


def unmapped_stages(sheet: Sheet, params: Params) -> pd.DataFrame:
    """Findings of the rows whose stage the params do not list."""
    return _stages(sheet, params)


def _stages(sheet: Sheet, params: Params) -> pd.DataFrame:
    stages = sheet.column("stage")
    foreign = stages[~stages.isin([stage.name for stage in params.stages])]
    reasons = "stage " + foreign.map(repr) + " is not in the stage map; add it to `stages`"
    return findings(foreign.index, "stage", reasons)


def _outcomes(sheet: Sheet, params: Params, products: pd.DataFrame) -> pd.DataFrame:
    """Closed deals without a usable end, and won ones without a value."""
    deals = pd.DataFrame({name: sheet.column(name) for name in _ENDING})
    status = deals["stage"].map({stage.name: stage.status for stage in params.stages})
    closed = deals[status.isin(["won", "lost"])]
    undated = closed[closed["close_date"].isna()]
    backwards = closed[closed["close_date"] < closed["created_date"].dt.normalize()]
    priced = deals["product"].isin(products["product"])
    in_time = deals["close_date"].dt.normalize() <= pd.Timestamp(params.as_of)
    worthless = deals[(status == "won") & in_time & deals["amount"].isna() & ~priced]
    return pd.concat(
        [
            findings(undated.index, "close_date", "closed, but has no close date"),
            findings(backwards.index, "close_date", "closed before it was created"),
            findings(worthless.index, "amount", "won, but has neither amount nor list price"),
        ]
    )


def _unmanaged(sheet: Sheet, people: Known, managed: set[str]) -> pd.DataFrame:
    owners = sheet.column("owner_id")
    alone = owners[owners.isin(people.accepted()) & ~owners.isin(managed)]
    reasons = "owner " + alone.map(repr) + " has no manager in people"
    return findings(alone.index, "owner_id", reasons)


def _match_products(sheet: Sheet, products: pd.DataFrame) -> Note | None:
    """Spell products as the list does where only case, blanks and punctuation differ."""
    listed = pd.Series(products["product"].to_numpy(), index=_bare(products["product"]))
    listed = listed[~listed.index.duplicated(keep=False)]
    named = sheet.typed["product"].dropna()
    named = named[~named.isin(products["product"])]
    distinct = named.drop_duplicates()
    meant_by = at(listed, _bare(distinct)).set_axis(distinct).dropna()
    said = named[named.isin(meant_by.index)]
    if said.empty:
        return None
    matched = at(meant_by, said)
    sheet.typed.loc[said.index, "product"] = matched
    counts = (said + " is " + matched + " in the list").value_counts()
    pairs = [f"{text} ({rows:,} rows)" for text, rows in counts.items()]
    return Note(f"opportunities: product matched by its letters: {'; '.join(pairs)}")


def _unpriced(sheet: Sheet, products: pd.DataFrame) -> Note | None:
    named = sheet.column("product").dropna()
    unlisted = named[~named.isin(products["product"])].value_counts()
    if products.empty or unlisted.empty:
        return None
    names = ", ".join(f"{name} ({rows:,} rows)" for name, rows in unlisted.head(5).items())
    more = f" and {len(unlisted) - 5:,} more" if len(unlisted) > 5 else ""
    return Note(f"opportunities: product without a list price: {names}{more}")


def _closed_later(sheet: Sheet, params: Params) -> Note | None:
    closed = [stage.name for stage in params.stages if stage.status != "open"]
    later = sheet.column("close_date").dt.normalize() > pd.Timestamp(params.as_of)
    count = int((later & sheet.column("stage").isin(closed)).sum())
    if not count:
        return None
    return Note(
        f"opportunities: {count:,} closed after the as-of date and count as open on it; their "
        "stage and amount then are known only where stage_history tells"
    )


def _bare(names: pd.Series) -> pd.Series:
    return names.str.casefold().str.replace(r"[\W_]", "", regex=True)
