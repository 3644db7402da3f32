from __future__ import annotations

from dataclasses import fields

from salesgap.crm.tables import TABLES
from salesgap.measures.definitions import MEASURES, measures_markdown
from salesgap.measures.drivers import DRIVERS


def test_every_driver_is_defined():
    assert sorted(set(DRIVERS) - set(MEASURES)) == []


def test_every_measure_says_everything_about_itself():
    empty = [
        (measure.id, field.name)
        for measure in MEASURES.values()
        for field in fields(measure)
        if not getattr(measure, field.name)
    ]
    assert empty == []


def test_measures_name_columns_that_exist():
    known = {f"{table.name}.{column.name}" for table in TABLES.values() for column in table.columns}
    named = {column for measure in MEASURES.values() for column in measure.source.split(", ")}
    assert sorted(named - known) == []


def test_the_page_has_a_section_a_measure():
    headings = [line for line in measures_markdown().splitlines() if line.startswith("## ")]
    assert headings == [f"## {measure.name}" for measure in MEASURES.values()]
