"""Page 1: the one gap, what it is worth before year end, and what to do on Monday."""

from __future__ import annotations

from salesgap import figures
from salesgap.facts import Action, Candidate, Gap, Pack
from salesgap.figures.gap import in_question
from salesgap.figures.style import Look, look
from salesgap.params import Report
from salesgap.publish.blocks import Block, Columns, Heading, Masthead, Section, Span, Spans, Text
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.follow import has_closed, last_pack
from salesgap.publish.sections.no_gap import candidate_of, likely, no_gap, surely_late, unsure
from salesgap.publish.sections.parts import body, muted, page_setup, say, small, strong, table
from salesgap.publish.wording import (
    KINDS,
    candidate_label,
    evidence_value,
    finding,
    gap_title,
    measure_name,
)
from salesgap.publish.words import Writer, fraction, listed, quarter_of, writer


def one_gap(pack: Pack, report: Report) -> SectionView:
    """Page 1. It can be understood without the rest of the pack, in at most 260 words."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    style = look(report.brand.colour)
    quarter = quarter_of(pack.as_of, pack.fiscal_year_start, pack.fiscal_year_end)
    title = f"Coaching pack: {pack.manager.name}, {quarter}"
    blocks: tuple[Block, ...] = (
        _masthead(pack, quarter, write),
        Heading(text=_title(pack), level=1, kicker=f"The one gap: {KINDS[pack.gap.kind]}"),
        Text(spans=_verdict(pack, write), size="lead"),
        figures.attainment(pack, write, style),
        _why(pack, write, style),
        *_runner_up(pack, write),
        *_actions(pack, write),
        *last_pack(pack, write),
    )
    setup = page_setup(title, pack.as_of, report, write)
    return SectionView(Section(name="one-gap", title=_title(pack), blocks=blocks, setup=setup))


def _title(pack: Pack) -> str:
    if not pack.candidates:
        return "These data cannot tell a gap yet."
    nearest = candidate_of(pack, pack.gap.runner_up)
    if pack.gap.driver == "none" and nearest is not None and surely_late(nearest):
        return "It is too late for a gap to count this year."
    if likely(pack):
        return "No gap is sure enough to name."
    if pack.gap.driver == "none" and has_closed(pack):
        return "The last gap has closed; no other stands out."
    return gap_title(pack.gap)


def _masthead(pack: Pack, quarter: str, write: Writer) -> Masthead:
    chance = pack.attainment.chance
    if chance is not None:
        label, value = "chance to make the year", write.chance(chance)
    else:
        lacking = "quota in the data" if pack.attainment.quota_year is None else "view of year end"
        label, value = f"won this year; no {lacking}", write.money(pack.attainment.won)
    ramping = f", {write.number(pack.ramping)} ramping" if pack.ramping else ""
    return Masthead(
        kicker=f"Coaching pack, {pack.manager.region}, {quarter}",
        name=pack.manager.name,
        detail=f"{write.count(pack.reps, 'rep')}{ramping}",
        figure_label=label,
        figure=value,
    )


# ── the verdict ───────────────────────────────────────────────────────────────────────────


def _verdict(pack: Pack, write: Writer) -> Spans:
    if pack.gap.driver == "none":
        return no_gap(pack, write)
    opening = _seats(pack.gap, write) if pack.gap.people else finding(pack.gap, write)
    return say(f"{opening} " if opening else "", *_worth(pack, write))


def _seats(gap: Candidate, write: Writer) -> str:
    names = listed(person.name for person in gap.people)
    seat = "seat" if len(gap.people) == 1 else "seats"
    known = [fact for fact in gap.evidence if fact.value is not None]
    if not known:
        return f"The {seat} of {names} bring less than like-for-like peers."
    fact = known[0]
    value = evidence_value(fact, write)
    peers = write.measure(fact.benchmark, fact.unit)
    against = f"; like-for-like peers: {peers}" if fact.benchmark is not None else ""
    return f"{measure_name(fact.measure)} in the {seat} of {names}: {value}{against}."


def _worth(pack: Pack, write: Writer) -> Spans:
    gap = pack.gap
    sure = f"{write.chance(gap.probability)} sure it is real."
    if gap.impact is None:
        return say("What it is worth this year cannot be known from these data; ", muted(sure))
    interval = f" ({write.level(0.8)}: {write.money_range(gap.impact)}), "
    if gap.too_late:
        late = "So late in the year it brings nothing before year end"
        return say(late, muted(interval + sure))
    worth = f"{write.money(gap.impact.expected)} before year end"
    return say(
        f"{_closing(pack)} brings about ",
        Span(text=worth, tone="accent"),
        muted(interval + sure),
    )


def _closing(pack: Pack) -> str:
    """The assumption in words; the page of definitions prints it in full."""
    if pack.gap.people:
        return "A different plan, agreed with them,"
    if pack.gap.driver == "capacity":
        return "Filling the empty seats"
    stated = {assumption.name: assumption.value for assumption in pack.assumptions}
    share, weeks = (_number(stated.get(name, "")) for name in ("close_share", "close_weeks"))
    part = "Closing it" if share in (None, 1.0) else f"Closing {fraction(share or 0)} of that gap"
    return part if weeks is None else f"{part} within {weeks:.0f} weeks"


def _number(text: str) -> float | None:
    words = text.split() or [""]
    percent = words[0].endswith("%")
    try:
        return float(words[0].rstrip("%")) / (100 if percent else 1)
    except ValueError:
        return None


# ── why, and what to do ───────────────────────────────────────────────────────────────────


def _why(pack: Pack, write: Writer, style: Look) -> Block:
    compared = figures.candidates(pack, write, style)
    left: Block = (
        figures.shortfall(pack.shortfall, in_question(pack), write, style)
        if pack.shortfall
        else body(strong("No split by driver. "), "There are no peers to split it against.")
    )
    right: Block = compared or body(
        strong("No candidate has a value. "),
        "There are too few deals to value one before year end.",
    )
    return Columns(columns=((left,), (right,)), ratios=(1, 1))


def _actions(pack: Pack, write: Writer) -> list[Block]:
    rows = [
        ((strong(action.do),), _who_by(action, write), action.seen_in)
        for action in pack.coaching.actions[:3]
    ]
    if not rows:
        return []
    columns = (("Do", "l", 5), ("Who, by", "l", 2), ("Seen in", "l", 2.6))
    return [table(columns, rows, title="The next two weeks", size="large")]


def _who_by(action: Action, write: Writer) -> str:
    """Who and when; names that the action itself says are not said twice."""
    first, _, others = action.who.partition(" and ")
    who = f"{first} with them" if others and others in action.do else action.who
    named = f"{who[:1].upper()}{who[1:]}"
    return ", ".join(filter(None, (named, write.short_day(action.by))))


def _runner_up(pack: Pack, write: Writer) -> list[Block]:
    """What the chart of candidates cannot say: why a gap stands that is not clearly first."""
    gap, second = pack.gap, candidate_of(pack, pack.gap.runner_up)
    if gap.driver == "none" or second is None:
        return []
    label = strong(candidate_label(second))
    if gap.chance_first is None:
        return [small("Runner-up: ", label, ", value not known.")]
    if not second.real:
        return _perhaps_more(pack.gap, second, write)
    if not gap.near_tie and (gap.margin or 0) >= 0:
        return []
    chance = f"{write.chance(1 - gap.chance_first)} likely to be worth more if both are real"
    note = "" if gap.near_tie else gap.note  # the chart's title says that it is one
    return [small("Runner-up: ", label, f", {chance}. {note}".rstrip())]


def _perhaps_more(gap: Gap, second: Candidate, write: Writer) -> list[Block]:
    """A candidate that may be chance is no rival, but its larger figure needs a word."""
    if (gap.margin or 0) >= 0:
        return []
    return [small(strong(candidate_label(second)), f" is not named: {unsure(second, write)}.")]
