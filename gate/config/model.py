"""The `model` section: the model that answers the bot, and its URL or its recorded answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, Input, Option, Section
from gate.config.value_type import Reading, ValueType
from gate.config.values import http_url, text, word
from gate.core.specification import ModelSpecification
from gate.documents import Node, quoted

ASKS_REAL_MODEL = ("forward", "record")


def cassette_file() -> ValueType:
    """Declare a file of recorded answers, which need not exist. Its value is the absolute path."""

    def read(node: Node, reading: Reading) -> str | None:
        name = node.line_of_text()
        if name is None:
            return None
        path = reading.base(node) / name
        if _found(path.is_dir):
            node.problem("this is a folder", hint=f"name a file, for example {ModelSpecification.cassette}")
        return str(path.absolute())

    return ValueType(read=read, schema=text().schema)


class ModelSection(Section):
    """What answers the bot's model requests."""

    mode: Annotated[
        str,
        word("mode", "reader", "forward", "record", "replay", "none"),
        Option("model", metavar="MODE", help="reader, forward, record, replay or none."),
        Input("model"),
    ] = Field(
        default=ModelSpecification.mode,
        description="What answers the bot's model requests: the gate's reader, a real model (forward,"
        " record), its recorded answers (replay), or the bot's own model (none)",
    )
    base_url: Annotated[str, http_url()] = Field(
        default=ModelSpecification.base_url, description="Where the real model is, for forward and record"
    )
    name: Annotated[str, text(), Absent("the one that the bot names")] = Field(
        default=ModelSpecification.name, description="The model to be asked"
    )
    cassette: Annotated[str, cassette_file()] = Field(
        default=ModelSpecification.cassette,
        description="The file of recorded answers, for record and replay",
    )

    def specification(
        self, nodes: Mapping[str, Node], reading: Reading, *, has_key: bool
    ) -> ModelSpecification:
        """Return the model. By default the cassette lies beside the configuration file."""
        folder = (reading.working_directory / reading.folder).resolve()
        cassette = self.cassette if "cassette" in self.model_fields_set else str(folder / self.cassette)
        if self.mode in ASKS_REAL_MODEL and not has_key:
            nodes["mode"].problem(
                f"mode {self.mode} needs the key of a real model",
                hint="give it as the input openai-api-key, or in the variable OPENAI_API_KEY",
            )
        if self.mode == "replay" and not _found(Path(cassette).is_file):
            (nodes.get("cassette") or nodes["mode"]).problem(
                f"there is no cassette {quoted(Path(cassette).name)}", hint="make one with mode record"
            )
        return ModelSpecification(**{**self.values(), "cassette": cassette})


def _found(look: Callable[[], bool]) -> bool:
    """Return the result of a look at the disk; False when the name is too long."""
    try:
        return look()
    except OSError:
        return False
