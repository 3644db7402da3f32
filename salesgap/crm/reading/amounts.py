"""Amounts and numbers as text to floats: one decimal sign a column, decided by all of its cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from salesgap.crm.frames import arrow_text
from salesgap.crm.reading.style import Reading, Style
from salesgap.errors import SourceError

_PLAIN = r"^-?\d+(?:\.(?:\d{1,2}|\d{4,}))?$"  # three decimals could be a group of thousands
_BLANK = r"[\s\x{a0}\x{2007}\x{2009}\x{202f}'’]"
_SYMBOL = r"(?:[A-Z]{1,2}\$|[$€£¥₹₩₽₺₪₫₱฿₦₴])"
_CODE = r"(?:[A-Z]{3}|kr\.?|zł|Kč|Ft|lei|Rs\.?|Fr\.?)"
_ENOUGH = 12  # amounts that all end in three digits: then the sign groups thousands
_SIGNS = {"point": ".", "comma": ","}


def plain_amounts(text: pd.Series, style: Style, noun: str) -> Reading | None:
    """The values, if every cell has digits and at most one sure decimal point; else none."""
    cells = arrow_text(text)
    plain = pc.all(pc.match_substring_regex(cells, _PLAIN), min_count=0).as_py()
    if style.decimal == "comma" or not plain:
        return None
    values = pd.Series(pc.cast(cells, pa.float64()).to_numpy(), index=text.index)
    if not np.isfinite(values).all():  # hundreds of digits
        return None
    pointed = pc.any(pc.match_substring(cells, ".")).as_py()
    return Reading(values, noun, "decimal point" if pointed else "whole numbers")


def read_money(text: pd.Series, where: str, style: Style) -> Reading:
    """The amounts of distinct texts. Raises ``SourceError`` if their decimal sign is open."""
    values, how = _amounts(text, where, style, ask=True)
    return Reading(values, "an amount", how)


def read_numbers(text: pd.Series, where: str, style: Style) -> Reading:
    """The numbers of distinct texts; ``35%`` is 0.35. An open decimal sign is a point."""
    percent = text.str.contains(r"\d ?%$", regex=True)
    bare = text.str.removesuffix("%").where(percent, text)
    values, how = _amounts(bare, where, style, ask=False)
    return Reading(values.where(~percent, values / 100), "a number", how)


def _amounts(text: pd.Series, where: str, style: Style, *, ask: bool) -> tuple[pd.Series, str]:
    plain, negative = _unsigned(text)
    blanks = plain.str.contains(_BLANK, regex=True)
    grouped_by_blanks = plain.str.fullmatch(rf"\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:[.,]\d*)?")
    plain = plain.str.replace(_BLANK, "", regex=True).where(~blanks | grouped_by_blanks, "")
    number = plain.str.fullmatch(r"\d[\d.,]*(?:[eE][-+]?\d+)?|[.,]\d+")
    decimal = (
        _SIGNS[style.decimal]
        if style.decimal
        else _decimal_sign(plain[number], where, style, ask=ask)
    )
    grouping = "." if decimal == "," else ","
    ungrouped = rf"\d+(?:\{decimal}\d*)?(?:[eE][-+]?\d+)?|\{decimal}\d+"
    grouped = rf"\d{{1,3}}(?:\{grouping}\d{{2,3}})*\{grouping}\d{{3}}(?:\{decimal}\d*)?"
    sound = number & (plain.str.fullmatch(ungrouped) | plain.str.fullmatch(grouped))
    digits = plain.str.replace(grouping, "", regex=False).str.replace(decimal, ".", regex=False)
    values = pd.to_numeric(digits.where(sound), errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    return values.where(~negative, -values), _said(text[sound & values.notna()], decimal)


def _unsigned(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The cells without currency and sign, and which were negative."""
    bare = text.str.replace("−", "-").str.replace(_SYMBOL, "", regex=True)
    bare = bare.str.replace(rf"^([-+(]?){_BLANK}*{_CODE}{_BLANK}*([-+(\d.,])", r"\1\2", regex=True)
    bare = bare.str.replace(rf"([\d.,)]){_BLANK}*{_CODE}([-)]?)$", r"\1\2", regex=True)
    bare = bare.str.replace(rf"^{_BLANK}+|{_BLANK}+$", "", regex=True)
    bare = bare.str.replace(r"(\d)[.,][-–—]+$", r"\1", regex=True)  # 500,- has no decimals
    negative = bare.str.match(r"\(.*\)$|-.*|.*-$")
    edges = rf"^[-+(]+{_BLANK}*|{_BLANK}*[-)]+$"
    return bare.str.replace(edges, "", regex=True), negative


def _said(text: pd.Series, decimal: str) -> str:
    signed = text[text.str.contains(r"[.,]|\d[\s\x{a0}\x{2009}\x{202f}'’]\d", regex=True)]
    if signed.empty:
        return "whole numbers" if len(text) else ""
    telling = signed.iloc[int(signed.str.len().to_numpy().argmax())]
    return f"decimal {'comma' if decimal == ',' else 'point'} ({telling})"


def _decimal_sign(text: pd.Series, where: str, style: Style, *, ask: bool) -> str:
    """Which sign separates decimals, by the cells that leave no doubt."""
    evidence = {sign: text[_sure(text, sign)] for sign in ".,"}
    if all(len(cells) for cells in evidence.values()):
        raise SourceError(
            f"{evidence[','].iloc[0]!r} has a decimal comma and {evidence['.'].iloc[0]!r} a "
            "decimal point",
            where=where,
            do="export the amounts with one decimal sign",
        )
    for sign, cells in evidence.items():
        if len(cells):
            return sign
    unsure = text[text.str.fullmatch(r"\d{1,3}[.,]\d{3}")]
    signs = set(unsure.str.replace(r"\d", "", regex=True))
    if not ask or not signs:
        return "."
    if len(signs) > 1 or len(unsure) < _ENOUGH:
        raise SourceError(
            f"{unsure.iloc[0]!r} may have a decimal or a thousands separator, and no other cell "
            "tells",
            where=where,
            do=f"set {style.key}.decimal to 'point' or 'comma'",
        )
    return "," if signs == {"."} else "."


def _sure(text: pd.Series, sign: str) -> pd.Series:
    other = "," if sign == "." else "."
    return text.str.fullmatch(
        rf"\d*\{sign}(?:\d{{0,2}}|\d{{4,}})"  # not followed by three digits
        rf"|(?:0|\d{{4,}})\{sign}\d+"  # no group of three before it
        rf"|[\d{other}]*\{other}\d{{3}}\{sign}\d*"  # after the other sign
        rf"|\d+(?:\{other}\d{{2,3}}){{2,}}"  # the other sign twice
    )
