"""Numbers, money, shares, dates and ranges, written the way the reader's locale writes them.

A pack's sentences are English; what stands in them as a figure follows ``report.locale``. A
missing value is written as :data:`MISSING`, never as 0, and whoever prints it says why. A share
cannot be written without its count: the function that writes it asks for one. Each text keeps the
value it was written from (:class:`~salesgap.publish.written.Written`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import (
    format_compact_currency,
    format_currency,
    format_decimal,
    format_percent,
)

from salesgap.errors import ParamsError
from salesgap.facts import Range
from salesgap.params import Report
from salesgap.publish.fonts import missing_glyphs
from salesgap.publish.written import Written, keeps_value

MISSING = "–"

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Writer:
    """Writes values in one locale and one currency (ISO 4217).

    Raises ``ParamsError`` for a locale that the pages cannot be written in.
    """

    locale: str
    currency: str

    def __post_init__(self) -> None:
        if not writable(self.locale, self.currency):
            raise ParamsError(
                f"the typefaces cannot write the numbers and dates of locale {self.locale}",
                where="report.locale",
                do="choose one written from left to right in Latin, Greek or Cyrillic, e.g. en_GB",
            )

    # ── numbers ──────────────────────────────────────────────────────────────────────────

    @keeps_value
    def number(self, value: float | None, digits: int = 0) -> str:
        """``value`` with at most ``digits`` decimals."""
        if value is None:
            return MISSING
        rounded = round(value, digits) + 0.0  # no −0
        return _minus(format_decimal(rounded, format=None, locale=self.locale))

    @keeps_value
    def decimal(self, value: float | None, digits: int) -> str:
        """``value`` with exactly ``digits`` decimals, for numbers read against each other."""
        if value is None:
            return MISSING
        pattern = "#,##0." + "0" * digits
        return _minus(format_decimal(round(value, digits) + 0.0, pattern, locale=self.locale))

    @keeps_value
    def days(self, value: float | None) -> str:
        """A duration in whole days."""
        return MISSING if value is None else self.count(round(value), "day")

    @keeps_value
    def count(self, number: int, noun: str, nouns: str = "") -> str:
        """``number`` of something: '1 deal', '1,204 deals'."""
        return f"{self.number(number)} {noun if number == 1 else nouns or noun + 's'}"

    @keeps_value
    def times(self, value: float | None) -> str:
        """A multiple, as coverage is spoken of: '3.7×'."""
        return MISSING if value is None else f"{self.decimal(value, 1)}×"

    # ── money ────────────────────────────────────────────────────────────────────────────

    @keeps_value
    def money(self, value: float | None) -> str:
        """Compact money of two to three significant digits: '€310k', '€2.31M'."""
        if value is None:
            return MISSING
        if abs(value) < 1000:
            return self._plain_money(value)
        text = self._compact_money(value, 0)
        digits = _digits(text)
        if digits > 3 and abs(value) < 1e6:  # this locale does not abbreviate thousands
            return self._plain_money(value)
        wanted = 3 if abs(value) >= 1e6 else 2
        if digits < wanted:
            text = self._compact_money(value, wanted - digits)
        return text

    @keeps_value
    def signed_money(self, value: float | None) -> str:
        """Compact money that always carries its sign, but for zero."""
        text = self.money(value)
        above = value is not None and value > 0 and any(c.isdecimal() and c != "0" for c in text)
        return f"+{text}" if above else text

    @keeps_value
    def money_range(self, value: Range) -> str:
        """The ends of an interval: '€190k to €445k'."""
        return f"{self.money(value.low)} to {self.money(value.high)}"

    @keeps_value
    def exact_money(self, value: float | None, digits: int) -> str:
        """Money with exactly ``digits`` decimals: '€0.192'."""
        return MISSING if value is None else self._plain_money(value, digits)

    def _plain_money(self, value: float, digits: int = 0) -> str:
        pattern = str(Locale.parse(self.locale).currency_formats["standard"].pattern)
        wanted = pattern.replace(".00", "." + "0" * digits if digits else "")
        amount = round(value, digits) if digits else round(value)
        return _minus(
            format_currency(
                amount, self.currency, wanted, locale=self.locale, currency_digits=False
            )
        )

    def _compact_money(self, value: float, digits: int) -> str:
        text = format_compact_currency(
            value, self.currency, locale=self.locale, fraction_digits=digits
        )
        if self.locale.startswith("en"):
            text = re.sub(r"(?<=\d)K", "k", text)
        return _minus(text)

    # ── shares and chances ───────────────────────────────────────────────────────────────

    @keeps_value
    def share(self, value: float | None, count: int, noun: str = "", nouns: str = "") -> str:
        """A share (0 to 1) with the count it rests on: '41% (88 deals)', or '41% (88)'."""
        if value is None:
            return MISSING
        counted = self.count(count, noun, nouns) if noun else self.number(count)
        return f"{self._percent(value)} ({counted})"

    def part(self, part: int, whole: int) -> str:
        """A part of a whole with both counts; without a whole it is missing, not 0 %."""
        if whole == 0:
            return MISSING
        share = part / whole
        text = f"{self._percent(share)} ({self.number(part)} of {self.number(whole)})"
        return Written(text, share)

    @keeps_value
    def benchmark(self, value: float | None) -> str:
        """A peers' share. Its count is the run's, printed on the page of definitions."""
        return MISSING if value is None else self._percent(value)

    @keeps_value
    def chance(self, value: float | None) -> str:
        """A probability, which is never written as certain."""
        if value is None:
            return MISSING
        if value > 0.99:
            return f"over {self._percent(0.99)}"
        return f"under {self._percent(0.01)}" if value < 0.01 else self._percent(value)

    @keeps_value
    def level(self, value: float) -> str:
        """The level of an interval, e.g. of the '80% range'."""
        return self._percent(value)

    def _percent(self, value: float) -> str:
        return _minus(format_percent(round(value, 2) + 0.0, locale=self.locale))

    # ── measures ─────────────────────────────────────────────────────────────────────────

    @keeps_value
    def measure(self, value: float | None, unit: str, count: int | None = None) -> str:
        """A measure in its unit (see ``facts.Evidence.unit``); a share carries ``count``."""
        if value is None:
            return MISSING
        if unit == "share":
            return self.benchmark(value) if count is None else self.share(value, count)
        if unit == "money":
            return self.money(value)
        if unit == "days":
            return self.days(value)
        return self.decimal(value, 1) if unit == "per_month" else self.number(value, 1)

    # ── dates ────────────────────────────────────────────────────────────────────────────

    @keeps_value
    def day(self, value: date | None) -> str:
        """A date in full: '30 June 2026'."""
        return MISSING if value is None else format_date(value, "long", locale=self.locale)

    @keeps_value
    def short_day(self, value: date | None) -> str:
        """A date of this year: '6 Jul'."""
        return MISSING if value is None else format_skeleton("MMMd", value, locale=self.locale)

    def weekday(self, value: date) -> str:
        """A date of this year with its weekday: 'Mon 6 Jul'."""
        day = format_date(value, "EEE", locale=self.locale)
        return f"{day} {self.short_day(value)}"

    def day_of_week(self, value: date) -> str:
        """A date of a week already named: 'Mon 6'."""
        return format_skeleton("Ed", value, locale=self.locale)


@cache
def writable(locale: str, currency: str = "EUR") -> bool:
    """Whether a pack can write the numbers, dates and money of ``locale``, from left to right."""
    return Locale.parse(locale).text_direction == "ltr" and not missing_glyphs(
        "".join(_samples(locale, currency))
    )


def _samples(locale: str, currency: str) -> Iterator[str]:
    """Every letter, digit and sign that the figures of a pack may need."""
    yield format_decimal(1_234_567_890.5, locale=locale)
    yield format_percent(0.12, locale=locale)
    yield format_currency(12, currency, locale=locale)
    for power in range(3, 13):
        yield format_compact_currency(10.0**power, currency, locale=locale)
    for month in range(1, 13):
        day = date(2026, month, month)
        yield format_date(day, "long", locale=locale)
        yield format_skeleton("MMMd", day, locale=locale)
        yield format_date(day, "EEE", locale=locale)


def writer(report: Report, currency: str) -> Writer:
    """The writer of one run."""
    return Writer(report.locale, currency)


def in_words(number: int) -> str:
    """A small count as a word ('two'), a larger one in figures."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else str(number)


