"""The specification of a test: the bot, its store, its model, the run, and the policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.core.default_disruptions import DEFAULT_DISRUPTIONS
from gate.core.event_stream import DONE

MAX_SHARDS = 1000
_SHARD = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")

DEFAULT_REQUEST: Mapping[str, object] = {"session_id": "{session}", "message": "{text}"}
"""The body of a turn in the default contract."""


@dataclass(frozen=True, kw_only=True)
class RequestShape:
    """The HTTP request of one turn. `{session}` and `{text}` are filled in everywhere."""

    method: str = "POST"
    path: str = "/chat"
    json: object = field(default_factory=lambda: dict(DEFAULT_REQUEST))
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The API of a kind of bot: the shape of a request, and the place of the reply in the answer."""

    request: RequestShape = field(default_factory=RequestShape)
    reply: str = "reply"
    """Dotted path to the reply's text, for example `choices.0.message.content`; "" for the whole answer."""
    end_mark: str = DONE
    """The data of the event that ends a streamed reply while the connection stays open."""


@dataclass(frozen=True, kw_only=True)
class ContainerSpecification:
    """The permissions and limits of the bot's container, on the docker runtime only.

    It never gets the engine's socket, privileges or the host's namespaces. Local processes are not contained.
    """

    capabilities: tuple[str, ...] = ()
    """The kernel capabilities that it keeps, by their names without CAP_."""
    memory: int = 2 * 1024**3
    """In bytes; there is no swap."""
    cpus: float = 2.0
    """The upper limit; the runtime never sets more than the machine has."""
    processes: int = 1024
    """The upper limit of processes and threads."""
    egress: bool | None = None
    """Whether it can reach the internet. None: only when it brings its own model."""
    new_privileges: bool = False
    """Whether a program with the set-user-ID bit may gain privileges."""


@dataclass(frozen=True, kw_only=True)
class BotSpecification:
    """The bot under test. Exactly one of `image`, `build`, `command`, `url` says where it comes from."""

    name: str = ""
    """The bot's name in reports; by default its source."""
    image: str | None = None
    build: str | None = None
    """Folder with a Dockerfile, as an absolute path."""
    command: tuple[str, ...] = ()
    """The program and its arguments, started in a copy of `directory`."""
    directory: str = "."
    """The bot's folder on the process runtime, in place of an image; an absolute path."""
    url: str | None = None
    previous: str | None = None
    """The image that a deploy starts from and a rollback returns to."""
    replicas: int = 1
    window: int | None = None
    """How many turns of a session, the present one included, the bot claims to keep; None for all."""
    port: int = 8000
    ready: str = "/healthz"
    """Path that answers 2xx when the bot can take turns."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    protocol: str = "http-json"
    request: RequestShape = field(default_factory=RequestShape)
    reply: str = "reply"
    """See `Contract.reply`."""
    ready_seconds: float = 60.0
    """How long the bot may take to turn healthy."""
    stop_seconds: float = 10.0
    """Grace between SIGTERM and SIGKILL, as in `docker stop`."""
    turn_seconds: float = 60.0
    """How long one turn may take before its outcome counts as unknown."""
    container: ContainerSpecification = field(default_factory=ContainerSpecification)

    @property
    def label(self) -> str:
        """The bot's name in reports."""
        return self.name or self.image or self.build or self.url or " ".join(self.command)


@dataclass(frozen=True, kw_only=True)
class StoreTraits:
    """Facts about a kind of store, by which the settings are checked and explained."""

    sentence: str
    """Completes a sentence that begins with the kind's name: `starts nothing`."""
    image: str = ""
    """The default image of its server, for the docker runtime."""
    has_server: bool = True
    """Whether the gate starts a server, which disruptions of the store need."""
    image_input: str = ""
    """The name of the action's input and of the option for another image; "" where there is none."""
    persistence: Mapping[str, str] = field(default_factory=dict)
    """Value of `persistence` → the data that the store then keeps on disk. The first is the default."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variable that the gate sets for the bot → its meaning."""

    def words(self) -> tuple[str, ...]:
        """Return the values that `persistence` accepts."""
        return tuple(self.persistence)


@dataclass(frozen=True, kw_only=True)
class StoreSpecification:
    """The store that the gate starts for the bot. An empty text means the default of its kind."""

    kind: str = ""
    image: str = ""
    persistence: str = ""
    """One of `StoreTraits.words`."""
    ttl: float | None = None
    """How long the bot has to keep conversations, in seconds; None for unspecified."""
    memory: int = 1024**3
    """The memory limit of its container, in bytes: a bot that fills its store must not fill the machine."""


@dataclass(frozen=True, kw_only=True)
class ModelSpecification:
    """The model that answers the bot's requests."""

    mode: str = "reader"
    """One of five modes.

    `reader` is the reference model. `forward` is a real model, and `record` also records its answers.
    `replay` replays recorded answers. `none` is for a bot that brings its own model.
    """
    base_url: str = "https://api.openai.com/v1"
    """The URL of the real model's API."""
    name: str = ""
    """The name of the model to ask, in place of the one that the bot names; "" keeps the bot's."""
    cassette: str = "memory-gate-cassette.jsonl"
    """The file of recorded answers, as an absolute path."""


@dataclass(frozen=True, kw_only=True)
class JudgeSpecification:
    """The model that judges replies where comparing words cannot. Only scenarios with `judge` need it."""

    base_url: str = ModelSpecification.base_url
    model: str = ""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """One of `count` parts of a run's scenarios; `number` counts from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def read_shard(text: str) -> Shard | None:
    """Parse a shard, written as 2/4; None when it is invalid."""
    found = _SHARD.fullmatch(text.strip())
    if found is None:
        return None
    shard = Shard(number=int(found[1]), count=int(found[2]))
    return shard if 1 <= shard.number <= shard.count <= MAX_SHARDS else None


@dataclass(frozen=True, kw_only=True)
class RunSpecification:
    """The parameters of a run."""

    disruptions: tuple[str, ...] = DEFAULT_DISRUPTIONS
    trials: int = 1
    concurrency: int = 32
    """The most turns in flight at once."""
    jobs: int | None = None
    """The most deployments up at once; None for as many as fit on the machine."""
    seed: int | None = None
    """None draws a new one, which is printed."""
    runtime: str | None = None
    """The name of a runtime; None chooses the first that fits the bot's source."""
    shard: Shard | None = None
    """The part of the scenarios that is played; None for all of them."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The rule that blocks a deploy. Shares are between 0 and 1; counts are of allowed confirmed hits."""

    accuracy: float = 0.95
    max_drop: float = 0.05
    leaks: int = 0
    fabrications: int = 0
    confidence: float | None = None
    """The confidence needed in the accuracy after disruptions, from 0 to 1; None judges the point score."""
    max_unavailable: float | None = None
    """The longest time that the bot may be unavailable during a disruption, in seconds; None for any time."""
    inconclusive: str = "block"
    """`block`, or `allow` to exit with 0 when no fault was found but not everything could be observed."""
