"""The files and modules that comments, docstrings and pages name are there."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, codes, pages

SOURCES = ("gate", "memory_gate", "tests", "benchmarks", "docs", "examples", "scenarios", ".ci", ".github")
HASH_COMMENTS = {".yml", ".sh", ".toml", ""}
"""Endings of files whose comments begin with `#`, Python aside."""
OF_RUNS_AND_USERS = {
    *("report.html", "report.json", "summary.md", "comment.md", "memory-gate.yml", "action.yaml"),
    *("checks/order.yml", "scenario.yml", "gate/scorers/begins.py"),
}
"""Files that a run writes or a user has, and CONTRIBUTING's worked example: in no checkout."""

FILE = re.compile(r"(?<![\w./{}*<…~$-])(?:[\w.-]+/)*[\w-]+\.(?:py|ya?ml|md|sh|toml|js|j2)\b(?![\w/*{(-])")
PATH = re.compile(r"(?<![\w./{}*<~$:@-])(?:gate|tests|benchmarks|docs|scenarios|\.ci)(?:/\w[\w.-]*)+")
MODULE = re.compile(r"(?<![\w./-])(?:gate|tests|benchmarks)(?:\.[A-Za-z_]\w*){2,}(?![\w/(-])")
"""Three parts at least: `gate.accuracy` is a key of memory-gate.yml."""


def sources() -> list[str]:
    """Every file of ours that may hold a comment."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in SOURCES:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    kept = (path for path in found if path.suffix == ".py" or path.suffix in HASH_COMMENTS)
    return sorted(path.relative_to(ROOT).as_posix() for path in kept if "__pycache__" not in path.parts)


@cache
def ends_of_paths() -> frozenset[str]:
    """Every path of ours and every end of one: a comment may leave out the folders above."""
    ends: set[str] = set()
    for top in (*SOURCES, *(path.name for path in ROOT.iterdir() if path.is_file())):
        for path in (ROOT / top, *(ROOT / top).rglob("*")):
            parts = path.relative_to(ROOT).parts
            ends.update("/".join(parts[start:]) for start in range(len(parts)))
    return frozenset(ends)


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments and docstrings of a file, each with its line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        for number, line in enumerate(text.splitlines(), 1):
            _, found, comment = line.partition("#")
            if found:
                yield number, comment
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value


def missing(text: str) -> list[str]:
    """Return the files and modules that `text` names and that are not there."""
    named = {match.group().rstrip(".") for pattern in (FILE, PATH) for match in pattern.finditer(text)}
    files = {name for name in named if name.removeprefix("./") not in ends_of_paths() | OF_RUNS_AND_USERS}
    modules = {match.group() for match in MODULE.finditer(text)} - named
    return sorted(files | {name for name in modules if not exists(name)})


@cache
def exists(module: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    while "." in module:
        path = ROOT.joinpath(*module.split("."))
        if path.is_dir() or path.with_suffix(".py").is_file():
            return True
        module, _, attribute = module.rpartition(".")
        holder = ROOT.joinpath(*module.split("."))
        file = holder / "__init__.py" if holder.is_dir() else holder.with_suffix(".py")
        if file.is_file():
            return re.search(rf"\b{attribute}\b", file.read_text(encoding="utf-8")) is not None
    return importlib.util.find_spec(module) is not None


def test_comments_and_docstrings_name_what_is_there() -> None:
    broken = [
        f"{source}:{line}: there is no {name}"
        for source in sources()
        for line, text in prose(ROOT / source)
        for name in missing(text)
    ]
    assert broken == []


@pytest.mark.parametrize("page", pages())
def test_pages_name_files_of_ours_that_are_there(page: str) -> None:
    named = ((code, line) for code, line in codes(page) if PATH.fullmatch(code))
    assert [f"{page}:{line}: there is no {code}" for code, line in named if missing(code)] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see gate/errors.py and errors.py", []),
        ("`gate.errors.GateError` explains", []),
        ("declared in cli/nowhere.py.", ["cli/nowhere.py"]),
        ("what gate/nowhere says", ["gate/nowhere"]),
        ("`gate.nowhere.Thing` and gate.errors.Nothing.", ["gate.errors.Nothing", "gate.nowhere.Thing"]),
    ],
)
def test_what_is_not_there_is_found(text: str, names: list[str]) -> None:
    assert missing(text) == names
