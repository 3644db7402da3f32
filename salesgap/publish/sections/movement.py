"""Of page 3: what moved the pipeline, and which deals the activities go to."""

from __future__ import annotations

from salesgap import figures
from salesgap.facts import Attention, Waterfall
from salesgap.figures.style import Look
from salesgap.publish.blocks import Block
from salesgap.publish.sections.parts import small, strong
from salesgap.publish.words import Writer


def walk(walked: Waterfall | None, write: Writer, style: Look) -> list[Block]:
    """The walk as a chart, and what it cannot show; nothing where it cannot be told."""
    if walked is None:
        return []
    unseen = _unseen(walked)
    figure = figures.waterfall(walked, write, style)
    return [figure, small(unseen)] if unseen else [figure]


def _unseen(walked: Waterfall) -> str:
    """What the walk cannot show, for want of history."""
    if walked.dates_known and walked.amounts_known:
        return ""
    if walked.dates_known:
        return "Without a history of amounts, changes of value are not seen."
    if walked.amounts_known:
        return "Without a history of expected dates, what was pushed or pulled in is not seen."
    return (
        "Without a history of amounts and dates, only creation and closing are seen; what was "
        "open at the start counts with what is known of it now."
    )


_SCARCE = 0.8
_ENOUGH = 50
"""Early deals get less attention than elsewhere: below this part of the peers' share, measured on
at least so many activities."""


def attention_of(told: Attention | None, write: Writer) -> list[Block]:
    """Where the activities go; nothing without any on a deal whose phase is known."""
    if told is None:
        return []
    peers = "" if told.peers is None else f"; peers {write.benchmark(told.peers)}"
    open_now = write.part(told.open_early, told.open_deals)
    mix = f", which are {open_now} of the open ones" if told.open_deals else ""
    went = (
        f"Of activities on deals since {write.short_day(told.since)}, "
        f"{write.part(told.early, told.activities)} went to early-stage deals{mix}{peers}."
    )
    return [small(strong(_attention_lead(told)), went, _joint(told, write))]


def _attention_lead(told: Attention) -> str:
    few = told.peers is not None and told.early < _SCARCE * told.peers * told.activities
    if few and told.activities >= _ENOUGH:
        return "Early deals get less attention here than elsewhere. "
    return "Where attention goes. "


def _joint(told: Attention, write: Writer) -> str:
    if told.joint is None or told.joint_early is None:
        return ""
    if not told.joint:
        return " You were along in none of them."
    along = write.number(told.joint)
    return f" You were along in {along} of them, {write.number(told.joint_early)} of those early."
