"""Of all candidates, the one gap: real beyond the run's threshold, and worth most this year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesgap.facts import Candidate, Driver, Evidence, Gap, GapKind, LastGap, Person, Range
from salesgap.gaps.candidates import Valued
from salesgap.gaps.evidence import Evidence as SeatEvidence
from salesgap.gaps.outlook import TeamOutlook
from salesgap.measures.definitions import MEASURES
from salesgap.measures.drivers import DRIVERS
from salesgap.measures.peers import PeerLevel

CLEARLY = 0.8
"""Chance of being worth more from which on one candidate clearly beats another."""

_PEOPLE = ("underperformance", "capacity")

_LEAST_PART = 0.0005
"""Of the team's business of a year: what brings less is lost in the rounding of every number."""

_LEAST_MONEY = 0.5
"""Below it, whole money is written as 0."""

_CLOSED = "The last pack’s gap has closed."
_TOO_LATE = "There is a gap the data support; so late, it brings nothing before the year ends."


def interval(draws: np.ndarray) -> Range:
    """Mean and 80 % interval of draws, to the cent; of skewed ones, it reaches to the mean."""
    low, high = (round(float(limit), 2) for limit in np.quantile(draws, [0.1, 0.9]))
    mean = round(float(draws.mean()), 2)
    return Range(expected=mean, low=min(low, mean), high=max(high, mean))


def choose(
    valued: Sequence[Valued],
    candidates: Sequence[Candidate],
    last: str | None,
    people: frozenset[str] = frozenset(),
) -> Gap:
    """The one gap, or none. ``valued`` and ``candidates`` are parallel, most valuable first.

    Only what is real and comes in time is named; of weak seats the manager is told all the same.
    ``last`` is the driver of the last pack: it stays the gap while it is real, until another is
    clearly worth more. ``people``: the seats it was about, if that is known; of none of them, it
    is another gap. What has closed (see :func:`mark_closed`) is neither named nor runner-up.
    """
    real = [i for i, candidate in enumerate(candidates) if _to_be_named(candidate)]
    closed = any(one.closed and one.driver == last for one in candidates)
    left = [i for i, candidate in enumerate(candidates) if not candidate.closed]
    if not real:
        return _no_gap([candidates[i] for i in left], closed)
    first = real[0]
    staying = [i for i in real if candidates[i].driver == last and _about(candidates[i], people)]
    if staying and _chance_first(valued[first], valued[staying[0]]) < CLEARLY:
        first = staying[0]
    others = [i for i in (*real, *left) if i != first]
    gap = _gap(valued, candidates, first, others[0] if others else None, first in staying)
    return gap.model_copy(update={"note": f"{_CLOSED} {gap.note}"}) if closed else gap


def _to_be_named(candidate: Candidate) -> bool:
    in_time = not candidate.too_late or candidate.driver == "underperformance"
    return candidate.real and in_time and not candidate.closed


def _about(candidate: Candidate, people: frozenset[str]) -> bool:
    return not people or any(person.id in people for person in candidate.people)


def candidate(
    valued: Valued,
    team: TeamOutlook,
    levels: dict[str, PeerLevel],
    thresholds: dict[str, float],
    names: dict[str, str],
    business: float,
) -> Candidate:
    """A valued candidate as facts. ``thresholds`` by driver, ``names`` by person_id.

    ``business``: money of the team's year, beside which a gap's impact may be nothing.
    """
    people = tuple(Person(id=seat, name=names[seat]) for seat in valued.seats)
    kind: GapKind = "people" if valued.driver in _PEOPLE else "condition"
    return Candidate(
        id=valued.driver,
        kind=kind,
        driver=_driver(valued.driver),
        impact=interval(valued.impact),
        probability=valued.probability,
        real=valued.probability >= thresholds.get(valued.driver, 1.0),
        too_late=float(valued.impact.mean()) < max(_LEAST_PART * business, _LEAST_MONEY),
        evidence=tuple(_evidence(valued, team, levels)),
        people=people,
        play=valued.driver,
    )


def _driver(name: str) -> Driver:
    return name  # type: ignore[return-value]


def _evidence(valued: Valued, team: TeamOutlook, levels: dict[str, PeerLevel]) -> list[Evidence]:
    if valued.driver != "underperformance":
        return [team_level(team.evidence[valued.driver], levels[valued.driver])]
    shown = ("pipeline_creation", "conversion_late", "conversion")
    return [
        team_level(_only(team.evidence[driver], valued.seats), levels[driver])
        for driver in shown
        if driver in team.evidence
    ]


