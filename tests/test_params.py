from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from salesgap.errors import ParamsError
from salesgap.params import Params, describe, load_params

GOOD: dict[str, Any] = {
    "name": "t",
    "as_of": date(2026, 6, 30),
    "source": {"folder": "data"},
    "stages": [
        {"name": "Open", "status": "open", "phase": "late"},
        {"name": "Won", "status": "won"},
        {"name": "Lost", "status": "lost"},
    ],
}
HINT = " → 'salesgap params' lists every key"


@pytest.fixture
def load(tmp_path):
    """``load(as_of=…, source__folder=…)``: the good params with keys changed; ``...`` removes."""

    def write(**changed: Any) -> Params:
        raw = copy.deepcopy(GOOD)
        for key, value in changed.items():
            *parents, last = key.split("__")
            inside = raw
            for parent in parents:
                inside = inside.setdefault(parent, {})
            inside.pop(last, None) if value is ... else inside.update({last: value})
        file = tmp_path / "run.yml"
        file.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
        return load_params(file)

    return write


def told(error: pytest.ExceptionInfo[ParamsError], file: Path) -> str:
    """What is said between the file and the hint."""
    text = str(error.value)
    assert text.startswith(f"{file}: ")
    assert text.endswith(HINT)
    return text.removeprefix(f"{file}: ").removesuffix(HINT)


PHASES = "stages: give each open stage a phase, early or late, or none at all; at least one late"


def phased(*phases: str | None) -> list[dict[str, str | None]]:
    """An open stage of each phase, and a won one."""
    stages = [{"name": f"S{n}", "status": "open", "phase": p} for n, p in enumerate(phases)]
    return [*stages, {"name": "Won", "status": "won"}]


