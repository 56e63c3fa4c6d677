"""Finds scenario files and reads them all before it complains, so that one run shows every mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gate.core.facts import Fact, Pattern, Pick
from gate.core.scenario import Scenario
from gate.core.words import WholeWords
from gate.documents import Node, did_you_mean, given_node, nearest, quoted, read_document
from gate.errors import DocumentError, Problem
from gate.scenario_files.script import FACT_NAME, ScriptReader, Vocabulary

SUFFIXES = (".yml", ".yaml")
WILDCARDS = frozenset("#?")
MAX_NAME = 200
MAX_OPTIONS = 200
FACT_KEYS = ("pattern", "pick", "not")


def load_scenarios(
    paths: Sequence[Path], vocabulary: Vocabulary, *, working_directory: Path = Path()
) -> tuple[Scenario, ...]:
    """All scenarios in `paths`, which are files, or folders that are searched for *.yml and *.yaml.

    Relative paths start at `working_directory`; a scenario's `file` is its path as given. Files come in
    the order of `paths`, sorted within a folder, each once. Raises DocumentError with all mistakes.
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
            scenario = _scenario(root, vocabulary, names) if root is not None else None
            if scenario is not None:
                scenarios.append(scenario)
    if problems:
        raise DocumentError(problems)
    return tuple(scenarios)


def _files(path: Path, working_directory: Path, problems: list[Problem]) -> Iterator[Path]:
    """The scenario files that `path` stands for, under the names they go by."""
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
    for file in (path / one for one in found or ()):
        try:
            file.as_posix().encode()
        except UnicodeEncodeError:
            node.problem(f"the name of {file.name!r} is not UTF-8", hint="rename the file")
        else:
            yield file


def _scenarios_at(location: Path) -> list[Path] | None:
    """The scenario files at and below `location`, seen from there; None when nothing is there."""
    if not location.is_dir():
        return [Path()] if location.exists() else None
    found = (
        one.relative_to(location) for one in location.rglob("*") if one.suffix in SUFFIXES and one.is_file()
    )
    return sorted(one for one in found if not any(part.startswith(".") for part in one.parts))


def _scenario(root: Node, vocabulary: Vocabulary, names: dict[str, Node]) -> Scenario | None:
    """The scenario in one file, None when it has none; `names` holds the names taken so far."""
    fields = root.fields(("name", "facts", "script"), required=("name", "script"))
    name = fields["name"].line_of_text() if "name" in fields else None
    if name is not None and len(name) > MAX_NAME:
        fields["name"].problem(f"a name has at most {MAX_NAME} characters, this one has {len(name)}")
    elif name is not None:
        taken = names.setdefault(name, fields["name"])
        if taken is not fields["name"]:
            fields["name"].problem(
                f"the name {quoted(name)} is taken", hint=f"by {taken.file}:{taken.line}; choose another one"
            )
    nodes = fields["facts"].mapping() if "facts" in fields else {}
    facts: dict[str, Fact | None] = {}
    for fact_name, node in nodes.items():
        facts[fact_name] = _fact(fact_name, node, facts)
    if "script" not in fields:
        return None
    reader = ScriptReader(vocabulary=vocabulary, facts=tuple(facts))
    script = reader.read(fields["script"])
    for fact_name, node in nodes.items():
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


def _fact(name: str, node: Node, earlier: dict[str, Fact | None]) -> Fact | None:
    """One fact. `earlier` are those defined above it, None for one that is wrong."""
    if not FACT_NAME.fullmatch(name) and node.key is not None:
        node.key.problem(
            f"{quoted(name)} cannot name a fact", hint="use letters, digits, _ and -, and begin with a letter"
        )
    fields = node.fields(FACT_KEYS)
    kinds = {nearest(key, FACT_KEYS) for key in node.mapping()} - {"not", None} if node.is_mapping else {""}
    if len(kinds) != 1:
        node.problem(
            f"fact {quoted(name)} needs either a pattern or a pick",
            hint='for example {pattern: "ORD-######"} or {pick: [Lisbon, Oslo]}',
        )
    elif "pattern" in fields:
        if "not" in fields:
            (fields["not"].key or node).problem('"not" goes with "pick" only', hint="leave it out")
        return _pattern(name, fields["pattern"])
    elif "pick" in fields:
        return Pick(
            name=name,
            options=_options(fields["pick"]),
            differs_from=_other(fields["not"], earlier) if "not" in fields else None,
        )
    return None


def _pattern(name: str, node: Node) -> Pattern | None:
    template = node.string()
    if template is None:
        return None
    if not WILDCARDS & set(template):
        node.problem(
            "this pattern always gives the same value",
            hint="'#' stands for a digit and '?' for a letter, for example \"ORD-######\"",
        )
    return Pattern(name=name, template=template)


def _options(node: Node) -> tuple[str, ...]:
    """The values to pick from: none is empty, and none is another one or a part of it."""
    items = node.sequence()
    options = [(item, text) for item in items if (text := item.string()) is not None]
    if node.is_sequence and not 2 <= len(items) <= MAX_OPTIONS:
        node.problem(f"a pick needs 2 to {MAX_OPTIONS} values, this one has {len(items)}")
        return ()
    distinct: dict[str, str] = {}
    for item, text in options:
        if not text.strip():
            item.problem("a value cannot be blank", hint="every reply would hold it")
        elif text.casefold() in distinct:
            item.problem(f"the value {quoted(text)} stands here twice", hint="letter case does not count")
        distinct.setdefault(text.casefold(), text)
    every = WholeWords(tuple(distinct.values()))
    for item, text in options:
        for part in sorted({one.value for one in every.occurrences(text)} - {distinct[text.casefold()]}):
            item.problem(
                f"the value {quoted(text)} holds the value {quoted(part)}",
                hint="who answers the one would be taken to have answered the other as well",
            )
    return tuple(distinct.values())


def _other(node: Node, earlier: dict[str, Fact | None]) -> str | None:
    """The fact that a pick must differ from."""
    name = node.string()
    if name is None:
        return None
    if name not in earlier:
        node.problem(
            f"fact {quoted(name)} is not defined above",
            hint=did_you_mean(name, earlier) or '"not" names a pick that stands above this one',
        )
        return None
    if isinstance(earlier[name], Pattern):
        node.problem(f"fact {quoted(name)} is a pattern", hint='"not" names a pick')
    return name
