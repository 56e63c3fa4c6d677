"""Settings beside the sections: the scenarios, and the settings of a single run."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Annotated

from pydantic import Field

from gate.config.declaration import Absent, Beside, Input, Option, Section, Variable
from gate.config.settings import REPORT_DIRECTORY
from gate.config.value_type import Reading, ValueType
from gate.config.values import one_or_more, text
from gate.documents import Node, quoted


def scenario_paths() -> ValueType:
    """Declare paths of scenarios, relative to the working directory."""

    def read(node: Node, reading: Reading) -> tuple[Path, ...]:
        items = node.one_or_more()
        if not items:
            node.problem("no scenario is named", hint="leave the key out for the built-in ones")
        names = [name for item in items if (name := item.line_of_text()) is not None]
        # Normalised, because GitHub shows annotations only on paths without "..".
        return tuple(
            Path(posixpath.normpath(reading.folder / name)) if node.line else Path(name) for name in names
        )

    return ValueType(
        read=read,
        schema=lambda kinds: one_or_more(text().schema(kinds)),
        words=lambda _: "one, or a list",
    )


def report() -> ValueType:
    """Declare the path of an earlier run's report, or of its folder."""

    def read(node: Node, reading: Reading) -> Path | None:
        name = node.line_of_text()
        if name is None:
            return None
        path = reading.working_directory / name
        if not path.exists():
            node.problem(
                f"there is no report {quoted(name)}",
                hint="name the report.json of an earlier run; leave it out while there is none",
            )
        return path

    return ValueType(read=read, schema=text().schema)


def api_key() -> ValueType:
    """Declare the key of an API, which messages never show."""

    def read(node: Node, _: Reading) -> str | None:
        key = node.line_of_text()
        if key is not None and not all("!" <= character <= "~" for character in key):
            node.problem("the key holds a character that no key has", hint="letters, digits and signs only")
        return key

    return ValueType(read=read, schema=text().schema)


class Invocation(Section):
    """What stands beside the sections."""

    scenarios: Annotated[
        tuple[Path, ...],
        scenario_paths(),
        Option(
            "scenarios",
            metavar="PATH",
            many=True,
            repeats=False,
            help="A scenario file or folder; may be repeated.",
            default="the built-in library",
        ),
        Input("scenarios"),
        Absent("the built-in library"),
    ] = Field(default=(), description="Scenario files and folders")
    baseline: Annotated[
        Path | None,
        report(),
        Option("baseline", metavar="REPORT", help="The report to be no worse than.", repeats=False),
        Input("baseline"),
        Beside(),
    ] = Field(
        default=None, description="The report.json of an earlier run that this one is to be no worse than"
    )
    report_dir: Annotated[
        str,
        text(),
        Option("report-dir", metavar="FOLDER", repeats=False),
        Input("report-dir"),
        Beside(),
    ] = Field(default=REPORT_DIRECTORY.as_posix(), description="Where the report goes")
    # No option: others on the machine could read it there.
    openai_api_key: Annotated[
        str, api_key(), Input("openai-api-key"), Variable("OPENAI_API_KEY"), Beside()
    ] = Field(default="", repr=False, description="The key of a real model")
