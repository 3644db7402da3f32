"""Plays: what to do about a gap. One readable file each, which a sales leader may edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from string import Template

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from salesgap.errors import ParamsError
from salesgap.facts import Action


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Frozen):
    """One action of a play; ``within_days`` of the as-of date."""

    do: str
    who: str
    within_days: int = Field(ge=1, le=30)
    seen_in: str


class Play(_Frozen):
    """The answer to one gap. ``$reps`` and ``$count`` in the texts are filled in."""

    summary: str
    actions: tuple[Step, ...] = Field(min_length=3, max_length=3)
    behaviour: str
    coaching: str
    topic: str
    debrief: tuple[str, ...]


def load_plays(folder: Path) -> dict[str, Play]:
    """The plays in a folder by driver. Raises ``ParamsError`` for one that cannot be used."""
    return {path.stem: _load(path) for path in sorted(folder.glob("*.yml"))}


def _load(path: Path) -> Play:
    try:
        return Play.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParamsError(f"cannot be read ({error})", where=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ParamsError(f"{key}: {first['msg']}", where=str(path), do="mend the play") from None


def actions(play: Play, as_of: date, reps: Sequence[str], count: int) -> tuple[Action, ...]:
    """The play's actions with names and dates; dates fall on a working day."""
    words = {"reps": _listed(reps), "count": str(count)}

    def told(text: str) -> str:
        return Template(text).safe_substitute(words)

    return tuple(
        Action(
            do=told(step.do),
            who=told(step.who),
            by=working_day(as_of + timedelta(days=step.within_days)),
            seen_in=told(step.seen_in),
        )
        for step in play.actions
    )


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "each rep"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
