"""Page 2: where each rep stands, as far as the data can tell."""

from __future__ import annotations

import math

from salesgap import figures
from salesgap.facts import Pack, RepRank
from salesgap.figures.style import look
from salesgap.params import Report
from salesgap.publish.blocks import Block, Heading, Note, Section, Table
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.parts import body, say, strong, table
from salesgap.publish.words import Writer, listed, writer


def stack_rank(pack: Pack, report: Report) -> SectionView:
    """Page 2: reps in bands, quota beside attainment, the manager among anonymous peers."""
    pack = for_page(pack)
    write = writer(report, pack.currency)
    style = look(report.brand.colour)
    quotas = pack.attainment.quota_to_date is not None
    blocks: list[Block] = [Heading(text="Where each rep stands", level=1)]
    if pack.stack_rank:
        blocks.append(
            body(
                "A place is an interval, not a verdict: so few deals hold much chance. "
                "Use it to choose whom to help first."
            )
        )
        ranked = figures.stack_rank(pack.stack_rank, quotas, write, style)
        blocks += ranked or [body(strong("No place: "), "there is no attainment to rank by.")]
        blocks.append(_table(pack, quotas, write))
        blocks += _role_fit(pack.stack_rank)
    else:
        blocks.append(body("No rep of this team has sold long enough to be ranked."))
    if pack.manager_rank:
        blocks.append(figures.manager_place(pack.manager_rank, quotas, write, style))
    return SectionView(Section(name="stack-rank", title="Stack rank", blocks=tuple(blocks)))


def _table(pack: Pack, quotas: bool, write: Writer) -> Table:
    columns = (
        ("Rep", "l", 2.6),
        ("Role", "l", 2.8),
        ("Won (deals)", "r", 1.3),
        ("Quota to date", "r", 1.3),
        ("Chance of bottom tenth", "r", 1.6),
    )
    rows = [
        (
            rep.person.name + (" (ramping)" if rep.ramping else ""),
            rep.role,
            f"{write.money(rep.won)} ({write.number(rep.won_deals)})",
            write.money(rep.quota_to_date),
            write.chance(rep.chance_bottom_tenth),
        )
        for rep in sorted(pack.stack_rank, key=lambda rep: rep.expected_rank)
    ]
    note = (
        "Quota to date allows for ramp and for the part of the period gone. Compare quotas before "
        "people: an unfair quota makes an unfair rank."
        if quotas
        else "There are no quotas: reps are compared with what peers of their role won."
    )
    title = "Won, beside the quota it is measured by" if quotas else "Won this fiscal year"
    return table(columns, rows, title=title, note=f"{note}{_others_won(pack, write)}")


def _others_won(pack: Pack, write: Writer) -> str:
    """What of the team's total is in no row: of those who left the team, and the manager's own."""
    listed_here = math.fsum(rep.won for rep in pack.stack_rank)
    more = pack.attainment.won - listed_here
    if more < 0.5:
        return ""
    deals = pack.attainment.won_deals - sum(rep.won_deals for rep in pack.stack_rank)
    return (
        f" These rows add up to {write.money(listed_here)}, the team’s total is "
        f"{write.money(pack.attainment.won)}: {write.money(more)} in {write.count(deals, 'deal')} "
        "is from people who left the team, or your own."
    )


def _role_fit(reps: tuple[RepRank, ...]) -> list[Block]:
    names = [rep.person.name for rep in reps if rep.role_fit]
    if not names:
        return []
    return [
        Note(
            spans=say(
                strong("A conversation about role fit: "),
                f"{listed(names)}. The numbers make the bottom tenth likely, but they do not know "
                "the territory, the market or the year. Ask what would help, and whether another "
                "role or territory would fit better. People decide.",
            )
        )
    ]
