"""Scenario files: what they mean, how they are found, and mistakes in their frame."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.facts import Pattern, Pick
from gate.core.scenario import Disrupt, Expectation, Filler, Position, Say, Scenario
from gate.documents import render
from gate.errors import DocumentError, ExitCode
from gate.scenarios import load_scenarios
from tests.unit.scenarios.texts import ASK, EXAMPLE, FACTS, KINDS, TELL, load, mistakes


def test_the_example_of_the_design_means_what_it_says(tmp_path: Path) -> None:
    file = "scenarios/order.yml"
    assert load(tmp_path, EXAMPLE) == Scenario(
        name="Order follow-up survives a deploy",
        file=file,
        facts=(
            Pattern(name="order", template="ORD-######"),
            Pick(name="city", options=("Lisbon", "Oslo", "Kyoto", "Quito")),
            Pick(name="moved", options=("Lisbon", "Oslo", "Kyoto", "Quito"), differs_from="city"),
        ),
        script=(
            Say(
                speaker="alice",
                text="My order is {order} and I live in {city}.",
                position=Position(file=file, line=7, column=5),
            ),
            Say(speaker="bob", text="Hello, I'm new here.", position=Position(file=file, line=8, column=5)),
            Filler(count=6, position=Position(file=file, line=9, column=5)),
            Say(
                speaker="alice",
                text="I have moved. I live in {moved} now.",
                position=Position(file=file, line=10, column=5),
            ),
            Disrupt(kind=None, position=Position(file=file, line=11, column=5)),
            Say(
                speaker="alice",
                text="What is my order number?",
                position=Position(file=file, line=12, column=5),
                expectation=Expectation(checks={"contains": ("{order}",)}),
            ),
            Say(
                speaker="alice",
                text="Which city do I live in now?",
                position=Position(file=file, line=14, column=5),
                expectation=Expectation(checks={"contains": ("{moved}",), "without": ("{city}",)}),
                guarantee="correction",
            ),
            Say(
                speaker="bob",
                text="What is my order number?",
                position=Position(file=file, line=17, column=5),
                expectation=Expectation(checks={"without": ("{order}",)}),
                guarantee="isolation",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("expect", "checks"),
    [
        ('{any: ["{order}", "it is {order}"]}', {"any": ("{order}", "it is {order}")}),
        ('{matches: "ORD-[0-9]{6}|{order}"}', {"matches": ("ORD-[0-9]{6}|{order}",)}),
        ('{contains: "{order}", number: 42}', {"contains": ("{order}",), "number": ("42",)}),
        (
            '{unknown: true, without: "{order}"}\n    guarantee: retention',
            {"unknown": (), "without": ("{order}",)},
        ),
        ("{unknown: true}\n    guarantee: no-fabrication", {"unknown": ()}),
    ],
)
def test_an_expectation_is_kept_by_scorer(
    tmp_path: Path, expect: str, checks: dict[str, tuple[str, ...]]
) -> None:
    scenario = load(tmp_path, FACTS + TELL + f'  - alice: "What is it?"\n    expect: {expect}\n')
    assert isinstance(scenario.script[-1], Say)
    assert scenario.script[-1].expectation == Expectation(checks=checks)


def test_a_fact_that_is_never_told_may_be_asked_for_as_unknown(tmp_path: Path) -> None:
    question = '  - alice: "What is it?"\n    expect: {unknown: "{order}"}\n    guarantee: no-fabrication\n'
    scenario = load(tmp_path, FACTS + "  - alice: Hello\n" + question)
    assert isinstance(scenario.script[-1], Say)
    assert scenario.script[-1].expectation == Expectation(checks={"unknown": ("{order}",)})


def test_a_disruption_may_be_named_and_speakers_may_differ_by_case_or_comma_alone(tmp_path: Path) -> None:
    script = (
        TELL.replace("alice", "Bob,carol")
        + "  - bob: hello\n  - disrupt: kill\n"
        + ASK.replace("alice", "Bob,carol")
    )
    scenario = load(tmp_path, FACTS + script)
    assert scenario.disruptions == ("kill",)
    assert scenario.speakers == ("Bob,carol", "bob")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]\n", [("1:1", "expected a mapping, found a list")]),
        ("facts: {}\n", [("1:1", 'missing key "name"'), ("1:1", 'missing key "script"')]),
        (FACTS.replace("name: n", "name: 7") + TELL + ASK, [("1:7", "expected text, found the number 7")]),
        (FACTS.replace("name: n", "name: ''") + TELL + ASK, [("1:7", "expected text, found an empty one")]),
        (FACTS.replace("name: n", "name: " + "n" * 201) + TELL + ASK, [("1:7", "a name has at most 200 characters, this one has 201")]),
        (FACTS.replace("name: n", "title: n") + TELL + ASK, [("1:1", 'unknown key "title"'), ("1:1", 'missing key "name"')]),
        ("name: n\nscript: []\n", [("2:9", "the script is empty")]),
        ("name: n\nscript:\n", [("2:8", "expected a list, found nothing")]),
        ("name: n\nfacts: []\nscript:\n  - a: b\n", [("2:8", "expected a mapping, found a list"), ("3:1", "the script asks nothing")]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_frame_is_reported_at_its_place(
    tmp_path: Path, text: str, found: list[tuple[str, str]]
) -> None:
    assert mistakes(tmp_path, text) == found


def test_all_mistakes_of_all_files_are_shown_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "a.yml").write_text(EXAMPLE)
    (folder / "b.yaml").write_text(
        EXAMPLE.replace("    expect: ", "    expects: ", 1).replace("disrupt ", "disrupt: kil ")
    )
    (folder / "c.yml").write_bytes(b"\xff")
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path("scenarios"), Path("none")], KINDS, working_directory=tmp_path)
    assert caught.value.exit_code is ExitCode.INPUT
    assert render(caught.value).splitlines() == [
        "error: none: there is no such file or folder",
        "       check the path of the scenarios",
        'error: scenarios/b.yaml:1:7: the name "Order follow-up survives a deploy" is taken',
        "   1 | name: Order follow-up survives a deploy",
        "     |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^  by scenarios/a.yml:1; choose another one",
        'error: scenarios/b.yaml:11:14: unknown disruption "kil"; this version knows: none, restart, kill, recreate',
        "  11 |   - disrupt: kil                                         # or  - disrupt: kill",
        '     |              ^^^  did you mean "kill"?',
        'error: scenarios/b.yaml:13:5: unknown key "expects"',
        '  13 |     expects: "{order}"',
        '     |     ^^^^^^^  did you mean "expect"?',
        "error: scenarios/c.yml:1:1: the file is not UTF-8 text",
        "   1 |",
        "     | ^  save it as UTF-8",
        "5 errors, nothing was started",
    ]


def test_a_folder_is_searched_to_its_depths_in_order_and_each_file_is_read_once(tmp_path: Path) -> None:
    for name in ("b.yml", "a/z.yaml", "a/c.yml", ".hidden/x.yml", "a/notes.md"):
        (tmp_path / "s" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "s" / name).write_text(EXAMPLE.replace("Order", name, 1))
    scenarios = load_scenarios([Path("s/b.yml"), Path("s"), Path("./s/a")], KINDS, working_directory=tmp_path)
    assert [one.file for one in scenarios] == ["s/b.yml", "s/a/c.yml", "s/a/z.yaml"]


def test_an_absolute_path_stays_absolute(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EXAMPLE)
    (scenario,) = load_scenarios([tmp_path / "a.yml"], KINDS)
    assert scenario.file == (tmp_path / "a.yml").as_posix()


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.yml", "there is no such file or folder"), ("empty", "this folder holds no scenario"), ("a\0b", "there is no such file or folder")],
)  # fmt: skip
def test_a_path_without_scenarios_is_an_error_that_names_it(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path(name)], KINDS, working_directory=tmp_path)
    assert [(one.file, one.line, one.message) for one in caught.value.problems] == [(name, 0, message)]


def test_no_path_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="1 error"):
        load_scenarios([], KINDS, working_directory=tmp_path)


def _mutated(source: random.Random, text: str) -> str:
    pieces = [
        *"{}[]:-#'\"|>&*!%\t\n ,?~=\\",
        "{order}",
        "expect",
        "- disrupt\n",
        "  ",
        "not: ",
        "\u2028",
        "\x00",
        "99999999999999999999",
    ]
    for _ in range(source.randint(1, 4)):
        at, length = source.randrange(len(text) + 1), source.choice([0, 0, 1, 3, 20])
        text = text[:at] + source.choice(["", *pieces]) + text[at + length :]
    return text


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200),
        st.randoms().map(lambda source: _mutated(source, EXAMPLE)),
    )
)
def test_whatever_a_file_holds_it_gives_a_scenario_or_a_document_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    try:
        (scenario,) = load_scenarios([file], KINDS)
    except DocumentError as error:
        render(error)
        return
    assert scenario.name
    assert any(isinstance(step, Say) and step.expectation for step in scenario.script)
    assert all(step.position.line >= 1 for step in scenario.script)
