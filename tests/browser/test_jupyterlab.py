"""The shipped notebooks in a real browser: JupyterLab in Chromium, as an analyst opens them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

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


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(PATIENCE_MS)
    sync_api.expect.set_options(timeout=PATIENCE_MS)
    yield page
    page.close()


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


def test_run_all_shows_the_packs_sections(page: Any, lab: str) -> None:
    run_all(page, lab, "coaching_pack")
    sections = page.locator("section.salesgap-section:not([aria-label=''])")
    assert sections.count() >= 6  # those that the facts have something to say in
    for section in sections.all():
        section.scroll_into_view_if_needed()
        sync_api.expect(section).to_be_visible()
        assert section.inner_text().strip()
    loaded = "images => images.every(image => image.complete && image.naturalWidth > 0)"
    assert sections.locator("img").evaluate_all(loaded)
