"""A logo, a typeface and a choice of sections: what they change on the pages, and what not."""

from __future__ import annotations

import base64
import io
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pypdf
import pypdfium2
import pytest
from PIL import Image

from salesgap.errors import PublishError
from salesgap.params import SECTIONS, Brand, Report
from salesgap.publish.blocks import Figure, PageSetup, Section, Text, Typeface
from salesgap.publish.exporter import SalesgapPDFExporter
from salesgap.publish.fonts import covered, in_typeface, share_of_size
from salesgap.publish.pages import sections_of
from salesgap.publish.sections.parts import page_setup
from salesgap.publish.words import Writer

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
BLUE = '<rect width="4" height="2" fill="#0000ff"/>'
PAPERS = ("a4", "us-letter")


def encoded(*names: str) -> tuple[str, ...]:
    return tuple(base64.b64encode((FONTS / name).read_bytes()).decode() for name in names)


def svg(inside: str = BLUE, box: str = "0 0 4 2") -> Figure:
    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{inside}</svg>'
    return Figure(title="", alt="Acme Ltd", svg=text)


def png(size: tuple[int, int]) -> Figure:
    out = io.BytesIO()
    Image.new("RGBA", size, "#0000ff").save(out, "png")
    return Figure(title="", alt="Acme Ltd", png_base64=base64.b64encode(out.getvalue()).decode())


SERIF = Typeface(family="DejaVu Serif", faces=encoded("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"))
SANS = Typeface(family="DejaVu Sans", faces=encoded("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))


def pdf_of(made: SimpleNamespace, template: str = "coaching-pack", **setup: Any) -> bytes:
    first = made.first_page().model_copy(update={"setup": made.demo_setup(**setup)})
    notebook = made.notebook(made.shown(first), made.shown(made.second_page()))
    exporter = SalesgapPDFExporter(template_name=template)
    return bytes(exporter.from_notebook_node(notebook)[0])


def drawn(pdf: bytes, page: int = 0) -> np.ndarray:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=2).to_numpy().astype(int)


def faults(pdf: bytes, folder: Path) -> list[str]:
    from pdfua import validate

    (folder / "pack.pdf").write_bytes(pdf)
    return [finding.message for finding in validate(str(folder / "pack.pdf")).findings]


def fonts_in(pdf: bytes) -> set[str]:
    found: set[str] = set()
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        resources = page["/Resources"]
        found |= {str(font["/BaseFont"])[8:] for font in _values(resources.get("/Font", {}))}
        for inner in _values(resources.get("/XObject", {})):
            within = inner.get("/Resources", {}).get("/Font", {})
            found |= {str(font["/BaseFont"])[8:] for font in _values(within)}
    return found


def _values(mapping: Any) -> list[Any]:
    return [value.get_object() for value in mapping.get_object().values()] if mapping else []


# ── logo ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("template", "paper"),
    [*(("coaching-pack", paper) for paper in PAPERS), ("region-summary", "a4")],
)
@pytest.mark.parametrize(
    "logo",
    [svg(), svg(box="0 0 4 .5"), png((3000, 9)), png((5, 400))],
    ids=["drawing", "wide drawing", "wide pixels", "tall pixels"],
)
def test_a_logo_stands_in_the_margin_of_page_1_and_moves_nothing(
    made: SimpleNamespace, template: str, paper: str, logo: Figure
) -> None:
    plain, pdf = pdf_of(made, template, paper=paper), pdf_of(made, template, paper=paper, logo=logo)

    rows, columns = np.nonzero(np.abs(drawn(plain) - drawn(pdf)).sum(axis=2) > 30)

    point = 2  # pixels
    sides = (18 if template == "coaching-pack" else 16) / 25.4 * 72
    assert rows.min() >= 4 / 25.4 * 72 * point  # where printers print
    assert rows.max() <= (12 if template == "coaching-pack" else 17) / 25.4 * 72 * point
    width = drawn(plain).shape[1] - sides * point
    assert width - 40 / 25.4 * 72 * point - 2 <= columns.min() <= columns.max() <= width + 1
    assert (drawn(plain, 1) == drawn(pdf, 1)).all()


def test_logo_and_typeface_travel_as_data_and_need_no_file_again(tmp_path: Path) -> None:
    for name in ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"):
        shutil.copy(FONTS / name, tmp_path)
    logo = tmp_path / "logo.svg"
    logo.write_text(svg().svg, "utf-8")
    report = Report(brand=Brand(name="Acme Ltd", logo=logo, typeface=tmp_path))

    setup = page_setup("Pack", date(2026, 6, 30), report, Writer("en_GB", "EUR"))

    assert setup.logo is not None and "#0000ff" in setup.logo.svg
    assert (setup.logo.alt, setup.typeface) == ("Acme Ltd", SERIF)
    assert str(tmp_path) not in setup.model_dump_json()


