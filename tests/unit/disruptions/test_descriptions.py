"""Lists and pages describe exactly the disruptions that exist."""

from __future__ import annotations

import re
from pathlib import Path

from gate.cli.library import disruption_table
from gate.core.disruption_traits import Need
from gate.disruptions import DISRUPTIONS
from gate.runtimes import RUNTIMES, unsupported_on

PAGE = Path(__file__).parents[3] / "docs" / "disruptions.md"


def test_the_list_shows_each_with_its_proof_and_its_runtimes() -> None:
    """And says why, where one cannot do it."""
    head, *rows, last = disruption_table()
    assert head[0].split() == list(RUNTIMES)
    assert [row[0].split()[0] for row in rows] == list(DISRUPTIONS)
    assert "kill*3" in last[1]
    for (columns, text), (name, one) in zip(rows, DISRUPTIONS.items(), strict=True):
        marks = dict(zip(RUNTIMES, columns.split()[1:], strict=True))
        for runtime, mark in marks.items():
            assert mark == ("no" if name in unsupported_on(runtime) else "yes")
            assert unsupported_on(runtime).get(name, "") in text
        assert one.sentence in text
        assert one.proof in text


def test_the_columns_stand_below_their_heads() -> None:
    """Each mark begins where the name of its runtime does."""
    head, *rows, _ = disruption_table()
    for runtime in RUNTIMES:
        column = head[0].index(runtime)
        assert all(row[0][column:].startswith(("yes", "no")) for row in rows)


def test_what_no_runtime_can_do_is_no_disruption() -> None:
    """And only needs are refused."""
    for name in DISRUPTIONS:
        assert any(name not in unsupported_on(runtime) for runtime in RUNTIMES)
    assert all(need in list(Need) for kind in RUNTIMES.values() for need in kind.lacking)


def test_the_page_has_a_line_for_each() -> None:
    """With the same runtimes."""
    lines = re.findall(r"^\| `([a-z-]+)` \| .* \| (both|docker|process) \| [^|]+ \|$", PAGE.read_text(), re.M)
    assert [name for name, _ in lines] == list(DISRUPTIONS)
    for name, runtimes in lines:
        able = [runtime for runtime in RUNTIMES if name not in unsupported_on(runtime)]
        assert able == (list(RUNTIMES) if runtimes == "both" else [runtimes])
