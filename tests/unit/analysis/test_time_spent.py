"""Where the time went: each moment counted once, so that the parts add up to the whole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis.time_spent import (
    DISRUPTION,
    ENGINE,
    JUDGE,
    KINDS,
    REQUEST,
    TURN,
    WAIT,
    Timekeeper,
    sweep,
)
from gate.core.report import TimeSpent
from gate.core.transcript import (
    ConversationPlanned,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentStarted,
    Event,
    FaultSeen,
    JudgeAnswered,
    JudgeAsked,
    ModelAsked,
    RunEnded,
    TurnEnded,
    TurnStarted,
    Waited,
)
from tests.transcripts.events import (
    conversation_planned,
    deployment_closed,
    deployment_started,
    disruption_ended,
    disruption_started,
    model_asked,
    turn_ended,
    turn_started,
)
from tests.unit.core.laws import law

DEPLOYMENTS = ("restart", "kill")


def spent(*events: Event) -> TimeSpent:
    keeper = Timekeeper()
    for event in events:
        keeper.take(event)
    return keeper.spent()


def planned(conversation: str, deployment: str = "restart", at: float = 0.0) -> ConversationPlanned:
    return conversation_planned(conversation, disruption=deployment, at=at)


def began(at: float, turn: str, conversation: str = "c") -> TurnStarted:
    return turn_started(turn, conversation, at=at)


def ended(at: float, turn: str) -> TurnEnded:
    return turn_ended(turn, at=at)


def asked(at: float, seconds: float, deployment: str = "restart") -> ModelAsked:
    return model_asked([], at=at, deployment=deployment, seconds=seconds)


def disrupted(begins: float, ends: float, deployment: str = "restart") -> tuple[Event, Event]:
    return (
        disruption_started(deployment, "restart", at=begins),
        disruption_ended("restart", deployment, at=ends, seconds=ends - begins),
    )


def up(at: float, seconds: float, deployment: str = "restart") -> DeploymentStarted:
    return deployment_started(deployment, at=at, seconds=seconds)


def closed(at: float, seconds: float = 0.0, deployment: str = "restart") -> DeploymentClosed:
    return deployment_closed(deployment, at=at, seconds=seconds)


END = RunEnded(at=10.0)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([planned("c")], TimeSpent(gate=10), id="nothing but the gate"),
        pytest.param([planned("c", at=2)], TimeSpent(engine=2, gate=8), id="the networks are made"),
        pytest.param([planned("c"), up(4, 3)], TimeSpent(engine=3, gate=7), id="a deployment is started"),
        pytest.param([planned("c"), began(1, "1"), ended(4, "1")], TimeSpent(bot=3, gate=7), id="one turn"),
        pytest.param(
            [planned("c"), began(1, "1"), began(2, "2"), ended(4, "1"), ended(5, "2")],
            TimeSpent(bot=4, gate=6),
            id="turns side by side count once",
        ),
        pytest.param(
            [planned("c"), began(1, "1"), asked(4, 2), ended(5, "1")],
            TimeSpent(bot=2, model=2, gate=6),
            id="the turn waits for its model",
        ),
        pytest.param(
            [planned("c"), began(1, "1"), began(1, "2"), asked(5, 4), ended(5, "1"), ended(5, "2")],
            TimeSpent(bot=2, model=2, gate=6),
            id="one of two turns waits for its model",
        ),
        pytest.param(
            [planned("c"), asked(5, 4)],
            TimeSpent(gate=10),
            id="nobody waits for what the bot asks in between",
        ),
        pytest.param(
            [planned("c"), began(1, "1"), disrupted(2, 6)[0], disrupted(2, 6)[1], ended(7, "1")],
            TimeSpent(bot=2, engine=4, gate=4),
            id="a turn during the disruption",
        ),
        pytest.param(
            [
                planned("c"),
                planned("d", "kill"),
                began(1, "1", "d"),
                *disrupted(2, 6),
                ended(7, "1"),
            ],
            TimeSpent(bot=6, gate=4),
            id="a turn during the disruption of another deployment",
        ),
        pytest.param(
            [
                planned("c"),
                disrupted(2, 6)[0],
                FaultSeen(at=5, deployment="restart", cause="engine", sentence=""),
            ],
            TimeSpent(engine=3, gate=7),
            id="a disruption that fails",
        ),
        pytest.param(
            [planned("c"), began(1, "1"), closed(5, 2)],
            TimeSpent(bot=2, engine=7, gate=1),
            id="a turn that never ended is over with its deployment",
        ),
        pytest.param([planned("c"), began(6, "1")], TimeSpent(bot=4, gate=6), id="a run that was cut short"),
        pytest.param([planned("c"), closed(8, 1)], TimeSpent(engine=3, gate=7), id="all is removed"),
        pytest.param(
            [
                planned("c"),
                DeploymentFailed(at=5, deployment="restart", cause="bot", sentence="", seconds=4),
            ],
            TimeSpent(engine=9, gate=1),
            id="a deployment that does not come up",
        ),
        pytest.param(
            [planned("c"), Waited(at=9, conversation="c", seconds=5)],
            TimeSpent(script=5, gate=5),
            id="a pause of the script",
        ),
        pytest.param(
            [
                planned("c"),
                closed(3, 1),
                JudgeAsked(at=4, model="m", questions=1),
                JudgeAnswered(at=7, turn="1", criterion="", holds=True),
            ],
            TimeSpent(engine=2, model=3, gate=5),
            id="the judge is asked",
        ),
    ],
)
def test_time_goes_to_whom_it_is_owed(events: list[Event], expected: TimeSpent) -> None:
    assert spent(*events, END) == expected


times = st.floats(0, 100, allow_nan=False).map(lambda one: round(one, 3))
turns = st.sampled_from(["1", "2", "3", "4"])
deployments = st.sampled_from(DEPLOYMENTS)
anything = st.one_of(
    st.builds(began, times, turns, st.sampled_from(["c", "d"])),
    st.builds(ended, times, turns),
    st.builds(asked, times, times, deployments),
    st.builds(up, times, times, deployments),
    st.builds(closed, times, times, deployments),
    st.builds(lambda at, place: disrupted(at, at, place)[0], times, deployments),
    st.builds(lambda at, place: disrupted(at, at, place)[1], times, deployments),
    st.builds(lambda at, seconds: Waited(at=at, conversation="c", seconds=seconds), times, times),
    st.builds(lambda at: JudgeAsked(at=at, model="m", questions=1), times),
    st.builds(lambda at: JudgeAnswered(at=at, turn="1", criterion="", holds=True), times),
    st.builds(lambda at: FaultSeen(at=at, deployment="kill", cause="bot", sentence=""), times),
)


@law
@given(st.lists(anything, max_size=40), st.booleans())
def test_the_parts_add_up_to_the_whole(events: list[Event], in_order: bool) -> None:
    """Whatever happens side by side, and on a transcript in which time runs backwards too."""
    if in_order:
        events = sorted(events, key=lambda one: one.at)
    time = spent(planned("c"), planned("d", "kill"), *events)
    whole = max((one.at for one in events), default=0.0)
    parts = (time.bot, time.model, time.engine, time.script, time.gate)
    assert min(parts) >= 0
    assert sum(parts) == pytest.approx(whole, abs=1e-5)


def naive(spans: list[tuple[float, float, int]]) -> dict[str, float]:
    """The seconds of each part, by asking at the middle of every stretch which spans hold it."""
    parts = dict.fromkeys(("bot", "model", "engine", "script", "gate"), 0.0)
    moments = sorted({0.0, *(moment for began, ended, _ in spans for moment in (began, ended))})
    for begins, ends in pairwise(moments):
        middle = (begins + ends) / 2
        under_way = [kind for began, ended, kind in spans if began < middle < ended]
        counts = {kind: under_way.count(kind) for kind in KINDS}
        seconds = ends - begins
        if counts[JUDGE]:
            parts["model"] += seconds
        elif counts[TURN]:
            waiting = min(counts[REQUEST], counts[TURN]) / counts[TURN]
            parts["model"] += waiting * seconds
            parts["bot"] += (1 - waiting) * seconds
        elif counts[ENGINE] or counts[DISRUPTION]:
            parts["engine"] += seconds
        else:
            parts["script" if counts[WAIT] else "gate"] += seconds
    return parts


@law
@given(st.lists(st.tuples(times, times, st.sampled_from(KINDS)).filter(lambda one: one[0] < one[1])))
def test_the_sweep_finds_what_looking_at_every_stretch_finds(spans: list[tuple[float, float, int]]) -> None:
    swept = sweep(
        [began for began, _, _ in spans], [ended for _, ended, _ in spans], [kind for _, _, kind in spans]
    )
    for part, seconds in naive(spans).items():
        assert swept.get(part, 0.0) == pytest.approx(seconds, abs=1e-6)


def test_a_clock_that_is_none_says_nothing() -> None:
    assert spent(planned("c"), began(float("nan"), "1"), ended(float("inf"), "1")) == TimeSpent()
    assert spent(planned("c"), up(5, float("inf")), END) == TimeSpent(gate=10)
