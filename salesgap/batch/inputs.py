"""What a pack is made from, as hashes: the same inputs give the same pack, so it need not be made.

Each part of :data:`PARTS` has a hash of its own, so that a changed one can be named.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from secrets import token_hex
from typing import Any

from salesgap.batch.files import sha256
from salesgap.batch.manifest import Kind, Record
from salesgap.last import read_last_run
from salesgap.params import Params
from salesgap.prepare import BENCHMARKS, ManagerEntry
from salesgap.resources import workbook_folder
from salesgap.team import CARD

PARTS = ("data", "params", "notebook", "template", "salesgap")
NOTEBOOK_OF: Mapping[Kind, str] = {"pack": "coaching_pack", "region": "region_summary"}
TEMPLATE_OF: Mapping[Kind, str] = {"pack": "coaching-pack", "region": "region-summary"}
_LIBRARIES: Mapping[Kind, tuple[str, ...]] = {"pack": ("lib", "plays"), "region": ("lib",)}
_UNSEEN: dict[str, Any] = {
    "batch": True,
    "last_run": True,
    "source": {"folder", "url"},
    "report": {"encrypt": True, "brand": {"logo", "typeface"}},
}
"""How packs are made, and where files lie: nothing that a page shows."""


def shared_inputs(kind: Kind, params: Params, workbook: Path) -> dict[str, str]:
    """The hashes that all packs of a run, or all region summaries, have in common."""
    folders = (workbook / "templates", workbook_folder() / "templates")  # ours fill what is left
    templates = [f / name for f in folders for name in (TEMPLATE_OF[kind], *_LIBRARIES[kind])]
    encrypted = params.report.encrypt is not None
    return {
        "params": digest(params.model_dump_json(exclude=_UNSEEN), str(encrypted)),
        "notebook": _cells(workbook / "notebooks" / f"{NOTEBOOK_OF[kind]}.ipynb"),
        "template": digest(*(tree(folder) for folder in templates), *_brand(params)),
        "salesgap": software(),
    }


def team_data(manager: ManagerEntry) -> str:
    """Of a manager's own rows and of what the peers do, without params and plays."""
    card = json.loads((manager.team_folder / CARD).read_text("utf-8"))
    for other in ("params", "plays"):
        card.pop(other)
    frames = sorted(manager.team_folder.glob("*.parquet"))
    benchmarks = manager.team_folder.parent.parent / BENCHMARKS
    names = (manager.region_key, manager.key, manager.region)
    hashes = (f"{path.name} {sha256(path)}" for path in (*frames, benchmarks))
    return digest(*names, json.dumps(card, sort_keys=True), *hashes)


def facts_data(packs: Iterable[Record]) -> str:
    """Of a region's packs: the facts of those that are made, and why the others are not."""
    told = (f"{p.id} {p.files.get(p.facts, p.reason)}" for p in sorted(packs, key=lambda p: p.id))
    return digest(*told)


def source_inputs(params: Params, workbook: Path) -> str:
    """Of everything that the preparation of a run reads.

    A database, or a folder elsewhere, may hold other rows each time: its hash is never the same.
    """
    source = params.source
    here = tree(source.folder) if isinstance(source.folder, Path) else token_hex()
    export = "" if source.simulated else here
    last = read_last_run(params.last_run, params.as_of) if params.last_run else {}
    told = [last[manager].model_dump_json() for manager in sorted(last)]
    plays = tree(workbook / "templates" / "plays")
    return digest(params.model_dump_json(), export, plays, software(), *told)


def changed(now: Mapping[str, str], then: Mapping[str, str]) -> tuple[str, ...]:
    """The parts that differ."""
    return tuple(part for part in PARTS if now.get(part) != then.get(part))


def digest(*texts: str) -> str:
    """SHA-256 of the texts, each of them apart."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def tree(folder: Path) -> str:
    """Of every file below ``folder``: its name and its bytes; a missing folder is an empty one."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    kept = [path for path in files if "__pycache__" not in path.parts]
    return digest(*(f"{path.relative_to(folder).as_posix()} {sha256(path)}" for path in kept))


@cache
def software() -> str:
    """Of salesgap as it is installed, Python, and the libraries that it asks for."""
    return digest(*(f"{name} {known}" for name, known in versions().items()))


def versions() -> dict[str, str]:
    """Of Python, of salesgap (a hash of its files) and of each library that it asks for."""
    package = Path(__file__).resolve().parents[1]
    return {"Python": sys.version, "salesgap": tree(package), **_libraries()}


def _brand(params: Params) -> list[str]:
    """Of the files that ``report.brand`` names: a logo, a typeface's folder."""
    paths = [value for _, value in params.report.brand if isinstance(value, Path)]
    return [tree(path) if path.is_dir() else sha256(path) for path in paths]


def _libraries() -> dict[str, str]:
    try:
        lines = requires("salesgap") or ()
    except PackageNotFoundError:  # a checkout on the path, not installed
        return {}
    names = (re.split(r"[^\w.-]", line)[0] for line in lines if "extra" not in line)
    return {name: version(name) for name in sorted(names)}


def _cells(notebook: Path) -> str:
    """Of a notebook's cells without their outputs: opening and running it changes nothing."""
    cells: list[dict[str, Any]] = json.loads(notebook.read_text("utf-8"))["cells"]
    ran = ("outputs", "execution_count")
    kept = [{key: cell[key] for key in cell if key not in ran} for cell in cells]
    return digest(json.dumps(kept, sort_keys=True))
