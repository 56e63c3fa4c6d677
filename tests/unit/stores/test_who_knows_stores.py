"""Only gate/stores knows the names of stores, and words that only they use."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gate
from gate.stores import STORES, UNNAMED_STORE, recorded_stores

PACKAGE = Path(gate.__file__).parent
STORE_WORDS = ("redis", "valkey", "maxmemory", "appendonly", "appendfsync", "misconf", "flushall", "flushdb")
"""Names, settings, error codes and commands of the kinds that there are."""


def sources() -> list[Path]:
    """Every text of the package but the stores' own."""
    texts = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".j2", ".html", ".json", ".js")]
    return [path for path in texts if PACKAGE / "stores" not in path.parents]


@pytest.mark.parametrize("word", STORE_WORDS)
def test_no_other_package_knows_the_word(word: str) -> None:
    known_in = {
        path.relative_to(PACKAGE).as_posix()
        for path in sources()
        if word in path.read_text(encoding="utf-8").casefold()
    }
    assert known_in == set()


def test_every_call_of_analyse_hands_the_kinds_of_store_in() -> None:
    """A call without them would judge, and say nothing of what the store lost."""
    calls = [
        (path.name, {keyword.arg for keyword in node.keywords})
        for path in sources()
        for node in ast.walk(
            ast.parse(path.read_text(encoding="utf-8")) if path.suffix == ".py" else ast.Module([], [])
        )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "analyse"
    ]
    assert calls
    assert all("stores" in keywords for _, keywords in calls), calls


def test_a_transcript_that_names_no_kind_is_of_the_first_kind_there_was() -> None:
    assert recorded_stores()[""] is STORES[UNNAMED_STORE]
    assert set(recorded_stores()) == {"", *STORES}
