"""The page of a comparison: a table and a sentence, without commands from a report."""

from __future__ import annotations

import pytest

from gate.comparing.baseline import compare
from gate.comparing.measurement import MeasuredProbe, Measurement
from gate.reporters.comparison_page import comparison_page
from tests.unit.reporters import hostile


def measured(remembered: int, disruption: str, version: str = "0.1.0") -> Measurement:
    """Measure twelve conversations of a probe, some of them remembered."""
    return Measurement(
        version=version,
        threshold=0.95,
        confidence=None,
        leaks=0,
        fabrications=0,
        probes=[
            MeasuredProbe(
                content=f"s{index}",
                disruption=disruption,
                guarantee="durability",
                trial=1,
                arm="treated",
                conversation=f"c{index}",
                line=9,
                column=5,
                outcome="remembered" if index < remembered else "lost",
            )
            for index in range(12)
        ],
    )


def test_the_page_in_full() -> None:
    page = comparison_page(compare(measured(12, "restart"), measured(3, "restart", version="0.2.0")))
    assert page == [
        "  disruption  guarantee   probes   base  head  worse  better",
        "  restart     durability      12  100 %  25 %      9       0",
        "",
        "Regression: of 12 conversations that both runs held, 9 remembered less and 0 more than in the base"
        " (chance 0.002).",
        "  note: the base was measured by memory-gate 0.1.0, the head by 0.2.0",
    ]


def test_without_pairs_there_is_no_table() -> None:
    page = comparison_page(compare(measured(12, "restart"), measured(12, "kill")))
    assert page[0] == "Not comparable: no disruption is the same in both."


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_a_report_from_elsewhere_orders_nothing(text: str) -> None:
    for head in (measured(12, text, version=text), measured(12, "restart", version=text)):
        printed = "\n".join(comparison_page(compare(measured(12, text), head)))
        log = hostile.runner_reads(printed)
        assert log.commands == log.unknown_commands == []
        assert hostile.unseen_in(printed) == []
