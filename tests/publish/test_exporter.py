from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pypdf
import pytest

from salesgap.errors import PublishError
from salesgap.publish.blocks import (
    Bullets,
    Columns,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    Masthead,
    Note,
    Preformatted,
    Section,
    Span,
    Table,
    Text,
    WriteIn,
)
from salesgap.publish.exporter import SalesgapPDFExporter
from salesgap.resources import workbook_folder

EXPORTER = "salesgap.publish.exporter.SalesgapPDFExporter"


def tiny_png() -> str:
    """One black pixel."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (1, 1)).save(out, "png")
    return base64.b64encode(out.getvalue()).decode()


def pdf_of(notebook: Any, **options: Any) -> bytes:
    body, _ = SalesgapPDFExporter(**options).from_notebook_node(notebook)
    return body


def text_of(pdf: bytes) -> str:
    """The text as a reader's program copies it, on one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def letters(text: str) -> str:
    """The letters alone: soft line breaks and spacing differ between readers."""
    return re.sub(r"[\s\u200b]", "", text)


def pack_of(made: SimpleNamespace, *cells: Any) -> Any:
    return made.notebook(made.shown(made.first_page()), *cells)


# ── the document ──────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pack(made: SimpleNamespace) -> bytes:
    note = made.markdown("## Analyst's note\n\nSeen in the *field*.")
    pages = (made.shown(made.first_page()), note, made.shown(made.second_page()))
    return pdf_of(made.notebook(*pages))


def test_text_of_every_kind_of_block_can_be_copied_from_the_pdf(pack: bytes) -> None:
    text = text_of(pack)

    for piece in (
        "Dana Ortiz", "Create more pipeline.", "€310k this year", "€640k behind pace",
        "Late conversion", "from Mon 6 July", "Last pack’s commitment", "Coverage, Q3", "1 / 2",
    ):  # fmt: skip
        assert piece in text


def test_cells_are_set_in_the_notebooks_order(pack: bytes) -> None:
    text = text_of(pack)

    places = [text.index(piece) for piece in ("The next two weeks", "Analyst's note", "Coverage")]

    assert places == sorted(places)


def test_the_pdf_carries_title_language_outline_and_the_as_of_date(pack: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pack))
    outline = [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)]

    assert reader.metadata is not None
    assert reader.metadata.title == "Coaching pack: Dana Ortiz"
    assert reader.metadata["/CreationDate"].startswith("D:20260630")
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert outline == ["Create more pipeline.", "Three reps carry the team"]


def test_only_the_shipped_typefaces_are_in_the_pdf_and_all_are_embedded(pack: bytes) -> None:
    fonts = re.findall(rb"/BaseFont */(?:[A-Z]{6}\+)?([\w-]+)", _inflated(pack))

    assert {font.decode().split("-")[0] for font in fonts} == {"SourceSansPro"}


def _inflated(pdf: bytes) -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def test_an_accessibility_checker_finds_no_fault(pack: bytes, tmp_path: Path) -> None:
    from pdfua import validate

    file = tmp_path / "pack.pdf"
    file.write_bytes(pack)

    report = validate(str(file))

    assert [finding.message for finding in report.findings] == []
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))], ids=["A4", "Letter"]
)
def test_pages_have_the_size_of_the_run(
    made: SimpleNamespace, paper: str, size: tuple[int, int]
) -> None:
    pdf = pdf_of(made.notebook(made.shown(made.first_page(paper))))

    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]

    assert (round(page.mediabox.width), round(page.mediabox.height)) == size


def test_the_same_notebook_gives_the_same_bytes_twice(made: SimpleNamespace) -> None:
    assert pdf_of(pack_of(made)) == pdf_of(pack_of(made))


# ── what an analyst adds ──────────────────────────────────────────────────────────────────


def test_text_output_of_an_added_cell_is_set(made: SimpleNamespace) -> None:
    frame = made.code(data={"text/html": "<table></table>", "text/plain": "   won\n0  137"})
    printed = made.code(outputs=[nbformat.v4.new_output("stream", name="stdout", text="a line\n")])

    text = text_of(pdf_of(pack_of(made, frame, printed)))

    assert "0 137" in text
    assert "a line" in text


def test_pictures_of_an_added_cell_are_set_with_their_alternative_text(
    made: SimpleNamespace,
) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="9"><path d="M0 0h9"/></svg>'
    pictures = (
        made.code(data={"image/svg+xml": svg, "text/plain": "<Figure>"}, alt="What I saw"),
        made.code(data={"image/png": tiny_png(), "text/plain": "<Figure>"}),
    )

    pdf = _inflated(pdf_of(pack_of(made, *pictures)))

    assert b"/Alt (What I saw)" in pdf
    assert b"/Alt (Figure added to this pack)" in pdf