def test_a_logo_is_read_out_as_the_brand_s_name_and_the_pdf_stays_accessible(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    pdf = pdf_of(made, logo=svg())

    assert faults(pdf, tmp_path) == []
    assert any(alt == "Acme Ltd" for alt in _alts(pypdf.PdfReader(io.BytesIO(pdf))))
    assert pdf == pdf_of(made, logo=svg())


def _alts(reader: pypdf.PdfReader) -> list[str]:
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        if isinstance(node, pypdf.generic.ArrayObject):
            for inner in node:
                walk(inner)
        elif isinstance(node, pypdf.generic.DictionaryObject) and node.get("/Type") != "/Page":
            found.extend([str(node["/Alt"])] if "/Alt" in node else [])
            walk(node.get("/K", pypdf.generic.ArrayObject()))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_a_red_picture_inside_the_logo_is_seen(made: SimpleNamespace) -> None:
    assert red(pdf_of(made, logo=svg(BLUE.replace("#0000ff", "#ff0000"))))


def red(pdf: bytes) -> bool:
    """Whether anything near the head of page 1 is red."""
    head = drawn(pdf)[:60]
    return bool(((head[..., 0] < 60) & (head[..., 2] > 200)).any())


@pytest.mark.parametrize("address", ["{}", "file://{}", "../../../../../../../..{}"])
@pytest.mark.parametrize("nested", [False, True])
def test_an_svg_s_link_to_a_file_draws_nothing_even_where_no_check_refused_it(
    made: SimpleNamespace, tmp_path: Path, address: str, nested: bool
) -> None:
    Image.new("RGB", (40, 20), "red").save(tmp_path / "secret.png")
    link = f'<image width="4" height="2" href="{address.format(tmp_path / "secret.png")}"/>'
    if nested:
        inner = base64.b64encode(svg(link).svg.encode()).decode()
        link = f'<image width="4" height="2" href="data:image/svg+xml;base64,{inner}"/>'
    try:
        pdf = pdf_of(made, logo=svg(f"{BLUE}{link}"))
    except PublishError as error:  # refused is as good as not drawn
        assert "image" in str(error)
    else:
        assert not red(pdf)


# ── typeface ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("typeface", [SERIF, SANS], ids=lambda face: face.family)
def test_pages_and_charts_are_set_in_the_brand_s_typeface_alone(
    made: SimpleNamespace, tmp_path: Path, paper: str, typeface: Typeface
) -> None:
    pdf = pdf_of(made, paper=paper, typeface=typeface)

    name = typeface.family.replace(" ", "")
    assert fonts_in(pdf) == {name, f"{name}-Bold"}
    assert faults(pdf, tmp_path) == []
    assert len(pypdfium2.PdfDocument(pdf)) == len(pypdfium2.PdfDocument(pdf_of(made, paper=paper)))
    assert pdf == pdf_of(made, paper=paper, typeface=typeface)


def test_a_wide_typeface_is_set_smaller_and_the_usual_one_not() -> None:
    assert 0.7 < share_of_size(SERIF) < 0.95
    assert share_of_size(None) == 1


def test_only_text_in_the_pack_s_own_typeface_is_changed_in_a_chart() -> None:
    own = "<text style=\"font-size: 10px; font-family: 'Source Sans Pro'; x\"/>"
    other = "<text style=\"font-size: 10px; font-family: 'Arial'\"/>"
    size = f"{10 * share_of_size(SERIF):.3f}px"

    assert in_typeface(own, None) == own
    assert in_typeface(own + other, SERIF) == (
        f"<text style=\"font-size: {size}; font-family: 'DejaVu Serif', 'Source Sans Pro'; x\"/>"
        + other
    )


def test_what_the_brand_s_typeface_lacks_the_usual_ones_show(made: SimpleNamespace) -> None:
    assert covered() < covered(SERIF)

    fonts = fonts_in(pdf_of(made, typeface=SERIF, footer_left="高橋 ✓"))

    assert {"DejaVuSerif", "IPAexGothic"} <= fonts


# ── sections ──────────────────────────────────────────────────────────────────────────────


def named(name: str, **more: Any) -> Section:
    return Section(name=name, title="", blocks=(Text(spans=()),), new_page=False, **more)


def printed(made: SimpleNamespace, *chosen: str) -> list[str]:
    """The sections in print of a notebook with a note of the analyst behind each."""
    first, *rest = SECTIONS
    setup = PageSetup(title="Pack", sections=chosen)
    own = [named(first, setup=setup), *map(named, rest)]
    cells = [cell for one in own for cell in (made.shown(one), made.markdown(f"on {one.name}"))]
    found = sections_of(made.notebook(made.markdown("before"), *cells))
    return [
        one.name if one.name in SECTIONS else one.blocks[0].model_dump()["spans"][0]["text"]
        for one in found
    ]


def test_sections_are_printed_in_the_order_chosen_and_the_rest_is_left_out(
    made: SimpleNamespace,
) -> None:
    assert [one for one in printed(made, "one-gap", "cadence", "stack-rank", "how-made")
            if one in SECTIONS] == ["one-gap", "cadence", "stack-rank", "how-made"]  # fmt: skip


def test_without_a_choice_all_are_printed(made: SimpleNamespace) -> None:
    assert [one for one in printed(made) if one in SECTIONS] == list(SECTIONS)


def test_what_an_analyst_added_is_printed_whatever_is_left_out(made: SimpleNamespace) -> None:
    assert printed(made, "one-gap", "cadence", "stack-rank", "how-made") == [
        "before",
        "one-gap", "on one-gap",
        "cadence", "on cadence",
        "stack-rank", "on stack-rank", "on pipeline", "on one-to-ones",
        "how-made", "on how-made", "on five-minute-exercise",
    ]  # fmt: skip


def test_the_section_after_page_1_starts_a_page(made: SimpleNamespace) -> None:
    setup = PageSetup(title="Pack", sections=("one-gap", "cadence", "how-made"))
    cells = (named("one-gap", setup=setup), named("cadence"), named("how-made"))

    found = sections_of(made.notebook(*map(made.shown, cells)))

    assert [section.new_page for section in found] == [False, True, False]


def test_a_region_s_summary_is_printed_whole_whatever_sections_a_pack_has(
    made: SimpleNamespace,
) -> None:
    setup = PageSetup(title="North", sections=("one-gap", "how-made"))
    cells = (named("region-verdict", setup=setup), named("region-data"))

    found = sections_of(made.notebook(*map(made.shown, cells)))

    assert [section.name for section in found] == ["region-verdict", "region-data"]
