"""The names of drivers, measures and stages of thought, in one place.

Everything a pack says about a driver comes from :data:`DRIVERS`; measures are called what
:mod:`salesgap.measures.definitions` calls them. Change a word here and it changes on every page
and in every chart.
"""

from __future__ import annotations

from dataclasses import dataclass

from salesgap.facts import Candidate, Driver, Evidence
from salesgap.measures.definitions import MEASURES
from salesgap.publish.words import Writer, in_words


@dataclass(frozen=True)
class DriverWords:
    """What a pack says about one driver.

    ``finding`` is a sentence with ``{value}`` (with its count) and ``{peers}``.
    """

    name: str
    title: str
    label: str
    finding: str
    meaning: str


DRIVERS: dict[Driver, DriverWords] = {
    "pipeline_creation": DriverWords(
        "Pipeline creation",
        "Create more pipeline.",
        "Create more pipeline",
        "Your team opens {value} new opportunities per rep a month ({count}); "
        "like-for-like peers open {peers}.",
        "new opportunities per ramped rep and month",
    ),
    "conversion_early": DriverWords(
        "Early conversion",
        "Turn more first meetings into proposals.",
        "Lift early conversion",
        "Your team takes {value} of its opportunities to a proposal; "
        "like-for-like peers take {peers}.",
        "share of opportunities that reach the proposal",
    ),
    "conversion_late": DriverWords(
        "Late conversion",
        "Win more of what you propose.",
        "Lift late conversion",
        "Your team wins {value} of its proposals; like-for-like peers win {peers}.",
        "share of proposals that are won",
    ),
    "conversion": DriverWords(
        "Conversion",
        "Win more of what you open.",
        "Lift conversion",
        "Your team wins {value} of its opportunities; like-for-like peers win {peers}.",
        "share of opportunities that are won",
    ),
    "deal_size": DriverWords(
        "Deal size",
        "Make each deal worth more.",
        "Win larger deals",
        "Your won deals are typically worth {value} ({count}); "
        "like-for-like peers’ are worth {peers}.",
        "typical value of a won deal",
    ),
    "cycle_time": DriverWords(
        "Cycle time",
        "Shorten the cycle.",
        "Shorten the cycle",
        "Your deals typically take {value} from first day to won ({count}); "
        "like-for-like peers’ take {peers}.",
        "days from creation to won",
    ),
    "capacity": DriverWords(
        "Capacity",
        "Get every seat selling.",
        "Fill and ramp the seats",
        "Your seats were filled {value} of the time, of the most you had; peers’ {peers}.",
        "part of the most seats ever filled at once that were filled",
    ),
    "underperformance": DriverWords(
        "Seats",
        "Give these seats a different plan.",
        "A different plan for some seats",
        "The seats concerned bring {value} ({count}); like-for-like peers’ bring {peers}.",
        "what a seat brings against peers of its role and segment",
    ),
    "none": DriverWords("None", "No gap stands out.", "No gap", "", "no gap"),
}

KINDS = {"people": "people", "condition": "performance condition", "none": "none named"}

VERDICTS = {
    "on_track": "No team is behind: keep the rhythm.",
    "strategy": "Most teams miss together: ask about the strategy first.",
    "execution": "The shortfall differs by team: this is execution.",
    "mixed": "Part of the shortfall is shared, part is each team’s own.",
    "unknown": "The data cannot tell strategy from execution yet.",
}


def measure_name(measure: str) -> str:
    """The measure's name on paper; an id without one is written as plain words."""
    known = MEASURES.get(measure)
    return known.name if known else measure.replace("_", " ").capitalize()


def gap_title(candidate: Candidate) -> str:
    """The action title of a gap: what to do, never who is to blame."""
    seats = len(candidate.people)
    if candidate.kind != "people" or seats == 0:
        return DRIVERS[candidate.driver].title
    if seats == 1:
        return "One seat needs a different plan."
    return f"{in_words(seats).capitalize()} seats need a different plan."


def candidate_label(candidate: Candidate) -> str:
    """A candidate's name in charts and sentences."""
    seats = len(candidate.people)
    if candidate.kind != "people" or seats == 0:
        return DRIVERS[candidate.driver].label
    return f"A different plan for {in_words(seats)} seat{'' if seats == 1 else 's'}"


def finding(candidate: Candidate, writer: Writer) -> str:
    """One sentence: where the team stands and where its peers stand; '' without evidence."""
    known = [fact for fact in candidate.evidence if fact.value is not None]
    template = DRIVERS[candidate.driver].finding
    if not known or not template:
        return ""
    fact = known[0]
    if fact.benchmark is None:
        value = evidence_value(fact, writer)
        return f"{measure_name(fact.measure)}: {value}; there is no peer to compare."
    shared = fact.unit == "share"
    return template.format(
        value=evidence_value(fact, writer) if shared else writer.measure(fact.value, fact.unit),
        count=_counted(fact, writer),
        peers=writer.measure(fact.benchmark, fact.unit),
    )


def evidence_value(fact: Evidence, writer: Writer) -> str:
    """A number behind a candidate with the count it rests on."""
    if fact.unit == "share":
        return writer.share(fact.value, fact.count, *_nouns(fact))
    value = writer.measure(fact.value, fact.unit)
    if fact.unit == "count" and not _nouns(fact)[0]:
        return value  # it is a count itself
    return f"{value} ({_counted(fact, writer)})"


def evidence_against(fact: Evidence, writer: Writer) -> str:
    """A measure, its value with its count, and the peers' where there are any."""
    peers = "" if fact.benchmark is None else f"; peers {writer.measure(fact.benchmark, fact.unit)}"
    return f"{measure_name(fact.measure)}: {evidence_value(fact, writer)}{peers}"


_DECIDED = ("decided deal", "decided deals")
_WON = ("won deal", "won deals")
_REPS = ("rep", "reps")
_NOUNS = {
    "pipeline_creation": ("opportunity", "opportunities"),
    "conversion": _DECIDED,
    "conversion_early": _DECIDED,
    "conversion_late": _DECIDED,
    "capacity": ("rep-month", "rep-months"),
    **dict.fromkeys(("deal_size", "cycle_time", "attainment", "underperformance"), _WON),
    **dict.fromkeys(("goals_per_rep", "plan_pace", "reps_attaining", "ramping_on_quota"), _REPS),
    "crm_hygiene": ("open deal", "open deals"),
    "early_attention": ("activity", "activities"),
    "commitments_done": ("commitment", "commitments"),
}


def _nouns(fact: Evidence) -> tuple[str, str]:
    return _NOUNS.get(fact.measure, ("", ""))


def _counted(fact: Evidence, writer: Writer) -> str:
    return writer.count(fact.count, *_nouns(fact)) if _nouns(fact)[0] else writer.number(fact.count)
