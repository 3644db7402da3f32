"""A fiscal year that is nearly over on the as-of date."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

_FEW_DAYS = 30  # of the fiscal year: too few for a gap to be worth much before its end


def nearly_over(as_of: date, year_end: date) -> str:
    """What to do where a fiscal year that ends on ``year_end`` has hardly a day left; else ''."""
    left = (year_end - as_of).days
    if left >= _FEW_DAYS:
        return ""
    quarter = pd.Timestamp(year_end) + timedelta(days=1) - pd.DateOffset(months=3)
    return (
        f"{left} {'day' if left == 1 else 'days'} of the fiscal year left after {as_of}, so no "
        "gap can be worth much before its end: give another fiscal_year_start_month if yours "
        "starts in another month, or an earlier as_of such as the end of the quarter before, "
        f"{(quarter - timedelta(days=1)).date()}"
    )
