"""The `bot` section: the bot's source, its start and its API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gate.config.container import ContainerSection
from gate.config.declaration import Absent, Input, Option, Section
from gate.config.request import RequestSection, check_placeholders, dotted_path
from gate.config.value_type import Reading, Schema, ValueType
from gate.config.values import (
    folder,
    image_name,
    not_yet,
    number,
    read_folder,
    registered,
    text,
    url_path,
    whole,
)
from gate.core.specification import BotSpecification, ContainerSpecification, Contract
from gate.documents import Node, quoted

SOURCES = ("image", "build", "command", "url")
"""The keys for the bot's source; exactly one is required."""

SUPPLIED: Mapping[str, str] = {
    "PORT": "where the bot has to listen, on all interfaces",
    "OPENAI_BASE_URL": "where its model answers: an endpoint of the gate",
    "OPENAI_API_KEY": "the key for that endpoint, good for this run only",
}
"""The variables that the gate sets for every bot, unless it brings its own model. A store adds more."""

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WRITTEN: Schema = {"type": ["string", "number", "boolean"]}
"""Values that are read as they are spelt, quoted or not."""


def build_folder() -> ValueType:
    """Declare a folder with a Dockerfile. Its value is the absolute path."""

    def read(node: Node, reading: Reading) -> str | None:
        path = read_folder(node, reading)
        if path is not None and not (Path(path) / "Dockerfile").is_file():
            node.problem(
                "this folder holds no Dockerfile", hint="name the folder whose Dockerfile builds the bot"
            )
        return path

    return ValueType(read=read, schema=text().schema)


def command_words() -> ValueType:
    """Declare a program and its arguments."""

    def read(node: Node, _: Reading) -> tuple[str, ...]:
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

    return ValueType(
        read=read,
        schema=lambda _: {"type": "array", "items": WRITTEN, "minItems": 1},
        words=lambda _: "a list",
    )


def variables() -> ValueType:
    """Declare environment variables by their names."""
    return ValueType(
        read=_read_variables,
        schema=lambda _: {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{VARIABLE_NAME.pattern})$"},
            "additionalProperties": WRITTEN,
        },
        words=lambda _: "keys and values",
    )


