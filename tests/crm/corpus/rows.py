"""What rows say of each other: keys, owners, the hierarchy, stages, time."""

from __future__ import annotations

from corpus.makers import (
    PEOPLE,
    Case,
    accepted,
    both,
    cells,
    deal,
    deals,
    more_people,
    of,
    refused,
    set_aside,
    sold,
)

P = {"table": "people"}
IDS: list[Case] = [
    set_aside(
        "twice, in every cell", of("opportunities", deal(1), deal(1)), "exact duplicate of another"
    ),
    set_aside(
        "twice, with another amount",
        of("opportunities", deal(1), deal(1, amount="5")),
        "as a later one that differs and counts",
        reads={"amount": ["5.0"]},
    ),
    set_aside(
        "three versions of one deal",
        of("opportunities", deal(1), deal(1, amount="5"), deal(1, amount="7")),
        "as a later one that differs and counts",
        1,
        2,
        reads={"amount": ["7.0"]},
    ),
    set_aside("missing", cells("opportunity_id", "", "d2"), "opportunity_id is missing"),
    set_aside(
        "made 1.23E+15 by Excel", cells("opportunity_id", "1.23457E+15", "d2"), "1.23457E+15"
    ),
    refused(
        "all made 1.23E+15 by Excel",
        cells("opportunity_id", "1.23457E+15", "1.23457E+15"),
        "1.23457E+15",
    ),
    accepted(
        "long whole numbers",
        cells("opportunity_id", "0x1F", "12345678901234567890"),
        reads={"opportunity_id": ["0x1F", "12345678901234567890"]},
    ),
    accepted(
        "with leading zeros",
        cells("opportunity_id", "007", "7"),
        reads={"opportunity_id": ["007", "7"]},
    ),
    set_aside(
        "an owner's leading zeros lost",
        both(
            of("people", *PEOPLE, {**PEOPLE[1], "person_id": "0042", "name": "Zed"}),
            sold({"owner_id": "42"}, {}),
        ),
        "'42' is not in people",
    ),
    accepted("alike but for case", cells("opportunity_id", "ab", "AB")),
    accepted(
        "with non-breaking spaces around",
        cells("owner_id", "\u00a0r1\u00a0", "r2"),
        reads={"owner_id": ["r1", "r2"]},
    ),
    accepted(
        "with a zero-width space",
        cells("owner_id", "r1\u200b", "r2"),
        reads={"owner_id": ["r1", "r2"]},
    ),
    accepted(
        "with a byte-order mark inside",
        cells("owner_id", "\ufeffr1", "r2"),
        reads={"owner_id": ["r1", "r2"]},
    ),
    accepted(
        "with marks of right-to-left text",
        cells("owner_id", "\u200fr1\u200e", "r2"),
        reads={"owner_id": ["r1", "r2"]},
    ),
    accepted(
        "that are paths",
        cells("opportunity_id", "../../etc/passwd", "C:\\x"),
        reads={"opportunity_id": ["../../etc/passwd", "C:\\x"]},
    ),
    accepted(
        "that are SQL",
        cells("opportunity_id", "'; drop table deals; --", "1 or 1=1"),
        reads={"opportunity_id": ["'; drop table deals; --", "1 or 1=1"]},
    ),
    accepted("of a thousand letters", cells("opportunity_id", "x" * 1000, "d2")),
]

INJECTED = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "|calc"]
TEXTS: list[Case] = [
    accepted("formulas as accounts", cells("account", *INJECTED), 6),
    set_aside(
        "formulas in rows set aside",
        cells("stage", *INJECTED, "Won"),
        "is not in the stage map",
        1,
        6,
    ),
    accepted(
        "markup of HTML, Typst and Jinja",
        cells("account", "<script>alert(1)</script>", "#panic(1) $x$ {{ 7*7 }} {% raw %}"),
        reads={"account": ["<script>alert(1)</script>", "#panic(1) $x$ {{ 7*7 }} {% raw %}"]},
    ),
    accepted(
        "right-to-left text",
        cells("account", "שלום", "\u202eevil\u202c"),
        reads={"account": ["שלום", "evil"]},
    ),
    accepted(
        "control characters",
        cells("account", "a\x07b", "c\x1b[31md"),
        reads={"account": ["ab", "c[31md"]},
    ),
    accepted("accents in two ways", cells("account", "Zoe\u0308", "Zoë")),
    accepted(
        "a word for none as an account",
        cells("account", "N/A", "NULL"),
        reads={"account": ["N/A", "NULL"]},
    ),
    accepted("a cell of 100 kB", cells("account", "x" * 100_000, "y")),
]

OWNERS: list[Case] = [
    set_aside("nobody knows", cells("owner_id", "ghost", "r1"), "'ghost' is not in people"),
    set_aside("missing", cells("owner_id", "", "r1"), "the deal has no owner"),
    refused("nobody knows any", cells("owner_id", "ghost", "spook"), "none of its 2 rows"),
    set_aside(
        "who is in quarantine",
        both(
            of("people", *PEOPLE, {**PEOPLE[1], "person_id": "r9", "role": ""}),
            sold({"owner_id": "r9"}, {}),
        ),
        "owner 'r9' was quarantined (people.csv, row 7)",
    ),
    set_aside(
        "without a manager",
        both(
            of("people", *PEOPLE, {**PEOPLE[1], "person_id": "r9", "manager_id": ""}),
            sold({"owner_id": "r9"}, {}),
        ),
        "owner 'r9' has no manager in people",
    ),
    accepted("by name", cells("owner_id", "Rosa", "Raymond"), reads={"owner_id": ["r2", "r3"]}),
    accepted(
        "by a name misspelt",
        cells("owner_id", "Raymnd", "RAYMOND"),
        reads={"owner_id": ["r3", "r3"]},
    ),
    set_aside(
        "by a name of two people",
        both(
            of("people", *PEOPLE, {**PEOPLE[1], "person_id": "r9"}), sold({"owner_id": "Rob"}, {})
        ),
        "is several people's name; give the id",
    ),
    set_aside("by a name too unlike", cells("owner_id", "Raimondo", "r1"), "is not in people"),
]

