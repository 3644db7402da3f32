"""A new workbook folder: the shipped notebooks, templates and params, to edit and run."""

from __future__ import annotations

import shutil
from pathlib import Path

from salesgap.batch.files import writing
from salesgap.errors import OutputError
from salesgap.resources import workbook_folder

PARTS = ("notebooks", "templates", "params")

_README = """\
# A coaching workbook

| folder | what |
|---|---|
| `data/` | put your CRM's export here |
| `params/example.yml` | edit this first: as-of date, stages, column names |
| `params/demo.yml` | works as it is, on a simulated organisation |
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


def _lay_out(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for part in PARTS:
        shutil.copytree(workbook_folder() / part, folder / part, ignore=ignored)
    for empty in ("data", "output"):
        (folder / empty).mkdir()
    (folder / "README.md").write_text(_README, "utf-8")
