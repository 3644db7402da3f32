"""What stands in a cell: dates, amounts, numbers, yes and no."""

from __future__ import annotations

from typing import Any

from corpus.makers import Case, accepted, both, cells, of, refused, set_aside, sold


def told(column: str, *expected: str) -> dict[str, dict[str, list[str]]]:
    return {"reads": {column: list(expected)}}


def closes(*texts: str) -> Any:
    return cells("close_date", *texts)


def days(*expected: str) -> dict[str, dict[str, list[str]]]:
    return told("close_date", *expected)


DATES: list[Case] = [
    accepted("year first", closes("2026-03-04", "2026-03-29"), **days("2026-03-04", "2026-03-29")),
    accepted("day first", closes("04/03/2026", "29/03/2026"), **days("2026-03-04", "2026-03-29")),
    accepted("month first", closes("03/04/2026", "03/29/2026"), **days("2026-03-04", "2026-03-29")),
    accepted("with dots", closes("4.3.2026", "29.3.2026"), **days("2026-03-04", "2026-03-29")),
    accepted(
        "months by name in three languages",
        closes("4 March 2026", "29. März 2026", "5 août 2026"),
        3,
        **days("2026-03-04", "2026-03-29", "2026-08-05"),
    ),
    accepted(
        "in Chinese", closes("2026年3月4日", "2026年3月29日"), **days("2026-03-04", "2026-03-29")
    ),
    accepted(
        "Excel's serial numbers as text",
        closes("46085", "46110"),
        **days("2026-03-04", "2026-03-29"),
    ),
    accepted(
        "times with zones",
        closes("2026-03-04T23:30:00Z", "2026-03-29T01:00:00+02:00"),
        **days("2026-03-04", "2026-03-29"),
    ),
    accepted(
        "times with and without zones",
        closes("2026-03-04T23:30:00.000-08:00", "2026-03-29"),
        **days("2026-03-04", "2026-03-29"),
    ),
    accepted(
        "times of twelve hours",
        closes("3/4/2026 11:55 PM", "3/29/2026, 12:05 a.m."),
        **days("2026-03-04", "2026-03-29"),
    ),
    accepted("a leap day", closes("2028-02-29", "2026-03-29"), **days("2028-02-29", "2026-03-29")),
    set_aside(
        "a leap day in a year without",
        closes("2026-02-29", "2026-03-29"),
        "'2026-02-29' is not a date",
    ),
    set_aside("the 31st of June", closes("2026-06-31", "2026-03-29"), "'2026-06-31' is not a date"),
    set_aside("zeros for none", closes("0000-00-00", "2026-03-29"), "'0000-00-00' is not a date"),
    set_aside("the year 1900", closes("1900-01-01", "2026-03-29"), "close_date is before 1970"),
    set_aside(
        "the year 1900, as a serial number among dates",
        closes("1", "2026-03-29"),
        "'1' is not a date",
    ),
    accepted(
        "the year 9999 for no end",
        closes("9999-12-31", "2026-03-29"),
        **days("9999-12-31", "2026-03-29"),
    ),
    set_aside(
        "the year 9999 for a beginning",
        cells("created_date", "9999-12-31", "2026-01-02"),
        "created_date is after 2100",
    ),
    set_aside("a year of five digits", closes("20266-03-04", "2026-03-29"), "is not a date"),
    set_aside("a word for a date", closes("next week", "2026-03-29"), "'next week' is not a date"),
    set_aside(
        "an error of Excel's for a date", closes("#N/A", "2026-03-29"), "'#N/A' is not a date"
    ),
    set_aside(
        "a cell too narrow for its date",
        closes("########", "2026-03-29"),
        "'########' is not a date",
    ),
    set_aside("25 o'clock", closes("2026-03-04 25:00", "2026-03-29 10:00"), "is not a date"),
    refused(
        "day and month that cannot be told apart",
        closes("03/04/2026", "05/06/2026"),
        "may have the day or the month first",
    ),
    refused(
        "day first and month first in one column",
        closes("29/03/2026", "03/29/2026"),
        "export the dates as YYYY-MM-DD",
    ),
    accepted(
        "day and month told by the params",
        closes("03/04/2026", "05/06/2026"),
        source={"tables": {"opportunities": {"dates": "month first"}}},
        **days("2026-03-04", "2026-05-06"),
    ),
    set_aside(
        "year first and serial numbers mixed",
        closes("2026-03-04", "46110"),
        "'46110' is not a date",
    ),
    accepted(
        "two digits for the year",
        closes("29/03/26", "04/03/26"),
        **days("2026-03-29", "2026-03-04"),
    ),
    accepted(
        "full-width digits",
        closes("２０２６-03-29", "2026-03-04"),
        **days("2026-03-29", "2026-03-04"),
    ),
]


def amounts(*texts: str, **changed: Any) -> Any:
    return cells("amount", *texts, **changed)


def sums(*expected: float) -> dict[str, dict[str, list[str]]]:
    return told("amount", *(str(float(value)) for value in expected))


