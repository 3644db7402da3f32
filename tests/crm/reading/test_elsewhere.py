"""An export that lies on a store: the in-memory one that fsspec brings, and a folder by its URL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
import yaml

from salesgap.batch.inputs import source_inputs
from salesgap.crm.freeze import survey, take_snapshot
from salesgap.errors import SourceError
from salesgap.params import Params, load_params
from salesgap.resources import workbook_folder

MEMORY = fsspec.filesystem("memory")
Export = Callable[..., Params]


@pytest.fixture
def exported(export: Export) -> Path:
    """The folder of a small export."""
    folder = export().source.folder
    assert isinstance(folder, Path)
    return folder


@pytest.fixture(params=["memory", "file"])
def url(request: pytest.FixtureRequest, exported: Path, store: str) -> str:
    """Where that export lies, with what else may lie there."""
    (exported / "notes.md").write_text("no table")
    (exported / "older").mkdir()
    (exported / "older" / "people.csv").write_text("not to be read")
    if request.param == "file":
        return exported.as_uri()
    MEMORY.put(f"{exported}/", store, recursive=True)
    return store


def test_a_folder_elsewhere_freezes_as_it_does_here(
    url: str, exported: Path, make_params: Callable[..., Params]
) -> None:
    here, there = (take_snapshot(make_params({"folder": place})) for place in (exported, url))
    assert there.content_hash == here.content_hash
    assert there.report == here.report


def test_a_url_stays_what_it_is_in_the_params(tmp_path: Path, exported: Path, store: str) -> None:
    MEMORY.put(f"{exported}/", store, recursive=True)
    stages = [{"name": "Open", "status": "open"}, {"name": "Won", "status": "won"}]
    said: dict[str, Any] = {"name": "t", "as_of": "2026-06-30", "stages": stages}
    path = tmp_path / "run.yml"
    path.write_text(yaml.safe_dump(said | {"source": {"folder": store}}), "utf-8")
    params = load_params(path)
    assert params.source.folder == store
    assert Params.model_validate_json(params.model_dump_json()).source.folder == store
    assert survey(params).report.problems == ()


def test_a_link_is_not_followed(exported: Path, make_params: Callable[..., Params]) -> None:
    (exported / "quotas.csv").symlink_to("/etc/hostname")
    with pytest.raises(SourceError, match=r"quotas\.csv: is a link → copy the file itself"):
        take_snapshot(make_params({"folder": exported.as_uri()}))


def test_the_url_of_a_file_is_no_folder(exported: Path, make_params: Callable[..., Params]) -> None:
    file = (exported / "people.csv").as_uri()
    with pytest.raises(SourceError, match=r"people\.csv: is a file → give the URL of the export"):
        take_snapshot(make_params({"folder": file}))


def test_what_lies_elsewhere_may_be_other_data_each_time(
    store: str, make_params: Callable[..., Params]
) -> None:
    params = make_params({"folder": store})
    assert source_inputs(params, workbook_folder()) != source_inputs(params, workbook_folder())


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("memory://nowhere-at-all", "memory://nowhere-at-all: is not there → correct source"),
        ("nosuch://me:secret9@host/x", "nosuch://…@host/x: no store of this kind is known → give"),
        ("nosuch://me:s@cr/et9@host/x?key=secret9", "nosuch://…@host/x?…: no store of this kind"),
        ("memory:///", "memory:///: no file for people"),
    ],
)
def test_what_cannot_be_fetched_is_one_line(
    url: str, line: str, make_params: Callable[..., Params]
) -> None:
    with pytest.raises(SourceError) as caught:
        take_snapshot(make_params({"folder": url, "profile": "generic"}))
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret9" not in str(caught.value)
