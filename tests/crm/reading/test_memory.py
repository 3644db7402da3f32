"""Memory is kept while a large export is read, and only then."""

from __future__ import annotations

import pyarrow as pa
import pytest

from salesgap.crm.reading.memory import memory_kept


def test_arrow_has_its_usual_memory_again_afterwards():
    usual = pa.default_memory_pool().backend_name
    with memory_kept():
        kept = pa.array(["what was read", "outlives the reading"])
    assert pa.default_memory_pool().backend_name == usual
    assert kept.to_pylist() == ["what was read", "outlives the reading"]


def test_and_so_it_has_when_reading_fails():
    usual = pa.default_memory_pool().backend_name
    with pytest.raises(ValueError, match="unreadable"), memory_kept():
        raise ValueError("unreadable")
    assert pa.default_memory_pool().backend_name == usual