AMOUNTS: list[Case] = [
    accepted("plain", amounts("1234", "1234.5"), **sums(1234, 1234.5)),
    accepted("decimal comma", amounts("1234,5", "0,25"), **sums(1234.5, 0.25)),
    accepted("thousands by commas", amounts("1,234.50", "1,234,567.00"), **sums(1234.5, 1234567)),
    accepted("thousands by points", amounts("1.234,50", "1.234.567,00"), **sums(1234.5, 1234567)),
    accepted("thousands by blanks", amounts("1 234,50", "1 234 567,00"), **sums(1234.5, 1234567)),
    accepted(
        "thousands by narrow non-breaking spaces",
        amounts("1\u202f234,50", "12\u00a0000,5"),
        **sums(1234.5, 12000.5),
    ),
    accepted(
        "thousands by apostrophes", amounts("1'234.50", "1’234’567.00"), **sums(1234.5, 1234567)
    ),
    accepted(
        "thousands as in India", amounts("12,34,567.50", "1,00,000.00"), **sums(1234567.5, 100000)
    ),
    refused(
        "a comma that may be either",
        amounts("1,234", "5,678"),
        "may have a decimal or a thousands separator",
    ),
    accepted(
        "a comma that may be either, told by the params",
        amounts("1,234", "5,678"),
        source={"tables": {"opportunities": {"decimal": "point"}}},
        **sums(1234, 5678),
    ),
    refused(
        "decimal commas and decimal points",
        amounts("1.234,50", "1,234.50"),
        "export the amounts with one decimal sign",
    ),
    accepted("dollar signs", amounts("$1,234.50", "US$ 99"), **sums(1234.5, 99)),
    accepted("euro signs behind", amounts("1.234,50 €", "99,00 €"), **sums(1234.5, 99)),
    accepted("pounds, yen and rupees", amounts("£1.50", "¥1", "₹ 3"), 3, **sums(1.5, 1, 3)),
    accepted(
        "codes of currencies", amounts("EUR 1234.50", "99 USD", "CHF1"), 3, **sums(1234.5, 99, 1)
    ),
    set_aside("negative", amounts("-5", "7"), "amount is negative"),
    set_aside(
        "negative in brackets, as accountants do", amounts("(5.00)", "7.00"), "amount is negative"
    ),
    set_aside("negative with the sign behind", amounts("5.00-", "7.00"), "amount is negative"),
    set_aside("negative with a true minus", amounts("−5", "7"), "amount is negative"),
    accepted("zero", amounts("0", "0.00"), **sums(0, 0)),
    accepted("minus zero", amounts("-0", "1"), **sums(-0.0, 1)),
    set_aside("won, without an amount", amounts("", "7"), "won, but has neither amount nor"),
    accepted(
        "open, without an amount", amounts("", "7", stage="Qualify"), **told("amount", "", "7.0")
    ),
    set_aside("a word", amounts("tbd", "7"), "'tbd' is not an amount"),
    set_aside("a dash for none", amounts("-", "7"), "'-' is not an amount"),
    set_aside("an error of Excel's", amounts("#REF!", "7"), "'#REF!' is not an amount"),
    set_aside("infinite", amounts("1e999", "7"), "is not an amount"),
    set_aside("not a number", amounts("NaN", "7"), "'NaN' is not an amount"),
    accepted("in scientific notation", amounts("1.5E+06", "7"), **sums(1500000, 7)),
    set_aside("with a k for thousand", amounts("12k", "7"), "'12k' is not an amount"),
    set_aside("two numbers in a cell", amounts("10 - 20", "7"), "is not an amount"),
    set_aside("a formula", amounts("=1+2", "7"), "is not an amount"),
    set_aside("of three hundred digits", amounts("9" * 400, "7"), "is not an amount"),
    accepted("with cents a hundredfold", amounts("1234.5678", "0.1"), **sums(1234.5678, 0.1)),
    set_aside(
        "in a currency without a rate", sold({"currency": "USD"}, {"currency": "EUR"}), "USD"
    ),
]


def joined(*texts: str) -> Any:
    calls = [
        {"person_id": "r1", "date": "2026-02-01", "kind": "call", "with_manager": text}
        for text in texts
    ]
    return both(sold({}), of("activities", *calls))


FLAGS: list[Case] = [
    accepted(
        "in English",
        joined("yes", "No", "TRUE", "false"),
        4,
        table="activities",
        **told("with_manager", "True", "False", "True", "False"),
    ),
    accepted(
        "in German",
        joined("ja", "Nein", "WAHR", "falsch"),
        4,
        table="activities",
        **told("with_manager", "True", "False", "True", "False"),
    ),
    accepted(
        "in French",
        joined("oui", "non", "VRAI", "faux"),
        4,
        table="activities",
        **told("with_manager", "True", "False", "True", "False"),
    ),
    accepted(
        "in Spanish",
        joined("sí", "no", "VERDADERO", "falso"),
        4,
        table="activities",
        **told("with_manager", "True", "False", "True", "False"),
    ),
    accepted(
        "as 0 and 1",
        joined("1", "0", "1.0", ""),
        4,
        table="activities",
        **told("with_manager", "True", "False", "True", ""),
    ),
    set_aside(
        "perhaps", joined("perhaps", "yes"), "'perhaps' is not yes or no", table="activities"
    ),
]

CASES = {"date": DATES, "amount": AMOUNTS, "yes or no": FLAGS}
