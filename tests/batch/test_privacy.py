"""A pack names nobody else's people, accounts or deals; and a hostile name is a name, no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pikepdf
import pypdfium2
import pytest

from salesgap.batch.run import run_batch
from salesgap.simulate import organisation

AS_OF = date(2026, 6, 30)
STAGES = (Path(__file__).parents[1] / "data" / "simulated-stages.yml").read_text("utf-8")
PARAMS = f"""\
name: private
as_of: {AS_OF}
source: {{profile: generic, folder: ../data}}
{STAGES}"""

Tables = dict[str, pd.DataFrame]


def run_of(workbook, tables: Tables) -> Path:
    """The output folder of a batch of the shipped notebooks on these tables."""
    workbook.use_the_shipped_notebooks()
    workbook.params.write_text(PARAMS, "utf-8")
    data = workbook.folder / "data"
    data.mkdir()
    for name, frame in tables.items():
        frame.dropna(axis="columns", how="all").to_csv(data / f"{name}.csv", index=False)
    outcome = run_batch(workbook.params, workbook.output)
    assert {record.reason for record in outcome.records} == {""}
    return workbook.output


def filled(seed: int, managers: int) -> Tables:
    tables = organisation(seed=seed, as_of=AS_OF, managers=managers).tables
    return {name: frame.copy() for name, frame in tables.items() if len(frame)}


def strings_of(pdf: Path) -> Iterator[str]:
    """Everything a PDF says or holds: its pages' text, and every string and stream of metadata."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page.get_textpage().get_text_bounded()
    document.close()
    with pikepdf.open(pdf) as opened:
        for item in opened.objects:
            yield from _strings(item)


def _strings(item: pikepdf.Object | None) -> Iterator[str]:
    if isinstance(item, pikepdf.String):
        yield str(item)
    elif isinstance(item, pikepdf.Array):
        for part in item:
            yield from _strings(part) if not getattr(part, "is_indirect", False) else ()
    elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        if item.get("/Type") == "/Metadata":
            yield item.read_bytes().decode("utf-8")
        for part in item.values():
            yield from _strings(part) if not getattr(part, "is_indirect", False) else ()


def told_by(files: Iterator[Path]) -> str:
    """What the files of one pack tell, with every run of white space (a line's end) taken out."""
    parts: list[str] = []
    for file in files:
        parts += strings_of(file) if file.suffix == ".pdf" else [file.read_text("utf-8")]
    return re.sub(r"\s+", "", " ".join(parts))


# ── nobody else's ─────────────────────────────────────────────────────────────────────────


def unmistakable(tables: Tables) -> Tables:
    """With names of people, accounts and deals that nothing else contains; accounts by team."""
    people, deals, calls = (tables[name] for name in ("people", "opportunities", "activities"))
    people["name"] = [f"{name} Q{n:04}X" for n, name in enumerate(people["name"])]
    team = deals["owner_id"].map(people.set_index("person_id")["manager_id"])
    deals["account"] = [f"Account {manager} No{n % 40:02}Y" for n, manager in enumerate(team)]
    deals["name"] = [f"Deal {n:06}Z" for n in range(len(deals))]
    calls["account"] = calls["opportunity_id"].map(deals.set_index("opportunity_id")["account"])
    return tables


@pytest.mark.parametrize("managers", [6, pytest.param(60, marks=pytest.mark.soak)])
def test_a_pack_holds_no_person_account_or_deal_of_another_team(workbook, managers):
    tables = unmistakable(filled(4, managers))
    people, deals = tables["people"], tables["opportunities"]
    output = run_of(workbook, tables)
    leads = people.set_index("person_id")["manager_id"]
    sells = deals["owner_id"].map(leads)
    packs = {path.stem: path.parent for path in output.glob("*/*.ics")}
    assert len(packs) == managers
    found = []
    for manager, folder in packs.items():
        told = told_by(folder.glob(f"{manager}.*"))
        own = (people["person_id"] == manager) | (people["manager_id"] == manager)
        assert all(name.replace(" ", "") in told for name in people["name"][own & here(people)])
        others = pd.concat(
            [
                people["name"][~own],
                people["email"][~own],
                *(deals[column][sells != manager] for column in ("account", "name")),
                deals["opportunity_id"][sells != manager],
            ]
        )
        found += [(manager, text) for text in others.unique() if text.replace(" ", "") in told]
    assert found == []


def here(people: pd.DataFrame) -> pd.Series:
    """Who has not left."""
    return people["end_date"].isna()


def test_neither_facts_nor_pdf_tell_of_paths_or_parameters(workbook):
    output = run_of(workbook, filled(4, 3))
    for manager in (path.stem for path in output.glob("*/*.ics")):
        told = told_by(output.glob(f"*/{manager}.*"))
        for secret in (str(workbook.folder), str(output), "params_file", "team_folder", ".ipynb"):
            assert secret not in told


# ── hostile names ─────────────────────────────────────────────────────────────────────────

HOSTILE = [
    '#import "x": *; #panic() $x$ _a_ `b` @ref <label>',
    "<script>alert(1)</script> & <b>bold</b>",
    "{{ 7*7 }} {% raw %} {manager_id} {0}",
    r"\input{/etc/passwd} \textbf{x} % $$",
    "=HYPERLINK(1) +1 -1 @SUM(A1)",
    "../../etc/passwd",
    "C:\\Windows\\nul",
    "first line\nsecond line",
    "long " + "N" * 295,
    "مرحبا بالعالم",
    "שלום עולם",
    "party 🎉 time",
]


def test_hostile_names_are_set_as_typed_and_stay_inside_the_folder(workbook):
    tables = filled(3, 3)
    people, deals = tables["people"], tables["opportunities"]
    reps = people.index[people["role"].str.contains("Account Executive") & here(people)]
    for row, name in zip(reps, HOSTILE, strict=False):
        people.loc[row, "name"] = name
    managers = people.index[people["role"] == "Sales Manager"]
    people.loc[managers, "name"] = ["*M* #1 <i>", "{m} \\x ..", "=M()/../m"]
    people["region"] = people["region"].replace({people.loc[managers[0], "region"]: "../<r> {R}"})
    deals["account"] = [HOSTILE[n % len(HOSTILE)] for n in range(len(deals))]
    before = {path for path in workbook.folder.rglob("*")}
    output = run_of(workbook, tables)

    new = {path for path in workbook.folder.rglob("*")} - before
    outside = {path for path in new if output not in path.parents and path != output}
    assert {path.relative_to(workbook.folder).parts[0] for path in outside} <= {
        *("data", "output", "notebooks", "params"),
    }
    facts = {path.stem: json.loads(path.read_text("utf-8")) for path in output.glob("*/*.json")}
    ranked = {
        rank["person"]["name"] for pack in facts.values() for rank in pack.get("stack_rank", [])
    }
    typed = {" ".join(name.split()) for name in HOSTILE}
    assert typed <= {" ".join(name.split()) for name in ranked}
    pages = told_by(output.glob("*/*.pdf"))
    for name in HOSTILE[:7]:
        assert re.sub(r"\s+", "", name) in pages
