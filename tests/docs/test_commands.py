"""Every command line in the docs is one that memory-gate, or make, understands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from docs.reference import commands, parameters
from gate.cli.commands import application, guarded
from gate.errors import ExitCode
from tests.docs.pages import ROOT, codes, fences, pages

COMMAND = re.compile(r"(?<![\w./@-])memory-gate +(?=[a-z]|--[a-z])([^\n]*)")
ENDS = (";", "|", "||", "&&", ">", ">>", "&")
MAKE = re.compile(r"(?<![\w./-])make ([a-z-]+)\b")


def to_be_typed() -> Iterator[tuple[str, list[str]]]:
    """The place and the words of each whole command line, from the code blocks."""
    for fence in fences():
        if fence.language != "python":
            for found in COMMAND.finditer(fence.text):
                yield str(fence), words(found[1])


def mentioned() -> Iterator[tuple[str, list[str]]]:
    """The place and the words of each command that running text speaks of; arguments may be left out."""
    for page in pages():
        for text, line in codes(page):
            if found := COMMAND.match(text.replace("\n", " ")):
                yield f"{page}:{line}", words(found[1])


def words(line: str) -> list[str]:
    """The words of a command, up to what the shell does with it."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";|&>")
    lexer.whitespace_split = True
    found = list(lexer)
    ends = [index for index, one in enumerate(found) if one in ENDS]
    return found[: ends[0]] if ends else found


def test_there_are_some_to_look_at() -> None:
    assert {line[0] for _, line in to_be_typed()} >= {"run", "validate", "--version"}
    assert {line[0] for _, line in mentioned()} >= {"run", "judge", "compare", "list", "schema", "sweep"}


def test_every_command_line_that_is_to_be_typed_parses() -> None:
    wrong = []
    for place, (name, *rest) in to_be_typed():
        try:
            if name.startswith("-"):
                typer.main.get_command(application).make_context("memory-gate", [name, *rest])
            else:
                commands()[name].make_context(name, list(rest))
        except Exception as error:
            wrong.append(f"{place}: {name} {' '.join(rest)}: {error!r}")
    assert wrong == []


def test_every_command_that_is_mentioned_has_those_options() -> None:
    wrong = []
    for place, (name, *rest) in mentioned():
        command = typer.main.get_command(application) if name.startswith("-") else commands().get(name)
        known = {one for parameter in parameters(command) for one in parameter.opts} if command else set()
        options = [one for one in (name, *rest) if one.startswith("-")]
        if command is None or not known.issuperset(options):
            wrong.append(f"{place}: {name} {' '.join(rest)}")
    assert wrong == []


def test_a_command_line_with_a_mistake_does_not_parse() -> None:
    with pytest.raises(Exception, match="--imagge"):
        commands()["run"].make_context("run", ["--imagge", "x"])


def test_every_target_of_make_exists() -> None:
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        (place, found)
        for place, text in (
            *((str(one), one.text) for one in fences("console", "sh", "bash")),
            *((f"{page}:{line}", text) for page in pages() for text, line in codes(page)),
        )
        for found in MAKE.findall(text)
    }
    assert {found for _, found in named} >= {"demo", "test", "check", "reference"}
    assert [one for one in named if one[1] not in there] == []


def test_every_command_is_told_in_one_whole_line() -> None:
    """In the list of all commands, 80 columns wide, a sentence that is too long is cut off."""
    shown = CliRunner().invoke(application, ["--help"], env={"COLUMNS": "80"}).stdout
    assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            ["run", "--xyz", "3"],
            "error: No such option: --xyz\n  do:   see  memory-gate run --help\n",
        ),
        (["list"], "error: Missing argument 'WHAT'.\n  do:   see  memory-gate list --help\n"),
        (["runn"], "error: No such command 'runn'. Did you mean 'run'?\n  do:   see  memory-gate --help\n"),
    ],
)
def test_a_mistake_names_the_help_of_its_own_command(
    capsys: pytest.CaptureFixture[str], line: list[str], said: str
) -> None:
    code = guarded(lambda: application(line, prog_name="memory-gate", standalone_mode=False))
    assert (code, capsys.readouterr().err) == (ExitCode.INPUT, said)


def test_without_a_word_there_is_the_help_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code = guarded(lambda: application([], prog_name="memory-gate", standalone_mode=False))
    shown = capsys.readouterr().err
    assert code == ExitCode.INPUT
    assert shown.startswith("Usage: memory-gate")
    assert "error" not in shown
