"""How a text file is written: encodings, delimiters, quotes, line ends, what stands around."""

from __future__ import annotations

import codecs

from corpus.makers import (
    HEADER,
    Case,
    Make,
    accepted,
    changed_bytes,
    deals,
    plain,
    raw,
    refused,
    set_aside,
    sold,
    text_of,
)

D1, D2 = "d1,r1,2026-01-15,2026-03-31,Won,1000,A", "d2,r1,2026-01-15,2026-03-31,Won,2000,B"
ZOE = [{"account": "Zoë & Søn"}, {"account": "Łódź"}]
ZOE_1252 = [{"account": "Zoë & Søn"}, {"account": "50 € Straße"}]


def encoded(encoding: str, *changed: dict[str, str], mark: bytes = b"") -> Make:
    return raw("opportunities.csv", mark + text_of(deals(*changed)).encode(encoding))


def delimited(sign: str) -> Make:
    rows = deals({"account": "A, B"}, {"account": "C; D"})
    return raw("opportunities.csv", text_of(rows, delimiter=sign))


def line_ends(end: str) -> Make:
    return raw("opportunities.csv", text_of(deals({}, {}), end=end))


def around(above: str = "", below: str = "") -> Make:
    return raw("opportunities.csv", above + text_of(deals({}, {})) + below)


ACCOUNTS = {"reads": {"account": ["Zoë & Søn", "Łódź"]}}
ACCOUNTS_1252 = {"reads": {"account": ["Zoë & Søn", "50 € Straße"]}}
BOTH = {"reads": {"account": ["A, B", "C; D"]}}
SALESFORCE = {"source": {"profile": "salesforce"}}

ENCODINGS: list[Case] = [
    accepted("UTF-8", encoded("utf-8", *ZOE), **ACCOUNTS),
    accepted("UTF-8 with a byte-order mark", encoded("utf-8-sig", *ZOE), **ACCOUNTS),
    accepted(
        "UTF-8 with two byte-order marks",
        raw("opportunities.csv", f"\ufeff\ufeff{HEADER}\n{D1}\n{D2}\n"),
    ),
    refused(
        "UTF-8 with two byte-order marks in front of a quote",
        encoded("utf-8-sig", *ZOE, mark=codecs.BOM_UTF8),
        "no column for opportunities.",
    ),
    accepted(
        "UTF-16 little-endian", encoded("utf-16-le", *ZOE, mark=codecs.BOM_UTF16_LE), **ACCOUNTS
    ),
    accepted("UTF-16 big-endian", encoded("utf-16-be", *ZOE, mark=codecs.BOM_UTF16_BE), **ACCOUNTS),
    accepted(
        "UTF-16 little-endian without a byte-order mark", encoded("utf-16-le", *ZOE), **ACCOUNTS
    ),
    accepted("UTF-16 big-endian without a byte-order mark", encoded("utf-16-be", *ZOE), **ACCOUNTS),
    refused(
        "UTF-16 cut in the middle of a letter",
        changed_bytes(encoded("utf-16", *ZOE), "opportunities.csv", lambda b: b[:-1]),
        "opportunities.csv: cannot be read",
    ),
    refused("UTF-32", encoded("utf-32", *ZOE), "opportunities.csv: "),
    accepted("Windows-1252", encoded("cp1252", *ZOE_1252), **ACCOUNTS_1252),
    accepted(
        "ISO-8859-1",
        encoded("latin-1", {"account": "Zoë"}, {}),
        reads={"account": ["Zoë", "Account 2"]},
    ),
    refused(
        "UTF-8 with one damaged letter",
        changed_bytes(
            encoded("utf-8", *ZOE), "opportunities.csv", lambda b: b.replace("ó".encode(), b"\xf3")
        ),
        "which is not UTF-8 though the rest is",
    ),
    refused(
        "neither UTF-8 nor Windows-1252",
        changed_bytes(
            encoded("cp1252", {"account": "Zoë"}),
            "opportunities.csv",
            lambda b: b.replace("ë".encode("cp1252"), b"\x81"),
        ),
        "neither UTF-8 nor Windows-1252",
    ),
    refused("NUL bytes in a cell", sold({"account": "a\0b"}), "holds the byte 0x00"),
    refused(
        "NUL bytes behind the last row",
        changed_bytes(sold({}), "opportunities.csv", lambda b: b + b"\0" * 512),
        "holds the byte 0x00",
    ),
    refused(
        "random bytes", raw("opportunities.csv", bytes(range(1, 256)) * 20), "opportunities.csv: "
    ),
    accepted(
        "emoji and letters of many scripts",
        sold({"account": "株式会社🚀"}, {"account": "Ωμέγα Кремль"}),
        reads={"account": ["株式会社🚀", "Ωμέγα Кремль"]},
    ),
    accepted(
        "a byte-order mark in front of a quoted header",
        raw("opportunities.csv", "\ufeff" + text_of(deals({}, {}))),
    ),
]

