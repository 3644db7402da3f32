"""Several records of one thing: of rows with one id the last counts, merged deals are one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from salesgap.crm.checking.notes import Note
from salesgap.crm.checking.parse import parse_column
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.reading.profile import Profile, TableProfile
from salesgap.crm.reading.read import LEFT_OUT, RawTable, findings
from salesgap.crm.reading.shape import first_present
from salesgap.crm.tables import OPPORTUNITIES, Kind
from salesgap.errors import SourceError


def newest_last(raw: RawTable, layout: TableProfile) -> RawTable:
    """``raw`` with its rows in the order they were written, where repeated keys make that matter.

    Rows that do not say when keep their place before those that do; a column whose dates cannot
    be read without doubt is not used.
    """
    keys = list(raw.table.key)
    written = first_present(raw.cells, layout.newest)
    if written is None or not set(keys) <= set(raw.frame.columns):
        return raw
    if not raw.frame.duplicated(keys).any():
        return raw
    try:
        times = parse_column(written, Kind.DATE, raw.file).values
    except SourceError:
        return raw
    order = times.sort_values(kind="stable", na_position="first").index
    return replace(raw, frame=raw.frame.loc[order], cells=raw.cells.loc[order])


def follow_merges(sheets: Mapping[str, Sheet], profile: Profile) -> Note | None:
    """What refers to a deal that was merged into another refers to that one from here on.

    A merged deal that is still listed is left out: its survivor counts.
    """
    deals = sheets.get(OPPORTUNITIES.name)
    layout = profile.table(OPPORTUNITIES.name)
    lists = None if deals is None else first_present(deals.raw.cells, layout.merged)
    if deals is None or lists is None:
        return None
    ids = deals.typed["opportunity_id"]
    olds = lists.reindex(ids.index).str.split(";").explode().str.strip()
    olds = olds[olds.fillna("") != ""]
    into = pd.Series(ids.reindex(olds.index).to_numpy(), index=olds.to_numpy())
    into = into[~into.index.duplicated() & (into.index != into)]
    gone = ids[ids.isin(into.index)]
    reasons = "was merged into " + gone.map(into).map(repr)
    deals.find(findings(gone.index, "opportunity_id", reasons, LEFT_OUT))
    for name in ("stage_history", "activities"):
        if name in sheets:
            typed = sheets[name].typed
            typed["opportunity_id"] = typed["opportunity_id"].replace(into.to_dict())
    if into.empty:
        return None
    return Note(
        f"opportunities: {len(into):,} deals were merged into others, which their history and "
        "activities count for"
    )