def test_cells_for_the_workbooks_reader_stay_out_of_the_pdf(made: SimpleNamespace) -> None:
    told = made.markdown("Press Run All.", "workbook")

    assert "Run All" not in text_of(pdf_of(pack_of(made, told)))


# ── refusals ──────────────────────────────────────────────────────────────────────────────


def test_a_notebook_with_a_failed_cell_is_never_set(made: SimpleNamespace) -> None:
    failed = nbformat.v4.new_output("error", ename="KeyError", evalue="'won'", traceback=[])

    with pytest.raises(PublishError, match=r"cell 2 .*: failed with KeyError: 'won'"):
        pdf_of(pack_of(made, made.code(outputs=[failed])))


@pytest.mark.parametrize(
    "data",
    [
        {"application/vnd.plotly.v1+json": {}, "text/html": "<div></div>"},
        {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider(value=0)"},
        {"text/html": "<b>x</b>", "text/plain": "<IPython.core.display.HTML object>"},
        {"image/jpeg": "…", "text/plain": "<IPython.core.display.Image object>"},
    ],
    ids=["plotly", "widget", "html", "jpeg"],
)
def test_output_that_paper_cannot_hold_is_refused_by_cell_and_kind(
    made: SimpleNamespace, data: dict[str, Any]
) -> None:
    kind = next(iter(data))

    with pytest.raises(PublishError, match=rf"cell 2 .*{re.escape(kind)}"):
        pdf_of(pack_of(made, made.code(data=data)))


def test_a_notebook_that_was_not_run_is_refused(made: SimpleNamespace) -> None:
    with pytest.raises(PublishError, match="run it first"):
        pdf_of(made.notebook(made.markdown("# Only words"), made.code()))


def test_a_broken_picture_is_one_line_not_a_traceback(made: SimpleNamespace) -> None:
    with pytest.raises(PublishError) as caught:
        pdf_of(pack_of(made, made.code(data={"image/svg+xml": "<svg"})))

    assert "\n" not in str(caught.value)
    assert "Coaching pack: Dana Ortiz" in str(caught.value)


# ── text is data ──────────────────────────────────────────────────────────────────────────

HOSTILE = [
    '#panic("read as code") $x^2$ @label <script>alert(1)</script>',
    "{{ cell }} {% raw %} \\ ` ``` ~ _ * = / // [a](b) #",
    "\\u{41} \"quoted\" 'single' &amp; %s {0}",
    "x" * 300,
    "Ἑλλάς Привет ñ ß ﬁ − €",
]


def everywhere(made: SimpleNamespace, text: str) -> Section:
    """The text in every place of a page that can hold one."""
    spans = (Span(text=text), Span(text=text, tone="code"), Span(text=text, tone="accent"))
    svg = made.first_page().blocks[3].svg
    return Section(
        name="hostile",
        title=text,
        setup=made.demo_setup(title=text, author=text, footer_left=text, footer_centre=text),
        blocks=(
            Masthead(kicker=text, name=text, detail=text, figure_label="label", figure="1"),
            Heading(text=text, level=1, kicker=text),
            Text(spans=spans, size="lead"),
            Bullets(items=(spans, spans), numbered=True),
            Preformatted(text=text),
            Figure(title=text, subtitle=text, alt=text, svg=svg),
            Table(
                title=text,
                header=(text, text, "n"),
                rows=((spans, spans, (Span(text="1"),)),),
                align=("left", "left", "right"),
                widths=(1, 1, 3),
                note=text,
            ),
            KeyFigures(figures=(KeyFigure(label=text, value=text, note=text),) * 4),
            Columns(columns=((Note(spans=spans),), (WriteIn(label=text),)), ratios=(1, 5)),
        ),
    )


@pytest.mark.parametrize("text", HOSTILE, ids=["typst", "jinja", "escapes", "long", "scripts"])
def test_text_is_set_as_typed_in_every_place(made: SimpleNamespace, text: str) -> None:
    set_text = letters(text_of(pdf_of(made.notebook(made.shown(everywhere(made, text))))))

    # Upper-cased kickers and clipped footers aside: 15 places show it as typed.
    assert set_text.count(letters(text)) >= 15


def test_tables_side_by_side_start_level_though_one_title_is_longer(
    made: SimpleNamespace,
) -> None:
    def named(title: str, cell: str) -> Table:
        rows = ((made.spans(cell),),)
        return Table(title=title, header=("h",), rows=rows, align=("left",), widths=(1,))

    pair = Columns(columns=((named("Short", "AAA"),), (named("long " * 40, "BBB"),)), ratios=(1, 1))
    section = Section(name="pair", title="A pair", blocks=(pair,))
    heights: dict[str, float] = {}

    def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip() in ("AAA", "BBB"):
            heights[text.strip()] = tm[5] * cm[3] + cm[5]

    for page in pypdf.PdfReader(io.BytesIO(pdf_of(pack_of(made, made.shown(section))))).pages:
        page.extract_text(visitor_text=note)

    assert set(heights) == {"AAA", "BBB"}
    assert heights["AAA"] == pytest.approx(heights["BBB"], abs=0.5)


@pytest.mark.parametrize("before", range(28, 44, 3))
def test_short_tables_side_by_side_are_on_one_page(made: SimpleNamespace, before: int) -> None:
    def table(rows: int) -> Table:
        cells = tuple((made.spans(f"CELL {n}"),) for n in range(rows))
        return Table(title="T", header=("h",), rows=cells, align=("left",), widths=(1,))

    above = tuple(Text(spans=made.spans("A line.")) for _ in range(before))
    pair = Columns(columns=((table(7),), (table(9),)), ratios=(1, 1))
    section = Section(name="pair", title="A pair", blocks=(*above, pair))
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(pack_of(made, made.shown(section))))).pages
    counts = [page.extract_text().count("CELL") for page in pages]
    assert sorted(counts)[-1] == 16


