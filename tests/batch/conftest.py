"""Small notebooks that do what a pack's notebook does, or fail as one can."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from salesgap.batch.run import run_batch
from salesgap.resources import workbook_folder

WriteNotebook = Callable[..., Path]

NOTEBOOK_PARAMETERS = """\
params_file: str = "none"  # the run
manager_id: str = "M1"  # whose pack
team_folder: str = "none"  # the manager's own rows
"""


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook of a parameters cell and one cell for each source; return its path."""

    def write(*sources: str, name: str = "coaching_pack.ipynb") -> Path:
        cells = [new_code_cell(NOTEBOOK_PARAMETERS, metadata={"tags": ["parameters"]})]
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


DATA = Path(__file__).resolve().parents[1] / "data"
STAGES = (DATA / "simulated-stages.yml").read_text("utf-8")
PARAMS = f"""\
name: small
as_of: 2026-06-30
source: {{simulated: {{seed: 2, managers: 2}}}}
{STAGES}"""
SHOW = """
from pathlib import Path
from IPython.display import display
section = {"name": "all", "title": "All", "setup": {"title": "T", "as_of": "2026-06-30"},
           "blocks": [{"type": "text", "spans": [{"text": "one line"}]}]}
display({"application/vnd.salesgap.section+json": section, "text/plain": ""}, raw=True)
"""
SMALL_PACK = DATA / "small-pack.json"
PACK_FACTS = f"""
import json, os
assert os.listdir(team_folder)
facts = json.loads(Path({str(SMALL_PACK)!r}).read_text("utf-8"))
display({{"application/vnd.salesgap.facts+json": facts, "text/plain": ""}}, raw=True)
"""
REGION_FACTS = """
facts = {path.name: path.read_text() for path in Path(facts_folder).iterdir()}
display({"application/vnd.salesgap.facts+json": facts, "text/plain": ""}, raw=True)
"""


class Workbook:
    """A folder as ``salesgap init`` makes it, with notebooks of the test's own."""

    def __init__(self, folder: Path, *, there: bool = False) -> None:
        self.folder = folder
        self.params = folder / "params" / "run.yml"
        self.output = folder / "output" / "run"
        if not there:
            self.lay_out()

    def lay_out(self) -> None:
        """Params of a small simulated run, the shipped templates, notebooks that are good."""
        self.params.parent.mkdir(parents=True)
        self.params.write_text(PARAMS, "utf-8")
        (self.folder / "templates").symlink_to(workbook_folder() / "templates")
        self.use_good_notebooks()

    def use_good_notebooks(self, *first: str) -> None:
        """From now on, every pack and summary is made, after a pack's ``first`` cells."""
        self.set("coaching_pack", "manager_id team_folder", *first, SHOW, PACK_FACTS)
        self.set("region_summary", "region facts_folder", SHOW, REGION_FACTS)

    def add_params(self, text: str) -> None:
        """From now on, the params file ends with this."""
        self.params.write_text(f"{PARAMS}{text}\n", "utf-8")

    def set(self, name: str, parameters: str, *sources: str) -> None:
        """Write one notebook."""
        defaults = "\n".join(f'{p}: str = ""' for p in ["params_file", *parameters.split()])
        cells = [new_code_cell(defaults, metadata={"tags": ["parameters"]})]
        cells += [new_code_cell(source) for source in sources]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = self.folder / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)

    def use_the_shipped_notebooks(self) -> None:
        """From now on, the packs are those that readers get."""
        shutil.rmtree(self.folder / "notebooks")
        (self.folder / "notebooks").symlink_to(workbook_folder() / "notebooks")

    def fail_for_the_first(self) -> None:
        """From now on, the pack of the manager whose folder is the first raises."""
        first = "first = min(os.listdir(Path(team_folder).parent))"
        raising = f"{first}\nassert Path(team_folder).name != first, 'no luck'"
        self.set("coaching_pack", "manager_id team_folder", SHOW, PACK_FACTS, raising)

    def published(self) -> set[str]:
        """Every PDF, JSON and calendar for distribution, without its folder."""
        files = [path for path in self.output.glob("*/*.*") if path.parent.name != "data"]
        return {path.name for path in files if path.suffix in (".pdf", ".json", ".ics")}


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    return Workbook(tmp_path / "book")


@pytest.fixture(scope="session")
def new_workbook() -> Callable[..., Workbook]:
    """``new_workbook(folder)`` lays one out there; with ``there``, it lies there already."""

    def make(folder: Path, *, there: bool = False) -> Workbook:
        return Workbook(folder, there=there)

    return make


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory) -> Path:
    book = Workbook(tmp_path_factory.mktemp("made") / "book")
    run_batch(book.params, book.output)
    return book.folder


@pytest.fixture
def made(_made_once: Path, tmp_path: Path) -> Workbook:
    """A workbook whose packs are all made: a copy of its own, to change at will."""
    folder = Path(shutil.copytree(_made_once, tmp_path / "made", symlinks=True))
    return Workbook(folder, there=True)
