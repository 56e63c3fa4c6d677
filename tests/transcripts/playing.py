"""Whole runs in memory: a bot with a model and a history, played with, recorded and judged."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from gate.analysis import analyse
from gate.core.facts import Text
from gate.core.guarantees import GUARANTEES
from gate.core.kinds import Kinds
from gate.core.report import Report
from gate.core.scenario import Scenario
from gate.core.specification import RunSpecification
from gate.core.transcript import Event, RunEnded
from gate.core.transcript_lines import decode, encode
from gate.disruptions import DISRUPTIONS
from gate.reference_model.builder import build_reference_model
from gate.reference_model.reading import Message, ReferenceModel
from gate.runner.plan import Turn
from gate.runner.play import never_missed
from gate.runner.sharding import plan_part
from gate.scenarios import load_scenarios
from gate.scorers import SCORERS
from gate.stores import recorded_stores
from tests.transcripts.events import model_asked, run_started
from tests.unit.model_endpoint.prompts import as_messages
from tests.unit.runner.doubles import FakeDeployment, FakeDisruption, FakeRuntime, FakeStage, MemoryBot
from tests.unit.runner.scripts import CITY, MOVED, ORDER, ask, disrupt, filler, scenario

LIBRARY = Path(__file__).parents[2] / "scenarios"
KINDS = Kinds(scorers=SCORERS, disruptions=DISRUPTIONS, guarantees=GUARANTEES)
Shape = Callable[[Sequence[tuple[str, str]], str], list[Message]]

EVERYTHING = scenario(
    ("alice", "My order is {order} and I live in {city}."),
    ("bob", "Hello, I am new here."),
    filler(3),
    ("alice", "I have moved. I live in {moved} now."),
    disrupt(),
    ask("alice", "What is my order number?", contains="{order}"),
    ask("alice", "Which city do I live in now?", "correction", contains="{moved}", without="{city}"),
    ask("alice", "Which city did I name first?", "order", contains="{city}", without="{moved}"),
    ask("bob", "What is my order number?", "isolation", line=30, without="{order}"),
    ask("bob", "Which city do I live in now?", "no-fabrication", line=31, without=("{city}", "{moved}")),
    facts=(ORDER, CITY, MOVED),
    name="everything",
)


@functools.cache
def built_in() -> tuple[Scenario, ...]:
    """The library that ships with the gate."""
    return load_scenarios([LIBRARY], KINDS)


def short_ones() -> tuple[Scenario, ...]:
    """The library without its longest texts, which a bot that mixes sessions repeats in every prompt."""
    return tuple(one for one in built_in() if not any(isinstance(fact, Text) for fact in one.facts))


class ChattingBot(MemoryBot):
    """A bot with a model and a history. What it does wrong is in its subclasses."""

    shape: Shape = staticmethod(as_messages)
    ask_model: Callable[[list[Message]], str]

    def __init__(self) -> None:
        super().__init__()
        self.histories: dict[str, list[tuple[str, str]]] = {}

    async def say(self, session: str, text: str) -> str:
        for _ in range(len(text) % 4):
            await asyncio.sleep(0)
        self.before_answering(session, text)
        history = self.load(session)
        reply = self.reply(session, self.shape(history, text))
        self.save(session, (text, reply))
        # What the inspector of the store looks into.
        self.memory[session] = held(self.load(session))
        return reply

    def reply(self, session: str, prompt: list[Message]) -> str:
        return self.ask_model(prompt)

    def key(self, session: str) -> str:
        return session

    def load(self, session: str) -> list[tuple[str, str]]:
        return self.histories.get(self.key(session), [])

    def save(self, session: str, turn: tuple[str, str]) -> None:
        self.histories.setdefault(self.key(session), []).append(turn)

    def restart(self) -> None:
        """A restart of the process; the histories are in a store."""


def held(history: Sequence[tuple[str, str]]) -> list[str]:
    """Both sides of a history, as a store holds it."""
    return [text for turn in history for text in turn]


def play_with(
    bot: type[ChattingBot],
    *scenarios: Scenario,
    disruptions: Sequence[str] = ("restart",),
    trials: int = 1,
    seed: int = 7,
    missed: Callable[[Turn, str], bool] = never_missed,
    watch: Callable[[Sequence[Event]], None] = lambda events: None,
) -> Report:
    """The report of a run, judged from the transcript as it would be on disk.

    `watch` is told of its events.
    """
    run = RunSpecification(disruptions=tuple(disruptions), trials=trials)
    events = transcript_of(bot, scenarios or (EVERYTHING,), run, seed=seed, missed=missed)
    watch(events)
    return analyse(decode([encode(event) for event in events]), stores=recorded_stores())


def transcript_of(
    bot: type[ChattingBot],
    scenarios: Sequence[Scenario],
    run: RunSpecification,
    *,
    seed: int = 7,
    missed: Callable[[Turn, str], bool] = never_missed,
) -> list[Event]:
    """The events of a run, or of the shard that it names."""
    plan, left_out = plan_part(scenarios, run, window=None, seed=seed)
    reference_model = build_reference_model(plan)
    stage = FakeStage(runtime=FakeRuntime(), missed=missed)

    def new_bot() -> MemoryBot:
        one = bot()
        one.ask_model = lambda prompt: recorded(stage, reference_model, prompt)
        return one

    def restart(deployment: FakeDeployment) -> None:
        assert isinstance(deployment.bot, ChattingBot)
        deployment.bot.restart()
        deployment.bot.memory = {
            session: held(deployment.bot.load(session)) for session in deployment.bot.memory
        }

    stage.runtime.new_bot = new_bot
    for name in ("restart", "kill", "recreate"):
        stage.disruptions[name] = FakeDisruption(name, restart)
    stage.events.append(
        run_started(
            seed=seed,
            runtime="memory",
            disruptions=list(run.disruptions),
            trials=run.trials,
            left_out=left_out,
            shard=str(run.shard or ""),
        )
    )
    stage.play(plan)
    stage.events.append(RunEnded(at=1e9))
    return stage.events


def recorded(stage: FakeStage, reference_model: ReferenceModel, prompt: list[Message]) -> str:
    """What the endpoint does with a request."""
    reading = reference_model.read(prompt)
    stage.events.append(
        model_asked(
            [f"{message.role}: {message.text}" for message in prompt],
            at=0.0,
            about=reading.about,
            answer=reading.answer,
        )
    )
    return reading.answer


def lost_at(report: Report) -> set[str | None]:
    return {one.lost_at for one in report.lost if GUARANTEES[one.guarantee].recall}
