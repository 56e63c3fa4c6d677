"""A part of `make kill-matrix`: each signal, each place, and the moments at which most can go wrong."""

from __future__ import annotations

import signal

import pytest

from gate.core.transcript import EVENTS
from tests.kill_matrix import points
from tests.kill_matrix.neighbourhood import zoo_image
from tests.kill_matrix.scenes import SCENES
from tests.kill_matrix.striking import NEXT_RUN, POST_STEP, SUPERVISORS, SWEEP, Outcome, Point, strike_at
from tests.kill_matrix.table import PROCESS, page, problems

INT, TERM, HUP, KILL = points.SIGNALS


def struck(outcome: Outcome) -> None:
    """The run was ended there, left nothing, and wrote what was known."""
    assert outcome.struck, outcome.output
    assert problems([outcome]) == [], outcome.output


@pytest.mark.parametrize(
    ("kind", "ordinal", "first", "second"),
    [
        ("run-started", 1, HUP, None),
        ("turn-started", 2, KILL, None),
        ("disruption-started", 1, INT, None),
        ("disruption-started", 1, TERM, KILL),
        ("deployment-closed", 1, TERM, None),
        ("turn-ended", 2, INT, TERM),
        ("run-ended", 1, TERM, None),
    ],
)
def test_a_run_of_local_processes_is_ended(
    kind: str, ordinal: int, first: signal.Signals, second: signal.Signals | None
) -> None:
    struck(
        strike_at(
            Point(
                scene="stating", kind=kind, ordinal=ordinal, number=first, second=second, remover=SUPERVISORS
            )
        )
    )


@pytest.mark.docker
def test_runs_on_the_engine_are_ended() -> None:
    """In the middle of the removal too; and what a killed gate left, others remove."""
    chosen = (
        Point(scene="stating", kind="deployment-closed", ordinal=1, number=TERM),
        Point(scene="stating", kind="disruption-started", ordinal=1, number=INT, second=TERM),
        Point(scene="stating", kind="disruption-ended", ordinal=1, number=KILL, remover=POST_STEP),
    )
    with zoo_image() as image:
        for point in chosen:
            struck(strike_at(point, image=image))


def test_the_matrix_has_every_event_with_every_signal() -> None:
    """By what it would strike, given what runs come by."""
    heard = {scene: [(kind, one) for kind in EVENTS for one in (1, 2)] for scene in SCENES}
    everywhere = points.on_processes(heard)
    assert {(one.kind, one.number) for one in everywhere if not one.second} >= {
        (kind, number) for kind in EVENTS for number in points.SIGNALS
    }
    engine = points.on_the_engine("stating", heard["stating"])
    assert {one.kind for one in engine if not one.kills} == set(EVENTS)
    assert {one.remover for one in engine if one.kills} == {SWEEP, POST_STEP, NEXT_RUN}
    assert len(everywhere) + len(engine) >= 100


def test_the_page_counts_what_went_wrong() -> None:
    """A row that shows nothing left behind is worth something only if it could show otherwise."""
    point = Point(scene="stating", kind="turn-ended", ordinal=1, number=TERM)
    good = Outcome(point=point, struck=True, left=[], problems=[], reported=True, seconds=0.5, output="")
    bad = Outcome(
        point=point,
        struck=True,
        left=["process 7"],
        problems=["exit code 3"],
        reported=True,
        seconds=2.0,
        output="",
    )
    assert "| local processes | SIGTERM | 2 | 1 | 1 | 2.0 s |" in page({PROCESS: [good, bad]}, None)
    assert problems([good, bad]) == ["SIGTERM at turn-ended 1 (stating): process 7; exit code 3"]
