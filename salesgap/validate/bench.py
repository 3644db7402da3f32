"""How fast packs are made, beside the stock way and beside what they cost at the very least."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from salesgap.validate.bench_page import Measured, page
from salesgap.validate.cost import Cost, cost

if TYPE_CHECKING:
    import pandas as pd

    from salesgap.simulate import Organisation

_TIMES = 10  # how much larger the large organisation is
# Playwright starts a browser of its own, and nbconvert has no option for another one.
_DEBIANS_CHROMIUM = """\
from functools import partialmethod
from playwright.async_api import BrowserType
BrowserType.launch = partialmethod(BrowserType.launch, executable_path={path!r})
"""

Team = tuple[str, Path]  # a manager's id, and the folder of the prepared team


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation's folder: its params, its export, and the output folder of a batch."""

    folder: Path

    @property
    def params(self) -> Path:
        """The params file, beside the export that it names."""
        return self.folder / "params.yml"

    @property
    def output(self) -> Path:
        """The output folder, with the teams once they are prepared."""
        return self.folder / "output"

    @property
    def prepared_at(self) -> float:
        """When the teams were prepared."""
        from salesgap.batch.folder import DATA
        from salesgap.prepare import BENCHMARKS

        return (self.output / DATA / BENCHMARKS).stat().st_mtime

    def teams(self, count: int | None = None) -> list[Team]:
        """The first prepared teams, or all."""
        from salesgap.batch.folder import DATA
        from salesgap.prepare import TEAMS

        folders = sorted((self.output / DATA / TEAMS).iterdir())
        return [(folder.name, folder) for folder in folders[:count]]


# ── organisations ─────────────────────────────────────────────────────────────────────────


def simulate(place: Place, managers: int, kept: int | None = None) -> Place:
    """Write the export and the params of a simulated organisation, or of its first teams only."""
    import yaml

    from salesgap.resources import workbook_folder
    from salesgap.simulate import organisation, write_tables

    params = yaml.safe_load((workbook_folder() / "params" / "demo.yml").read_text("utf-8"))
    org = organisation(seed=1, as_of=params["as_of"], managers=managers)
    if kept is not None:
        org.tables.update(_first_teams(org, kept))
    write_tables(org, place.folder / "export")
    own = {**params, "source": {"folder": "export"}}
    place.params.write_text(yaml.safe_dump(own), "utf-8")
    return place


def _first_teams(org: Organisation, count: int) -> dict[str, pd.DataFrame]:
    """The tables as if the other managers had never been, nor their reps, nor who leads no one."""
    people, deals = org.tables["people"], org.tables["opportunities"]
    others = org.manager_ids[count:]
    left = people[~(people["person_id"].isin(others) | people["manager_id"].isin(others))]
    led_before, leads = (left["person_id"].isin(some["manager_id"]) for some in (people, left))
    there = set(left["person_id"][leads | ~led_before])
    there |= set(deals["opportunity_id"][deals["owner_id"].isin(there)])
    keys = ("person_id", "owner_id", "opportunity_id")
    key_of = {name: key for name, frame in org.tables.items() for key in keys[::-1] if key in frame}
    return {
        name: org.tables[name][org.tables[name][key].isin(there)] for name, key in key_of.items()
    }


# ── steps ─────────────────────────────────────────────────────────────────────────────────


def prepared(place: Place) -> None:
    """What a batch does first, into its output folder: check, freeze, analyse, cut into teams."""
    from salesgap.batch.folder import held
    from salesgap.batch.preparation import prepare_teams
    from salesgap.params import load_params
    from salesgap.resources import workbook_of

    with held(place.output):
        prepare_teams(
            load_params(place.params), workbook_of(place.params), place.output, reuse=False
        )


def stock(place: Place, teams: Sequence[Team], at_once: int) -> None:
    """Papermill, then nbconvert with a browser, a pair of commands for each pack."""
    made = place.folder / f"stock-{at_once}"
    made.mkdir()
    chromium = {"path": shutil.which("chromium")}
    (made / "chromium.py").write_text(_DEBIANS_CHROMIUM.format(**chromium), "utf-8")
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(lambda team: _one_stock_pack(place, team, made), teams))


def _one_stock_pack(place: Place, team: Team, made: Path) -> None:
    from salesgap.resources import workbook_folder

    notebook = workbook_folder() / "notebooks" / "coaching_pack.ipynb"
    manager, folder = team
    executed = made / f"{manager}.ipynb"
    values = {"params_file": place.params, "manager_id": manager, "team_folder": folder}
    given = [word for name, value in values.items() for word in ("-p", name, str(value))]
    _command("papermill", str(notebook), str(executed), *given)
    config = f"--config={made / 'chromium.py'}"
    _command("jupyter", "nbconvert", "--to", "webpdf", config, str(executed))


