from __future__ import annotations

from salesgap.measures.curves import AT_ONCE
from salesgap.measures.peers import (
    Benchmarks,
    PeerLevel,
    StoredCurve,
    Yield,
    load_benchmarks,
    save_benchmarks,
)


def test_benchmarks_come_back_from_disk_as_they_were(tmp_path):
    stored = StoredCurve.of(AT_ONCE)
    level = PeerLevel("deal_size", {"all": 9.5}, 0.05, 0.15, 0.6, 7)
    saved = Benchmarks(
        teams=7,
        phases=False,
        window_months=12.0,
        levels={"deal_size": level},
        early={"all": stored},
        late={"all": stored},
        season=(1.0,) * 12,
        mean_over_typical={"all": 1.2},
        revenue_per_month={},
        typical_deal=900.0,
        second_moment=2.0,
        threshold=0.6,
        slow_days={"Qualify": 30.0},
        slowest_won_days=None,
        due_yield=Yield(10.0, 2.5, 4),
        late_share=None,
    )
    save_benchmarks(saved, tmp_path / "new" / "benchmarks.json")
    loaded = load_benchmarks(tmp_path / "new" / "benchmarks.json")
    assert loaded == saved
    assert loaded.early["all"].curve().passed.tolist() == AT_ONCE.passed.tolist()
