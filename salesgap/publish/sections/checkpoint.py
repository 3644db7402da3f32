"""Of page 5: the quarterly checkpoint of leading indicators and of what was sold to whom."""

from __future__ import annotations

from salesgap.facts import Indicator, Mix, Pack
from salesgap.publish.blocks import Block, Columns, Table
from salesgap.publish.sections.follow import closed
from salesgap.publish.sections.parts import body, table
from salesgap.publish.wording import measure_name
from salesgap.publish.words import MISSING, Writer

_OTHER, _REST = "other", "all other"
_DIMENSIONS = {"product": "Product", "type": "Deal type", "segment": "Segment"}


def checkpoint(pack: Pack, write: Writer) -> list[Block]:
    """That the last gap has closed; leading indicators beside the mix of what was won: now, last
    quarter and peers."""
    coaching, months = pack.coaching, pack.shortfall.months if pack.shortfall else None
    if not coaching.checkpoint:
        return [body("No leading indicator can be measured from these data.")]
    indicators = _indicators(coaching.checkpoint, months, write)
    if not coaching.mix:
        return [*closed(pack, write), indicators]
    both = Columns(columns=((indicators,), (_mix(coaching.mix, write),)), ratios=(1.15, 1))
    return [*closed(pack, write), both]


def _indicators(checked: tuple[Indicator, ...], months: int | None, write: Writer) -> Table:
    """``months``: what the peers' level is counted over."""
    columns = (
        ("Leading indicator", "l", 2.9),
        ("Now (count)", "r", 1.55),
        ("Last", "r", 1.15),
        (f"Peers, {write.count(months, 'month')}" if months else "Peers", "r", 1.1),
    )
    rows = [
        (
            measure_name(one.measure),
            _counted(write.measure(one.now, one.unit), one.count, write),
            write.measure(one.last, one.unit),
            write.measure(one.peers, one.unit),
        )
        for one in checked
    ]
    note = (
        "A few points on a few deals are chance; look for the same sign twice. "
        f"{_left_out(checked)}"
    )
    return table(
        columns, rows, title="This quarter’s leading indicators, beside the last", note=note
    )


def _left_out(checked: tuple[Indicator, ...]) -> str:
    """Why fewer wins may be counted here than were won, and what the peers' margin is of."""
    told = any(one.measure == "margin" and one.now is not None for one in checked)
    but = "count in the margin only; its peers’ is this quarter’s" if told else "are left out"
    return f"Deals opened on a ramp {but}."


def _mix(mixed: tuple[Mix, ...], write: Writer) -> Table:
    columns = (
        ("Part of what was won", "l", 3),
        ("Now (deals)", "r", 1.4),
        ("Last", "r", 1),
        ("Peers", "r", 0.85),
    )
    rows = [
        (
            f"{_DIMENSIONS[one.dimension]}: {_REST if _is_rest(one, mixed) else one.value}",
            _counted(write.benchmark(one.now), one.count, write),
            write.benchmark(one.last),
            write.benchmark(one.peers),
        )
        for one in mixed
    ]
    note = "Deals that tell no product, type or segment are left out."
    return table(columns, rows, title=_mix_title(mixed), note=note)


def _is_rest(one: Mix, mixed: tuple[Mix, ...]) -> bool:
    """Whether it is what remains of its dimension, and not a value that is called so itself: the
    remainder comes last, after one named value at least."""
    alike = [row for row in mixed if row.dimension == one.dimension]
    return one.value == _OTHER and len(alike) > 1 and one is alike[-1]


def _mix_title(mixed: tuple[Mix, ...]) -> str:
    """The part that differs most from the peers', if any differs by a tenth or more; never a
    segment, which is whom a team was given to sell to."""
    apart = [
        (abs(one.now - one.peers), one)
        for one in mixed
        if one.now is not None
        and one.peers is not None
        and one.dimension != "segment"
        and not _is_rest(one, mixed)
    ]
    most, one = max(apart, key=lambda pair: pair[0], default=(0.0, None))
    if one is None or most < 0.1:
        return "What was won, and from whom"
    side = "more" if (one.now or 0) > (one.peers or 0) else "less"
    return f"{one.value}: {side} than at peers"


def _counted(text: str, count: int, write: Writer) -> str:
    return text if text == MISSING else text + f" ({write.number(count)})"
