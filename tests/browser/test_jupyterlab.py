"""The shipped notebooks in a real browser: JupyterLab in Chromium, as an analyst opens them.

What a table does once its section is shown is tried on a page of its own, without JupyterLab.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import nbformat
import pytest

from salesgap.publish.blocks import Section, Table
from salesgap.publish.html import html_of
from salesgap.publish.sections.parts import table
from salesgap.publish.words import MISSING, Writer
from salesgap.resources import workbook_folder
from salesgap.starter import new_workbook

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
PATIENCE_MS = 120_000  # what a busy machine may take; a test waits for what it needs, no longer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: on Debian, apt-get install chromium"),
]
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="the extra 'browser' is not installed: make browser"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab of its own, open on a new workbook; on this machine only."""
    folder = tmp_path_factory.mktemp("lab")
    new_workbook(folder / "book")
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": "0",
        "ServerApp.root_dir": str(folder / "book"),
        "ServerApp.allow_root": "True",
        "IdentityProvider.token": "",
        "LabApp.news_url": "None",
        "LabApp.open_browser": "False",
        "LabApp.workspaces_dir": str(folder / "workspaces"),
        "LabApp.user_settings_dir": str(folder / "settings"),
    }
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *(f"--{k}={v}" for k, v in options.items())],
        env=os.environ | {name: str(folder / name.lower()) for name in own},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    try:
        yield _address(server.stderr)
    finally:
        server.terminate()
        server.wait(60)
        server.stderr.close()


def _address(log: Any) -> str:
    """The address that the server logs once it answers; its log is read on, lest it blocks."""
    seen = []
    for line in log:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            threading.Thread(target=lambda: list(log), daemon=True).start()
            return found[0]
    raise AssertionError("".join(seen))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@contextmanager
def open_page(browser: Any) -> Iterator[Any]:
    clipboard = ["clipboard-read", "clipboard-write"]
    page = browser.new_page(viewport={"width": 1400, "height": 1000}, permissions=clipboard)
    page.set_default_timeout(PATIENCE_MS)
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    yield page
    page.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with open_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def pack_page(browser: Any, lab: str) -> Iterator[Any]:
    """The coaching pack's notebook after Run All."""
    with open_page(browser) as page:
        run_all(page, lab, "coaching_pack")
        yield page


def run_all(page: Any, lab: str, name: str) -> None:
    """Open a notebook, choose Run › Run All Cells, and wait until every code cell has run."""
    page.goto(f"{lab}lab/tree/notebooks/{name}.ipynb?reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    cells = nbformat.read(workbook_folder() / "notebooks" / f"{name}.ipynb", as_version=4).cells
    count = sum(cell.cell_type == "code" for cell in cells)
    done = page.locator(".jp-InputPrompt").get_by_text(f"[{count}]:", exact=True)
    failed = page.locator("[data-mime-type='application/vnd.jupyter.error']")
    done.or_(failed).first.wait_for()
    assert failed.all_inner_texts() == []


def test_a_slider_moves_the_figure_and_the_numbers(page: Any, lab: str) -> None:
    run_all(page, lab, "what_if")
    figure, worth = page.locator("figure img"), page.locator("dd.value").first
    before = (figure.get_attribute("src"), figure.get_attribute("alt"), worth.inner_text())
    assert before[1].split(":")[0].endswith("before year end, as the pack supposes")

    page.locator(".widget-slider", has_text="Part of the gap that closes").locator(
        ".noUi-handle"
    ).press("End")

    sync_api.expect(figure).not_to_have_attribute("src", before[0])
    sync_api.expect(worth).not_to_have_text(before[2])
    assert "more before year end than the pack supposes" in figure.get_attribute("alt")


def test_run_all_shows_the_packs_sections(pack_page: Any) -> None:
    sections = pack_page.locator("section.salesgap-section:not([aria-label=''])")
    assert sections.count() >= 6  # those that the facts have something to say in
    for section in sections.all():
        section.scroll_into_view_if_needed()
        sync_api.expect(section).to_be_visible()
        assert section.inner_text().strip()
    loaded = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    assert sections.locator("img").evaluate_all(loaded)


# ── tables ────────────────────────────────────────────────────────────────────────────────


def column(shown: Any, number: int) -> list[str]:
    """The cells of a column as they stand."""
    return [
        str(text) for text in shown.locator(f"tbody tr > :nth-child({number})").all_inner_texts()
    ]


def sort_by(shown: Any, name: str) -> Any:
    """The header of that column, which a click sorts by."""
    return shown.get_by_role("columnheader", name=name).get_by_role("button")


def copied(page: Any, shown: Any) -> list[list[str]]:
    """What the table's button puts on the clipboard, in rows of cells."""
    button = shown.locator("xpath=preceding-sibling::button[1]")
    button.click()
    sync_api.expect(button).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    return [row.split("\t") for row in text.split("\n")]


def test_the_rank_table_is_sorted_by_a_click_and_copied_into_a_spreadsheet(
    pack_page: Any,
) -> None:
    chance = pack_page.get_by_role("columnheader", name="Chance of bottom")
    shown = pack_page.locator("table", has=chance)
    shown.scroll_into_view_if_needed()  # JupyterLab hides what is off the screen
    sync_api.expect(shown.locator("tbody tr").last).not_to_have_text("", use_inner_text=True)
    before, names = column(shown, 1), sorted(column(shown, 1), key=str.casefold)
    assert before != names and len(names) > 2

    sort_by(shown, "Rep").click()
    assert column(shown, 1) == names
    rows = copied(pack_page, shown)
    assert [row[0] for row in rows] == ["Rep", *names]
    assert {len(row) for row in rows} == {shown.locator("thead th").count()}

    sort_by(shown, "Rep").click()
    assert column(shown, 1) == names[::-1]
    pack_page.keyboard.press(
        "Enter"
    )  # the header has the focus, and JupyterLab leaves the key to it
    assert column(shown, 1) == before


@pytest.fixture
def show(page: Any) -> Callable[[Table], Any]:
    """Shows one table on a page of its own."""

    def shown(block: Table) -> Any:
        section = html_of(Section(name="s", title="S", blocks=(block,)))
        page.route(
            "http://localhost/",
            lambda route: route.fulfill(
                body=f"<meta charset=utf-8>{section}", content_type="text/html"
            ),
        )
        page.goto("http://localhost/")
        return page.locator("table")

    return shown


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "es_ES", "ja_JP"])
def test_figures_sort_by_their_value_and_missing_ones_come_last(
    show: Callable[[Table], Any], locale: str
) -> None:
    write = Writer(locale, "EUR")
    money = [write.money(x) for x in (-9_400.0, 0.0, 999.0, 12_000.0, 2_310_000.0, 1.2e9)]
    days = [date(2025, 11, 30), date(2026, 2, 1), date(2026, 4, 9), date(2026, 4, 10)]
    due = [write.short_day(day) for day in days] + [MISSING] * 2
    share = [write.chance(x) for x in (0.004, 0.09, 0.1, 0.34, 1.0)] + [MISSING]
    mixed = [2, 5, 0, 4, 1, 3]
    columns = (("Amount", "r", 1), ("Due", "r", 1), ("Chance", "r", 1))
    shown = show(table(columns, [(money[n], due[n], share[n]) for n in mixed]))

    for number, (name, ordered) in enumerate(
        (("Amount", money), ("Due", due), ("Chance", share)), 1
    ):
        known = [text for text in ordered if text != MISSING]
        missing = ordered[len(known) :]
        header = sort_by(shown, name)
        header.click()
        assert column(shown, number) == known + missing
        header.click()
        assert column(shown, number) == known[::-1] + missing
        header.click()
        assert column(shown, number) == [ordered[n] for n in mixed]


