"""The `bot` section: where the bot comes from, how it is started, how a turn is put to it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from gate.core.specification import BotSpecification, ContainerSpecification, Contract, RequestShape
from gate.documents import Node, quoted
from gate.settings.container import read_container
from gate.settings.section import Section

SOURCES = ("image", "build", "command", "url")
"""The keys that say where the bot comes from; exactly one is needed."""

BOT_KEYS = (
    *SOURCES,
    *("directory", "previous", "replicas", "window", "port", "ready", "env", "protocol", "request", "reply"),
    *("ready-timeout", "stop-timeout", "turn-timeout", "container"),
)
LATER = {
    "url": ("bot.url (a bot that runs elsewhere)", "write image, build or command instead"),
}
"""Keys that are known and not built yet: what they would say, and what to do instead."""

PORTS = (1, 65535)
REPLICAS = (1, 16)
WINDOWS = (2, 1_000_000)
"""Turns of a session. A window of one turn holds the question alone."""
SECONDS = {"ready-timeout": (0.1, 3600), "stop-timeout": (0, 600), "turn-timeout": (0.1, 3600)}
"""The least and the greatest that may be written."""

REQUEST_KEYS = ("method", "path", "json", "headers")
METHODS = ("POST", "GET", "PUT", "PATCH")

SUPPLIED: Mapping[str, str] = {
    "PORT": "where the bot has to listen, on all interfaces",
    "OPENAI_BASE_URL": "where its model answers: an endpoint of the gate",
    "OPENAI_API_KEY": "the key for that endpoint, good for this run only",
}
"""The variables that the gate sets for every bot, unless its model is its own. A store brings more."""

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
DOTTED_PATH = re.compile(r"[^.\s]+(\.[^.\s]+)*")


class Base(Protocol):
    """The folder at which a relative path starts that was written at `node`."""

    def __call__(self, node: Node) -> Path: ...


def read_bot(
    section: Section,
    *,
    base: Base,
    directory: Path,
    protocols: Mapping[str, Contract],
    supplied: Collection[str],
) -> BotSpecification:
    """The bot as specified; `directory` is the default of its key of that name.

    `supplied` are the environment variables that the gate itself sets.
    """
    defaults = BotSpecification()
    nodes = section.nodes
    given = [name for name in SOURCES if name in nodes]
    for name in given[1:]:
        node = nodes[name].key or nodes[name]
        node.problem(f"{name} is given, and {given[0]} as well", hint="a bot comes from one place: keep one")
    for name, (what, hint) in LATER.items():
        section.refuse(name, what, hint)
    if "previous" in nodes and "command" in nodes:
        (nodes["previous"].key or nodes["previous"]).problem(
            "the previous version is an image, and the bot is given as a command",
            hint="leave it out: on the process runtime both versions are the command",
        )
    protocol = section.choice("protocol", protocols, defaults.protocol)
    contract = protocols.get(protocol, Contract())
    return BotSpecification(
        # The folder as it was written: where it lies is nothing that a reader of the report knows.
        name=f"build of {nodes['build'].text}" if "build" in nodes else defaults.name,
        image=section.image("image"),
        build=_build(nodes["build"], base) if "build" in nodes else None,
        command=_command(nodes["command"]) if "command" in nodes else (),
        directory=_folder(nodes["directory"], base) if "directory" in nodes else str(directory.resolve()),
        previous=section.image("previous"),
        replicas=section.integer("replicas", *REPLICAS, defaults.replicas),
        window=section.nodes["window"].integer(*WINDOWS) if "window" in section.nodes else None,
        port=section.integer("port", *PORTS, defaults.port),
        ready=section.path("ready", defaults.ready),
        environment=_environment(nodes["env"], supplied) if "env" in nodes else {},
        protocol=protocol,
        request=_request(nodes["request"], contract.request) if "request" in nodes else contract.request,
        reply=_reply(nodes["reply"], contract.reply) if "reply" in nodes else contract.reply,
        ready_seconds=section.number("ready-timeout", *SECONDS["ready-timeout"], defaults.ready_seconds),
        stop_seconds=section.number("stop-timeout", *SECONDS["stop-timeout"], defaults.stop_seconds),
        turn_seconds=section.number("turn-timeout", *SECONDS["turn-timeout"], defaults.turn_seconds),
        container=read_container(nodes["container"]) if "container" in nodes else ContainerSpecification(),
    )


def _folder(node: Node, base: Base) -> str:
    """The absolute path of a folder that exists."""
    text = node.line_of_text()
    if text is None:
        return "."
    try:
        folder = (base(node) / text).resolve()
        if not folder.is_dir():
            node.problem(
                f"there is no folder {quoted(text)}", hint="relative paths start at this file's folder"
            )
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError is how Python 3.11 and 3.12 report a loop of symbolic links.
        node.problem(f"the folder cannot be read: {error}")
        return "."
    return str(folder)


def _build(node: Node, base: Base) -> str:
    folder = _folder(node, base)
    if Path(folder).is_dir() and not (Path(folder) / "Dockerfile").is_file():
        node.problem(
            "this folder holds no Dockerfile", hint="name the folder whose Dockerfile builds the bot"
        )
    return folder


def _command(node: Node) -> tuple[str, ...]:
    if not node.is_sequence:
        node.problem(f"expected a list, found {node.found}", hint="for example [python, bot.py]")
        return ()
    words = [(item, item.as_written()) for item in node.sequence()]
    for item, word in words:
        if word is not None and "\0" in word:
            item.problem("an argument cannot hold the character U+0000")
    if not words or words[0][1] == "":
        node.problem("the command is empty", hint="for example [python, bot.py]")
    return tuple(word for _, word in words if word is not None)


def _environment(node: Node, supplied: Collection[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in node.mapping().items():
        text = value.as_written()
        if name in supplied:
            (value.key or value).problem(f"the gate itself sets {name}", hint="leave it out")
        elif not VARIABLE_NAME.fullmatch(name):
            (value.key or value).problem(
                f"{quoted(name)} cannot name a variable", hint="use letters, digits and _, no digit first"
            )
        elif text is not None and "\0" in text:
            value.problem("a variable cannot hold the character U+0000")
        elif text is not None:
            variables[name] = text
    return variables


def _request(node: Node, defaults: RequestShape) -> RequestShape:
    before = len(node.source.problems)
    section = Section(nodes=node.fields(REQUEST_KEYS))
    shape = RequestShape(
        method=section.choice("method", METHODS, defaults.method),
        path=section.path("path", defaults.path),
        json=section.nodes["json"].value() if "json" in section.nodes else defaults.json,
        headers=_headers(section.nodes),
    )
    if len(node.source.problems) == before:
        whole = json.dumps([shape.path, shape.json, dict(shape.headers)])
        for placeholder, meaning in (("{session}", "whose turn it is"), ("{text}", "what is said")):
            if placeholder not in whole:
                (node.key or node).problem(
                    f"the request does not say {meaning}",
                    hint=f'put "{placeholder}" into its json, path or headers',
                )
    return shape


def _headers(nodes: Mapping[str, Node]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in nodes["headers"].mapping().items() if "headers" in nodes else ():
        if not HEADER_NAME.fullmatch(name):
            (value.key or value).problem(f"{quoted(name)} cannot name a header")
        text = value.line_of_text()
        if text is not None:
            headers[name] = text
    return headers


def _reply(node: Node, default: str) -> str:
    text = node.line_of_text()
    if text is not None and not DOTTED_PATH.fullmatch(text):
        node.problem("expected a dotted path into the answer", hint="for example choices.0.message.content")
    return text or default
