"""Small notebooks that do what a pack's notebook does, or fail as one can."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

WriteNotebook = Callable[..., Path]

PARAMETERS = """\
params_file: str = "none"  # the run
manager_id: str = "M1"  # whose pack
team_folder: str = "none"  # the manager's own rows
"""


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook of a parameters cell and one cell for each source; return its path."""

    def write(*sources: str, name: str = "coaching_pack.ipynb") -> Path:
        cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(source) for source in sources]
        metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
        path = tmp_path / "workbook {braces}" / "notebooks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
        return path

    return write


@pytest.fixture
def running() -> Callable[[int], bool]:
    """Whether a process runs; one that ended and that nobody waited for does not."""

    def check(pid: int) -> bool:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            return not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except ProcessLookupError:
            return False

    return check
