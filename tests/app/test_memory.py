"""What workers need in memory, by what their code imports."""

from __future__ import annotations

from herolint.knowledge.memory import load_memory


def test_what_is_loaded_counts_once() -> None:
    found = load_memory().loaded(["sklearn", "scipy", "numpy", "unheard_of"])
    assert found.keys() == {"sklearn", "scipy", "numpy"}


def test_every_row_loads_what_is_known_and_says_what_was_measured() -> None:
    table = load_memory()
    for name, row in table.module.items():
        assert set(row.loads) <= table.module.keys(), name
        assert row.own >= 0
        assert bool(row.version) == (row.date is not None), name
    assert sum(row.date is not None for row in table.module.values()) > 0.8 * len(table.module)
