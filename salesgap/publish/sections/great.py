"""Of page 5: the great-or-mediocre card, for the manager alone."""

from __future__ import annotations

from salesgap.facts import Sign
from salesgap.publish.blocks import Block
from salesgap.publish.execution import HABITS
from salesgap.publish.sections.parts import strong, table
from salesgap.publish.wording import evidence_against
from salesgap.publish.words import Writer


def great_or_mediocre(signs: tuple[Sign, ...], write: Writer) -> list[Block]:
    """Four dimensions: what is seen of a great manager, the mediocre habit, and what data show."""
    if not signs:
        return []
    columns = (
        ("Dimension", "l", 1.9),
        ("A great manager", "l", 3.1),
        ("A mediocre habit", "l", 2.8),
        ("What these data show", "l", 3.6),
    )
    rows = [
        (
            (strong(HABITS[sign.dimension].name),),
            HABITS[sign.dimension].great,
            HABITS[sign.dimension].mediocre,
            "\n".join(
                evidence_against(fact, write) for fact in sign.evidence if fact.value is not None
            )
            or "Nothing: only you and your team can tell.",
        )
        for sign in signs
    ]
    return [table(columns, rows, title="Great or mediocre: where were you this quarter?")]
