"""Every page of four packs beside its reviewed picture.

After a change of the design, `make pictures` draws them anew: look at each before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "data" / "pages"
PACKS = ("a gap", "no gap", "no quotas, history or activities", "names in four scripts")
SCALE = 0.65  # 47 dots an inch: a moved line shows, the smoothing of a letter does not
DIFFERENT, SHARE = 60, 0.0005
DRAW_ANEW = "SALESGAP_DRAW_PICTURES"


def pages_of(pdf: bytes) -> list[np.ndarray]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=SCALE, grayscale=True).to_numpy().squeeze() for page in document]


def files_of(name: str) -> list[Path]:
    return sorted(FOLDER.glob(f"{name.replace(' ', '-').replace(',', '')}-*.png"))


def differing(page: np.ndarray, picture: Path) -> float:
    """The part of a page that is clearly lighter or darker than its picture."""
    reviewed = np.asarray(Image.open(picture).convert("L"))
    if reviewed.shape != page.shape:
        return 1.0
    return float((np.abs(page.astype(int) - reviewed.astype(int)) > DIFFERENT).mean())


@pytest.mark.parametrize("name", PACKS)
def test_each_page_looks_as_reviewed(
    name: str, set_pack: Callable[[str], bytes], tmp_path: Path
) -> None:
    pages = pages_of(set_pack(name))
    folder = FOLDER if os.environ.get(DRAW_ANEW) else tmp_path
    if folder is FOLDER:
        folder.mkdir(parents=True, exist_ok=True)
        for old in files_of(name):
            old.unlink()
    start = name.replace(" ", "-").replace(",", "")
    for number, page in enumerate(pages, 1):
        Image.fromarray(page).save(folder / f"{start}-{number}.png", optimize=True)
    found = {
        picture.name: differing(page, picture)
        for page, picture in zip(pages, files_of(name), strict=True)
    }
    changed = {page: f"{share:.2%}" for page, share in found.items() if share > SHARE}
    assert not changed, f"see {folder}; if the change is meant, review and `make pictures`"


def test_a_line_that_moved_is_seen(set_pack: Callable[[str], bytes]) -> None:
    first = pages_of(set_pack(PACKS[0]))[0]
    moved = first.copy()
    moved[100:] = first[98:-2]
    (picture, *_) = files_of(PACKS[0])
    assert differing(first, picture) <= SHARE < differing(moved, picture)
