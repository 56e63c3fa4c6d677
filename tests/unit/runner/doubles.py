"""A bot, its deployment and the disruptions, all in memory, and a stage to play plans on."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TypeVar

from gate.core.observations import Observations
from gate.core.quota import Quota
from gate.core.transcript import Event
from gate.disruptions import traits_of
from gate.errors import GateError
from gate.ports import (
    CANDIDATE,
    Deployment,
    Disruption,
    Evidence,
    Instance,
    StoreView,
    Traffic,
    TurnLease,
)
from gate.runner.plan import Plan, Turn
from gate.runner.play import RunContext, never_missed, play
from gate.runtimes.turn_routing import route_to

Kind = TypeVar("Kind", bound=Event)


class MemoryBot:
    """Answers a question with all that its session has said. Keeps account of what was under way."""

    def __init__(self) -> None:
        self.memory: dict[str, list[str]] = {}
        self.under_way: Counter[str] = Counter()
        self.most_under_way = 0
        self.texts_met_twice: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.opened: list[str] = []
        self.closed = 0
        self.before_answering: Callable[[str, str], None] = lambda session, text: None
        """Told of every turn; what it raises becomes of the turn."""

    def open(self, session: str) -> MemoryConversation:
        self.opened.append(session)
        return MemoryConversation(self, session)

    async def say(self, session: str, text: str) -> str:
        self.asked.append((session, text))
        if self.under_way[text]:
            self.texts_met_twice.append(text)
        self.under_way[text] += 1
        self.most_under_way = max(self.most_under_way, self.under_way.total())
        try:
            # Other turns get the chance to overlap, as they do on a network.
            for _ in range(3):
                await asyncio.sleep(0)
            self.before_answering(session, text)
            said = self.memory.setdefault(session, [])
            said.append(text)
            return "You said: " + " ".join(said) if text.endswith("?") else "All right."
        finally:
            self.under_way[text] -= 1

    async def close(self) -> None:
        self.closed += 1


class MemoryConversation:
    """One session with a MemoryBot."""

    def __init__(self, bot: MemoryBot, session: str) -> None:
        self.session = session
        self._bot = bot

    async def say(self, text: str) -> str:
        return await self._bot.say(self.session, text)


class FakeDeployment:
    """A deployment of one bot that can lose its memory, its store and its readiness."""

    def __init__(self, name: str, bot: MemoryBot) -> None:
        self.name = name
        self.bot = bot
        self.closed = 0
        self.fault: str | GateError | None = None
        self.limit: str | None = None
        self.close_error: Exception | None = None
        self.images_error: Exception | None = None

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        return route_to(lambda: "http://bot.invalid:8000")()

    def images(self) -> Mapping[str, str]:
        if self.images_error:
            raise self.images_error
        return {"bot": "sha256:1f0c"}

    async def instance(self) -> Instance:
        return Instance(identity=self.name, started="1")

    async def instances(self) -> Sequence[Instance]:
        return (await self.instance(),)

    async def wait_until_ready(self) -> None: ...

    async def store_fault(self) -> str | None:
        if isinstance(self.fault, GateError):
            raise self.fault
        return self.fault

    async def limit_fault(self) -> str | None:
        return self.limit

    async def log_tail(self) -> Sequence[str]:
        return ()

    async def close(self) -> None:
        self.closed += 1
        if self.close_error:
            raise self.close_error


class FakeInspector:
    """Finds what the bot remembers."""

    def __init__(self, bot: MemoryBot) -> None:
        self._bot = bot

    async def look(self, values: Collection[str]) -> StoreView:
        stored = "\n".join(text for texts in self._bot.memory.values() for text in texts)
        return StoreView(values=frozenset(one for one in values if one in stored), keys=1, bytes=len(stored))


class FakeRuntime:
    """Hands out deployments whose bots are made by `new_bot`."""

    def __init__(self, new_bot: Callable[[], MemoryBot] = MemoryBot) -> None:
        self.deployments: list[FakeDeployment] = []
        self.versions: list[str] = []
        self.new_bot = new_bot
        self.deploy_error: Exception | None = None
        self.has_store = True
        self.prepare: Callable[[FakeDeployment], None] = lambda deployment: None
        """Told of every deployment before it is handed out."""

    async def open(self) -> str:
        return "127.0.0.1"

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        self.versions.append(version)
        if self.deploy_error:
            raise self.deploy_error
        deployment = FakeDeployment(name, self.new_bot())
        self.prepare(deployment)
        self.deployments.append(deployment)
        return deployment

    def inspector(self, deployment: Deployment) -> FakeInspector | None:
        assert isinstance(deployment, FakeDeployment)
        return FakeInspector(deployment.bot) if self.has_store else None

    async def close(self) -> None: ...


class FakeDisruption:
    """Does what it is told to the deployment, and says that it took effect."""

    sentence = "Something happens."
    proof = "its word"

    def __init__(self, name: str, harm: Callable[[FakeDeployment], None] = lambda deployment: None) -> None:
        self.name = name
        self.traits = traits_of(name)
        self.injected: list[str] = []
        self.took_effect = True
        self._harm = harm

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        assert isinstance(deployment, FakeDeployment)
        self.injected.append(deployment.name)
        await asyncio.sleep(0)
        self._harm(deployment)
        return Evidence(
            took_effect=self.took_effect,
            sentence=f"{self.name} done",
            observed=Observations(instances=["memory"]),
        )


def forget(deployment: FakeDeployment) -> None:
    """What a restart does to memory in a process."""
    deployment.bot.memory.clear()


def raising(error: Exception) -> Callable[..., None]:
    """A hook that fails."""

    def fail(*_: object) -> None:
        raise error

    return fail


@dataclass
class FakeStage:
    """A run in memory. `events` is what was recorded."""

    runtime: FakeRuntime = field(default_factory=FakeRuntime)
    disruptions: dict[str, FakeDisruption] = field(
        default_factory=lambda: {
            name: FakeDisruption(name) for name in ("none", "restart", "kill", "recreate")
        }
    )
    concurrency: int = 32
    jobs: int = 1
    missed: Callable[[Turn, str], bool] = never_missed
    reply_quota: Quota = field(default_factory=lambda: Quota.for_turns(1000))
    events: list[Event] = field(default_factory=list)

    def real(self) -> RunContext:
        """The stage as the runner takes it. Time passes by one second with every look at the clock."""
        ticks = itertools.count()
        disruptions: Mapping[str, Disruption] = self.disruptions
        return RunContext(
            runtime=self.runtime,
            connect=self._connect,
            reply_quota=self.reply_quota,
            disruptions=disruptions,
            environment=lambda deployment: {
                "OPENAI_BASE_URL": "http://model.invalid/v1",
                "OPENAI_API_KEY": f"key of {deployment}",
            },
            record=self.events.append,
            clock=lambda: float(next(ticks)),
            concurrency=self.concurrency,
            jobs=self.jobs,
            missed=self.missed,
        )

    def play(self, plan: Plan) -> list[Event]:
        """Plays the plan to its end. The events."""
        asyncio.run(play(plan, self.real()))
        return self.events

    @staticmethod
    def _connect(deployment: Deployment) -> MemoryBot:
        assert isinstance(deployment, FakeDeployment)
        return deployment.bot

    def of(self, kind: type[Kind]) -> list[Kind]:
        """The recorded events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def first(self, kind: type[Event]) -> int:
        """The position of the first event of a kind."""
        return next(index for index, event in enumerate(self.events) if isinstance(event, kind))