DELIMITERS: list[Case] = [
    accepted("comma", delimited(","), **BOTH),
    accepted("semicolon", delimited(";"), **BOTH),
    accepted("tab", delimited("\t"), **BOTH),
    accepted("vertical bar", delimited("|"), **BOTH),
    refused("a delimiter that no CRM writes", delimited("^"), "no column for opportunities."),
    accepted(
        "a line that names its delimiter above the header",
        raw("opportunities.csv", "sep=;\n" + text_of(deals({}, {}), ";")),
    ),
    accepted("a delimiter behind every row", plain(f"{D1},", f"{D2},")),
    accepted(
        "a delimiter behind the header and every row",
        raw("opportunities.csv", f"{HEADER},\n{D1},\n{D2},\n"),
    ),
    set_aside(
        "a comma too many in one row",
        plain(D1, "d2,r1,2026-01-15,2026-03-31,Won,1,000,B"),
        "more cells than the header has columns",
    ),
    set_aside(
        "a row cut short before its stage", plain(D1, "d2,r1,2026-01-15"), "stage is missing"
    ),
    accepted(
        "a row cut short after all it needs",
        plain(D1, "d2,r1,2026-01-15,2026-03-31,Won,5"),
        reads={"amount": ["1000.0", "5.0"]},
    ),
    accepted("blanks behind the delimiters", plain(D1.replace(",", ", "), D2.replace(",", " , "))),
]

QUOTES: list[Case] = [
    accepted(
        "quotes within quotes",
        sold({"account": 'The "Best" Ltd'}, {"account": '"'}),
        reads={"account": ['The "Best" Ltd', '"']},
    ),
    accepted(
        "a line break in quotes",
        sold({"account": "Two\nlines"}, {"account": "Three\r\n\nx"}),
        reads={"account": ["Two lines", "Three x"]},
    ),
    accepted(
        "a quote in the middle of a cell",
        plain(D1, f'{D2} 6" pipe'),
        reads={"account": ["A", 'B 6" pipe']},
    ),
    refused(
        "a quote that is never closed", plain(D1, D2.replace("B", '"B')), "it ends inside quotes"
    ),
    refused(
        "a quote that is closed many rows on",
        plain(D1.replace("A", '"A'), D2, D2, D2.replace(",B", ',B",C')),
        "opportunities.csv: ",
    ),
    accepted(
        "a header in single quotes is none",
        raw("opportunities.csv", f"{HEADER}\n{D1}\n{D2.replace('B', chr(39) + 'B' + chr(39))}\n"),
        reads={"account": ["A", "'B'"]},
    ),
    accepted(
        "typographic quotes", plain(D1, D2.replace("B", "“B”")), reads={"account": ["A", "“B”"]}
    ),
    accepted("empty cells in quotes", sold({"account": ""}, {"account": ""})),
]

