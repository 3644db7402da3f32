"""Page 2: where each rep stands, as far as the data can tell."""

from __future__ import annotations

import math

from salesgap import figures
from salesgap.facts import Pack, RepRank, RoleFit, StrategyVerdict
from salesgap.figures.style import look
from salesgap.params import Report
from salesgap.publish.blocks import Block, Heading, Note, Section, Table
from salesgap.publish.display import SectionView
from salesgap.publish.names import for_page
from salesgap.publish.sections.follow import commitments
from salesgap.publish.sections.parts import body, may_be_left_out, say, strong, table
from salesgap.publish.wording import VERDICTS
from salesgap.publish.words import Writer, listed, writer


@may_be_left_out
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
        # A chart that goes on is read as the first one: two then share a page.
        ranked = ranked[:1] + tuple(one.model_copy(update={"subtitle": ""}) for one in ranked[1:])
        blocks += ranked or [body(strong("No place: "), "there is no attainment to rank by.")]
        blocks += _high_yet_named(pack)
        blocks.append(_table(pack, quotas, write))
    else:
        blocks.append(body("No rep of this team has sold long enough to be ranked."))
    if pack.manager_rank:
        blocks.append(figures.manager_place(pack.manager_rank, quotas, write, style))
    blocks += _strategy(pack.strategy, write)
    blocks += _role_fit(pack.stack_rank)
    blocks += _own_role(pack.role_fit, write)
    blocks += commitments(pack, write)
    return SectionView(Section(name="stack-rank", title="Stack rank", blocks=tuple(blocks)))


def _high_yet_named(pack: Pack) -> list[Block]:
    """Why somebody of page 1's gap may stand in the upper half here: it does not look so."""
    named = {person.id for person in pack.gap.people}
    middle = (len(pack.stack_rank) + 1) / 2
    ranked = sorted(pack.stack_rank, key=lambda rep: rep.expected_rank)
    high = [r.person.name for r in ranked if r.person.id in named and r.expected_rank < middle]
    if not high:
        return []
    return [
        body(
            strong("In the upper half, and in page 1’s gap: "),
            f"{listed(high)}. A place counts what was won; the gap, what is opened and what "
            "becomes of it: the wins still to come.",
        )
    ]


# ── quota and territory ───────────────────────────────────────────────────────────────────


def _table(pack: Pack, quotas: bool, write: Writer) -> Table:
    """What was won beside what it is measured by; a column without any value is left out."""
    expected = {one.person.id: one.plan.from_open for one in pack.coaching.one_to_ones}
    roles = len({rep.role for rep in pack.stack_rank}) > 1
    columns = [
        (("Rep", "l", 2.8), _name),
        (("Role", "l", 2.2), lambda rep: rep.role) if roles else None,
        (
            ("Won (deals)", "r", 1.5),
            lambda rep: write.money(rep.won) + f" ({write.number(rep.won_deals)})",
        ),
        (("Quota to date", "r", 1.3), lambda rep: write.money(rep.quota_to_date))
        if quotas
        else None,
        (("Expected of open deals", "r", 1.6), lambda rep: write.money(expected[rep.person.id]))
        if all(rep.person.id in expected for rep in pack.stack_rank)
        else None,
        (("Chance of bottom tenth", "r", 1.6), lambda rep: write.chance(rep.chance_bottom_tenth)),
    ]
    shown = [column for column in columns if column is not None]
    rows = [
        tuple(cell(rep) for _, cell in shown)
        for rep in sorted(pack.stack_rank, key=lambda rep: rep.expected_rank)
    ]
    note = (
        "Quota to date allows for ramp and for the part of the period gone. What open deals should "
        "bring before year end hints at the territory. Compare both before people: an unfair quota "
        "makes an unfair rank."
        if quotas
        else "There are no quotas: reps are compared with what peers of their role won."
    )
    return table(
        [column for column, _ in shown],
        rows,
        title=_quota_title(pack.stack_rank, write),
        note=f"{note}{_others_won(pack, write)}",
    )


def _name(rep: RepRank) -> str:
    return rep.person.name + (" (ramping)" if rep.ramping else "")


_ALIKE = 1.1
"""Quotas whose largest is below this many times the smallest are called alike."""


def _quota_title(reps: tuple[RepRank, ...], write: Writer) -> str:
    """What the quotas of ramped reps say about fairness."""
    amounts = [rep.quota_to_date for rep in reps if rep.quota_to_date and not rep.ramping]
    if not any(rep.quota_to_date for rep in reps):
        return "Won this fiscal year"
    if len(amounts) < 2:
        return "Won, beside the quota it is measured by"
    times = max(amounts) / min(amounts)
    told = (
        "quotas to date are alike, so they do not explain the places"
        if times < _ALIKE
        else f"the largest quota to date is {write.times(times)} the smallest: is that fair?"
    )
    if any(rep.ramping for rep in reps):
        return f"But for the ramp, {told}"
    return told[0].upper() + told[1:]


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


def _own_role(fit: RoleFit | None, write: Writer) -> list[Block]:
    if fit is None:
        return []
    return [
        Note(
            spans=say(
                strong("Your own role: "),
                f"the lowest tenth of managers is {write.chance(fit.chance)} likely. Many who are "
                "placed there are good sellers in a role that does not suit them. Talk with your "
                "own leader about what would help, a territory of your own included."
                f"{_territory(fit, write)} The seat would stay open until "
                f"{write.day(fit.seat_open_until)}, so that nothing is decided in haste. "
                "People decide.",
            )
        )
    ]


def _territory(fit: RoleFit, write: Writer) -> str:
    if fit.territory_value is None:
        return ""
    return (
        " One more seller at the peers’ level is worth "
        f"{write.money(fit.territory_value.expected)} before year end "
        f"({write.level(0.8)}: {write.money_range(fit.territory_value)})."
    )


# ── strategy or execution ─────────────────────────────────────────────────────────────────


def _strategy(verdict: StrategyVerdict | None, write: Writer) -> list[Block]:
    """Whether the shortfall is this team's own or common to all; nothing where it is unknown."""
    if verdict is None or verdict.shared is None or verdict.verdict == "unknown":
        return []
    misses = "misses" if 1 in (verdict.missing_teams, verdict.teams) else "miss"
    told = (
        f"{write.number(verdict.missing_teams)} of {write.count(verdict.teams, 'team')} {misses} "
        f"the number to date; {write.share(verdict.shared, verdict.teams, 'team')} of the "
        "shortfall is shared by all of them. "
    )
    return [
        Heading(text="Strategy or execution?", level=2),
        body(strong(f"{VERDICTS[verdict.verdict]} "), told, _WHAT_THEN[verdict.verdict]),
    ]


_WHAT_THEN = {
    "on_track": "",
    "strategy": "Quota, market and product come before your own execution: raise it.",
    "execution": "What the other teams do is open to yours: page 1 says where to start.",
    "mixed": "Raise the shared part with your leader; page 1 is about your own.",
}
