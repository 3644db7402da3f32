from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]


def name_of(requirement: str) -> str:
    return re.split(r"[><=!~\[ ]", requirement)[0].lower().replace("_", "-")


def test_conda_and_pip_name_the_same_dependencies():
    from_pip = next(entry["pip"] for entry in CONDA if isinstance(entry, dict))
    from_conda = [entry for entry in CONDA if isinstance(entry, str) and entry != "pip"]
    listed = [*from_conda, *(entry for entry in from_pip if not entry.startswith("--"))]
    python = f"python{PROJECT['project']['requires-python']}"
    assert sorted(listed) == sorted([python, *PROJECT["project"]["dependencies"]])


def test_the_constraints_pin_every_dependency_and_hold_no_address():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[\w.+!-]+", line)] == []
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(r for extra in extras for r in extra)]
    pinned = {name_of(line) for line in lines}
    assert sorted({name_of(requirement) for requirement in wanted} - pinned) == []


def test_every_dependency_has_its_reason_in_the_decisions():
    decisions = (ROOT / "DECISIONS.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in decisions.splitlines() if line.startswith("| ")]
    reasoned = {name.strip() for row in rows for name in row.split(",")}
    needed = {name_of(requirement) for requirement in PROJECT["project"]["dependencies"]}
    assert sorted(needed - reasoned) == []


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize("part", ["notebooks", "templates", "params"])
def test_the_wheel_carries_the_workbook(wheel_names: list[str], part: str):
    ours = {
        f"salesgap/_workbook/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / part).rglob("*")
        if path.is_file() and "/." not in path.relative_to(ROOT).as_posix()
    }
    assert ours
    assert sorted(ours - set(wheel_names)) == []


def test_the_wheel_carries_every_module_and_profile(wheel_names: list[str]):
    package = ROOT / "salesgap"
    ours = {
        f"salesgap/{path.relative_to(package).as_posix()}"
        for pattern in ("*.py", "*.yml", "py.typed")
        for path in package.rglob(pattern)
    }
    assert sorted(ours - set(wheel_names)) == []


def test_the_wheel_carries_nothing_else(wheel_names: list[str]):
    assert sorted({name.split("/")[0].split("-")[0] for name in wheel_names}) == ["salesgap"]
    assert [name for name in wheel_names if "__pycache__" in name or "/tests/" in name] == []


def test_the_layers_hold():
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
