from __future__ import annotations

from pathlib import Path

import pytest

from salesgap.batch.kernel import run_notebook
from salesgap.batch.limits import Limits
from salesgap.errors import NotebookError

LIMITS = Limits(timeout_s=60, memory_mb=2048)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def printed(notebook: dict) -> str:
    return "".join(out.text for cell in notebook.cells for out in cell.get("outputs", []))


def test_parameters_reach_the_notebook_as_typed(write_notebook, scratch):
    notebook = write_notebook("print(ascii(manager_id))")
    executed = run_notebook(
        notebook, {"manager_id": '"}{quote}\\ é'}, scratch=scratch, limits=LIMITS
    )
    assert printed(executed).strip() == ascii('"}{quote}\\ é')


def test_the_kernel_works_in_its_private_folder_and_leaves_nothing_there(write_notebook, scratch):
    before = Path.cwd()
    executed = run_notebook(
        write_notebook("import os; print(os.getcwd())"), {}, scratch=scratch, limits=LIMITS
    )
    assert printed(executed).strip() == str(scratch)
    assert list(scratch.iterdir()) == []
    assert Path.cwd() == before


def test_an_unknown_parameter_is_an_error_before_any_kernel_starts(write_notebook, scratch):
    with pytest.raises(NotebookError, match=r"coaching_pack\.ipynb: has no parameter region →"):
        run_notebook(write_notebook(), {"region": "North"}, scratch=scratch, limits=LIMITS)


def test_a_cell_that_raises_is_named_with_its_exception(write_notebook, scratch):
    notebook = write_notebook("1 + 1", "raise ValueError('no\\ndeals')")
    with pytest.raises(NotebookError) as caught:
        run_notebook(notebook, {}, scratch=scratch, limits=LIMITS)
    assert str(caught.value) == "coaching_pack.ipynb cell 3: ValueError: no deals"


def test_a_kernel_that_is_killed_is_reported_at_its_cell(write_notebook, scratch):
    notebook = write_notebook("1 + 1", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(NotebookError) as caught:
        run_notebook(notebook, {}, scratch=scratch, limits=LIMITS)
    assert str(caught.value) == "coaching_pack.ipynb cell 3: the kernel died (SIGKILL)"


def test_the_limit_holds_for_the_whole_notebook_and_ends_what_the_kernel_started(
    write_notebook, scratch, tmp_path, running
):
    child = "import subprocess as s; child = s.Popen(['sleep', '600']).pid"
    note = f"import pathlib as p; p.Path({str(tmp_path / 'pid')!r}).write_text(str(child))"
    notebook = write_notebook(child, note, "while True: pass")
    with pytest.raises(NotebookError) as caught:
        run_notebook(notebook, {}, scratch=scratch, limits=Limits(timeout_s=5, memory_mb=2048))
    assert str(caught.value) == "coaching_pack.ipynb cell 4: took longer than 5 s"
    assert not running(int((tmp_path / "pid").read_text()))
