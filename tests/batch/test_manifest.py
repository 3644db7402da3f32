from __future__ import annotations

from pathlib import Path

import pytest

from salesgap.batch.manifest import Manifest, Record
from salesgap.errors import OutputError

EMPTY = Manifest(run="demo", as_of="2026-06-30", salesgap="0.1.0")


def record(id: str, *, reason: str = "", kind: str = "pack") -> Record:
    status = "failed" if reason else "made"
    return Record(id=id, kind=kind, status=status, reason=reason, seconds=1.5)


def test_a_manifest_reads_back_as_written(tmp_path: Path):
    manifest = EMPTY.add(record("M1")).add(record("North", kind="region"))
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_records_stand_in_order_whatever_the_order_they_came_in():
    manifest = EMPTY.add(record("North", kind="region")).add(record("M2")).add(record("M1"))
    assert [r.id for r in manifest.records] == ["M1", "M2", "North"]


def test_a_later_record_takes_the_place_of_the_earlier_one():
    manifest = EMPTY.add(record("M1", reason="died")).add(record("M1"))
    assert manifest.records == (record("M1"),)


def test_no_manifest_is_none(tmp_path: Path):
    assert Manifest.read(tmp_path) is None


def test_a_damaged_manifest_is_one_clear_line(tmp_path: Path):
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(OutputError, match="choose another output folder"):
        Manifest.read(tmp_path)
