"""The last page: the five-minute exercise, to print and to answer with a pen."""

from __future__ import annotations

from salesgap.facts import Pack
from salesgap.params import Report
from salesgap.publish.blocks import Block, Bullets, Columns, Heading, Section, Span, Table, WriteIn
from salesgap.publish.display import SectionView
from salesgap.publish.execution import EXECUTION
from salesgap.publish.sections.parts import body, may_be_left_out, say, small, strong, table

BOX = Span(text="☐", tone="box")
_NAME = "five-minute-exercise"


@may_be_left_out
def five_minute_exercise(pack: Pack, report: Report) -> SectionView:
    """The exercise on a page of its own; nothing where all of it was answered lately."""
    answers = pack.coaching.exercise
    if answers is not None and answers.answered >= len(EXECUTION):
        return SectionView(Section(name=_NAME, title="", blocks=(), new_page=False))
    blocks: tuple[Block, ...] = (
        Heading(text="The five-minute exercise", level=1),
        body(
            "Alone, without looking anything up: how true is each sentence of your team today? "
            "0 is never, 5 is always. The first answer is the best."
        ),
        Columns(columns=((WriteIn(label="Name"),), (WriteIn(label="Date"),)), ratios=(2, 1)),
        _statements(),
        Heading(text="How to read it", level=2),
        Bullets(items=_READING),
        Heading(text="How to hand it back", level=2),
        body(
            "One row a sentence in the table ",
            Span(text="assessments", tone="code"),
            ": your own id as ",
            Span(text="person_id", tone="code"),
            ", the ",
            Span(text="date", tone="code"),
            ", the ",
            Span(text="item", tone="code"),
            " as printed above, and the ",
            Span(text="score", tone="code"),
            ". The next pack holds your answers against what the data say.",
        ),
        small(
            "For you and your own leader. It scores how the work is organised, and nobody in it."
        ),
    )
    return SectionView(
        Section(name=_NAME, title="The five-minute exercise", blocks=blocks, alone=True)
    )


def _statements() -> Table:
    columns = (
        ("Sentence", "l", 6),
        ("Item", "l", 2.8),
        *((str(score), "c", 0.55) for score in range(6)),
    )
    rows = [
        (
            say(strong(f"{words.name}. "), words.statement),
            (Span(text=item, tone="code"),),
            *((BOX,),) * 6,
        )
        for item, words in EXECUTION.items()
    ]
    return table(columns, rows, title="Eight sentences: tick one box in each row")


_READING = (
    say(
        strong("Three or more sentences at 2 or less: "),
        "start with the process. Take the one that is easiest to mend and mend it for the whole "
        "team; that is the low-hanging fruit.",
    ),
    say(
        strong("Fewer, and the results are poor all the same: "),
        "the process is sound, so look at talent: who is in which seat, and what each needs.",
    ),
    say(
        strong("Fewer, and the results are good: "), "keep the rhythm, and raise the lowest score."
    ),
)