HOW_MADE_LAST = (
    "report.sections: how-made cannot be left out; it comes last, and only five-minute-exercise "
    "may follow it"
)
NO_STAGES: list[dict[str, str]] = [{"name": "Open", "status": "open"}]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"asof": 1}, "asof: unknown key (did you mean as_of?)"),
        ({"zzz": 1}, "zzz: unknown key"),
        ({"method__close_weks": 8}, "method.close_weks: unknown key (did you mean close_weeks?)"),
        (
            {"source__tables": {"people": {"colums": {}}}},
            "source.tables.people.colums: unknown key (did you mean columns?)",
        ),
        ({"as_of": ...}, "as_of: is required"),
        ({"source": ...}, "source: is required"),
        ({"stages": ...}, "stages: is required"),
        ({"as_of": "soon"}, "as_of: write the day like 2026-06-30"),
        ({"as_of": 20260630}, "as_of: write the day like 2026-06-30"),
        ({"as_of": "2026-06-31"}, "as_of: write the day like 2026-06-30"),
        (
            {"previous_as_of": date(2026, 6, 30)},
            "params: previous_as_of 2026-06-30 is not before as_of 2026-06-30: give the as_of of "
            "the packs before these",
        ),
        (
            {"previous_as_of": date(1601, 1, 1)},
            "previous_as_of: 1601-01-01 is not between 1980-01-01 and 2100-12-31",
        ),
        ({"as_of": date(1601, 1, 1)}, "as_of: 1601-01-01 is not between 1980-01-01 and 2100-12-31"),
        (
            {"regions": "North"},
            "regions: must be a list: [one, another], or one a line after a dash",
        ),
        (
            {"stages": ["Won", "Lost"]},
            "stages.0: must hold keys of its own, one a line and indented, not a single value; "
            "stages.1: must hold keys of its own, one a line and indented, not a single value",
        ),
        (
            {"name": True},
            "name: true, false, yes and no are no value here; put a name in quotes",
        ),
        (
            {"method__ramp_months": True},
            "method.ramp_months: true, false, yes and no are no value here; put a name in quotes",
        ),
        ({"method__draws": "many"}, "method.draws: must be a whole number"),
        ({"method__draws": 1000.5}, "method.draws: must be a whole number"),
        ({"method__seed": -1}, "method.seed: Input should be greater than or equal to 0"),
        (
            {"source": {"simulated": {"seed": -1}}},
            "source.simulated.seed: Input should be greater than or equal to 0",
        ),
        (
            {"source": {"simulated": {"until": date(2026, 6, 29)}}},
            "params: as_of 2026-06-30 is after source.simulated.until 2026-06-29: simulate until "
            "that day or a later one",
        ),
        (
            {"source": {"simulated": {"until": date(1601, 1, 1)}}},
            "source.simulated.until: 1601-01-01 is not between 1980-01-01 and 2100-12-31",
        ),
        (
            {"method__close_share": 1.5},
            "method.close_share: Input should be less than or equal to 1",
        ),
        ({"currency": "euro"}, "currency: String should match pattern '^[A-Z]{3}$'"),
        ({"name": "../x"}, "name: String should match pattern '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'"),
        (
            {"fiscal_year_end": date(2026, 3, 31)},
            "params: as_of 2026-06-30 is after the fiscal year end 2026-03-31: "
            "choose an as_of inside the fiscal year",
        ),
        (
            {"fiscal_year_end": date(2027, 12, 31)},
            "params: as_of 2026-06-30 is before the fiscal year start 2027-01-01: "
            "choose an as_of inside the fiscal year",
        ),
        (
            {"stages": [*GOOD["stages"], GOOD["stages"][0]]},
            "stages: named twice (case does not count): Open",
        ),
        (
            {"stages": [*GOOD["stages"], {"name": "WON", "status": "won"}]},
            "stages: named twice (case does not count): WON, Won",
        ),
        ({"stages": phased("early")}, PHASES),
        ({"stages": phased("late", None)}, PHASES),
        ({"stages": NO_STAGES}, "stages: no stage has status won"),
        ({"stages": []}, "stages: no stage has status open"),
        (
            {"stages": [{"name": "X", "status": "gone"}]},
            "stages.0.status: Input should be 'open', 'won' or 'lost'",
        ),
        (
            {"stages": [{"name": "X", "state": "won"}]},
            "stages.0.status: is required; stages.0.state: unknown key (did you mean status?)",
        ),
        (
            {"source__simulated": {}},
            "source: give one of folder (an export), url (a database) and simulated",
        ),
        ({"source": {}}, "source: give one of folder (an export), url (a database) and simulated"),
        (
            {"source__tables": {"peple": {}}},
            "source.tables: 'peple' is no table; did you mean people?",
        ),
        (
            {"source__tables": {"people": {"columns": {"nme": "Name"}}}},
            "source.tables: 'nme' is no column of people; did you mean name?",
        ),
        (
            {"report__locale": "xx_QQ"},
            "report.locale: 'xx_QQ' is no locale; write it like en_GB or de_DE",
        ),
        (
            {"report__sections": ["one-gap", "stack_rank", "how-made"]},
            "report.sections: 'stack_rank' is no section; did you mean stack-rank?",
        ),
        (
            {"report__sections": ["one-gap", "cadence", "cadence", "how-made"]},
            "report.sections: named twice: cadence",
        ),
        (
            {"report__sections": ["stack-rank", "how-made"]},
            "report.sections: one-gap comes first, and cannot be left out",
        ),
        (
            {"report__sections": ["stack-rank", "cadence"]},
            "report.sections: one-gap comes first, and cannot be left out; "
            + HOW_MADE_LAST.removeprefix("report.sections: "),
        ),
        ({"report__sections": ["one-gap", "stack-rank"]}, HOW_MADE_LAST),
        ({"report__sections": ["one-gap", "how-made", "cadence"]}, HOW_MADE_LAST),
        (
            {"report__brand": {"logo": "logo.svg", "name": " "}},
            "report.brand: a logo needs the brand's name beside it, for who cannot see it",
        ),
        ({"batch__jobs": 0}, "batch.jobs: must be a whole number of at least 1, or auto"),
        ({"batch__jobs": "many"}, "batch.jobs: must be a whole number of at least 1, or auto"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_key_or_value_is_told_with_its_file_and_key(load, tmp_path, changed, message):
    with pytest.raises(ParamsError) as caught:
        load(**changed)
    assert told(caught, tmp_path / "run.yml") == message


def test_every_wrong_key_is_told_at_once(load):
    with pytest.raises(ParamsError) as caught:
        load(zzz=1, as_of=...)
    assert "as_of: is required; zzz: unknown key" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [\n", "cannot be read as YAML in line 2 ("),
        (b"a: b\nc:\n\t- d", "cannot be read as YAML in line 3 (found character '\\t'"),
        (b"as_of: 2026-13-01", "cannot be read as YAML (month must be in 1..12)"),
        ("name: a".encode("utf-16"), "is not UTF-8 text → save it again with the encoding UTF-8"),
        (b"", "holds no keys → start from 'salesgap params'"),
        (b"- a", "holds no keys"),
    ],
)
def test_a_file_that_holds_no_params_is_told_in_one_line(tmp_path, content, message):
    file = tmp_path / "run.yml"
    file.write_bytes(content)
    with pytest.raises(ParamsError) as caught:
        load_params(file)
    assert str(caught.value).startswith(f"{file}: {message}")
    assert "\n" not in str(caught.value)


def test_a_folder_instead_of_a_file_is_told(tmp_path):
    with pytest.raises(ParamsError) as caught:
        load_params(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a folder → name the YAML file in it"


@pytest.mark.parametrize("phases", [(None, None), ("late",), ("early", "late")])
def test_open_stages_have_phases_with_a_late_one_or_none_at_all(load, phases):
    assert [stage.phase for stage in load(stages=phased(*phases)).stages] == [*phases, None]


def test_names_are_compared_as_the_export_s_text_is_read(load):
    stages = [*GOOD["stages"][:2], {"name": " Closed  Lost", "status": "lost"}]
    assert load(stages=stages).stages[2].name == "Closed Lost"


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ParamsError) as caught:
        load_params(tmp_path / "none.yml")
    assert str(caught.value) == f"{tmp_path / 'none.yml'}: no such file → check the path"


def test_the_folder_is_relative_to_the_params_file(load, tmp_path):
    assert load().source.folder == tmp_path / "data"
    assert load(source__folder="../x").source.folder == tmp_path.parent / "x"


def test_the_brand_s_files_are_relative_to_the_params_file_and_looked_at(load, tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg viewBox='0 0 1 1'/>", "utf-8")
    assert load(report__brand={"name": "Acme", "logo": "logo.svg"}).report.brand.logo == logo

    with pytest.raises(ParamsError, match=f"report.brand.logo: {tmp_path / 'x.png'}: no such file"):
        load(report__brand={"name": "Acme", "logo": "x.png"})
    with pytest.raises(ParamsError, match=r"report.brand.typeface: .*fonts: no such folder"):
        load(report__brand={"typeface": "../fonts"})


@pytest.mark.parametrize(
    "sections",
    [
        ["one-gap", "how-made"],
        ["one-gap", "cadence", "stack-rank", "how-made", "five-minute-exercise"],
        ["one-gap", "five-minute-exercise", "how-made"],
    ],
)
def test_sections_are_chosen_and_ordered_by_name(load, sections):
    assert load(report__sections=sections).report.sections == tuple(sections)


def test_what_is_left_out_has_its_default(load):
    found = load()
    assert (found.currency, found.method.close_share, found.report.paper) == ("EUR", 0.5, "a4")


def test_params_cannot_be_changed_once_read(load):
    with pytest.raises(ValueError, match="frozen"):
        load().currency = "USD"


@given(as_of=st.dates(date(2000, 1, 1), date(2099, 12, 31)), month=st.integers(1, 12))
def test_the_fiscal_year_holds_the_as_of_date_and_starts_in_its_month(as_of, month):
    found = Params.model_validate(GOOD | {"as_of": as_of, "fiscal_year_start_month": month})
    assert found.year_start <= as_of <= found.year_end
    assert (found.year_start.month, found.year_start.day) == (month, 1)
    assert (found.year_end - found.year_start).days in (364, 365)


def test_a_given_year_end_sets_the_year(load):
    found = load(fiscal_year_end=date(2027, 2, 28))
    assert (found.year_start, found.year_end) == (date(2026, 3, 1), date(2027, 2, 28))


def test_describe_lists_every_key_with_its_meaning():
    listed = {key: meaning for key, _, meaning in describe()}
    assert all(listed.values())
    missing = []
    for prefix, model in _models(Params, ""):
        missing += [f"{prefix}{n}" for n in model.model_fields if f"{prefix}{n}" not in listed]
    assert missing == []


def _models(model: type[BaseModel], prefix: str):
    """Every model that is a single key's value, with that key before its own."""
    yield prefix, model
    for name, field in model.model_fields.items():
        value = field.get_default(call_default_factory=True)
        if isinstance(value, BaseModel):
            yield from _models(type(value), f"{prefix}{name}.")


def test_describe_tells_defaults_and_what_is_required():
    defaults = {key: default for key, default, _ in describe()}
    assert defaults["as_of"] == "required"
    assert defaults["method.close_share"] == "0.5"
    assert defaults["regions"] == "left out"
    assert defaults["source.simulated.managers"] == "14"