def team_level(evidence: SeatEvidence, peers: PeerLevel) -> Evidence:
    """A team's own number beside its peers', with the count behind it."""
    observed, expected = float(evidence.total.sum()), float(evidence.expected.sum())
    base = float(evidence.base.sum())
    level = DRIVERS[evidence.driver].level
    if base <= 0:
        value, benchmark = None, None
    elif level:
        value, benchmark = float(np.exp(observed / base)), float(np.exp(expected / base))
    else:
        value, benchmark = observed / base, expected / base
    counts_total = evidence.driver == "pipeline_creation"
    return Evidence(
        measure=evidence.driver,
        unit=MEASURES[evidence.driver].unit,
        value=value,
        benchmark=benchmark,
        count=round(observed if counts_total else base),
    )


def _only(evidence: SeatEvidence, seats: tuple[str, ...]) -> SeatEvidence:
    return evidence.of([i for i, seat in enumerate(evidence.seats) if seat in seats])


def _chance_first(one: Valued, other: Valued) -> float:
    return float((one.impact > other.impact).mean())


def _gap(
    valued: Sequence[Valued],
    candidates: Sequence[Candidate],
    first: int,
    second: int | None,
    stays: bool,
) -> Gap:
    chosen = candidates[first]
    if second is None:
        margin = chance = None
    else:
        margin = float(valued[first].impact.mean() - valued[second].impact.mean())
        chance = _chance_first(valued[first], valued[second])
    tie = chance is not None and chance < CLEARLY and candidates[second or 0].real
    return Gap(
        **chosen.model_dump(),
        runner_up=candidates[second].id if second is not None else None,
        margin=margin,
        chance_first=chance,
        near_tie=tie,
        note=_why(chosen, tie, stays),
    )


def _why(chosen: Candidate, tie: bool, stays: bool) -> str:
    if chosen.too_late:
        return _TOO_LATE
    if stays:
        return "It was the gap of the last pack, and no other is clearly worth more."
    if tie:
        return "A near tie: the runner-up might be worth as much."
    return "Of the gaps that the data support, most is to be expected of this one before year end."


def _no_gap(candidates: Sequence[Candidate], closed: bool) -> Gap:
    """``candidates``: without those closed; ``closed``: the last pack's gap is one of those."""
    nearest = max(candidates, key=lambda c: (c.real, c.probability), default=None)
    return Gap(
        id="none",
        kind="none",
        driver="none",
        impact=None,
        probability=nearest.probability if nearest else 0.0,
        real=False,
        evidence=(),
        play="",
        runner_up=nearest.id if nearest else None,
        margin=None,
        chance_first=None,
        near_tie=False,
        note=_why_none(nearest, closed),
    )


def _why_none(nearest: Candidate | None, closed: bool) -> str:
    if nearest is None and not closed:
        return "There are not enough teams, months or closed deals to compare this team with."
    if nearest is not None and nearest.real:
        return f"{_CLOSED} {_TOO_LATE}" if closed else _TOO_LATE
    further = "surely further from its peers than teams differ by chance and by nature."
    if closed:
        return f"{_CLOSED} No other gap is supported by the data: no other driver is {further}"
    return f"No gap supported by the data: no driver is {further}"


# ── what has closed ───────────────────────────────────────────────────────────────────────


def mark_closed(candidates: Sequence[Candidate], last: LastGap | None) -> tuple[Candidate, ...]:
    """The candidates, those marked that are gaps of the last packs and have closed since.

    The evidence of a candidate reaches back to before it closed, and so would name it for long.
    """
    past = (last, *last.closed_before) if last is not None else ()
    gone = [gap for gap in past if gap.outcome == "closed"]
    return tuple(
        one.model_copy(update={"closed": any(_is_of(one, gap) for gap in gone)})
        for one in candidates
    )


def _is_of(candidate: Candidate, gap: LastGap) -> bool:
    """Whether it is that gap; of weak seats, one of them at least."""
    seats = {person.id for person in gap.people} & {person.id for person in candidate.people}
    same = candidate.driver == gap.driver
    return same and (gap.driver != "underperformance" or bool(seats))
