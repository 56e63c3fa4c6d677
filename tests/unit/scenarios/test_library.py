"""The built-in library: what it covers, and that its table of contents is true."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from gate.cli.library import find_scenarios
from gate.core.scenario import Filler

LIBRARY = Path(__file__).parents[3] / "scenarios"
SCENARIOS = find_scenarios((), LIBRARY.parent)
PROBES = {Path(one.file).name: [turn for turn in one.turns if turn.expectation] for one in SCENARIOS}
ROW = re.compile(r"\| \[(.+)\]\((.+)\) \| (.+) \| (.+) \| (\d+) \|")
GUARANTEES = (
    *("durability", "order", "correction", "isolation", "no-fabrication", "fidelity"),
    *("no-lost-update", "read-your-writes", "monotonic-reads", "once-only"),
)


def test_the_table_lists_every_scenario_as_it_is() -> None:
    text = (LIBRARY / "README.md").read_text(encoding="utf-8")
    rows = [found.groups() for line in text.splitlines() if (found := ROW.fullmatch(line))]
    assert rows == [
        (
            name,
            name,
            one.name,
            ", ".join(dict.fromkeys(probe.guarantee for probe in PROBES[name])),
            str(len(PROBES[name])),
        )
        for one in SCENARIOS
        for name in [Path(one.file).name]
    ]
    total = sum(len(probes) for probes in PROBES.values())
    assert f"{len(SCENARIOS)} scenarios with {total} probes" in text


def test_the_library_is_large_and_varied_enough() -> None:
    asked = Counter(probe.guarantee for probes in PROBES.values() for probe in probes)
    assert len(SCENARIOS) >= 24
    assert asked.total() >= 60
    assert min(asked[guarantee] for guarantee in GUARANTEES) >= 1
    fillers = [sum(step.count for step in one.script if isinstance(step, Filler)) for one in SCENARIOS]
    assert max(fillers) >= 20


def test_no_question_is_asked_twice_but_where_ids_are_alike() -> None:
    """Equal questions are asked one after another, which costs time."""
    others = {name: probes for name, probes in PROBES.items() if name != "names-alike.yml"}
    asked = Counter(probe.text for probes in others.values() for probe in probes)
    assert [text for text, times in asked.items() if times > 1] == []
