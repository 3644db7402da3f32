from __future__ import annotations

import pytest

from salesgap.publish.fonts import isolated, missing_glyphs, showable


@pytest.mark.parametrize(
    "text",
    [
        "Ångström ß ŵ Łódź",
        "Ελλάδα Київ Привет",
        "שלום مرحبا",
        "高橋 さくら 株式会社",
        "€ − × ÷ ≥ → ✓ “x” …\n",
    ],
)
def test_the_scripts_and_signs_of_a_pack_all_have_glyphs(text: str) -> None:
    assert missing_glyphs(text) == set()
    assert showable(text) == text


def test_what_no_font_has_is_found_and_made_visible() -> None:
    assert missing_glyphs("Go 🚀 한국") == {"🚀", "한", "국"}
    assert showable("Go 🚀 한국") == "Go □ □□"


def test_marks_that_leave_no_trace_on_paper_are_left_out() -> None:
    assert missing_glyphs("a\u2069b\x07c\ufeffd") == set()
    assert showable("a\u2069b\x07c\ufeffd") == "abcd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\r\nb\rc\u2028d", "a\nb\nc\nd"), ("a\tb", "a    b")],
    ids=["line ends", "tabs"],
)
def test_line_ends_and_tabs_become_what_typesetting_knows(text: str, expected: str) -> None:
    assert showable(text) == expected


def test_direction_marks_never_reach_a_page_though_the_fonts_have_them() -> None:
    assert showable("a\u202eb\u2067c\u200fd\u061ce") == "abcde"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("שלום כהן, 12% (3)", "\u2067שלום כהן\u2069, 12% (3)"),
        ("שלום, כהן and Tom", "\u2067שלום\u2069, \u2067כהן\u2069 and Tom"),
        ("\u202eTom\u202c", "Tom"),
        ("Tom", "Tom"),
    ],
)
def test_right_to_left_names_cannot_change_places_with_their_neighbours(
    text: str, expected: str
) -> None:
    assert isolated(text) == expected