LINE_ENDS: list[Case] = [
    accepted("Windows", line_ends("\r\n")),
    accepted("Unix", line_ends("\n")),
    accepted("a lone carriage return", line_ends("\r")),
    accepted("mixed in one file", raw("opportunities.csv", f"{HEADER}\r\n{D1}\n{D2}\r\n")),
    accepted("none behind the last row", raw("opportunities.csv", f"{HEADER}\n{D1}\n{D2}")),
    accepted("blank rows between", raw("opportunities.csv", f"{HEADER}\n\n{D1}\n\n\n{D2}\n\n")),
    accepted("rows of delimiters only between", plain(D1, ",,,,,,", D2, ",,,,,,")),
    set_aside(
        "rows of blanks only between",
        plain(D1, "   ", D2, " , , ,,,,"),
        "opportunity_id is missing",
        2,
        2,
    ),
    accepted(
        "a unit separator of Unicode in a cell",
        sold({"account": "a\u2028b"}, {}),
        reads={"account": ["a b", "Account 2"]},
    ),
    set_aside(
        "a Ctrl-Z at the end, as DOS had it",
        raw("opportunities.csv", f"{HEADER}\n{D1}\n{D2}\n\x1a"),
        "is missing",
        2,
        1,
    ),
]

AROUND: list[Case] = [
    accepted("a title above the header", around("Opportunities\n\n")),
    accepted("ten rows of filters above the header", around("Filter,all\n" * 10)),
    refused("the header below forty rows", around("x,y\n" * 40), "no column for opportunities."),
    set_aside(
        "Salesforce's footer",
        around(
            below='\n"Copyright (c) 2000-2026 salesforce.com, inc."'
            '\n"Confidential Information - Do Not Distribute"\n'
        ),
        "footer of the report",
        2,
        2,
        **SALESFORCE,
    ),
    set_aside(
        "Salesforce's grand totals",
        around(below='"Grand Totals (2 records)","","","","","2000",""\n'),
        "footer of the report",
        2,
        1,
        **SALESFORCE,
    ),
    set_aside(
        "a total below, of no CRM",
        around(below='"Total","","","","","2000",""\n'),
        "is missing",
        2,
        1,
    ),
    set_aside(
        "a footer in a text nobody knows", around(below='"made by hand"\n'), "is missing", 2, 1
    ),
    set_aside("the header again inside", plain(D1, HEADER, D2), "", 2, 1),
    set_aside("the header again behind every row", plain(D1, HEADER, D2, HEADER), "", 2, 2),
    accepted("headers in upper case", raw("opportunities.csv", f"{HEADER.upper()}\n{D1}\n{D2}\n")),
    accepted(
        "headers with blanks around",
        raw("opportunities.csv", f"{HEADER.replace(',', ' , ')}\n{D1}\n{D2}\n"),
    ),
    accepted(
        "headers with a non-breaking space behind",
        raw("opportunities.csv", f"{HEADER.replace(',', chr(0xA0) + ',')}\n{D1}\n{D2}\n"),
    ),
    accepted(
        "headers with a zero-width space",
        raw("opportunities.csv", f"{HEADER.replace('stage', 'stage' + chr(0x200B))}\n{D1}\n{D2}\n"),
    ),
    refused(
        "two columns of one name that differ",
        raw("opportunities.csv", f"{HEADER},amount\n{D1},7\n"),
        "two columns named 'amount'",
    ),
    accepted(
        "two columns of one name that are alike",
        raw("opportunities.csv", f"{HEADER},amount\n{D1},1000\n{D2},2000\n"),
    ),
    accepted("columns without a name", raw("opportunities.csv", f"{HEADER},,\n{D1},,\n{D2},,\n")),
    refused(
        "a header misspelt",
        raw("opportunities.csv", f"{HEADER.replace('stage', 'stge')}\n{D1}\n"),
        "did you mean 'stge'",
    ),
    refused(
        "a header in a language no profile has",
        raw("opportunities.csv", f"{HEADER.replace('stage', 'vaihe')}\n{D1}\n"),
        "no column for opportunities.stage",
    ),
    refused(
        "no header at all",
        raw("opportunities.csv", f"{D1}\n{D2}\n"),
        "no column for opportunities.",
    ),
]

CASES = {
    "encoding": ENCODINGS,
    "delimiter": DELIMITERS,
    "quotes": QUOTES,
    "line ends": LINE_ENDS,
    "around": AROUND,
}
