"""Quotas where they live: a column a month or quarter, a month a row, a figure a year.

What the rows say is kept; what follows from it (when a period ends, how a year is split, whose
figure adds up other people's) is worked out here by rules that the report states.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd

from salesgap.crm.checking.notes import Note
from salesgap.crm.checking.parse import parse_column
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.reading.periods import days_of, label_of
from salesgap.crm.reading.read import LEFT_OUT, RawTable, findings
from salesgap.crm.tables import Kind
from salesgap.errors import SourceError

_SPANS = (1, 3, 6, 12)  # months
_A_DAY = re.compile(r"\d{4}\D\d{1,2}\D\d{1,2}.*")


def settled(raw: RawTable, year_start: date) -> RawTable:
    """``raw`` with both ends of every period that its text tells, as dates.

    A label (*Q2 2026*, *May*) has both; a first day without a last one lasts as long as the time
    to a person's next one usually is: a month, a quarter or a year.
    """
    frame = raw.frame.copy()
    texts = frame["period_start"].unique()
    labels = {text: None if _A_DAY.match(text) else label_of(text) for text in texts}
    named = frame["period_start"].map(labels).notna() & (frame["period_end"] == "")
    spans = {
        text: days_of(label, year_start) for text, label in labels.items() if label is not None
    }
    if named.all():
        for place, column in enumerate(("period_start", "period_end")):
            days = {text: f"{ends[place]:%Y-%m-%d}" for text, ends in spans.items()}
            frame[column] = raw.frame["period_start"].map(days)
    elif (frame["period_end"] == "").all():
        frame["period_end"] = _ends(frame, raw.file)
    return replace(raw, frame=frame)


def _ends(frame: pd.DataFrame, file: str) -> pd.Series:
    """The last days of periods that only have a first one."""
    try:
        starts = parse_column(frame["period_start"], Kind.DATE, file).values
    except SourceError:
        return frame["period_end"]  # the reader will ask
    months = _months_between(starts, frame["person_id"])
    last = starts + pd.DateOffset(months=months) - pd.Timedelta(days=1) if months else starts
    return last.dt.strftime("%Y-%m-%d").fillna("") if months else frame["period_end"]


def _months_between(starts: pd.Series, persons: pd.Series) -> int:
    """How many months lie between a person's quotas, mostly; 0 if that is no usual period."""
    ordered = pd.DataFrame({"person": persons, "start": starts}).dropna().drop_duplicates()
    if ordered["start"].dt.day.ne(1).any():
        return 0
    ordered = ordered.sort_values(["person", "start"])
    number = ordered["start"].dt.year * 12 + ordered["start"].dt.month
    gaps = number.groupby(ordered["person"]).diff().dropna()
    usual = int(gaps.mode().iloc[0]) if len(gaps) else 12
    return usual if usual in _SPANS else 0


def rolled_up(sheet: Sheet, people: pd.DataFrame) -> Note | None:
    """Leave out the quotas of people whose reports carry quotas of the same time and measure.

    ``people``: accepted rows. They add up what others carry: counted with them, they would count
    twice.
    """
    above = people.dropna(subset=["manager_id"]).set_index("person_id")["manager_id"]
    quotas = sheet.rows[["person_id", "period_start", "period_end", "measure"]]
    carried = quotas.assign(row=quotas.index, leader=quotas["person_id"].map(above))
    held: set[int] = set()
    leaders = set(above)
    level = carried[carried["leader"].notna()]
    for _ in range(len(leaders) + 1):
        if level.empty:
            break
        held |= _same_time(carried[carried["person_id"].isin(leaders)], level)
        level = level.assign(leader=level["leader"].map(above)).dropna(subset=["leader"])
    rows = pd.Index(sorted(held))
    reason = "adds up the quotas of the people below, which count themselves"
    sheet.find(findings(rows, "person_id", reason, LEFT_OUT))
    if rows.empty:
        return None
    who = quotas.loc[rows, "person_id"].nunique()
    return Note(
        f"quotas: {len(rows):,} rows of {who:,} managers add up their people's and are left out, "
        "so that nothing counts twice"
    )


def _same_time(managers: pd.DataFrame, below: pd.DataFrame) -> set[int]:
    """The rows of managers whose time and measure one below them carries as well."""
    pairs = managers.merge(
        below[["leader", "measure", "period_start", "period_end"]],
        left_on=["person_id", "measure"],
        right_on=["leader", "measure"],
        suffixes=("", "_below"),
    )
    over = (pairs["period_start"] <= pairs["period_end_below"]) & (
        pairs["period_end"] >= pairs["period_start_below"]
    )
    return set(pairs.loc[over, "row"])


def split_years(quotas: pd.DataFrame, shares: tuple[float, ...]) -> pd.DataFrame:
    """``quotas`` with each row of a whole year as one a quarter or month, by ``shares`` of it.

    Four shares are of quarters, twelve of months; none leaves a year one row, which counts the
    same each day.
    """
    if not shares or quotas.empty:
        return quotas
    year = quotas["period_end"] == quotas["period_start"] + pd.DateOffset(years=1, days=-1)
    step = 12 // len(shares)
    parts = [
        quotas[year].assign(
            period_start=quotas["period_start"] + pd.DateOffset(months=step * place),
            period_end=quotas["period_start"]
            + pd.DateOffset(months=step * (place + 1))
            - pd.Timedelta(days=1),
            amount=quotas["amount"] * share / sum(shares),
        )
        for place, share in enumerate(shares)
    ]
    return pd.concat([quotas[~year], *parts], ignore_index=True).astype(dict(quotas.dtypes))