def test_no_text_leaves_the_page(made: SimpleNamespace) -> None:
    pdf = pdf_of(made.notebook(made.shown(everywhere(made, "W" * 300))))
    page_width, margin = 595.28, 51.02

    starts: list[float] = []

    def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if text.strip():
            starts.append(tm[4] * cm[0] + cm[4])

    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)

    assert len(starts) > 100
    assert max(starts) < page_width - margin


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\r\nof text",
        "שלום עולם",
        "مرحبا بالعالم",
        "e\u0301 a\u200b\u2069\x07 \ue000 🚀日本",
    ],
)
def test_newlines_other_scripts_and_unknown_characters_do_not_stop_a_pack(
    made: SimpleNamespace, text: str
) -> None:
    pdf = pdf_of(made.notebook(made.shown(everywhere(made, text))))

    assert pdf.startswith(b"%PDF")


def test_characters_without_a_glyph_are_named_at_the_end(made: SimpleNamespace) -> None:
    text = text_of(pdf_of(pack_of(made, made.markdown("Go 🚀"))))

    assert "Go □" in text
    assert "U+1F680 ROCKET" in text


@pytest.mark.parametrize("colour", ["#ffff00", "#ffffff", "#000000"])
def test_any_brand_colour_makes_a_pack_without_a_warning(
    made: SimpleNamespace, colour: str, caplog: pytest.LogCaptureFixture
) -> None:
    section = made.first_page().model_copy(update={"setup": made.demo_setup(colour=colour)})

    pdf = pdf_of(made.notebook(made.shown(section)))

    assert pdf.startswith(b"%PDF")
    assert caplog.text == ""


# ── templates and the command line ────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["coaching-pack", "region-summary"])
def test_each_shipped_template_sets_a_pack_and_says_it_makes_pdfs(
    made: SimpleNamespace, name: str
) -> None:
    conf = json.loads((workbook_folder() / "templates" / name / "conf.json").read_text("utf-8"))

    assert conf == {"mimetypes": {"application/pdf": True}}
    assert "Dana Ortiz" in text_of(pdf_of(pack_of(made), template_name=name))


def test_an_edited_template_is_used_and_the_rest_is_the_shipped_one(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    own = tmp_path / "coaching-pack"
    own.mkdir()
    own.joinpath("conf.json").write_text('{"mimetypes": {"application/pdf": true}}', "utf-8")
    own.joinpath("words.txt").write_text("House rules", "utf-8")
    own.joinpath("index.typ.j2").write_text(
        '#import "lib/salesgap.typ": document-of, look\n'
        '#document-of(json("pages.json"), look)\n#read("words.txt")\n',
        "utf-8",
    )

    text = text_of(pdf_of(pack_of(made), extra_template_basedirs=[str(tmp_path)]))

    assert "Dana Ortiz" in text
    assert "House rules" in text


def test_an_error_in_an_edited_template_names_its_line(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    own = tmp_path / "coaching-pack"
    own.mkdir()
    own.joinpath("conf.json").write_text('{"mimetypes": {"application/pdf": true}}', "utf-8")
    own.joinpath("index.typ.j2").write_text("#set document(title: 1)\n", "utf-8")

    with pytest.raises(PublishError, match=r"main\.typ:1:"):
        pdf_of(pack_of(made), extra_template_basedirs=[str(tmp_path)])


def test_nbconvert_sets_the_pdf_from_the_command_line(
    made: SimpleNamespace, tmp_path: Path
) -> None:
    nbformat.write(pack_of(made), tmp_path / "out.ipynb")
    decoy = tmp_path / "coaching-pack"
    decoy.mkdir()
    decoy.joinpath("index.typ.j2").write_text("A folder of the same name", "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", EXPORTER, "out.ipynb"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert tmp_path.joinpath("out.pdf").read_bytes() == pdf_of(pack_of(made))
