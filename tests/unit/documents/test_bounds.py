"""What reading a file may cost, whatever is in it. Counted in calls: a clock would depend on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.cli.library import known_kinds
from gate.documents import nearest, parse_document
from gate.documents.reading import MAX_BYTES, MAX_VALUES
from gate.documents.source import MAX_MESSAGE, MAX_PROBLEMS, Source
from gate.errors import DocumentError, Problem
from gate.scenarios import load_scenarios

HEAD = "name: n\nfacts:\n  order: word\nscript:\n"
TOO_MANY = f"the file holds more than {MAX_VALUES} keys and values"
MOST_CALLS = 4_000_000
"""Less than a second without a profiler. The worst of these has two million."""


def filled(piece: str, *, head: str = "", tail: str = "") -> str:
    """As many pieces as a file may hold."""
    return head + piece * ((MAX_BYTES - len(head) - len(tail)) // len(piece)) + tail


def numbered(piece: str, count: int) -> str:
    return "".join(piece.format(number) for number in range(count))


def calls_of(work: Callable[[], object]) -> int:
    """How many functions `work` calls, Python's and C's."""
    count = 0

    def called(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def refusal(folder: Path, text: str) -> DocumentError:
    file = folder / "a.yml"
    file.write_text(text, encoding="utf-8")
    assert file.stat().st_size <= MAX_BYTES
    with pytest.raises(DocumentError) as caught:
        load_scenarios([file], known_kinds())
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        filled("a,", head="[", tail="]"),
        filled("[],", head="[", tail="]"),
        filled("[" * 20 + "a" + "]" * 20 + ",", head="[", tail="]"),
        filled("- - - - - - - -\n"),
        filled("k: 1\n- ", head="- "),
        filled('  - a: "{x}"\n', head=HEAD),
        numbered("f{}: 1\n", 9000),
    ],
    ids=["flow", "empty", "deep", "dashes", "mappings", "steps", "keys"],
)
def test_a_file_of_too_many_small_values_is_given_up(text: str) -> None:
    """A megabyte of them took PyYAML twenty-seven seconds."""
    problems: list[Problem] = []

    def read() -> None:
        assert parse_document(text, name="a.yml", problems=problems) is None

    calls = calls_of(read)
    assert [one.message for one in problems] == [TOO_MANY]
    assert problems[0].hint == "split it into several files"
    assert calls < MOST_CALLS


def test_as_many_values_as_are_allowed_are_read() -> None:
    problems: list[Problem] = []
    # The list itself is a value too.
    root = parse_document("- a\n" * (MAX_VALUES - 1), name="a.yml", problems=problems)
    assert root is not None
    assert len(root.sequence()) == MAX_VALUES - 1
    assert not problems
    assert parse_document("- a\n" * MAX_VALUES, name="a.yml", problems=problems) is None


@pytest.mark.parametrize(
    "text",
    [
        # Each undefined fact was compared with each defined one, and each message named them all.
        "name: n\nfacts:\n" + numbered("  fact{}: word\n", 3000) + "script:\n"
        + numbered('  - a: "{{fect{}}}"\n', 900),
        "name: n\nfacts:\n"
        + numbered("  " + "a" * 30 + "{}: word\n", 1000)
        + "script:\n"
        + numbered('  - a: "{{' + "a" * 30 + 'b{}}}"\n', 900),
        "name: n\nfacts:\n"
        + numbered("  fact{}: word\n", 3000)
        + 'script:\n  - a: "'
        + numbered("{{fect{}}}", 7000)
        + '"\n',
        HEAD + numbered("  - expects{}: 1\n", 3000),
        HEAD + "  - {" + numbered("expects{}: a,", 4000) + "}\n",
        "name: n\nfacts:\n" + numbered("  fact{}: wrod\n", 4000) + "script: []\n",
    ],
    ids=["undefined", "alike", "one text", "speakers", "one step", "kinds"],
)  # fmt: skip
def test_a_file_of_nothing_but_mistakes_costs_no_more_than_a_hundred(tmp_path: Path, text: str) -> None:
    found: list[DocumentError] = []
    calls = calls_of(lambda: found.append(refusal(tmp_path, text)))
    assert len(found[0].problems) == MAX_PROBLEMS
    assert all(len(one.message) <= MAX_MESSAGE and len(one.hint) <= MAX_MESSAGE for one in found[0].problems)
    assert calls < MOST_CALLS


def test_the_hundredth_mistake_ends_the_reading() -> None:
    source = Source(name="a.yml", problems=[], text="a")
    for _ in range(MAX_PROBLEMS - 1):
        source.report("wrong", line=1, column=1)
    with pytest.raises(DocumentError) as caught:
        source.report("wrong", line=1, column=1)
    assert len(caught.value.problems) == len(source.problems) == MAX_PROBLEMS


def test_a_suggestion_compares_the_beginnings_of_the_first_words_only() -> None:
    """The words of a scenario are its author's: as many and as long as a file holds."""
    words = [f"{'a' * 500}{number}" for number in range(5000)]
    assert calls_of(lambda: nearest("a" * 10_000 + "b", words)) < 20_000
    assert nearest("ordr", ["order", *words]) == "order"


def test_many_arguments_of_one_expectation_cost_in_proportion(tmp_path: Path) -> None:
    """Each was looked for among all of them, so that ten thousand took twenty seconds."""

    def calls(count: int) -> int:
        file = tmp_path / f"{count}.yml"
        arguments = '"{order}",' * count
        script = f'  - a: "{{order}}"\n  - a: "Which?"\n    expect: {{all: [{arguments}]}}\n'
        file.write_text(HEAD + script, encoding="utf-8")
        return calls_of(lambda: load_scenarios([file], known_kinds()))

    assert calls(1000) < 6 * calls(250)