def listed(names: Iterable[str], most: int = 4) -> str:
    """Names as a phrase: 'Ines, Tom and Ada'; beyond ``most``, how many more there are."""
    shown = list(names)
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def fraction(part: float) -> str:
    """A share of a whole in words a reader need not work out: 'two thirds'."""
    for limit, word in _FRACTIONS:
        if part < limit:
            return word
    return "more than all"


_FRACTIONS = (
    (0.15, "a small part"),
    (0.29, "a quarter"),
    (0.42, "a third"),
    (0.58, "half"),
    (0.71, "two thirds"),
    (0.83, "three quarters"),
    (0.97, "most"),
    (1.03, "all"),
)


def add_up(total: float, parts: Iterable[float]) -> tuple[float, tuple[float, ...]]:
    """``total`` and ``parts`` rounded to one step so that what is printed still adds up.

    The step leaves the largest of them three significant digits. Each part moves by less than
    one step; the parts that lose most by rounding down are the ones rounded up.
    """
    exact = list(parts)
    largest = max(map(abs, (total, *exact)))
    step = 10.0 ** max(0, len(str(int(largest))) - 3)
    whole = round(total / step)
    floors = [int(part // step) for part in exact]
    left = whole - sum(floors)
    by_loss = sorted(range(len(exact)), key=lambda i: exact[i] / step - floors[i], reverse=True)
    raised = set(by_loss[:left])
    return whole * step, tuple((floor + (i in raised)) * step for i, floor in enumerate(floors))


def quarter_of(day: date, year_start: date, year_end: date) -> str:
    """The fiscal quarter ``day`` lies in: 'Q2 2026', or 'Q2 FY2027' in a broken fiscal year."""
    months = (day.year - year_start.year) * 12 + day.month - year_start.month
    year = str(year_end.year) if year_start.month == 1 else f"FY{year_end.year}"
    return f"Q{min(months // 3, 3) + 1} {year}"


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in re.split(r"[.,٫]", text)[0])


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}").replace("\u202f", "\xa0")
