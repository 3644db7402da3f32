"""A new workbook folder: the shipped notebooks, templates and params, to edit and run."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

import pandas as pd

from salesgap.batch.files import writing
from salesgap.crm.freeze import escaped
from salesgap.crm.proposing.draft import draft
from salesgap.crm.proposing.propose import Proposal, propose
from salesgap.crm.reading.read import files_in
from salesgap.crm.tables import folded
from salesgap.errors import OutputError, SourceError
from salesgap.resources import workbook_folder

PARTS = ("notebooks", "templates", "params")

_README = """\
# A coaching workbook

| folder | what |
|---|---|
| `data/` | put your CRM's export here |
| `params/example.yml` | edit this first: as-of date, stages, column names |
| `params/demo.yml` | works as it is, on a simulated organisation; `demo-before.yml`: its past |
| `notebooks/` | what a pack is made of; open one in JupyterLab and Run All |
| `templates/` | how its pages look, and `plays/`: what to do about each gap |
| `output/` | what runs leave |

```
salesgap check params/example.yml                             # reads the data, says what is missing
salesgap pack params/example.yml --manager ID                 # one pack, to preview
salesgap batch params/example.yml --output output/my-run      # all of them, and the summaries
```

A params file uses the notebooks and templates of the folder it lies in, so your edits show in
the next pack. Delete `notebooks/` and `templates/` to go back to the shipped ones.
"""


def new_workbook(folder: Path) -> None:
    """Lay out ``folder``, which is new or empty. Raises ``OutputError`` otherwise."""
    with writing(folder):
        if any(folder.iterdir()):
            raise OutputError(
                "is not empty", where=str(folder), do="name a new folder; nothing was written"
            )
        _lay_out(folder)


def workbook_from(folder: Path, export: Sequence[Path]) -> tuple[Proposal, Path]:
    """A new workbook with the files of ``export`` in it, and a params file proposed from them.

    ``export``: files, or folders with files. Returns the proposal and where it was written.
    Raises ``OutputError`` if ``folder`` is not empty, ``SourceError`` if nothing in it is deals.
    """
    files = list(_files(export))
    new_workbook(folder)
    with writing(folder):
        for file in files:
            shutil.copy(file, folder / "data" / file.name)
    proposal, path = propose_params(folder / "data", folder / "params", folder.resolve().name)
    if not proposal.has_people:
        with writing(folder):
            _owners(proposal).to_csv(folder / "data" / "people.csv", index=False)
    return proposal, path


def _owners(proposal: Proposal) -> pd.DataFrame:
    """The deals' owners as a table of people, to be completed; safe to open in a spreadsheet."""
    names = escaped(pd.Series(sorted(set(proposal.owners.map(folded)) - {""}), dtype="str"))
    blank = {"manager_id": "", "role": "rep", "region": ""}
    return pd.DataFrame({"person_id": names, "name": names}).assign(**blank)


def propose_params(export: Path, folder: Path, name: str) -> tuple[Proposal, Path]:
    """A params file for the export in ``export``, of a run called ``name``, in ``folder``.

    An existing file is left alone: the new one gets a number. Raises ``SourceError``.
    """
    proposal = propose(export)
    with writing(folder):
        path = _free(folder / "proposed.yml")
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")
        source = Path(os.path.relpath(export.resolve(), folder.resolve())).as_posix()
        path.write_text(draft(proposal, name[:64] or "my-run", source), "utf-8")
    return proposal, path


def _free(path: Path) -> Path:
    numbers = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(place for place in chain([path], numbers) if not place.exists())


def _files(export: Sequence[Path]) -> Iterator[Path]:
    seen: dict[str, Path] = {}
    for place in export:
        if not place.exists():
            do = "check the path; of an export at a URL, copy a sample here, and give the URL later"
            raise SourceError(
                "no such file or folder", where=str(place), do=f"{do} in source.folder"
            )
        for file in files_in(place) if place.is_dir() else [place]:
            if file.name in seen and file != seen[file.name]:
                raise SourceError(
                    f"two files are called {file.name}", where=str(file), do="rename one of them"
                )
            seen[file.name] = file
    yield from seen.values()


def _lay_out(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for part in PARTS:
        shutil.copytree(workbook_folder() / part, folder / part, ignore=ignored)
    for empty in ("data", "output"):
        (folder / empty).mkdir()
    (folder / "README.md").write_text(_README, "utf-8")
