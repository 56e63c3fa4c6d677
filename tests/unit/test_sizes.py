"""Functions stay short, take few parameters, and files stay near one subject."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES_OF_A_FUNCTION = 40
MOST_PARAMETERS = 8
MOST_LINES_OF_A_FILE = 400
COMMANDS = "gate/cli/commands.py"
"""Its functions are typer's: each option is a parameter."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: str) -> list[str]:
    """Return the paths of all Python files in these folders."""
    return sorted(str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(source: str) -> Iterator[Function]:
    """Yield every function of a file."""
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


@pytest.mark.parametrize("source", sources("gate", "memory_gate"))
def test_functions_are_short_and_take_few_parameters(source: str) -> None:
    for function in functions(source):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        assert lines <= MOST_LINES_OF_A_FUNCTION, (source, function.name, lines)
        parameters = [
            *function.args.posonlyargs,
            *(parameter for parameter in function.args.args if parameter.arg not in ("self", "cls")),
            *function.args.kwonlyargs,
        ]
        assert source == COMMANDS or len(parameters) <= MOST_PARAMETERS, (source, function.name)


@pytest.mark.parametrize("folder", ["gate", "memory_gate", "tests", "benchmarks", "docs"])
def test_no_file_is_long(folder: str) -> None:
    lengths = {source: (ROOT / source).read_bytes().count(b"\n") for source in sources(folder)}
    assert lengths
    assert {source: lines for source, lines in lengths.items() if lines > MOST_LINES_OF_A_FILE} == {}
