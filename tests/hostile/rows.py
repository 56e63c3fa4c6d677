"""The hostile bots: what each tries, where it is tried, and the verdict that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PASSED, FAILED, INCONCLUSIVE = "passed", "failed", "inconclusive"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One hostile bot."""

    name: str
    tries: str
    verdict: str
    reason: str = ""
    """What a reason of the verdict has to say."""
    memory: str = "redis"
    """Where the bot keeps its conversations."""
    contained: bool = False
    """Whether it takes a container: as a local process it would harm the machine."""
    bot: Mapping[str, Any] = field(default_factory=dict)
    store: Mapping[str, Any] = field(default_factory=dict)
    often: bool = False
    """Whether every test run tries it."""


NOTHING_SEEN = "no question could be judged"


def _wire(name: str, tries: str, *, often: bool = False) -> Row:
    """An answer that is none: nothing was seen, so nothing is said about the memory."""
    return Row(name=name, tries=tries, verdict=INCONCLUSIVE, reason=NOTHING_SEEN, often=often)


ROWS: tuple[Row, ...] = (
    _wire("endless-stream", "answers in chunks without an end", often=True),
    _wire("slow-reply", "answers one byte a second"),
    _wire("slow-headers", "sends its headers one byte a second"),
    _wire("huge-reply", "announces and sends a terabyte"),
    _wire("gzip-bomb", "answers a quarter of a gigabyte of zeros, packed", often=True),
    _wire("gzip-garbage", "packs its answer wrongly"),
    _wire("header-flood", "sends headers without an end", often=True),
    _wire("endless-header", "sends one header without an end"),
    _wire("continues-for-ever", "sends nothing but `100 Continue`"),
    _wire("never-answers", "answers its health check and nothing else"),
    _wire("half-closed", "closes one half of the connection and waits"),
    _wire("hangs-up", "hangs up in the middle of its answer"),
    _wire("deep-json", "opens a million lists", often=True),
    _wire("deep-closed-json", "nests a hundred thousand objects"),
    _wire("many-values", "fills its answer with a million empty lists"),
    _wire("long-number", "answers a number of three million digits"),
    _wire("not-a-number", "answers `NaN`"),
    _wire("wrong-type", "answers an object where the reply belongs"),
    _wire("invalid-utf8", "answers bytes that are no text"),
    _wire("chunked-garbage", "announces chunks and sends none"),
    _wire("length-too-large", "announces more than it sends"),
    _wire("length-too-small", "announces less than it sends"),
    _wire("two-lengths", "announces two lengths"),
    _wire("not-http", "answers in another protocol"),
    _wire("no-content", "answers `204`"),
    _wire("switches-protocols", "answers `101`"),
    _wire("always-500", "answers `500`, with a reply"),
    _wire("redirects-to-metadata", "redirects to a cloud's metadata", often=True),
    _wire("redirects-to-the-engine", "redirects to the engine's port"),
    _wire("redirects-to-a-file", "redirects to a file"),
    Row(
        name="unknown-encoding",
        tries="says that its answer is packed in a way that nobody knows",
        verdict=FAILED,
    ),
    Row(name="cookies", tries="sets fifty cookies on everything", verdict=PASSED),
    Row(name="largest-replies", tries="pads each reply to the most that is read", verdict=PASSED),
    Row(
        name="forges-commands",
        tries="says and prints workflow commands, escape sequences, Markdown, HTML",
        verdict=PASSED,
    ),
    Row(
        name="forges-commands",
        often=True,
        tries="the same, and forgets, so that its replies are quoted",
        verdict=FAILED,
        memory="process",
    ),
    Row(
        name="forges-in-errors",
        tries="refuses every turn in such words",
        verdict=INCONCLUSIVE,
        reason=NOTHING_SEEN,
    ),
    Row(
        name="forges-last-words",
        often=True,
        tries="ends at once, with such words",
        verdict=INCONCLUSIVE,
        reason="exit code 3",
    ),
    Row(
        name="strange-letters",
        tries="adds direction marks, zero-width letters, NUL, half characters",
        verdict=PASSED,
    ),
    Row(
        name="talks-to-the-judge",
        tries="answers every question with a plea to pass it",
        verdict=FAILED,
    ),
    Row(name="echoes-question", tries="answers with the question", verdict=FAILED),
    Row(
        name="echoes-history",
        tries="answers with all that it knows of the session",
        verdict=FAILED,
        memory="process",
    ),
    Row(name="echoes-everybody", tries="answers with all that anybody said", verdict=FAILED),
    Row(
        name="names-every-number",
        tries="lists 23,000 values in each reply",
        verdict=FAILED,
    ),
    Row(name="another-session", tries="answers each session from another one's memory", verdict=FAILED),
    Row(
        name="floods-model",
        tries="asks its model without an end",
        verdict=INCONCLUSIVE,
        reason="asked its model more often",
        bot={"ready-timeout": 90},
    ),
    Row(
        name="floods-prompts",
        tries="asks its model four megabytes at a time, without an end",
        verdict=INCONCLUSIVE,
        reason="asked its model more often",
        bot={"ready-timeout": 90},
    ),
    Row(name="huge-prompts", tries="sends its model four megabytes with every turn", verdict=PASSED),
    Row(
        name="too-large-bodies",
        tries="sends its model bodies of twenty megabytes",
        verdict=PASSED,
    ),
    Row(name="wrong-keys", tries="tries out keys of the model endpoint", verdict=PASSED),
    Row(name="slow-bodies", tries="begins 200 requests to its model and ends none", verdict=PASSED),
    Row(
        name="many-connections",
        tries="opens 1,000 connections to its model and says nothing",
        verdict=INCONCLUSIVE,
        reason=NOTHING_SEEN,
    ),
    Row(name="hostile-json", often=True, tries="sends its model what no parser likes", verdict=PASSED),
    Row(name="replays-prompts", tries="asks everything once more at every turn", verdict=PASSED),
    Row(
        name="forges-history",
        tries="forgets, and tells its model a history that it made up",
        verdict=FAILED,
    ),
    Row(name="flushes-store", often=True, tries="empties its store after every turn", verdict=FAILED),
    Row(
        name="reconfigures-store",
        tries="takes persistence and memory from its store",
        verdict=FAILED,
    ),
    Row(name="locks-store", tries="sets a password on its store", verdict=INCONCLUSIVE),
    Row(
        name="shuts-store-down",
        tries="shuts its store down",
        verdict=INCONCLUSIVE,
        reason="the store died",
    ),
    Row(name="debug-sleeps-store", tries="`DEBUG SLEEP` for an hour", verdict=PASSED),
    Row(name="pauses-store", tries="`CLIENT PAUSE` for an hour", verdict=INCONCLUSIVE),
    Row(name="keeps-store-busy", tries="runs a script in its store for ever", verdict=INCONCLUSIVE),
    Row(name="replicates-store", tries="makes its store a copy of one elsewhere", verdict=FAILED),
    Row(
        name="kills-connections",
        tries="hangs up on everybody at its store, all the time",
        verdict=INCONCLUSIVE,
    ),
    Row(name="many-keys", tries="puts 30,000 keys into its store", verdict=PASSED),
    Row(name="huge-values", tries="puts a value of 40 MB into its store", verdict=PASSED),
    Row(
        name="fills-store",
        tries="fills its store until it ends",
        verdict=INCONCLUSIVE,
        reason="store.memory",
        contained=True,
        store={"memory": "96m"},
    ),
    Row(name="ignores-sigterm", tries="ignores SIGTERM", verdict=PASSED),
    Row(
        name="exits-at-once",
        tries="ends as it starts",
        verdict=INCONCLUSIVE,
        reason="exit code 7",
    ),
    Row(name="crash-loops", tries="ends at its third turn, in every life", verdict=INCONCLUSIVE),
    Row(name="never-ready", tries="is never healthy", verdict=INCONCLUSIVE, reason="not healthy after"),
    Row(
        name="sick-afterwards",
        tries="is healthy in its first life only",
        verdict=FAILED,
        reason="did not come back",
    ),
    Row(name="floods-log", tries="prints as fast as it can", verdict=PASSED),
    Row(name="endless-line", tries="prints a line of 100 MB", verdict=PASSED),
    Row(name="respawns", often=True, tries="leaves deaf children in sessions of their own", verdict=PASSED),
    Row(name="many-ports", tries="listens on 300 ports", verdict=PASSED),
    Row(
        name="fork-bomb",
        often=True,
        tries="forks without an end",
        verdict=INCONCLUSIVE,
        contained=True,
        bot={"container": {"pids": 64}},
    ),
    Row(
        name="hogs-memory",
        often=True,
        tries="takes memory without an end",
        verdict=INCONCLUSIVE,
        reason="bot.container.memory",
        contained=True,
        bot={"container": {"memory": "128m"}},
    ),
    Row(
        name="fills-disk",
        tries="writes 256 MB to its disk, and fills shared memory",
        verdict=PASSED,
        contained=True,
    ),
    Row(name="floods-log", tries="prints as fast as it can, in a container", verdict=PASSED, contained=True),
    Row(name="respawns", tries="leaves deaf children, in a container", verdict=PASSED, contained=True),
    Row(name="burns-processors", tries="keeps eight processes busy", verdict=PASSED, contained=True),
    Row(
        name="tries-the-engine",
        tries="looks for the engine's socket and ports",
        verdict=PASSED,
        contained=True,
    ),
    Row(
        name="tries-the-internet",
        tries="connects to the world, by address and by name",
        verdict=PASSED,
        contained=True,
    ),
    Row(
        name="tries-neighbours",
        tries="connects to somebody else's containers",
        verdict=PASSED,
        contained=True,
    ),
    Row(
        name="tries-the-kernel",
        often=True,
        tries="mounts, makes devices, traces, changes the kernel, opens raw sockets",
        verdict=PASSED,
        contained=True,
    ),
    Row(name="rewrites-etc", tries="rewrites /etc", verdict=PASSED, contained=True),
)
