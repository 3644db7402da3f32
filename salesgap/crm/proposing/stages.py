"""A stage map for an unfamiliar export: proposed by the stages' names and by the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from salesgap.crm.words import stage_words, words_of

_PROBABILITY = ("probability", "deal probability", "win probability", "wahrscheinlichkeit",
                "probabilidad", "probabilite", "probability percent")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProposedStage:
    """One stage: its status and phase, why, and a question where that is not sure."""

    name: str
    status: str
    phase: str | None
    why: str
    ask: str = ""


def propose_stages(
    stages: pd.Series, history: pd.DataFrame | None, probability: pd.Series | None
) -> tuple[ProposedStage, ...]:
    """The stages of ``stages`` (text, one a deal) in order.

    ``history``: columns opportunity_id, changed_at and stage. ``probability``: text beside
    ``stages``. Open ones come in the order of their probability, else of the history, else of
    what their names tell; then won, then lost.
    """
    names = [name for name in stages.value_counts().index if name]
    if history is not None:
        names += [name for name in history["stage"].unique() if name and name not in names]
    chances = _mean_chance(stages, probability)
    told = {name: _told(name, chances) for name in names}
    ends = [_end(name, *told[name]) for name in names if told[name][0] in ("won", "lost")]
    open_names = [name for name in names if told[name][0] not in ("won", "lost")]
    order, how = _order(open_names, told, chances, history)
    ends.sort(key=lambda stage: (stage.status != "won", stage.name))
    return (*_phased(order, told, how), *ends)


def probability_of(cells: pd.DataFrame) -> pd.Series | None:
    """The column that says how likely a deal is won, if there is one."""
    for header in cells.columns:
        if " ".join(words_of(str(header))) in _PROBABILITY:
            return cells[header] if isinstance(cells[header], pd.Series) else None
    return None


def _told(name: str, chances: Mapping[str, float]) -> tuple[str, str]:
    """What a stage is (lost, won, late, early or ''), and what tells it."""
    kind, _, term = _word_in(name)
    if kind:
        return kind, f"its name holds {term!r}"
    if name in chances and chances[name] >= 100:
        return "won", "its probability is 100 %"
    if name in chances and chances[name] <= 0:
        return "lost", "its probability is 0 %"
    return "", "nothing in its name tells"


def _word_in(name: str) -> tuple[str, int, str]:
    """The kind whose word stands first in the table, its place there, and the word."""
    words = words_of(name)
    for kind, terms in stage_words().items():
        for place, term in enumerate(terms):
            stem = term.rstrip("*")
            begins = stem != term and any(word.startswith(stem) for word in words)
            if begins or f" {stem} " in f" {' '.join(words)} ":
                return kind, place, stem
    return "", 0, ""


def _end(name: str, status: str, why: str) -> ProposedStage:
    ask = "" if why.startswith("its name") else f"is a deal in this stage {status}?"
    return ProposedStage(name, status, None, why, ask)


def _mean_chance(stages: pd.Series, probability: pd.Series | None) -> dict[str, float]:
    if probability is None:
        return {}
    plain = probability.str.replace("%", "", regex=False).str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce")
    scale = 100.0 if numbers.max() <= 1 else 1.0
    means = (numbers * scale).groupby(stages).mean().dropna()
    return {str(name): float(mean) for name, mean in means.items()}


def _order(
    names: Sequence[str],
    told: Mapping[str, tuple[str, str]],
    chances: Mapping[str, float],
    history: pd.DataFrame | None,
) -> tuple[list[str], str]:
    if all(name in chances for name in names) and len(set(chances.values())) > 1:
        return sorted(names, key=lambda name: chances[name]), "by their probability"
    if history is not None and not history.empty:
        place = _place_in_history(history)
        return sorted(names, key=lambda name: place.get(name, 99.0)), "as deals pass them"
    return sorted(names, key=_place_by_name), "by their names"


def _place_by_name(name: str) -> tuple[int, int]:
    """Early, unknown, late; among those of one kind as the table of words has them."""
    kind, place, _ = _word_in(name)
    return {"early": 0, "": 1, "late": 2}.get(kind, 1), place


def _place_in_history(history: pd.DataFrame) -> dict[str, float]:
    """By stage, how late deals come to it: the mean place among the stages they pass."""
    first = history.sort_values("changed_at", kind="stable")
    first = first.drop_duplicates(["opportunity_id", "stage"])
    place = first.groupby("opportunity_id").cumcount()
    means = place.groupby(first["stage"]).mean()
    return {str(name): float(mean) for name, mean in means.items()}


def _phased(
    order: Sequence[str], told: Mapping[str, tuple[str, str]], how: str
) -> tuple[ProposedStage, ...]:
    """Early until the first stage whose name is late, late from there; none if none is."""
    late = [place for place, name in enumerate(order) if told[name][0] == "late"]
    if not late:
        ask = "which stages come from the proposal on? give each open stage a phase: early or late"
        return tuple(
            ProposedStage(name, "open", None, f"in order {how}", "" if place else ask)
            for place, name in enumerate(order)
        )
    found = []
    for place, name in enumerate(order):
        phase = "late" if place >= late[0] else "early"
        kind, why = told[name]
        ask = "" if kind == phase else f"is this {phase} (late: from the proposal on)?"
        found.append(ProposedStage(name, "open", phase, f"{why}; in order {how}", ask))
    return tuple(found)
