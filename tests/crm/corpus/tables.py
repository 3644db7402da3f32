"""The tables beside people and deals: quotas, history, activities and the rest."""

from __future__ import annotations

from typing import Any

from corpus.makers import Case, Make, Row, accepted, both, of, raw, refused, set_aside, sold


def beside(table: str, *rows: Row) -> Make:
    """A table beside two sound deals."""
    return both(sold({}, {}), of(table, *rows))


def quota(**changed: Any) -> Row:
    return {"person_id": "r1", "period_start": "2026-01-01", "period_end": "2026-12-31",
            "amount": "100000"} | changed  # fmt: skip


def change(**changed: Any) -> Row:
    return {"opportunity_id": "d1", "changed_at": "2026-02-01", "stage": "Qualify"} | changed


def call(**changed: Any) -> Row:
    return {"person_id": "r1", "date": "2026-02-01", "kind": "call"} | changed


def quotas(*rows: Row) -> Make:
    return beside("quotas", *rows)


def history(*rows: Row) -> Make:
    return beside("stage_history", *rows)


Q, H, A = {"table": "quotas"}, {"table": "stage_history"}, {"table": "activities"}
QUOTAS: list[Case] = [
    set_aside(
        "negative", quotas(quota(amount="-1"), quota(person_id="r2")), "amount is negative", **Q
    ),
    accepted("zero", quotas(quota(amount="0"), quota(person_id="r2")), **Q),
    accepted("that overlap", quotas(quota(), quota(period_start="2026-06-01")), **Q),
    set_aside(
        "twice for one time", quotas(quota(), quota(amount="7")), "that differs and counts", **Q
    ),
    set_aside(
        "that end before they start",
        quotas(quota(period_end="2025-01-01"), quota()),
        "the period ends before it starts",
        **Q,
    ),
    set_aside(
        "of somebody unknown",
        quotas(quota(person_id="ghost"), quota()),
        "person 'ghost' is not in people",
        **Q,
    ),
    set_aside(
        "of managers that add up their people's",
        quotas(quota(person_id="m1"), quota()),
        "adds up the quotas of the people below",
        **Q,
    ),
    accepted(
        "a column a month",
        beside("quotas", {"person_id": "r1", "Jan 2026": "10", "Feb 2026": "20"}),
        reads={"amount": ["10.0", "20.0"]},
        **Q,
    ),
    set_aside(
        "a column a month, one not a number",
        beside("quotas", {"person_id": "r1", "Jan 2026": "10", "Feb 2026": "twenty"}),
        "'twenty' is not an amount",
        **Q,
    ),
    accepted("in another measure", quotas(quota(), quota(measure="meetings")), **Q),
    accepted(
        "without an amount, left out as a table",
        quotas({"person_id": "r1", "period_start": "2026-01-01"}),
        table="opportunities",
        says="no column for quotas.",
    ),
    accepted(
        "a header only",
        both(sold({}, {}), raw("quotas.csv", "person_id,period_start,period_end,amount\n")),
        0,
        **Q,
    ),
]

HISTORY: list[Case] = [
    accepted(
        "out of order",
        history(change(changed_at="2026-03-01", stage="Propose"), change()),
        reads={"stage": ["Qualify", "Propose"]},
        **H,
    ),
    set_aside(
        "of deals that nobody knows",
        history(change(opportunity_id="d99"), change()),
        "deal 'd99' is not in opportunities",
        **H,
    ),
    set_aside(
        "of a deal in quarantine",
        both(sold({}, {"stage": "?"}), of("stage_history", change(), change(opportunity_id="d2"))),
        "deal 'd2' was quarantined (opportunities.csv, row 3)",
        **H,
    ),
    set_aside(
        "after the as-of date",
        history(change(changed_at="2026-07-01"), change()),
        "changed after the as-of date",
        **H,
    ),
    accepted("before the deal was created", history(change(changed_at="2025-01-01")), 1, **H),
    accepted("the same change twice", history(change(), change()), **H),
    set_aside(
        "into a stage that nobody mapped",
        history(change(stage="Limbo"), change()),
        "stage 'Limbo' is not in the stage map",
        **H,
    ),
    set_aside("on no day", history(change(changed_at=""), change()), "changed_at is missing", **H),
    refused(
        "on days that cannot be told apart",
        history(change(changed_at="03/04/2026"), change(changed_at="05/06/2026")),
        "may have the day or the month first",
    ),
]

OTHERS: list[Case] = [
    set_aside(
        "activities of people who are unknown",
        beside("activities", call(person_id="ghost"), call()),
        "person 'ghost' is not in people",
        **A,
    ),
    set_aside(
        "activities of tomorrow",
        beside("activities", call(date="2026-07-01"), call()),
        "after the as-of date",
        **A,
    ),
    accepted(
        "activities of deals that are unknown",
        beside("activities", call(opportunity_id="d99"), call()),
        **A,
    ),
    accepted("activities logged twice", beside("activities", call(), call()), **A),
    set_aside(
        "scores out of bounds",
        beside(
            "assessments",
            *(
                {"person_id": "r1", "date": "2026-02-01", "item": item, "score": score}
                for item, score in (("a", "6"), ("b", "5"))
            ),
        ),
        "score is not between 0 and 5",
        table="assessments",
    ),
    set_aside(
        "commitments in a state that is none",
        beside(
            "commitments",
            *(
                {
                    "manager_id": "m1",
                    "gap": "deal_size",
                    "action": "a",
                    "due_date": "2026-05-01",
                    "status": status,
                }
                for status in ("maybe", "Done")
            ),
        ),
        "status 'maybe' is none of",
        table="commitments",
    ),
    accepted(
        "team history that overlaps",
        beside(
            "team_history",
            *(
                {"person_id": "r1", "manager_id": "m1", "start_date": day, "end_date": "2026-12-31"}
                for day in ("2025-01-01", "2026-01-01")
            ),
        ),
        table="team_history",
        says="overlapped the same person's next one",
    ),
    set_aside(
        "products priced below nothing",
        beside(
            "products", {"product": "A", "list_price": "-5"}, {"product": "B", "list_price": "5"}
        ),
        "list_price is negative",
        table="products",
    ),
]

CASES = {"quotas": QUOTAS, "history": HISTORY, "beside": OTHERS}
