"""From trials to the table of the docs: every figure with the count it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import numpy as np

from salesgap.validate.trial import Trial

Row = tuple[str, ...]


def summary(trials: Sequence[Trial]) -> str:
    """The study as Markdown tables."""
    parts = [
        ("The planted gap is named", _table(_NAMED, _by_case(trials, _named))),
        ("By kind of gap", _table(_KIND, _by_kind(trials))),
        ("By the day of the year", _table(_DAY, _by_day(trials))),
        ("False gaps, in organisations without one", _table(_FALSE, _by_world(trials, _false))),
        ("What the gap is worth", _table(_WORTH, _by_case(trials, _worth))),
        ("Places", _table(_RANKS, _by_world(trials, _ranks))),
        ("Chance to make the year", _table(_CHANCE, _chances(trials))),
        ("Against naive rules", _table(_NAIVE, _by_case(trials, _naive))),
    ]
    return "\n".join(f"## {title}\n\n{table}\n" for title, table in parts)


def _table(header: Row, rows: Iterable[Row]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part} of {whole})" if whole else "–"


def _planted(trials: Sequence[Trial]) -> list[Trial]:
    return [t for t in trials if t.planted]


def _grouped(
    trials: Sequence[Trial], key: Callable[[Trial], Row]
) -> Iterable[tuple[Row, list[Trial]]]:
    ordered = sorted(trials, key=key)
    return ((name, list(group)) for name, group in groupby(ordered, key=key))


def _by_case(trials: Sequence[Trial], row: Callable[[list[Trial], list[Trial]], Row]) -> list[Row]:
    """A row a world and planting; ``row`` gets its planted trials and the world's gapless ones."""
    return [
        (*case, *row(group, [t for t in trials if t.world == case[0] and t.planting == "none"]))
        for case, group in _grouped(_planted(trials), lambda t: (t.world, t.planting))
    ]


def _by_world(trials: Sequence[Trial], row: Callable[[list[Trial]], Row]) -> list[Row]:
    return [(*world, *row(group)) for world, group in _grouped(trials, lambda t: (t.world,))]


def _by_kind(trials: Sequence[Trial]) -> list[Row]:
    cases = _grouped(_planted(trials), lambda t: (t.world, t.planting, t.kind))
    return [(*case, _hits(group), _missed(group)) for case, group in cases]


def _by_day(trials: Sequence[Trial]) -> list[Row]:
    """Early, half-way and late in the fiscal year, over all worlds."""
    cases = _grouped(_planted(trials), lambda t: (f"{t.as_of:%B}", t.planting))
    ordered = sorted(cases, key=lambda case: (case[1][0].as_of, case[0][1]))
    return [(*case, _hits(group), *_worth(group, [])) for case, group in ordered]


def _hits(trials: Sequence[Trial]) -> str:
    return _share(sum(t.named == t.planted for t in trials), len(trials))


def _missed(trials: Sequence[Trial]) -> str:
    none = sum(t.named == "none" for t in trials)
    return f"{none} none, {sum(t.named not in ('none', t.planted) for t in trials)} another"


_NAMED = ("world", "planting", "planted gap named first", "not named")
_KIND = ("world", "planting", "kind", "named first", "not named")


def _named(trials: list[Trial], _: list[Trial]) -> Row:
    return _hits(trials), _missed(trials)


_DAY = (
    "as of the end of",
    "planting",
    "planted gap named first",
    "80 % interval holds the truth",
    "median expected ÷ true",
)
_FALSE = ("world", "managers told of a gap")


def _false(trials: list[Trial]) -> Row:
    without = [t for t in trials if t.planting == "none"]
    return (_share(sum(t.named != "none" for t in without), len(without)),)


_WORTH = ("world", "planting", "80 % interval holds the truth", "median expected ÷ true")


def _worth(trials: list[Trial], _: list[Trial]) -> Row:
    """Of the gaps named rightly; the truth is the counterfactual's expectation."""
    named = [t for t in trials if t.named == t.planted and t.worth > 0]
    held = sum(t.impacts[t.planted][1] <= t.worth <= t.impacts[t.planted][2] for t in named)
    ratios = [t.impacts[t.planted][0] / t.worth for t in named]
    return _share(held, len(named)), f"{np.median(ratios):.2f}" if ratios else "–"


_RANKS = ("world", "managers: 90 % interval holds the true place", "reps: the same")


def _ranks(trials: list[Trial]) -> Row:
    reps = sum(t.rep_ranks for t in trials)
    return (
        _share(sum(t.rank_held for t in trials), len(trials)),
        _share(sum(t.rep_ranks_held for t in trials), reps),
    )


_CHANCE = ("chance said", "mean of it", "made the year")


def _chances(trials: Sequence[Trial]) -> list[Row]:
    told = [t for t in trials if t.chance_year is not None and t.made_year is not None]
    tenths = _grouped(told, lambda t: (f"{min(int((t.chance_year or 0) * 10), 9)}",))
    return [
        (
            f"{int(tenth) / 10:.1f} to {(int(tenth) + 1) / 10:.1f}",
            f"{np.mean([t.chance_year or 0.0 for t in group]):.2f}",
            _share(sum(bool(t.made_year) for t in group), len(group)),
        )
        for (tenth,), group in tenths
    ]


# ── naive rules ───────────────────────────────────────────────────────────────────────────

_NAIVE = (
    "world",
    "planting",
    "salesgap",
    "furthest below the peers, at the same rate of false gaps",
    "coverage below 3×: names creation",
    "its false gaps",
)


def _naive(trials: list[Trial], without: list[Trial]) -> Row:
    rate = np.mean([t.named != "none" for t in without]) if without else 0.05
    limit = float(np.quantile([_lowest(t)[1] for t in without], rate)) if without else 0.0
    furthest = sum(
        _lowest(t) == (t.planted, _lowest(t)[1]) and _lowest(t)[1] < limit for t in trials
    )
    covered = sum(_uncovered(t) and t.planted == "pipeline_creation" for t in trials)
    return (
        _hits(trials),
        _share(furthest, len(trials)),
        _share(covered, len(trials)),
        _share(sum(_uncovered(t) for t in without), len(without)),
    )


def _lowest(trial: Trial) -> tuple[str, float]:
    """The driver furthest below the peers, and its ratio to them."""
    return min(trial.ratios.items(), key=lambda item: item[1], default=("none", 1.0))


def _uncovered(trial: Trial) -> bool:
    return trial.coverage is not None and trial.coverage < 3.0