HIERARCHY: list[Case] = [
    set_aside(
        "their own manager",
        more_people({"person_id": "r9", "manager_id": "r9"}),
        "is their own manager",
        5,
        1,
        **P,
    ),
    set_aside(
        "two who manage each other",
        more_people(
            {"person_id": "a", "manager_id": "b", "name": "A"},
            {"person_id": "b", "manager_id": "a", "name": "B"},
        ),
        "is above their own manager",
        5,
        2,
        **P,
    ),
    set_aside(
        "three in a circle, with somebody below",
        more_people(
            {"person_id": "a", "manager_id": "b", "name": "A"},
            {"person_id": "b", "manager_id": "c", "name": "B"},
            {"person_id": "c", "manager_id": "a", "name": "C"},
            {"person_id": "d", "manager_id": "a", "name": "D"},
        ),
        "is above their own manager",
        6,
        3,
        **P,
    ),
    accepted(
        "a chain of a thousand",
        more_people(
            *(
                {"person_id": f"p{n}", "manager_id": f"p{n - 1}" if n else "m1", "name": f"P{n}"}
                for n in range(1000)
            )
        ),
        1005,
        **P,
    ),
    accepted(
        "a manager who is only named",
        more_people({"person_id": "r9", "manager_id": "boss"}),
        6,
        says="managers are only named",
        **P,
    ),
    accepted("a manager by name", more_people({"person_id": "r9", "manager_id": "Max"}), 6, **P),
    set_aside(
        "one person twice, with two managers",
        more_people({"person_id": "r9"}, {"person_id": "r9", "manager_id": "m2"}),
        "the same person_id as a later one",
        6,
        1,
        **P,
    ),
    set_aside(
        "without a name", more_people({"person_id": "r9", "name": ""}), "name is missing", 5, 1, **P
    ),
    set_aside(
        "who starts after the as-of date",
        more_people({"person_id": "r9", "start_date": "2027-01-01"}),
        "starts after the as-of date",
        5,
        1,
        **P,
    ),
    set_aside(
        "who left before they started",
        more_people({"person_id": "r9", "start_date": "2026-02-01", "end_date": "2026-01-01"}),
        "ends before the start",
        5,
        1,
        **P,
    ),
    accepted(
        "a manager who has left",
        both(of("people", {**PEOPLE[0], "end_date": "2026-05-01"}, *PEOPLE[1:]), sold({})),
        5,
        says="has left, and a team still reports to them",
        **P,
    ),
    refused(
        "everybody above somebody else",
        both(
            of(
                "people", *({**PEOPLE[1], "person_id": a, "manager_id": b} for a, b in ("ab", "ba"))
            ),
            sold({}),
        ),
        "is above their own manager",
    ),
]

STAGES: list[Case] = [
    set_aside("that nobody mapped", cells("stage", "Verbal", "Won"), "stage 'Verbal' is not in"),
    accepted(
        "in another case and with blanks",
        cells("stage", "WON", " lost "),
        reads={"stage": ["Won", "Lost"]},
    ),
    accepted(
        "misspelt",
        cells("stage", "Qualfy", "Propse"),
        reads={"stage": ["Qualify", "Propose"]},
        says="stage matched by its letters",
    ),
    set_aside("misspelt beyond a slip", cells("stage", "Prop", "Won"), "is not in the stage map"),
    set_aside("missing", cells("stage", "", "Won"), "stage is missing"),
    refused("none that is mapped", cells("stage", "1", "2"), "is not in the stage map"),
]

TIME: list[Case] = [
    set_aside(
        "created after the as-of date",
        cells("created_date", "2026-07-01", "2026-01-01"),
        "created after the as-of date",
    ),
    accepted(
        "created on the as-of date, late in the evening",
        sold(
            {"created_date": "2026-06-30 23:59:59", "stage": "Qualify", "close_date": "2026-09-30"},
            {},
        ),
    ),
    set_aside(
        "closed before it was created",
        cells("close_date", "2026-01-01", "2026-03-01"),
        "closed before it was created",
    ),
    accepted("closed on the day it was created", cells("close_date", "2026-01-15", "2026-03-01")),
    set_aside(
        "won, without a day", cells("close_date", "", "2026-03-01"), "closed, but has no close date"
    ),
    accepted(
        "won after the as-of date",
        cells("close_date", "2026-08-01", "2026-03-01"),
        says="closed after the as-of date and count as open on it",
    ),
    accepted("expected long ago", sold({"stage": "Qualify", "close_date": "2026-01-20"}, {})),
    set_aside(
        "created on no day", cells("created_date", "", "2026-01-01"), "created_date is missing"
    ),
    refused(
        "all long past",
        of("opportunities", *deals({"created_date": "2019-01-01", "close_date": "2019-02-01"})),
        "no deal was created in the 24 months before",
    ),
]

CASES = {
    "id": IDS,
    "text": TEXTS,
    "owner": OWNERS,
    "people": HIERARCHY,
    "stage": STAGES,
    "time": TIME,
}
