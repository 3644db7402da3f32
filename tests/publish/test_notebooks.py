from __future__ import annotations

import ast
import re
from typing import Any

import nbformat
import pytest

from salesgap.resources import workbook_folder

NOTEBOOKS = ["coaching_pack", "data_check", "region_summary"]
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.BinOp, ast.comprehension)


def opened(name: str) -> Any:
    notebook = nbformat.read(workbook_folder() / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(name: str) -> list[Any]:
    return [cell for cell in opened(name).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", [*NOTEBOOKS, "what_if"])
def test_a_notebook_is_thin_and_saved_without_outputs(name: str) -> None:
    cells = code_cells(name)

    for cell in cells:
        assert [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)] == []
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("name", [*NOTEBOOKS, "what_if"])
def test_every_parameter_is_a_text_with_a_comment(name: str) -> None:
    tagged = [cell for cell in code_cells(name) if "parameters" in cell.metadata.get("tags", ())]

    assert len(tagged) == 1
    for line in tagged[0].source.splitlines():
        assert re.fullmatch(r'\w+: str = "[^"]*"  # .+', line)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_cell_after_the_load_shows_one_section_and_the_facts_come_last(name: str) -> None:
    shown = [cell.source for cell in code_cells(name)[2:]]
    one_call = re.compile(r"sections\.\w+\([\w, ]+\)")

    assert [source for source in shown if not one_call.fullmatch(source)] == []
    assert shown[-1].startswith("sections.facts_of(")
