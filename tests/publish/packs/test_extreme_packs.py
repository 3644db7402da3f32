"""Packs of one rep and of forty, of every script and every amount, are sound documents."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from salesgap.facts import Pack
from salesgap.publish.fonts import PLACEHOLDER

MARGIN = 48  # points; text begins at 51


def text_of(pdf: bytes, page: int | None = None) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [document[page]] if page is not None else list(document)
    return "\n".join(one.get_textpage().get_text_range() for one in pages)


def squeezed(text: str) -> str:
    """Without blanks: a long name is set on several lines."""
    return "".join(text.split()).replace("\u00ad", "").replace("\u200b", "")


def test_it_is_accessible(pdf: bytes, tmp_path: Path) -> None:
    file = tmp_path / "pack.pdf"
    file.write_bytes(pdf)
    checked = subprocess.run(
        [sys.executable, "-m", "pdfua", "check", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_its_pages_settle(set_anew: Callable[[], bytes], caplog: pytest.LogCaptureFixture) -> None:
    set_anew()
    assert caplog.messages == []


def test_nothing_is_set_outside_the_margins(pdf: bytes) -> None:
    for page in pypdfium2.PdfDocument(pdf):
        ink = np.asarray(page.render(scale=1, grayscale=True).to_numpy()).squeeze() < 250
        assert ink[:, MARGIN:-MARGIN].any()
        assert not ink[:, :MARGIN].any()
        assert not ink[:, -MARGIN:].any()


def test_every_character_has_a_glyph(pdf: bytes) -> None:
    assert PLACEHOLDER not in text_of(pdf)


def test_page_1_holds_no_more_than_260_words(pdf: bytes) -> None:
    assert 100 < len(text_of(pdf, 0).split()) <= 260


def test_every_rep_has_a_one_to_one_with_the_name_in_full(pdf: bytes, pack: Pack) -> None:
    text = squeezed(text_of(pdf))
    latin = [r.person.name for r in pack.stack_rank if r.person.name.isascii()]
    assert len(pack.coaching.one_to_ones) == len(pack.stack_rank)
    assert all(squeezed(name) in text for name in latin)


@pytest.mark.parametrize("case", ["a gap", "no gap", "amounts of 12", "letter, German"])
def test_a_pack_of_eight_reps_has_six_pages_and_perhaps_the_exercise(
    case: str, set_pack: Callable[[str], bytes], pack: Pack
) -> None:
    exercise = pack.coaching.exercise
    asked = exercise is None or exercise.answered < 8
    assert len(pypdfium2.PdfDocument(set_pack(case))) <= 6 + asked
