"""A proposal as a params file: what it rests on beside each line, and a question where unsure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from salesgap.crm.proposing.propose import Proposal, ProposedTable
from salesgap.crm.proposing.stages import ProposedStage

ASK = "ASK"
"""Stands before every question, so that they can be found."""

_AS_OF = "the last day on which the export shows anything done"
_JANUARY = "January unless you say otherwise; the export cannot tell"


def draft(proposal: Proposal, name: str, folder: str) -> str:
    """The YAML of a run called ``name`` on the export in ``folder``, relative to the file."""
    questions = list(proposal.questions())
    head = [
        "# Proposed from the export. Each line says what it rests on.",
        f"# {len(questions)} things are for you to confirm: look for {ASK}."
        if questions
        else "# Nothing in it is in doubt; it works as it stands.",
        "",
        f"name: {_text(name)}",
        _key(proposal, "as_of", str(proposal.as_of or ""), _AS_OF),
        _key(proposal, "fiscal_year_start_month", "1", _JANUARY),
        _key(proposal, "currency", proposal.currency, proposal.currency_why),
        "",
        *_asked(proposal, "source"),
        "source:",
        f"  folder: {_text(folder)}",
        f"  profile: {proposal.profile}    # {_line(proposal.why)}",
        *_tables(proposal),
        "",
        "# Your CRM's stages, in order. `early` is before the proposal, `late` from it on.",
        *_asked(proposal, "stages"),
        "stages:",
        *map(_stage, proposal.stages),
    ]
    return "\n".join(head) + "\n"


def _key(proposal: Proposal, key: str, value: str, why: str) -> str:
    """A key with its value, and beside it the question about it or what it rests on."""
    (told,) = _asked(proposal, key) or [f"# {_line(why)}"]
    return f"{key}: {value}    {told}"


def _asked(proposal: Proposal, key: str) -> list[str]:
    """The question about a key as a comment; none if there is none."""
    return [f"# {ASK} {_line(proposal.asks[key])}"] if key in proposal.asks else []


def _tables(proposal: Proposal) -> Iterator[str]:
    if proposal.profile != "generic" or not any(map(_differs, proposal.tables)):
        return
    yield "  tables:"
    for table in proposal.tables:
        yield f"    {table.table.name}:"
        yield f"      file: {_text(table.file)}"
        yield "      columns:    # ours: the export's"
        for name, match in table.columns.items():
            why = match.why if match.sure else f"{ASK} is it this one? ({match.why})"
            yield f"        {name}: {_text(match.header)}    # {_line(why)}"
        if table.constants:
            yield "      constants:"
        for name, (value, why) in table.constants.items():
            yield f"        {name}: {_text(value)}    # {_line(why)}"


def _differs(table: ProposedTable) -> bool:
    """Whether the file or a column has another name than the program's own."""
    other = any(match.header != name for name, match in table.columns.items())
    stem = table.file.rpartition(".")[0]
    return other or bool(table.constants) or stem.casefold() != table.table.name


def _stage(stage: ProposedStage) -> str:
    phase = f", phase: {stage.phase}" if stage.phase else ""
    why = f"{ASK} {stage.ask} ({stage.why})" if stage.ask else stage.why
    return f"  - {{name: {_text(stage.name)}, status: {stage.status}{phase}}}    # {_line(why)}"


def _text(value: str) -> str:
    """Text from the export as a YAML scalar: in quotes, so that it can be nothing else."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _line(text: str) -> str:
    """Text from the export on one line of a comment."""
    plain = " ".join(text.split())
    return "".join(sign if sign.isprintable() else "�" for sign in plain)
