"""Deals in several currencies, counted in the run's.

A deal has one rate: of the day it closed, or of the as-of date while it is open. Its history has
the same one, so that nothing moves in the pipeline because a rate did. No rate of after the as-of
date is used.
"""

from __future__ import annotations

import pandas as pd

from salesgap.crm.checking.notes import Note
from salesgap.crm.checking.sheet import Sheet
from salesgap.crm.reading.read import findings
from salesgap.params import Params


def convert_deals(sheet: Sheet, params: Params) -> Note | None:
    """Put the amounts of ``sheet`` (opportunities) into the run's currency.

    Deals in a currency without a rate for their day are set aside.
    """
    codes = _foreign(sheet, params)
    if codes.empty:
        return None
    rates = _rates(sheet.typed.loc[codes.index], params)
    without = codes[rates.isna()]
    known = "" if params.rates else ": add it to `rates`"
    reasons = "in " + without + f", for which there is no rate to {params.currency}{known}"
    sheet.find(findings(without.index, "currency", reasons))
    rates = rates.dropna()
    if rates.empty:
        return None
    sheet.typed.loc[rates.index, "amount"] = sheet.typed.loc[rates.index, "amount"] * rates
    counts = codes[rates.index].value_counts()
    said = ", ".join(f"{rows:,} in {code}" for code, rows in counts.items())
    return Note(
        f"opportunities: {said} were converted into {params.currency} at the rate of the day they "
        "closed, open ones at that of the as-of date"
    )


def convert_history(history: Sheet, deals: Sheet, params: Params) -> None:
    """Put the amounts of ``history`` into the run's currency, at the rate of their deal."""
    codes = _foreign(deals, params)
    if codes.empty:
        return
    foreign = deals.typed.loc[codes.index]
    by_deal = pd.Series(_rates(foreign, params).to_numpy(), index=foreign["opportunity_id"])
    rates = history.typed["opportunity_id"].map(by_deal).fillna(1.0)
    history.typed["amount"] = history.typed["amount"] * rates.astype("float64")


def _foreign(deals: Sheet, params: Params) -> pd.Series:
    """The currencies of the sound deals that are not in the run's, in capitals."""
    codes = deals.column("currency").dropna()
    codes = codes[codes != params.currency].str.upper()
    return codes[codes != params.currency]


def _rates(deals: pd.DataFrame, params: Params) -> pd.Series:
    """The rate of each deal's currency on its day; missing where there is none."""
    last = pd.Timestamp(params.as_of)
    status = deals["stage"].map({stage.name: stage.status for stage in params.stages})
    closed = status.isin(["won", "lost"]) & (deals["close_date"] <= last)
    days = deals["close_date"].where(closed, last).dt.normalize()
    found = [
        params.rate(code, day.date())
        for code, day in zip(deals["currency"].str.upper(), days, strict=True)
    ]
    return pd.Series(found, index=deals.index, dtype="float64")
