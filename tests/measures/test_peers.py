from __future__ import annotations

from salesgap.measures.curves import AT_ONCE
from salesgap.measures.peers import PeerLevel, Yield, load_benchmarks, save_benchmarks


def test_benchmarks_come_back_from_disk_as_they_were(make_benchmarks, tmp_path):
    level = PeerLevel("deal_size", {"all": 9.5}, 0.05, 0.02, 0.15, 0.6, 7)
    saved = make_benchmarks(levels={"deal_size": level}, due_yield=Yield(10.0, 2.5, 4))
    save_benchmarks(saved, tmp_path / "new" / "benchmarks.json")
    loaded = load_benchmarks(tmp_path / "new" / "benchmarks.json")
    assert loaded == saved
    assert loaded.early["all"].curve().passed.tolist() == AT_ONCE.passed.tolist()
