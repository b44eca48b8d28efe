"""Counting different things without keeping them."""

from compliance.scans import summary


def test_it_counts_each_value_once_also_long_after(monkeypatch):
    monkeypatch.setattr(summary, "RECENT", 3)
    seen = summary.Distinct()
    values = [f"ref:{n * n % 50}" for n in range(200)]
    first = [seen.add(value) for value in values]
    assert len(seen) == sum(first) == len(set(values))
    assert not seen.add(values[0])
    assert seen.add(("kind", "key"))
