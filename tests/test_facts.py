from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from salesgap import facts
from salesgap.facts import Facts, Pack, Range, schemas

ROOT = Path(__file__).resolve().parents[1]
KINDS = [
    kind
    for kind in vars(facts).values()
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind is not BaseModel
]


@pytest.mark.parametrize(("name", "text"), schemas().items())
def test_the_checked_in_schemas_are_the_generated_ones(name, text):
    written = (ROOT / "docs" / "schema" / name).read_text("utf-8")
    assert written == text, "run 'make docs' (python -m salesgap.reference docs)"


@pytest.mark.parametrize("text", schemas().values(), ids=schemas())
def test_the_schemas_are_json_schemas(text):
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_fact_is_never_nan_or_infinite(number):
    with pytest.raises(ValidationError, match="finite number"):
        Range(expected=1.0, low=0.0, high=number)


def test_facts_cannot_be_changed_or_extended():
    fact = Range(expected=1.0, low=0.0, high=2.0)
    with pytest.raises(ValidationError, match="frozen"):
        fact.high = 3.0
    with pytest.raises(ValidationError, match="Extra inputs"):
        Range(expected=1.0, low=0.0, high=2.0, middle=1.0)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_facts_says_what_it_is(kind):
    assert issubclass(kind, Facts)
    assert kind.__doc__


def test_facts_of_another_version_are_refused():
    with pytest.raises(ValidationError, match=r"schema_version[\s\S]*Input should be '1.0'"):
        Pack.model_validate({"schema_version": "0.9"})
