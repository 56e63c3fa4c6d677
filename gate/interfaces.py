"""The extension surface on one page: what a bot, a deployment, a disruption, a scorer and a reporter are.

A new kind of any of them is one file beside its siblings, one line in its package's dict, one test.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from gate.core.specification import BotSpecification
from gate.core.transcript import Event, JudgeAnswered, StoreFigures
from gate.core.verdict import Report


class Recorder(Protocol):
    """Takes every event of a run, in the order in which it happened."""

    def __call__(self, event: Event) -> None: ...


class Bot(Protocol):
    """The bot as a user meets it."""

    async def say(self, session: str, text: str) -> str:
        """The bot's reply to `text`. Raises TurnRefused or TurnIndeterminate."""
        ...

    async def close(self) -> None:
        """Frees the connections. Never raises."""
        ...


class BotProtocol(Protocol):
    """How to speak to one kind of bot."""

    def connect(self, specification: BotSpecification, address: AddressSource) -> Bot:
        """A bot that is reached at whatever `address` says at the moment of each turn."""
        ...


class AddressSource(Protocol):
    """Where the bot is now, as `http://host:port`; it moves when a container is replaced."""

    def __call__(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One life of the bot. `identity` changes when it is replaced, `started` whenever it starts."""

    identity: str
    """Container id, or the folder that stands for one."""
    started: str
    """Opaque mark of the latest start."""
    running: bool = True
    exit_code: int | None = None
    """Of the last stop, 128 + signal when a signal ended it; None while none has been seen."""


class Deployment(Protocol):
    """A bot and its store, running. Every deployment can be talked to, looked at and closed."""

    def address(self) -> str:
        """Where the bot is now, as `http://host:port`."""
        ...

    def images(self) -> Mapping[str, str]:
        """Role (`bot`, `store`) → image id or version, for the report."""
        ...

    async def instance(self) -> Instance:
        """The bot's present life."""
        ...

    async def wait_until_ready(self) -> None:
        """Returns when the bot answers its health check. Raises BotNotReady, EngineError."""
        ...

    async def store_fault(self) -> str | None:
        """One sentence when the store is not as the gate left it, else None. Raises EngineError."""
        ...

    async def log_tail(self) -> Sequence[str]:
        """The bot's last log lines; untrusted text, at most a few dozen bounded lines."""
        ...

    async def close(self) -> None:
        """Removes everything this deployment made. Safe to call twice."""
        ...


@runtime_checkable
class Stoppable(Protocol):
    """The ability to stop the bot and to start it again, as `docker stop` and `docker start` do."""

    async def stop(self) -> int | None:
        """SIGTERM, then SIGKILL after the grace. The exit code."""
        ...

    async def kill(self) -> int | None:
        """SIGKILL at once. The exit code."""
        ...

    async def start(self) -> None:
        """Starts the stopped instance again, with the same files."""
        ...


@runtime_checkable
class Replaceable(Protocol):
    """The ability to put a fresh instance of the same image in the place of the present one."""

    async def replace(self) -> int | None:
        """Stops the instance gracefully, removes it with its files, starts a new one. The old exit code."""
        ...


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Proof that a disruption took effect, or that it cannot be shown to have.

    `sentence` for people ("container 3f2a → 91bc"), `details` for the report.
    """

    took_effect: bool
    sentence: str
    details: Mapping[str, str] = field(default_factory=dict)


class Disruption(Protocol):
    """One way in which a deploy goes wrong."""

    name: str
    sentence: str
    """What happens, for `memory-gate list disruptions`."""
    proof: str
    """What shows that it happened."""

    async def inflict(self, deployment: Deployment) -> Evidence:
        """Disrupts, heals, waits until the bot is ready again.

        Raises Unsupported, BotNotReady (the bot did not come back) or EngineError.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class StoreView(StoreFigures):
    """What a look into the store found. `values` are those of the asked-for facts that stand in it."""

    values: frozenset[str]


class StoreInspector(Protocol):
    """Looks into the store that the bot was given."""

    async def look(self, values: Collection[str]) -> StoreView:
        """Which of `values` stand anywhere in the store. Raises StoreError."""
        ...


class Store(Protocol):
    """One kind of store: how its server is started, reached and looked into."""

    @property
    def image(self) -> str:
        """The image of its server."""
        ...

    @property
    def program(self) -> str:
        """The name of the server program inside the image."""
        ...

    @property
    def arguments(self) -> Sequence[str]:
        """What the server program is started with, besides its name."""
        ...

    @property
    def port(self) -> int:
        """Where the server listens inside the image."""
        ...

    @property
    def data_folder(self) -> str:
        """Where the server keeps its files inside the image."""
        ...

    @property
    def variable(self) -> str:
        """The environment variable that tells the bot where the store is."""
        ...

    def url(self, host: str, port: int) -> str:
        """What `variable` is set to."""
        ...

    def local_server(self) -> str:
        """The path of a server program on this machine. Raises StoreError when there is none."""
        ...

    async def wait_until_ready(self, host: str, port: int, seconds: float) -> str:
        """Returns the running server's identity when it answers. Raises StoreError after `seconds`."""
        ...

    async def identity(self, host: str, port: int) -> str:
        """What changes when the server restarts. Raises StoreError when it does not answer."""
        ...

    def inspector(self, host: str, port: int) -> StoreInspector:
        """A look into the server's data."""
        ...


class Runtime(Protocol):
    """A place where bots run: the Docker engine, local processes."""

    async def open(self) -> str:
        """Makes the place ready. The address at which bots of this runtime can reach the gate.

        Raises EngineError, InputError.
        """
        ...

    async def deploy(self, name: str, environment: Mapping[str, str]) -> Deployment:
        """A fresh store and a fresh, ready bot. `name` tells deployments of one run apart.

        `environment` is given to the bot besides its own. Raises BotNotReady, EngineError,
        StoreError, InputError; nothing is left running then.
        """
        ...

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        """A look into the store of `deployment`; None when it has none."""
        ...

    async def close(self) -> None:
        """Removes everything of this run. Safe to call twice, and at any moment."""
        ...


class Scorer(Protocol):
    """One way to compare a reply with what was expected."""

    name: str
    sentence: str

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether the reply is as expected."""
        ...


@runtime_checkable
class Tiebreaker(Protocol):
    """A scorer that goes by what a judge has answered about the very reply.

    It is heard last, and only where all other checks hold: it can take away, and never give.
    """

    def advised(self, answers: Mapping[str, JudgeAnswered]) -> Scorer:
        """The scorer that knows these answers, by argument. Its `score` raises Undecided without one."""
        ...


class Reporter(Protocol):
    """Shows a run to somebody: live, event by event, and at the end."""

    def show(self, event: Event) -> None:
        """Called for every event as it happens."""
        ...

    def finish(self, report: Report) -> None:
        """Called once, when the verdict is known."""
        ...
