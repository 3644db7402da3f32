"""A job as it travels to another machine: with all that it reads, under names instead of paths.

notebooks/<name>.ipynb
params.json                           without the password of a database
brand/                                logo and typeface, if any
teams/<manager>/, benchmarks.json     of a pack: one team, and what its peers do
facts/                                of a summary: the facts of its packs
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from salesgap.batch.execute import Job
from salesgap.batch.inputs import software
from salesgap.batch.scratch import folder_until_exit
from salesgap.params import Params
from salesgap.prepare import BENCHMARKS, TEAMS
from salesgap.team import CARD

_PARAMS, _FACTS, _BRAND = "params.json", "facts", "brand"

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A job with the bytes of its files by name.

    ``paths``: those of its parameters that are paths, as names; ``brand``: so, what the params call
    a logo and a typeface. ``software``: what this batch's packs are made with.
    """

    job: Job
    paths: Mapping[str, str]
    brand: Mapping[str, str]
    software: str
    files: Files = field(repr=False)
    templates: Files = field(repr=False)


class Sender:
    """Makes parcels of a run's jobs; what they share is read once."""

    def __init__(self, params: Params) -> None:
        brand = params.report.brand
        found = {"logo": brand.logo, "typeface": brand.typeface}
        there = {key: path for key, path in found.items() if path is not None}
        self._brand = {key: f"{_BRAND}/{path.name}" for key, path in there.items()}
        self._shared = {_PARAMS: params.model_dump_json().encode()}
        for key, path in there.items():
            self._shared |= _read(path, self._brand[key])
        self._templates: dict[Path, Files] = {}

    def parcel(self, job: Job) -> Parcel:
        """``job`` and what it reads."""
        if job.templates not in self._templates:
            self._templates[job.templates] = _read(job.templates)
        paths = {key: _name(key, value) for key, value in job.parameters.items()}
        paths = {key: name for key, name in paths.items() if name}
        files = self._shared | _read(job.notebook, _notebook(job))
        for key in paths.keys() - {"params_file"}:
            files |= _read(Path(job.parameters[key]), paths[key])
        if "team_folder" in paths:
            folder = Path(job.parameters["team_folder"])
            files |= _read(folder.parent.parent / BENCHMARKS, BENCHMARKS)
        return Parcel(job, paths, self._brand, software(), files, self._templates[job.templates])


def unpacked(parcel: Parcel, folder: Path) -> Job:
    """The job as this machine runs it: its files in ``folder``, and what it makes there too."""
    job, output = parcel.job, folder / "output"
    _write(parcel.files, folder)
    for card in (folder / _PARAMS, *folder.glob(f"{TEAMS}/*/{CARD}")):
        _set_brand(card, {key: str(folder / name) for key, name in parcel.brand.items()})
    (output / job.staging).mkdir(parents=True)
    return replace(
        job,
        notebook=folder / _notebook(job),
        parameters=job.parameters | {k: str(folder / name) for k, name in parcel.paths.items()},
        output=output,
        templates=_templates(tuple(sorted(parcel.templates.items()))),
    )


def _name(key: str, value: str) -> str:
    """What the file or folder of a parameter is called in a parcel; nothing for any other."""
    names = {
        "params_file": _PARAMS,
        "team_folder": f"{TEAMS}/{Path(value).name}",
        "facts_folder": _FACTS,
    }
    return names.get(key, "")


def _notebook(job: Job) -> str:
    return f"notebooks/{job.notebook.name}"


def _read(path: Path, name: str = "") -> Files:
    """The file at ``path``, called ``name``, or the files of a folder below that name."""
    if not path.is_dir():
        return {name: path.read_bytes()}
    files = (file for file in path.rglob("*") if file.is_file())
    return {f"{name}/{file.relative_to(path).as_posix()}": file.read_bytes() for file in files}


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _set_brand(card: Path, paths: Mapping[str, str]) -> None:
    """In a file that is params or has them: where the brand's files are."""
    told: dict[str, Any] = json.loads(card.read_text("utf-8"))
    told.get("params", told)["report"]["brand"] |= paths
    card.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


@cache
def _templates(files: tuple[tuple[str, bytes], ...]) -> Path:
    """Their folder in this process: the same for the same templates, as its exporter is."""
    folder = folder_until_exit() / sha256(repr(files).encode()).hexdigest()[:16]
    _write(dict(files), folder)
    return folder
