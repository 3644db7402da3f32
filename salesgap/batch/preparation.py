"""The teams of a run in its output folder: prepared anew, or as an earlier batch left them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ValidationError

from salesgap.batch.files import publish_text, sha256
from salesgap.batch.folder import DATA, QUARANTINE
from salesgap.batch.inputs import digest, source_inputs, tree
from salesgap.params import Params
from salesgap.prepare import BENCHMARKS, SNAPSHOT, TEAMS, ManagerEntry, prepare

_CARD = "prepared.json"


class _Card(BaseModel):
    """Written last. ``inputs``: what it was prepared from; ``content``: what lies there."""

    inputs: str
    content: str
    managers: tuple[ManagerEntry, ...]


def prepare_teams(
    params: Params, workbook: Path, output: Path, *, reuse: bool, wanted: Sequence[str] = ()
) -> tuple[ManagerEntry, ...]:
    """The managers of the run, with their teams and what was set aside laid into ``output``.

    With ``reuse``, a preparation that lies there whole and was made from the same inputs stays.
    ``wanted`` and what it raises: as :func:`salesgap.prepare.prepare`.
    """
    data, quarantine = output / DATA, output / QUARANTINE
    inputs = source_inputs(params, workbook)
    managers = _there(data, inputs) if reuse else None
    if managers is None:
        shutil.rmtree(data, ignore_errors=True)
        managers = prepare(params, data, workbook, wanted).managers
        card = _Card(inputs=inputs, content=_content(data), managers=managers)
        publish_text(card.model_dump_json(), data / _CARD)
    shutil.rmtree(quarantine, ignore_errors=True)
    shutil.copytree(data / SNAPSHOT / QUARANTINE, quarantine)
    return managers


def read_as(params: Params, output: Path) -> str:
    """As whose export the teams in ``output`` were read, and why; empty if the params name it."""
    if params.source.profile is not None:
        return ""
    snapshot = json.loads((output / DATA / SNAPSHOT / "snapshot.json").read_text("utf-8"))
    return str(snapshot["report"]["profile"])


def teams_there(params: Params, workbook: Path, output: Path) -> tuple[ManagerEntry, ...] | None:
    """The managers of the run, if their teams lie in ``output`` as they would be prepared now."""
    return _there(output / DATA, source_inputs(params, workbook))


def _there(data: Path, inputs: str) -> tuple[ManagerEntry, ...] | None:
    try:
        card = _Card.model_validate_json((data / _CARD).read_bytes())
        whole = card.content == _content(data)
    except (OSError, ValidationError):
        return None
    if card.inputs != inputs or not whole:
        return None
    return tuple(replace(m, team_folder=data / TEAMS / m.key) for m in card.managers)


def _content(data: Path) -> str:
    """Of everything prepared: a file changed by hand is none that was prepared."""
    return digest(sha256(data / BENCHMARKS), tree(data / SNAPSHOT), tree(data / TEAMS))
