"""Of page 1: the verdict where no gap is named."""

from __future__ import annotations

from collections.abc import Sequence

from salesgap.facts import Candidate, Driver, Pack, Shortfall, StrategyVerdict
from salesgap.figures.gap import in_question, noteworthy
from salesgap.figures.pipeline import first_short
from salesgap.publish.blocks import Spans
from salesgap.publish.sections.parts import say, strong
from salesgap.publish.wording import DRIVERS, candidate_label
from salesgap.publish.words import Writer, listed

_LIKELY = 0.5
"""From here on a candidate is more likely there than not."""

_LOW = 0.2
"""A chance to make the year below this needs a word where no gap is named: all is not well."""


def surely_late(nearest: Candidate) -> bool:
    """Whether it is a gap for sure that brings nothing before year end."""
    return nearest.real and nearest.too_late


def likely(pack: Pack) -> bool:
    """Whether no gap is named although one is more likely there than not."""
    nearest = candidate_of(pack, pack.gap.runner_up)
    return pack.gap.driver == "none" and nearest is not None and nearest.probability >= _LIKELY


def no_gap(pack: Pack, write: Writer) -> Spans:
    """Why none is named and which is nearest; what works, and that the year is unlikely."""
    if not pack.candidates:
        return say(pack.gap.note)
    behind = _behind(pack, write)
    praise = "" if likely(pack) else _against_peers(pack, not behind, write)
    if behind:  # it says why none is named, in place of the note
        return say(strong(_UNLIKELY), behind, praise, _nearest(pack, write))
    return say(strong(praise), f"{pack.gap.note} ", _nearest(pack, write))


# ── the year unlikely, and yet no gap ─────────────────────────────────────────────────────


def _behind(pack: Pack, write: Writer) -> str:
    """Joins a low chance to make the year with no gap being named; '' where there is no need."""
    chance, nearest = pack.attainment.chance, candidate_of(pack, pack.gap.runner_up)
    if chance is None or chance >= _LOW or (nearest is not None and surely_late(nearest)):
        return ""
    gone = [candidate.driver for candidate in pack.candidates if candidate.closed]
    causes = [_spread(pack.shortfall, gone), _shared(pack.strategy)]
    why = "; ".join(filter(None, causes))
    opening = _WEIGHS if gone else " Yet no single driver is surely why"
    return f"{opening}{': ' if why else ''}{why}. {_needed(pack, write)}"


_UNLIKELY = "The year is unlikely to be made."
_WEIGHS = " The months before the gap closed still weigh on it; nothing else is surely why"


def _spread(shortfall: Shortfall | None, gone: Sequence[Driver]) -> str:
    """``gone``: drivers whose gap was real, and has closed."""
    below = [driver for driver, value in _noteworthy(shortfall) if value < 0 and driver not in gone]
    names = listed(DRIVERS[driver].name.lower() for driver in below)
    return f"{names} are below peers, each perhaps by chance" if len(below) > 1 else ""


def _shared(strategy: StrategyVerdict | None) -> str:
    if strategy is None or strategy.verdict not in _SHARED:
        return ""
    return _SHARED[strategy.verdict]


_SHARED = {
    "strategy": "most teams miss together",
    "mixed": "in part, all teams miss together",
}


def _needed(pack: Pack, write: Writer) -> str:
    """What the page of the pipeline says in full."""
    short = first_short([one for one in pack.pipeline.coverage if one.end > pack.as_of])
    return f"{short[0]} is {write.money(short[1])} of open pipeline short. " if short else ""


# ── what works, and what is nearest ───────────────────────────────────────────────────────


def _noteworthy(shortfall: Shortfall | None) -> list[tuple[Driver, float]]:
    """The drivers whose part of the difference to peers is more than dust."""
    if shortfall is None:
        return []
    least = noteworthy(shortfall)
    return [
        (part.driver, part.value)
        for part in shortfall.parts
        if part.driver != "timing" and part.value and abs(part.value) >= least
    ]


def _against_peers(pack: Pack, well: bool, write: Writer) -> str:
    """What works, where it brings clearly more than the peers' and is not in question; '' where
    none does. ``well``: the year is not unlikely, so that it may be praised."""
    if pack.shortfall is None:
        return ""
    told, doubted = _noteworthy(pack.shortfall), in_question(pack)
    if not told:
        return "Your team is level with its peers. "
    works = listed(DRIVERS[d].name.lower() for d, value in told if value > 0 and d not in doubted)
    if not works:
        return ""
    over = f"over {write.count(pack.shortfall.months, 'month')}"
    if well:
        return f"Keep doing what works: {works} above peers {over}. "
    return f"Above peers: {works}. "


def _nearest(pack: Pack, write: Writer) -> str:
    nearest = candidate_of(pack, pack.gap.runner_up)
    if nearest is None:
        return ""
    label = candidate_label(nearest)
    if nearest.impact is None:
        return f"Nearest: {label.lower()}; its value cannot be known from these data."
    if nearest.too_late:
        return f"Nearest: {label.lower()}; not named: it brings nothing before year end."
    worth = f"{write.money(nearest.impact.expected)} this year if real"
    if nearest.probability < _LIKELY:
        return f"Nearest: {label.lower()}, {worth}, only {write.chance(nearest.probability)} sure."
    return f"Nearest: {label.lower()}, {worth}; not named: {unsure(nearest, write)}."


def unsure(candidate: Candidate, write: Writer) -> str:
    """Why one that seems likely is not named: the run asks for more."""
    return f"{write.chance(candidate.probability)} sure is too little"


def candidate_of(pack: Pack, id: str | None) -> Candidate | None:
    """The pack's candidate of that id, if there is one."""
    return next((c for c in pack.candidates if c.id == id), None)
