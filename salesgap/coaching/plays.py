"""Plays: what to do about a gap. One readable file each, which a sales leader may edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Annotated, Literal, NamedTuple, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from salesgap.errors import ParamsError
from salesgap.facts import Action, Driver


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _filling(*words: str) -> AfterValidator:
    """A check that a text has no other ``$word`` to fill in than these."""
    known = " and ".join(f"${word}" for word in words)
    can_be = f"only {known} can be" if words else "nothing is"

    def checked(text: str) -> str:
        for word in Template(text).get_identifiers():
            if word not in words:
                raise ValueError(f"${word}: {can_be} filled in here")
        return text

    return AfterValidator(checked)


_Filled = Annotated[str, _filling("reps", "count")]
_Plain = Annotated[str, _filling()]


class Step(_Frozen):
    """One action of a play; ``within_days`` of the as-of date.

    ``$reps`` and ``$count`` in its texts are filled in. ``one_to_one``: what happens in the
    one-to-ones is due with the first of them, or when every rep has had one, instead; ``late``: to
    do instead when a deal opened now closes after the fiscal year.
    """

    do: _Filled
    who: _Filled
    within_days: int = Field(ge=1, le=30)
    seen_in: _Filled
    one_to_one: Literal["first", "every"] | None = None
    late: _Filled = ""


class Play(_Frozen):
    """The answer to one gap."""

    summary: _Plain
    actions: tuple[Step, ...] = Field(min_length=3, max_length=3)
    behaviour: _Plain
    coaching: _Plain
    topic: _Plain
    debrief: tuple[_Plain, ...]


class FirstRound(NamedTuple):
    """Everybody's first one-to-ones: the days of the first and of the last of them."""

    first: date
    every: date


def load_plays(folder: Path) -> dict[str, Play]:
    """The plays in a folder by driver, one for each that a pack may name, and ``none``.

    Raises ``ParamsError`` for one that is missing or cannot be used.
    """
    plays = {path.stem: _load(path) for path in sorted(folder.glob("*.yml"))}
    for driver in get_args(Driver):
        if driver not in plays:
            raise ParamsError(
                "the play is missing",
                where=str(folder / f"{driver}.yml"),
                do="restore the file; `salesgap init` writes all plays into a new folder",
            )
    return plays


def _load(path: Path) -> Play:
    try:
        return Play.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParamsError(f"cannot be read ({error})", where=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        told = f"{key}: {first['msg'].removeprefix('Value error, ')}"
        raise ParamsError(told, where=str(path), do="mend the play") from None


def actions(
    play: Play,
    as_of: date,
    reps: Sequence[str],
    count: int,
    round_: FirstRound | None = None,
    *,
    late: bool = False,
) -> tuple[Action, ...]:
    """The play's actions with names and dates, in order of date; dates fall on a working day.

    ``round_``: the calendar's first one-to-ones; ``late``: a deal opened now closes next year.
    """
    words = {"reps": _listed(reps), "count": str(count)}

    def told(text: str) -> str:
        return Template(text).safe_substitute(words)

    found = [
        Action(
            do=told(step.late or step.do if late else step.do),
            who=told(step.who),
            by=_due(step, as_of, round_),
            seen_in=told(step.seen_in),
        )
        for step in play.actions
    ]
    return tuple(sorted(found, key=lambda action: action.by))


def _due(step: Step, as_of: date, round_: FirstRound | None) -> date:
    if step.one_to_one is None or round_ is None:
        return working_day(as_of + timedelta(days=step.within_days))
    return round_.first if step.one_to_one == "first" else round_.every


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "each rep"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