def _read_variables(node: Node, reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in node.mapping().items():
        written = value.as_written()
        if name in reading.supplied:
            (value.key or value).problem(f"the gate itself sets {name}", hint="leave it out")
        elif not VARIABLE_NAME.fullmatch(name):
            (value.key or value).problem(
                f"{quoted(name)} cannot name a variable", hint="use letters, digits and _, no digit first"
            )
        elif written is not None and "\0" in written:
            value.problem("a variable cannot hold the character U+0000")
        elif written is not None:
            found[name] = written
    return found


class BotSection(Section):
    """Where the bot comes from, how it is started, and how it is spoken to."""

    image: Annotated[
        str | None,
        image_name(),
        Option("image", metavar="NAME", help="The bot's image, in place of the bot of the configuration."),
        Input("image"),
    ] = Field(default=BotSpecification.image, description="The bot's image, on the engine or to be pulled")
    build: Annotated[
        str | None,
        build_folder(),
        Option("build", metavar="FOLDER", help="A folder with a Dockerfile to build the bot from."),
        Input("build"),
    ] = Field(
        default=BotSpecification.build,
        description="A folder with a Dockerfile, from which the image is built first",
    )
    command: Annotated[tuple[str, ...], command_words()] = Field(
        default=BotSpecification.command,
        description="The bot as a program and its arguments, for the process runtime",
    )
    url: Annotated[
        str | None,
        not_yet("bot.url (a bot that runs elsewhere)", "write image, build or command instead"),
    ] = Field(
        default=BotSpecification.url,
        description="The address of a bot that runs elsewhere; not available in this version yet",
    )
    directory: Annotated[str, folder()] = Field(
        default=BotSpecification.directory,
        description="The folder that stands for the bot's image on the process runtime: each fresh instance"
        " gets a copy",
    )
    previous: Annotated[
        str | None,
        image_name(),
        Option("previous-image", metavar="NAME", help="The image that is in production now."),
        Input("previous-image"),
        Absent("the bot's own"),
    ] = Field(
        default=BotSpecification.previous,
        description="The image that blue-green and rolling start from and rollback returns to",
    )
    replicas: Annotated[
        int,
        whole(1, 16),
        Option("replicas", metavar="N", help="How many instances to run."),
        Input("replicas"),
    ] = Field(
        default=BotSpecification.replicas,
        description="How many instances of the bot run side by side and take turns",
    )
    # A window of one turn holds the question alone.
    window: Annotated[int | None, whole(2, 1_000_000), Absent("all")] = Field(
        default=BotSpecification.window,
        description="How many turns of a session, the question included, the bot claims to keep; older facts"
        " are not asked for",
    )
    port: Annotated[int, whole(1, 65535)] = Field(
        default=BotSpecification.port, description="Where the bot listens in its container"
    )
    ready: Annotated[str, url_path()] = Field(
        default=BotSpecification.ready, description="A path that answers 2xx when the bot can take turns"
    )
    environment: Annotated[Mapping[str, str], variables()] = Field(
        alias="env", default={}, description="Environment variables of the bot", repr=False
    )
    protocol: Annotated[str, registered("protocol", lambda kinds: kinds.protocols)] = Field(
        default=BotSpecification.protocol,
        description="How the bot is spoken to, where request and reply say nothing else",
    )
    request: RequestSection = Field(default_factory=RequestSection)
    reply: Annotated[str, dotted_path(), Absent("that of the protocol")] = Field(
        default=BotSpecification.reply,
        description="The dotted path to the reply in the bot's answer, such as choices.0.message.content;"
        " * for every item of a list",
    )
    ready_seconds: Annotated[float, number(0.1, 3600)] = Field(
        alias="ready-timeout",
        default=BotSpecification.ready_seconds,
        description="How many seconds the bot may take until it is ready",
    )
    stop_seconds: Annotated[float, number(0, 600)] = Field(
        alias="stop-timeout",
        default=BotSpecification.stop_seconds,
        description="How many seconds lie between SIGTERM and SIGKILL",
    )
    turn_seconds: Annotated[float, number(0.1, 3600)] = Field(
        alias="turn-timeout",
        default=BotSpecification.turn_seconds,
        description="How many seconds a turn may take before its outcome counts as unknown",
    )
    container: ContainerSection = Field(default_factory=ContainerSection)

    def specification(self, nodes: Mapping[str, Node], reading: Reading) -> BotSpecification:
        """Return the bot. Its protocol and the file's folder provide the defaults."""
        check_source(nodes)
        contract = reading.kinds.protocols.get(self.protocol, Contract())
        given = self.model_fields_set
        request = self.request.specification(contract.request)
        if "request" in given:
            check_placeholders(request, nodes["request"])
        folder = (reading.working_directory / reading.folder).resolve()
        return BotSpecification(
            **{
                **self.values(),
                # The folder as the user wrote it: an absolute path means nothing to readers of the report.
                "name": f"build of {nodes['build'].text}" if "build" in nodes else BotSpecification.name,
                "directory": self.directory if "directory" in given else str(folder),
                "request": request,
                "reply": self.reply if "reply" in given else contract.reply,
                "container": ContainerSpecification(**self.container.values()),
            }
        )


def check_source(nodes: Mapping[str, Node]) -> None:
    """Report a bot with several sources, and a previous version that it cannot have."""
    given = [name for name in SOURCES if name in nodes]
    for name in given[1:]:
        node = nodes[name].key or nodes[name]
        node.problem(f"{name} is given, and {given[0]} as well", hint="a bot comes from one place: keep one")
    if "previous" in nodes and "command" in nodes:
        (nodes["previous"].key or nodes["previous"]).problem(
            "the previous version is an image, and the bot is given as a command",
            hint="leave it out: on the process runtime both versions are the command",
        )