def test_a_sorted_column_says_so_and_a_key_sorts_as_well(show: Callable[[Table], Any]) -> None:
    shown = show(table((("Rep", "l", 1), ("Role", "l", 1)), [("Tom", "A"), ("Ines", "B")]))
    heads = shown.get_by_role("columnheader")

    def said() -> list[str | None]:
        return [head.get_attribute("aria-sort") for head in heads.all()]

    assert said() == [None, None]
    sort_by(shown, "Rep").press("Enter")
    assert (column(shown, 1), said()) == (["Ines", "Tom"], ["ascending", None])
    sort_by(shown, "Role").press(" ")
    assert (column(shown, 1), said()) == (["Tom", "Ines"], [None, "ascending"])


def test_nothing_copied_can_be_taken_for_a_formula_or_tear_a_row(
    page: Any, show: Callable[[Table], Any]
) -> None:
    hostile = ("=1+1", "+1", "-1", "@SUM(A1)", '"open', "two\nlines\tand a tab", "\u2212€410k")
    shown = show(table((("Text", "l", 1), ("No", "r", 1)), [(text, "1") for text in hostile]))

    assert [row[0] for row in copied(page, shown)] == [
        "Text",
        "'=1+1",
        "'+1",
        "'-1",
        "'@SUM(A1)",
        "'\"open",
        "two lines and a tab",
        "\u2212€410k",
    ]
    assert {len(row) for row in copied(page, shown)} == {2}


def test_a_table_can_be_marked_and_copied_with_its_header(
    page: Any, show: Callable[[Table], Any]
) -> None:
    shown = show(table((("Rep", "l", 1), ("Won", "r", 1)), [("Tom", "€1"), ("Ines", "€2")]))
    shown.evaluate("table => getSelection().selectAllChildren(table)")
    page.keyboard.press("Control+C")
    text = page.evaluate("navigator.clipboard.readText()")
    assert [row.split("\t") for row in text.split("\n")] == [
        ["Rep", "Won"],
        ["Tom", "€1"],
        ["Ines", "€2"],
    ]


def test_where_scripts_do_not_run_the_table_is_plain(browser: Any) -> None:
    page = browser.new_page(java_script_enabled=False)
    block = table((("Rep", "l", 1), ("Won", "r", 1)), [("Tom", "€1"), ("Ines", "€2")])
    page.set_content(html_of(Section(name="s", title="S", blocks=(block,))))
    assert page.locator("table").inner_text().split() == ["Rep", "Won", "Tom", "€1", "Ines", "€2"]
    assert page.locator("button").count() == 0
    page.close()
