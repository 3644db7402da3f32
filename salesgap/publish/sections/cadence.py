"""Page 5: the coaching calendar and the quarterly checkpoint."""

from __future__ import annotations

from salesgap.facts import Pack
from salesgap.params import Report
from salesgap.publish.blocks import Block, Heading, Section, Table
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import body, table
from salesgap.publish.wording import measure_name
from salesgap.publish.words import Writer, writer


def cadence_and_checkpoint(pack: Pack, report: Report) -> SectionView:
    """Page 5: who is coached when, how and on what; leading indicators now, before and at peers."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    blocks: list[Block] = [Heading(text="Cadence and checkpoint", level=1)]
    blocks.append(
        _calendar(pack, write)
        if pack.coaching.cadence
        else body("No coaching contact is planned: there is no rep in seat.")
    )
    blocks.append(
        _checkpoint(pack, write)
        if pack.coaching.checkpoint
        else body("No leading indicator can be measured from these data.")
    )
    return SectionView(
        Section(name="cadence", title="Cadence and checkpoint", blocks=tuple(blocks))
    )


def _calendar(pack: Pack, write: Writer) -> Table:
    columns = (("Day", "l", 1.1), ("With", "l", 2.2), ("Type", "l", 2.4), ("Topic", "l", 5))
    rows = [
        (write.weekday(session.on), session.person, session.type, session.topic)
        for session in sorted(pack.coaching.cadence, key=lambda session: session.on)
    ]
    return table(columns, rows, title="Coaching calendar")


def _checkpoint(pack: Pack, write: Writer) -> Table:
    columns = (
        ("Leading indicator", "l", 3),
        ("Now (count)", "r", 1.6),
        ("Last quarter", "r", 1.2),
        ("Peers", "r", 1.2),
    )
    rows = []
    for one in pack.coaching.checkpoint:
        now = write.measure(one.now, one.unit)
        counted = f"{now} ({write.number(one.count)})" if one.now is not None else now
        rows.append(
            (
                measure_name(one.measure),
                counted,
                write.measure(one.last, one.unit),
                write.measure(one.peers, one.unit),
            )
        )
    note = "A difference of a few points on a few deals is chance; look for the same sign twice."
    return table(columns, rows, title="Quarterly checkpoint", note=note)
