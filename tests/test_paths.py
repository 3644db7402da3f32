from __future__ import annotations

import re
from pathlib import PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesgap.paths import file_keys

ids = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["CON", "nul.txt", "..", ".", "", "a/b", "a\\b", "~", "a ", "A", "a", "LPT1"]),
    st.from_regex(r"[A-Za-z0-9 ._~-]{1,50}", fullmatch=True),
)


@given(st.lists(ids, max_size=12))
@example(["Straße", "STRASSE", "strasse"])
@example(["é", "id~4a99557e40"])
def test_distinct_ids_have_distinct_names_also_where_case_is_folded(texts):
    keys = file_keys(texts)
    assert keys.keys() == set(texts)
    assert len({key.casefold() for key in keys.values()}) == len(keys)


@given(ids)
def test_a_name_is_safe_on_every_system_and_stays_in_its_folder(text):
    key = file_keys([text])[text]
    assert re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9 ._~-]*[A-Za-z0-9])?", key)
    assert len(key) <= 48
    assert PureWindowsPath(key).parts == (key,)
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d) *(\.|$)", key)


@pytest.mark.parametrize("text", ["M-001", "EMEA North", "0055g00000ABCdE", "first.last"])
def test_a_plain_id_is_its_own_name(text):
    assert file_keys([text]) == {text: text}


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("../../etc/passwd", "etc-passwd~"),
        ("日本", "id~"),
        ("con", "con~"),
        ("Data", "Data~"),
        ("private", "private~"),
        ("manifest.json", "manifest-json~"),
    ],
)
def test_any_other_id_keeps_what_can_be_read_of_it(text, start):
    assert file_keys([text])[text].startswith(start)


def test_a_name_does_not_depend_on_the_ids_beside_it_nor_on_their_order():
    assert file_keys(["ü", "a", "b"])["ü"] == file_keys(["ü"])["ü"]
    assert file_keys(["b", "ü", "a"]) == file_keys(["a", "b", "ü"])
