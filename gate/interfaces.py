"""The extension surface on one page: what a bot, a deployment, a disruption, a scorer and a reporter are.

A new kind of any of them is one file beside its siblings, one line in its package's dict, one test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from gate.core.disruption_traits import DisruptionTraits, Need
from gate.core.observations import Observations
from gate.core.scorer_traits import ScorerTraits
from gate.core.specification import BotSpecification, Contract, StoreSpecification, StoreTraits
from gate.core.store_findings import StoreEvidence, StoreFinding
from gate.core.transcript import Event, JudgeAnswered, StoreFigures
from gate.core.verdict import Report


class Recorder(Protocol):
    """Takes every event of a run, in the order in which it happened."""

    def __call__(self, event: Event, /) -> None: ...


class Conversation(Protocol):
    """One session with the bot, as its user's client keeps it.

    It owns what belongs to the session and outlives every disruption, as a browser outlives a deploy.
    """

    @property
    def session(self) -> str:
        """The id of the session."""
        ...

    async def say(self, text: str) -> str:
        """Put one turn and return the bot's reply. Raises TurnRefused or TurnIndeterminate.

        The way to the bot is leased anew for each turn. Several turns may be under way at once.
        """
        ...


class Bot(Protocol):
    """The bot, as its users' clients reach it."""

    def open(self, session: str) -> Conversation:
        """Open a conversation. Nothing is sent before its first turn."""
        ...

    async def close(self) -> None:
        """End all conversations and free the connections. Never raises."""
        ...


class BotProtocol(Protocol):
    """How to speak to one kind of bot."""

    name: str
    """How `bot.protocol` names it."""
    sentence: str
    """What is sent, for `memory-gate list protocols`."""
    contract: Contract
    """What the settings `request` and `reply` are where they say nothing else."""

    def connect(self, specification: BotSpecification, route_turn: TurnRouter) -> Bot:
        """Return a bot that leases its way anew for each turn."""
        ...


class TurnLease(Protocol):
    """The way of one turn to one replica."""

    @property
    def address(self) -> str:
        """Where this replica listens now, as `http://host:port`. It may move when the replica restarts."""
        ...