def batch_of_packs(place: Place, teams: Sequence[Team]) -> None:
    """``salesgap batch`` on teams that are prepared already: their packs, and no summary.

    Raises ``RuntimeError`` if it prepared them anew, as it does when the code has changed.
    """
    before = place.prepared_at
    chosen = [word for manager, _ in teams for word in ("--manager", manager)]
    options = ("--output", str(place.output), "--resume")
    _command("salesgap", "batch", str(place.params), *options, *chosen)
    if place.prepared_at != before:
        raise RuntimeError("the teams were prepared anew: the code or the export has changed")


def whole_batch(place: Place) -> None:
    """``salesgap batch`` from the export on: the preparation, the packs, the region summaries."""
    _command("salesgap", "batch", str(place.params), "--output", str(place.folder / "whole"))


def floor(place: Place, teams: Sequence[Team]) -> None:
    """The same packs in a plain loop: the team opened, analysis, figures, Typst, the PDF kept."""
    from salesgap.prepare import BENCHMARKS
    from salesgap.team import load_team
    from salesgap.validate.plain import pack_pdf, template

    files = template()
    made = place.folder / "floor"
    made.mkdir()
    for manager, folder in teams:
        team = load_team(folder, folder.parent.parent / BENCHMARKS)
        (made / f"{manager}.pdf").write_bytes(pack_pdf(team, files))


def _command(name: str, *words: str) -> None:
    """A command installed beside this Python. Raises ``RuntimeError`` with what it said."""
    command = [str(Path(sys.executable).with_name(name)), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


# ── measuring ─────────────────────────────────────────────────────────────────────────────


def measure(folder: Path, managers: int, stock_packs: int, small: int) -> Measured:
    """Everything, one step after the other. ``small``: managers of the smaller organisation."""
    from salesgap.batch.warm import environment

    place = simulate(Place(folder / "organisation"), managers)
    ready = cost("preparation", managers, prepared, place)
    teams = place.teams()
    by_stock = _stock_costs(place, stock_packs) if chromium() else ()
    packs = cost("(c) `salesgap batch`, the packs", len(teams), batch_of_packs, place, teams)
    whole = cost("(c) `salesgap batch`, everything", len(teams), whole_batch, place)
    with environment():  # as many threads as a batch's kernel has
        least = cost("(d) plain loop", len(teams), floor, place, teams)
    _same_packs(place, teams)
    return Measured(managers, ready, by_stock, packs, whole, least, *_sizes(folder, small))


def chromium() -> str | None:
    """The browser of the stock way, if it can be had here."""
    return shutil.which("chromium") if find_spec("playwright") else None


def _stock_costs(place: Place, packs: int) -> tuple[Cost, Cost]:
    few, more = place.teams(packs), place.teams(2 * packs)
    return (
        cost("(a) Papermill, nbconvert `--to webpdf`", len(few), stock, place, few, 1),
        cost("(b) the same, four at a time", len(more), stock, place, more, 4),
    )


def _same_packs(place: Place, teams: Sequence[Team]) -> None:
    """Raise ``RuntimeError`` unless both batches and the plain loop left the same PDFs."""
    for manager, _ in teams:
        made = [place.folder / "floor" / f"{manager}.pdf"]
        for output in (place.output, place.folder / "whole"):
            made += output.glob(f"*/{manager}.pdf")
        if len(made) != 3 or len({path.read_bytes() for path in made}) != 1:
            raise RuntimeError(f"the packs differ: {', '.join(map(str, made))}")


def _sizes(folder: Path, managers: int) -> tuple[Cost, Cost]:
    """A batch of the same managers' packs, of them alone and of ten times as many.

    In turns, twice; the lesser of each.
    """
    small = simulate(Place(folder / "small"), _TIMES * managers, managers)
    large = simulate(Place(folder / "large"), _TIMES * managers)
    names = {small: f"{managers:,}", large: f"{_TIMES * managers:,}"}
    for place in names:
        prepared(place)
    teams = small.teams()
    found: dict[Place, list[Cost]] = {small: [], large: []}
    for place in (small, large, small, large):
        (place.output / "manifest.json").unlink(missing_ok=True)  # or nothing would be due
        found[place].append(cost(names[place], len(teams), batch_of_packs, place, teams))
    return _least(found[small]), _least(found[large])


def _least(costs: list[Cost]) -> Cost:
    return min(costs, key=lambda one: one.cpu)


def main() -> None:
    """Write the page named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--managers", type=int, default=60)
    parser.add_argument("--packs", type=int, default=10, help="of (a); (b) makes twice as many")
    parser.add_argument("--small", type=int, default=20, help="managers, and ten times as many")
    said = parser.parse_args()
    load = os.getloadavg()[0]
    if not chromium():
        print("no Chromium or no Playwright here: the stock way is left out (make browser)")
    with tempfile.TemporaryDirectory(prefix="salesgap-") as scratch:
        found = measure(Path(scratch), said.managers, said.packs, said.small)
    said.page.write_text(page(found, load), "utf-8")


if __name__ == "__main__":
    main()
