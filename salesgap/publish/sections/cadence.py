"""Page 5: the coaching calendar, and the debrief after a joint call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from salesgap.facts import Pack, Session
from salesgap.params import Report
from salesgap.publish import blocks as b
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.checkpoint import checkpoint
from salesgap.publish.sections.great import great_or_mediocre
from salesgap.publish.sections.parts import (
    body,
    may_be_left_out,
    muted,
    run,
    say,
    small,
    strong,
    table,
)
from salesgap.publish.sections.scorecard import scorecard
from salesgap.publish.words import Writer, writer


@may_be_left_out
def cadence_and_checkpoint(pack: Pack, report: Report) -> SectionView:
    """Who is coached when, how and on what; indicators, drivers of execution and own habits."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    blocks: list[b.Block] = [
        b.Heading(text="Cadence and checkpoint", level=1),
        *_calendar(pack.coaching.cadence, write),
        *_debrief(pack.coaching.debrief),
        *checkpoint(pack, write),
        *scorecard(pack, report, write),
        *great_or_mediocre(pack.coaching.signs, write),
    ]
    return SectionView(
        b.Section(
            name="cadence", title="Cadence and checkpoint", blocks=tuple(blocks), new_page=False
        )
    )


# ── the calendar ──────────────────────────────────────────────────────────────────────────


def _calendar(sessions: tuple[Session, ...], write: Writer) -> list[b.Block]:
    """A row a rep, a column a week; the topics are named once, below."""
    if not sessions:
        return [body("No coaching contact is planned: there is no rep in seat.")]
    topics = list(dict.fromkeys(one.topic for one in sorted(sessions, key=_when)))
    weeks = sorted({_monday(one.on) for one in sessions})
    columns = (
        ("Rep", "l", 2),
        *((f"Week of {write.short_day(week)}", "l", 2) for week in weeks),
    )
    rows: list[tuple[str | b.Spans, ...]] = [
        (name, *(_cell(sessions, rep, week, topics, write) for week in weeks))
        for name, rep in sorted({(one.person, one.person_id) for one in sessions})
    ]
    legend = say(
        *(
            part
            for n, topic in enumerate(topics)
            for part in (strong(f"{_letter(n)} "), f"{topic}. ")
        )
    )
    return [
        table(columns, rows, title=_title(sessions, len(weeks), write)),
        b.Text(spans=legend, size="small"),
    ]


def _title(sessions: Sequence[Session], weeks: int, write: Writer) -> str:
    held = len({one.person_id for one in sessions})
    over = f"{write.number(weeks)} weeks" if weeks > 1 else "one week"
    contacts = write.count(len(sessions), "coaching contact")
    return f"{contacts} with {write.count(held, 'rep')} in {over}"


def _cell(
    sessions: Sequence[Session], rep: str, week: date, topics: list[str], write: Writer
) -> b.Spans:
    here = sorted(
        (one for one in sessions if one.person_id == rep and _monday(one.on) == week), key=_when
    )
    parts: list[str | b.Span] = []
    for place, one in enumerate(here):
        parts.append(muted(f"{chr(10) if place else ''}{write.day_of_week(one.on)} "))
        parts += [f"{one.type}\u00a0", strong(_letter(topics.index(one.topic)))]
    return say(*parts) or run("")


def _when(session: Session) -> tuple[date, str]:
    return session.on, session.person


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _letter(number: int) -> str:
    """A, B, C …, then A2, B2 … for a calendar of many topics."""
    return chr(ord("A") + number % 26) + (str(number // 26 + 1) if number > 25 else "")


def _debrief(prompts: tuple[str, ...]) -> list[b.Block]:
    if not prompts:
        return []
    return [small(strong("After a joint call, ask: "), " ".join(prompts))]
