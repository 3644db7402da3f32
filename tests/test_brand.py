"""A company's logo and typeface are taken as they are, or refused in one line."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from fontTools.ttLib import TTFont, newTable
from PIL import Image

from salesgap.brand import LARGEST_FACE, LARGEST_LOGO, WIDEST_LOGO, read_faces, read_logo
from salesgap.errors import ParamsError

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 1">{}</svg>'


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """``file(name, content)``: a file in a folder of its own."""

    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (8, 2), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **more)
    return out.getvalue()


# ── logo ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "mode"), [("png", "P"), ("png", "I;16"), ("png", "RGBA"), ("jpeg", "CMYK")]
)
def test_pixels_of_every_kind_become_a_plain_png(file: Any, kind: str, mode: str) -> None:
    logo = read_logo(file(f"logo.{kind}", picture(kind, mode)))

    made = Image.open(io.BytesIO(logo.png))

    assert (made.format, made.mode, made.size, logo.svg) == ("PNG", "RGBA", (8, 2), "")


def test_a_photograph_s_rotation_is_done_and_its_metadata_stay_behind(file: Any) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Taken by somebody"
    logo = read_logo(file("logo.jpg", picture("jpeg", exif=exif)))

    assert Image.open(io.BytesIO(logo.png)).size == (2, 8)
    assert b"somebody" not in logo.png


def test_an_svg_keeps_its_drawing_and_what_it_names_inside_itself(file: Any) -> None:
    drawing = '<defs><path id="a" d="M0 0"/></defs><use href="#a" fill="url(#b)"/>'

    assert 'href="#a"' in read_logo(file("logo.svg", SVG.format(drawing))).svg


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="file:///etc/hostname"/>',
        '<image href="pages.json"/>',
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="https://example.org/a.png"/>',
        '<use href="other.svg#a"/>',
        '<rect fill="url(https://example.org/a.svg#b)"/>',
        "<rect style=\"fill: url( 'other.svg#b')\"/>",
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>rect { fill: url(a.svg#b) }</style>",
    ],
)
def test_an_svg_that_points_outside_itself_is_refused(file: Any, inside: str) -> None:
    with pytest.raises(ParamsError, match="points to something outside itself → embed it"):
        read_logo(file("logo.svg", SVG.format(inside)))


WIDE = (WIDEST_LOGO + 1, 1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("logo.gif", picture("gif"), "is no picture that can be read → save it as a PNG, JPEG or"),
        ("logo.png", b"%PDF-1.7", "is no picture that can be read"),
        ("logo.png", picture("png")[:45], "is no picture that can be read"),
        ("logo.png", picture("png", size=WIDE), "has 4001 × 1 pixels → 4000 a side at most"),
        ("logo.png", bytes(LARGEST_LOGO + 1), "is larger than 512 KB → save it smaller"),
        ("logo.svg", "<svg", "is no SVG that can be read"),
        ("logo.svg", "<html/>", "is no SVG with a size"),
        ("logo.svg", SVG.replace("0 0 4 1", "0 0 4 0"), "is no SVG with a size"),
        ("logo.svg", "<svg/>", "is no SVG with a size → give it a viewBox, or width and height"),
        ("logo.svg", f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{SVG}", "declares entities"),
    ],
)
def test_what_is_no_logo_is_told_with_its_key_and_file(
    file: Any, name: str, content: bytes | str, message: str
) -> None:
    path = file(name, content)

    with pytest.raises(ParamsError) as caught:
        read_logo(path)

    assert str(caught.value).startswith(f"report.brand.logo: {path}: {message}")


def test_a_logo_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"none\.svg: no such file → paths are relative to"):
        read_logo(tmp_path / "none.svg")
    with pytest.raises(ParamsError, match=r"cannot be read \(Is a directory\)"):
        read_logo(tmp_path)


# ── typeface ──────────────────────────────────────────────────────────────────────────────


def changed(name: str, folder: Path, change: Callable[[Any], None]) -> None:
    with TTFont(FONTS / name) as font:
        change(font)
        font.save(folder / name)


def serif(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copy(FONTS / name, folder)
    return folder


REGULAR, BOLD, ITALIC = "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf"


def test_a_family_is_read_from_its_files_regular_and_bold_first(tmp_path: Path) -> None:
    serif(tmp_path, BOLD, ITALIC, REGULAR, "DejaVuSerif-BoldItalic.ttf")

    faces = read_faces(tmp_path)

    assert faces.family == "DejaVu Serif"
    assert faces.files == tuple((FONTS / name).read_bytes() for name in (REGULAR, BOLD, ITALIC))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "holds no font → put the .ttf or .otf files of one family there"),
        ([BOLD], "DejaVu Serif has no regular face → add its file"),
        ([REGULAR, ITALIC], "DejaVu Serif has no bold face"),
        ([REGULAR, BOLD, "DejaVuSans.ttf"], "holds 2 families: DejaVu Sans, DejaVu Serif"),
        (["STIXSizTwoSymReg.ttf", "STIXSizTwoSymBol.ttf"], "has no a b c d"),
    ],
)
def test_a_folder_that_is_no_typeface_for_pages_is_told(
    tmp_path: Path, names: list[str], message: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        read_faces(serif(tmp_path, *names))

    assert str(caught.value).startswith(f"report.brand.typeface: {tmp_path}")
    assert message in str(caught.value)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="no such folder → name the folder of its font files"):
        read_faces(tmp_path / "none")


def _proportional(font: Any) -> None:
    advance, side = font["hmtx"]["one"]
    font["hmtx"]["one"] = (advance - 300, side)


def _not_embeddable(font: Any) -> None:
    font["OS/2"].fsType = 2


def _variable(font: Any) -> None:
    font["fvar"] = newTable("fvar")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_proportional, "has no tabular figures, which tables need → choose a typeface that has"),
        (_not_embeddable, "says that it may not be embedded in a document"),
        (_variable, "is a variable font → give the family's static Regular and Bold"),
    ],
)
def test_a_face_that_is_not_fit_for_a_page_is_told_with_its_file(
    tmp_path: Path, change: Callable[[Any], None], message: str
) -> None:
    serif(tmp_path, BOLD)
    changed(REGULAR, tmp_path, change)

    with pytest.raises(ParamsError) as caught:
        read_faces(tmp_path)

    assert f"{tmp_path / REGULAR}: {message}" in str(caught.value)


def test_a_face_too_large_for_a_notebook_is_told(tmp_path: Path) -> None:
    serif(tmp_path, REGULAR, BOLD)
    with (tmp_path / BOLD).open("ab") as out:
        out.write(bytes(LARGEST_FACE))

    with pytest.raises(ParamsError, match=r"Bold\.ttf: is larger than 2,048 KB"):
        read_faces(tmp_path)
