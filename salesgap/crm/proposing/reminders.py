"""What a params file leaves open though a run can be made of it: said, never held against it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from salesgap.crm.proposing.draft import ASK
from salesgap.crm.proposing.late import nearly_over
from salesgap.params import Params

_MARK = re.compile(rf"#\s*{ASK}\b")
_KEY = re.compile(r"""\s*(?:- )?(?:\{\s*name:\s*)?["']?([^"':,#{}]+)""")


def reminders(params_file: Path, params: Params) -> list[str]:
    """A line for the questions still open in ``params_file``, one if its year is nearly over."""
    lines = params_file.read_text("utf-8-sig").splitlines()
    marked = [f"line {n + 1}{_about(lines[n:])}" for n, line in enumerate(lines) if _open(line)]
    told = []
    if marked:
        verb, each = ("is", "it") if len(marked) == 1 else ("are", "each")
        told.append(
            f"{params_file.name}, {', '.join(marked)} {verb} still marked {ASK}: answer {each}, "
            "then delete the mark"
        )
    late = nearly_over(params.as_of, params.year_end)
    return [*told, late] if late else told


def _open(line: str) -> bool:
    return bool(_MARK.search(line))


def _about(lines: Sequence[str]) -> str:
    """The key or the stage of the first of ``lines`` that is no comment."""
    found = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    key = _KEY.match(found[0]) if found else None
    return f" ({key[1].strip()})" if key else ""
