"""Finds and reads scenario files. Reads all of them before it raises, so that one run shows every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gate.core.kinds import Kinds
from gate.core.scenario import Scenario
from gate.documents import Node, given_node, quoted, read_document
from gate.errors import DocumentError, Problem
from gate.scenarios.facts import read_facts
from gate.scenarios.script import ScriptReader

SUFFIXES = (".yml", ".yaml")
SCENARIO_KEYS = ("name", "facts", "script")
REQUIRED_KEYS = ("name", "script")
MAX_NAME = 200


def load_scenarios(
    paths: Sequence[Path], kinds: Kinds, *, working_directory: Path = Path()
) -> tuple[Scenario, ...]:
    """Load all scenarios in `paths`: files, or folders that are searched for *.yml and *.yaml.

    Relative paths start at `working_directory`; a scenario's `file` is its path as given. The files keep
    the order of `paths`, are sorted within a folder, and load once. Raises DocumentError with all mistakes.
    """
    problems: list[Problem] = []
    scenarios: list[Scenario] = []
    names: dict[str, Node] = {}
    seen: set[Path] = set()
    if not paths:
        given_node("scenarios", "", problems=problems).problem(
            "no scenario was given", hint="name a scenario file or a folder of them"
        )
    for path in paths:
        for file in _files(path, working_directory, problems):
            location = (working_directory / file).resolve()
            if location in seen:
                continue
            seen.add(location)
            root = read_document(location, name=file.as_posix(), problems=problems)
            scenario = _scenario(root, kinds, names) if root is not None else None
            if scenario is not None:
                scenarios.append(scenario)
    if problems:
        raise DocumentError(problems)
    return tuple(scenarios)


def _files(path: Path, working_directory: Path, problems: list[Problem]) -> Iterator[Path]:
    """Yield the scenario files at `path`, by the paths that messages show."""
    node = given_node(path.as_posix(), "", problems=problems)
    try:
        found = _scenarios_at(working_directory / path)
    except (OSError, ValueError) as error:
        node.problem(f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return
    if found is None:
        node.problem("there is no such file or folder", hint="check the path of the scenarios")
    elif not found:
        node.problem("this folder holds no scenario", hint="a scenario is a file that ends in .yml or .yaml")
    for file in (path / relative for relative in found or ()):
        try:
            file.as_posix().encode()
        except UnicodeEncodeError:
            node.problem(f"the name of {file.name!r} is not UTF-8", hint="rename the file")
        else:
            yield file


def _scenarios_at(location: Path) -> list[Path] | None:
    """Return the scenario files at and below `location`, relative to it; None when it does not exist."""
    if not location.is_dir():
        return [Path()] if location.exists() else None
    found = (
        file.relative_to(location)
        for file in location.rglob("*")
        if file.suffix in SUFFIXES and file.is_file()
    )
    return sorted(file for file in found if not any(part.startswith(".") for part in file.parts))


def _scenario(root: Node, kinds: Kinds, names: dict[str, Node]) -> Scenario | None:
    """Read the scenario of one file; None without a script. `names` holds the names taken so far."""
    fields = root.fields(SCENARIO_KEYS, required=REQUIRED_KEYS)
    name = fields["name"].line_of_text() if "name" in fields else None
    if name is not None and len(name) > MAX_NAME:
        fields["name"].problem(f"a name has at most {MAX_NAME} characters, this one has {len(name)}")
    elif name is not None:
        taken = names.setdefault(name, fields["name"])
        if taken is not fields["name"]:
            fields["name"].problem(
                f"the name {quoted(name)} is taken", hint=f"by {taken.file}:{taken.line}; choose another one"
            )
    facts = read_facts(fields["facts"]) if "facts" in fields else {}
    if "script" not in fields:
        return None
    reader = ScriptReader(kinds=kinds, facts=facts)
    script = reader.read(fields["script"])
    for fact_name, node in fields["facts"].mapping().items() if facts else ():
        if fact_name not in reader.used and node.key is not None:
            node.key.problem(
                f"fact {quoted(fact_name)} is never used", hint="tell it and ask for it, or leave it out"
            )
    return Scenario(
        name=name or "",
        file=root.file,
        facts=tuple(fact for fact in facts.values() if fact is not None),
        script=script,
    )
