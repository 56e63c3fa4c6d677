"""The timeline of a run: bounded, equal as chart and table, and only labels and times for Mermaid."""

from __future__ import annotations

import re

import pytest

from gate.core.transcript import (
    DeploymentClosed,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    RunEnded,
)
from gate.reporters.github_timeline import timeline_markdown
from gate.reporters.timeline import DEPLOYMENTS_SHOWN, Timeline
from tests.transcripts import samples
from tests.unit.reporters import hostile
from tests.unit.reporters.golden import assert_golden

TASK = re.compile(r"  [0-9][0-9A-Za-z .×-]+ :(crit, )?2001-01-01T\d\d:\d\d:\d\d\.\d\d\d, [1-9]\d*ms")
SECTION = re.compile(r"  section [A-Za-z0-9 .×-]+")


def taken(*given: Event) -> Timeline:
    timeline = Timeline()
    for event in given:
        timeline.add(event)
    return timeline


def timeline_blocks(timeline: Timeline) -> list[str]:
    """Return the paragraphs of its Markdown."""
    text = timeline_markdown(timeline)
    return text.removesuffix("\n\n").split("\n\n") if text else []


def chart_of(timeline: Timeline) -> list[str]:
    """Return the lines of the chart without its head and fence."""
    chart = next(block for block in timeline_blocks(timeline) if block.startswith("```mermaid"))
    lines = chart.splitlines()
    assert lines[:2] == ["```mermaid", "gantt"]
    assert lines[-1] == "```"
    return lines[5:-1]


def started(name: str, at: float = 2.0) -> DeploymentStarted:
    return DeploymentStarted(at=at, deployment=name, seconds=1.5)


def disrupted(name: str, at: float = 5.0, **given: object) -> DisruptionEnded:
    fields: dict[str, object] = {
        "at": at,
        "deployment": name,
        "disruption": name,
        "took_effect": True,
        "recovered": True,
        "sentence": "",
        "seconds": 1.0,
    }
    return DisruptionEnded(**{**fields, **given})  # type: ignore[arg-type]


def test_the_timeline_of_a_run() -> None:
    blocks = timeline_blocks(taken(*samples.played(("restart", "kill*3+recreate"))))
    assert_golden("timeline.md", "\n\n".join(blocks) + "\n")


def test_a_deployment_is_started_talks_is_disrupted_and_asks() -> None:
    (lane,) = taken(
        started("kill"),
        DisruptionStarted(at=4.0, deployment="kill", disruption="kill", conversations=3),
        disrupted("kill"),
        DeploymentClosed(at=6.0, deployment="kill"),
        RunEnded(at=7.0),
    ).lanes
    assert [(span.name, span.began, span.ended) for span in lane.spans] == [
        ("start", 0.5, 2.0),
        ("talk", 2.0, 4.0),
        ("kill", 4.0, 5.0),
        ("ask", 5.0, 6.0),
    ]


def test_an_interrupted_run_ends_what_is_going_on() -> None:
    (lane,) = taken(started("kill"), RunEnded(at=3.0, interrupted=True)).lanes
    assert [(span.name, span.ended) for span in lane.spans] == [("start", 2.0), ("talk", 3.0)]


def test_what_does_not_start_or_does_not_come_back_is_marked() -> None:
    timeline = taken(*samples.troubled())
    assert [(lane.name, lane.failed) for lane in timeline.lanes] == [
        ("restart", True),
        ("kill", True),
        ("recreate", False),
    ]
    assert sum(":crit" in line for line in chart_of(timeline)) == 3


def test_many_deployments_and_many_disruptions_are_bounded() -> None:
    every = [started(f"number {index}") for index in range(500)]
    again = [disrupted("number 0", at=3.0 + index) for index in range(500)]
    blocks = timeline_blocks(taken(*every, *again))
    assert blocks[-2] == f"… and {500 - DEPLOYMENTS_SHOWN} more deployments."
    assert len("".join(blocks)) < 10_000


@pytest.mark.parametrize("text", [*hostile.TEXTS, "click", "end", "title x", "%%{init: {}}%%", "a;b#c:d"])
def test_no_text_is_more_than_a_label(text: str) -> None:
    """An allow-list: no syntax of Mermaid gets through."""
    timeline = taken(started(text), disrupted(text), RunEnded(at=6.0))
    for line in chart_of(timeline):
        assert TASK.fullmatch(line) or SECTION.fullmatch(line), line
    blocks = timeline_blocks(timeline)
    assert (blocks[0], blocks[-1]) == ("<details><summary>When what happened</summary>", "</details>")
    assert (
        sum("<details>" in block for block in blocks) == sum("</details>" in block for block in blocks) == 1
    )
    assert len(blocks[2].splitlines()) == 3


@pytest.mark.parametrize("at", [float("nan"), float("inf"), -5.0, 1e300])
def test_times_that_nobody_can_have_measured_break_nothing(at: float) -> None:
    timeline = taken(started("kill", at), disrupted("kill", at, seconds=at), RunEnded(at=at))
    assert all(TASK.fullmatch(line) or SECTION.fullmatch(line) for line in chart_of(timeline))


def test_a_run_that_started_nothing_has_no_timeline() -> None:
    assert timeline_blocks(taken(RunEnded(at=1.0))) == []
