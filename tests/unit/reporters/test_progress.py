"""Progress: a line per step, none per turn, and a row per deployment."""

from __future__ import annotations

import dataclasses
from typing import Any

from gate.core.transcript import (
    CONTROL,
    SKIPPED,
    TREATED,
    DeploymentStarted,
    DisruptionStarted,
    JudgeAsked,
    TurnEnded,
)
from gate.reporters.progress import Progress
from tests.transcripts import samples


def test_the_lines_of_a_run_are_its_steps() -> None:
    progress = Progress()
    lines = [line for event in samples.played(conversations=2) for line in progress.add(event)]
    assert lines == [
        "2 scenarios, 8 conversations",
        "restart: bot and store ready in 2.1 s",
        "restart: 4 conversations held",
        "restart: 3f2a91bc77d0 came through restart (1.6 s)",
        "restart: 2 of 2 probes asked",
        "recreate: bot and store ready in 2.1 s",
        "recreate: 4 conversations held",
        "recreate: 3f2a91bc77d0 came through recreate (1.6 s)",
        "recreate: 2 of 2 probes asked",
    ]


def test_what_went_wrong_is_said_when_it_happens() -> None:
    progress = Progress()
    lines = [line for event in samples.troubled() for line in progress.add(event)]
    assert lines == [
        "1 scenario, 3 conversations",
        "restart: the bot did not start: it exited with code 1",
        "kill: bot ready in 0.5 s",
        "kill: 1 conversation held",
        "kill: the bot did not come back (30 s): it exited with code 1",
        "recreate: bot ready in 0.5 s",
        "recreate: cannot go on: it exited with code 1",
        "interrupted",
    ]
    assert [row.steps[-1] for row in progress.rows] == [
        "the bot did not start",
        "the bot did not come back",
        "the store failed",
    ]


def test_a_row_follows_the_conversations() -> None:
    progress = Progress()
    cast = [samples.planned("restart", 1, arm) for arm in (CONTROL, TREATED)]
    for event in (*cast, DeploymentStarted(at=1.0, deployment="restart", seconds=1.0)):
        progress.add(event)
    (row,) = progress.rows
    assert (row.activity, row.share) == ("talking 0/2", 0.0)
    for number in (1, 2, 3):
        for event in samples.turn(cast[1], number):
            progress.add(event)
    assert (row.activity, row.share) == ("talking 1/2", 3 / 8)
    progress.add(DisruptionStarted(at=2.0, deployment="restart", disruption="restart", conversations=1))
    assert (row.steps, row.activity) == (["talked 2/2"], "restart")


def test_a_probe_that_was_never_put_to_the_bot_was_not_asked() -> None:
    progress = Progress()
    cast = samples.planned("restart", 1, TREATED)
    progress.add(cast)
    started, _ = samples.turn(cast, 4)
    progress.add(started)
    progress.add(TurnEnded(at=1.0, turn="restart-1-treated.4", status=SKIPPED, error="it hung"))
    assert progress.rows[0].asked == 0


def test_a_question_that_is_asked_again_is_not_counted_again() -> None:
    progress = Progress()
    cast = samples.planned("restart", 1, TREATED)
    progress.add(cast)
    asked: list[Any] = list(samples.turn(cast, 4))
    again = [dataclasses.replace(event, turn="restart-1-treated.4.r1") for event in asked]
    for event in (*asked, dataclasses.replace(again[0], repeats="restart-1-treated.4"), again[1]):
        progress.add(event)
    [row] = progress.rows
    assert (row.asked, row.turns_ended) == (1, 1)


def test_an_unfinished_deployment_says_how_many_probes_were_asked() -> None:
    progress = Progress()
    unfinished = [
        event
        for event in samples.played(("restart",), conversations=2)
        if getattr(event, "turn", "") != "restart-2-treated.4"
    ]
    lines = [line for event in unfinished for line in progress.add(event)]
    assert lines[-1] == "restart: 1 of 2 probes asked"


def test_events_out_of_nowhere_are_borne() -> None:
    progress = Progress()
    _, ended = samples.turn(samples.planned("restart", 1, TREATED), 1)
    assert progress.add(ended) == ()


def test_a_judge_that_is_asked_is_said_and_one_on_record_too() -> None:
    progress = Progress()
    assert progress.add(JudgeAsked(at=9.0, model="judge-1", questions=3)) == ("asking the judge 3 questions",)
    assert progress.add(JudgeAsked(at=9.0, model="", questions=1)) == ("1 question to the judge, on record",)