class TurnRouter(Protocol):
    """Chooses the replica that a turn goes to."""

    def __call__(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a way for one turn: see Deployment.route_turn."""
        ...


CANDIDATE = "candidate"
"""The version of the bot that is to be deployed."""
PREVIOUS = "previous"
"""The version that it is to take the place of; the candidate again where no other is given."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One life of a replica of the bot, or of its store.

    `identity` changes when it is replaced, `started` whenever it starts.
    """

    identity: str
    """Container id, or the folder that stands for one."""
    started: str
    """Opaque mark of the latest start; of a store the identity of its server, "" while it does not answer."""
    running: bool = True
    exit_code: int | None = None
    """Of the last stop, 128 + signal when a signal ended it; None while none has been seen."""
    image: str = ""
    """What it was made from: the id of an image, or a command."""
    version: str = CANDIDATE
    """Of a replica: CANDIDATE or PREVIOUS."""
    out_of_memory: bool = False
    """Whether the kernel ended it for want of memory."""
    paused: bool = False
    """Whether it runs and gets no time to do anything."""
    turns: int = 0
    """How many turns were directed to it since it was made."""
    turns_under_way: int = 0
    """How many of them have not ended."""
    keys: int | None = None
    """Of a store that answers: how many keys it holds."""


class Deployment(Protocol):
    """A bot, of one or more replicas, and its store. Each can be talked to, looked at and closed."""

    def route_turn(self) -> AbstractAsyncContextManager[TurnLease]:
        """Lease a way for one turn: the replicas that get turns take turns.

        Entering counts the turn, once, whatever is asked of the lease; leaving says that the turn is over.
        """
        ...

    def images(self) -> Mapping[str, str]:
        """Role (`bot`, `store`) → image id or version, for the report."""
        ...

    async def instance(self) -> Instance:
        """The present life of the bot; of several replicas the first one's."""
        ...

    async def instances(self) -> Sequence[Instance]:
        """The present lives of all replicas, those that get no turns included."""
        ...

    async def wait_until_ready(self) -> None:
        """Returns when every replica answers its health check. Raises BotNotReady, EngineError."""
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


class Traffic(Protocol):
    """The users who go on talking while the deployment is disrupted."""

    async def send(self) -> None:
        """One turn of every open session, until each was acknowledged, refused or left open."""
        ...

    def in_flight(self) -> AbstractAsyncContextManager[bool]:
        """Puts one turn of every open session to the bot; inside the block the model holds its answers back.

        Gives True when the bot has asked its model: for each, or for those that it takes at once. False
        when that cannot be shown, because the bot brings its own model, say. Leaving the block lets the
        answers go and waits for the turns to end.
        """
        ...


class Hold(Protocol):
    """The model's answers to some turns, held back."""

    async def asked(self) -> None:
        """Returns when the bot has asked its model: for each turn, or for as many as it takes at once."""
        ...

    def release(self) -> None:
        """Lets the answers go. Safe to call twice."""
        ...


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Proof that a disruption took effect, or that it cannot be shown to have.

    `sentence` for people ("container 3f2a → 91bc"), `observed` for whoever judges.
    """

    took_effect: bool
    sentence: str
    observed: Observations = field(default_factory=Observations)


class Disruption(Protocol):
    """One way in which a deploy goes wrong."""

    name: str
    sentence: str
    """What happens, for `memory-gate list disruptions`."""
    proof: str
    """What shows that it happened."""

    traits: DisruptionTraits
    """What others have to know about it."""

    async def inflict(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Disrupts, lets `traffic` through where it belongs, heals, waits until the bot is ready again.

        Raises Unsupported, BotNotReady (the bot did not come back), StoreError or EngineError.
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
    """The server of one store: how it is started, reached and looked into."""

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
    def persistence(self) -> str:
        """How the server keeps its data over its own end, as the settings name it."""
        ...

    @property
    def memory(self) -> int:
        """What its container is allowed, in bytes."""
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
    def environment(self) -> Mapping[str, str]:
        """The environment variables that the server needs besides the machine's own."""
        ...

    @property
    def stop_signal(self) -> str:
        """The signal that asks the server to end at once and in order, SIGTERM or SIGINT."""
        ...

    def variables(self, host: str, port: int) -> Mapping[str, str]:
        """The environment variables that tell the bot where the store is."""
        ...

    def local_command(self, folder: Path, host: str, port: int) -> Sequence[str]:
        """The command that serves the data in `folder` on this machine. Raises StoreError without one."""
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


class StoreKind(Protocol):
    """One kind of store, under its name in `STORES`. No other package knows that name."""

    @property
    def traits(self) -> StoreTraits:
        """What the settings check and explain."""
        ...

    def build(self, specification: StoreSpecification) -> Store | None:
        """The server for one run, not started yet; None for a kind that starts none."""
        ...

    def diagnose(self, evidence: StoreEvidence) -> Iterable[StoreFinding]:
        """What the looks show: why facts are gone, and which settings lose data. A pure function."""
        ...


class Runtime(Protocol):
    """A place where bots run: the Docker engine, local processes."""

    async def open(self) -> str:
        """Makes the place ready. The address at which bots of this runtime can reach the gate.

        Raises EngineError, InputError.
        """
        ...

    async def deploy(self, name: str, environment: Mapping[str, str], version: str = CANDIDATE) -> Deployment:
        """A fresh store and a fresh, ready bot. `name` tells deployments of one run apart.

        `environment` is given to the bot besides its own; `version` is CANDIDATE or PREVIOUS.
        Raises BotNotReady, EngineError, StoreError, InputError; nothing is left running then.
        """
        ...

    def inspector(self, deployment: Deployment) -> StoreInspector | None:
        """A look into the store of `deployment`; None when it has none."""
        ...

    async def close(self) -> None:
        """Removes everything of this run. Safe to call twice, and at any moment."""
        ...


@dataclass(frozen=True, kw_only=True)
class RuntimeParts:
    """Everything a runtime is built from."""

    bot: BotSpecification
    store: Store | None
    run: str
    """The run's name, which everything made for it carries."""
    environment: Mapping[str, str] = field(repr=False)
    """The gate's own environment variables."""
    brings_model: bool
    """Whether the bot asks a model of its own, which the gate does not serve."""
    trace: Callable[[str], None] | None = None
    """Takes a debug line; None where nobody would see it."""
    connections: AsyncExitStack
    """Holds what is closed after the runtime, which removes everything over it."""


class RuntimeKind(Protocol):
    """One kind of runtime: which bots it runs, and how it is built."""

    name: str
    sentence: str
    """What runs the bot, for `memory-gate list runtimes`."""
    lacking: Mapping[Need, str]
    """The needs of disruptions that it does not meet → why. The contract tests hold it to that."""

    def fits(self, bot: BotSpecification) -> bool:
        """Whether the bot is given as this runtime needs it."""
        ...

    async def build(self, parts: RuntimeParts) -> Runtime:
        """Build the runtime; it makes nothing before it is opened. Raises GateError."""
        ...


@runtime_checkable
class RunsSource(Protocol):
    """A kind of runtime that can run a bot from its source folder, as the demo needs it."""

    manner: str
    """How it runs such a bot, for people: "as local processes"."""

    async def prepare_source(
        self, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]
    ) -> BotSpecification:
        """Make a bot of a folder with a Dockerfile, app.py and requirements.txt. Raises GateError."""
        ...


class Scorer(Protocol):
    """One way to compare a reply with what was expected."""

    name: str
    sentence: str
    traits: ScorerTraits
    """What others have to know about it."""

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


class FileReporter(Reporter, Protocol):
    """A reporter that writes one file into the report folder."""

    name: str
    """What the kind is called where kinds are listed."""
    file: str
    """The name of the file it writes."""
    sentence: str
    """What is in the file, in one sentence."""

    def __init__(self, directory: Path) -> None: ...
