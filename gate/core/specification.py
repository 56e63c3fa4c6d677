"""What is to be tested and by which rule: the bot, its store, its model, the run, the policy."""

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
    """How a turn is put to the bot over HTTP. `{session}` and `{text}` are filled in everywhere."""

    method: str = "POST"
    path: str = "/chat"
    json: object = field(default_factory=lambda: dict(DEFAULT_REQUEST))
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a kind of bot wants to be asked, and where its reply stands in the answer."""

    request: RequestShape = field(default_factory=RequestShape)
    reply: str = "reply"
    """Dotted path to the reply's text, for example `choices.0.message.content`; "" for all of the answer."""
    end_mark: str = DONE
    """The data of the event that ends a streamed reply, although the connection stays open."""


@dataclass(frozen=True, kw_only=True)
class ContainerSpecification:
    """What the bot's container is allowed. The engine's socket, privileges and the host's namespaces never.

    Holds on the docker runtime alone: local processes are not contained.
    """

    capabilities: tuple[str, ...] = ()
    """Those of the kernel's capabilities that are not taken away, by their names without CAP_."""
    memory: int = 2 * 1024**3
    """In bytes; there is no swap besides."""
    cpus: float = 2.0
    """At most; never more than the machine has."""
    processes: int = 1024
    """Processes and threads, at most."""
    egress: bool | None = None
    """Whether it reaches the world outside. None: only when it brings its own model."""
    new_privileges: bool = False
    """Whether a program with the set-user-ID bit may gain privileges."""


@dataclass(frozen=True, kw_only=True)
class BotSpecification:
    """The bot under test. Exactly one of `image`, `build`, `command`, `url` says where it comes from."""

    name: str = ""
    """What people call this bot; by default what it is made from."""
    image: str | None = None
    build: str | None = None
    """Folder with a Dockerfile, as an absolute path."""
    command: tuple[str, ...] = ()
    """The program and its arguments, started in a copy of `directory`."""
    directory: str = "."
    """The folder that stands for the bot's image on the process runtime, as an absolute path."""
    url: str | None = None
    previous: str | None = None
    """The image that a deploy starts from and a rollback goes back to."""
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
    """See Contract."""
    ready_seconds: float = 60.0
    """How long the bot may take to turn healthy."""
    stop_seconds: float = 10.0
    """Grace between SIGTERM and SIGKILL, as in `docker stop`."""
    turn_seconds: float = 60.0
    """How long one turn may take before its outcome counts as unknown."""
    container: ContainerSpecification = field(default_factory=ContainerSpecification)

    @property
    def label(self) -> str:
        """What the bot is called in reports."""
        return self.name or self.image or self.build or self.url or " ".join(self.command)


@dataclass(frozen=True, kw_only=True)
class StoreTraits:
    """Facts about a kind of store that the settings check and explain. Every kind declares its own."""

    sentence: str
    """The gate's part, as it follows the kind's name: `starts nothing`."""
    image: str = ""
    """The default image of its server, for the docker runtime."""
    has_server: bool = True
    """Whether the gate starts a server, which disruptions of the store need."""
    image_input: str = ""
    """The action's input, and the option, that names another image; "" where there is none."""
    persistence: Mapping[str, str] = field(default_factory=dict)
    """Word that users may write → what the store then keeps on disk. The first is the default."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variable that the gate sets for the bot → its meaning."""

    def words(self) -> tuple[str, ...]:
        """Return what users may write as `persistence`."""
        return tuple(self.persistence)


@dataclass(frozen=True, kw_only=True)
class StoreSpecification:
    """The store that the gate starts for the bot. An empty text stands for the kind's own default."""

    kind: str = ""
    image: str = ""
    persistence: str = ""
    """A word of the kind's traits."""
    ttl: float | None = None
    """How long the bot is to keep conversations, in seconds; None leaves that open."""
    memory: int = 1024**3
    """What its container is allowed, in bytes; a bot that fills its store shall not fill the machine."""


@dataclass(frozen=True, kw_only=True)
class ModelSpecification:
    """What answers the bot's model requests.

    `reader`; `forward`, a real model; `record`, a real model whose answers are kept; `replay`, the kept
    answers; `none` when the bot brings its own model.
    """

    mode: str = "reader"
    base_url: str = "https://api.openai.com/v1"
    """Where the real model is."""
    name: str = ""
    """The model to be asked, whichever the bot names; "" leaves it to the bot."""
    cassette: str = "memory-gate-cassette.jsonl"
    """The file of the kept answers, as an absolute path."""


@dataclass(frozen=True, kw_only=True)
class JudgeSpecification:
    """The model that judges what no comparison of words can. It is asked only by scenarios with `judge`."""

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
    """The shard that is written as 2/4; None when there is no such one."""
    found = _SHARD.fullmatch(text.strip())
    if found is None:
        return None
    shard = Shard(number=int(found[1]), count=int(found[2]))
    return shard if 1 <= shard.number <= shard.count <= MAX_SHARDS else None


@dataclass(frozen=True, kw_only=True)
class RunSpecification:
    """What the run does. A `seed` of None is drawn afresh and printed."""

    disruptions: tuple[str, ...] = DEFAULT_DISRUPTIONS
    trials: int = 1
    concurrency: int = 32
    """Turns in flight at once, at most."""
    jobs: int | None = None
    """Deployments that are up at once, at most; None for as many as the machine has room for."""
    seed: int | None = None
    runtime: str | None = None
    """`docker` or `process`; None chooses by what the bot is given as."""
    shard: Shard | None = None
    """The part of the scenarios that is played; None for all of them."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """When a deploy is blocked. Shares are between 0 and 1; counts are of confirmed hits allowed."""

    accuracy: float = 0.95
    max_drop: float = 0.05
    leaks: int = 0
    fabrications: int = 0
    confidence: float | None = None
    """How sure the accuracy after a disruption has to be, between 0 and 1; None judges the point score."""
    max_unavailable: float | None = None
    """For how many seconds the bot may be unavailable during a disruption; None for however long."""
    inconclusive: str = "block"
    """`block`, or `allow` to exit 0 when nothing was seen to be wrong but not everything was seen."""
