"""Scenario files: what they mean, and every mistake at its line and column."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.core.facts import Date, Fact, Name, Number, Pattern, Pick, Text, Word
from gate.core.guarantees import GUARANTEES
from gate.core.scenario import Disrupt, Expectation, Filler, Position, Say, Scenario
from gate.documents import render
from gate.errors import DocumentError, ExitCode
from gate.scenario_files import Vocabulary, load_scenarios

VOCABULARY = Vocabulary(
    scorers=("contains", "any", "all", "without", "matches", "number", "fuzzy", "unknown", "judge"),
    disruptions=("none", "restart", "kill", "recreate"),
    guarantees=GUARANTEES,
)

EXAMPLE = """\
name: Order follow-up survives a deploy
facts:
  order: {pattern: "ORD-######"}                    # '#' a digit, '?' a letter
  city:  {pick: [Lisbon, Oslo, Kyoto, Quito]}
  moved: {pick: [Lisbon, Oslo, Kyoto, Quito], not: city}
script:
  - alice: "My order is {order} and I live in {city}."
  - bob: "Hello, I'm new here."
  - filler: 6
  - alice: "I have moved. I live in {moved} now."
  - disrupt                                         # or  - disrupt: kill
  - alice: "What is my order number?"
    expect: "{order}"
  - alice: "Which city do I live in now?"
    expect: {contains: "{moved}", without: "{city}"}
    guarantee: correction
  - bob: "What is my order number?"
    expect: {without: "{order}"}
    guarantee: isolation
"""

FACTS = """\
name: n
facts:
  order: {pattern: "ORD-######"}
script:
"""
"""Four lines, so that the script begins on line 5."""

JUDGE_ALONE = "a judge alone decides nothing: it is heard only where the other checks hold"

TELL = '  - alice: "My order is {order}."\n'
ASK = '  - alice: "What is my order?"\n    expect: "{order}"\n'


def load(folder: Path, text: str, *, name: str = "scenarios/order.yml") -> Scenario:
    """The one scenario in `text`."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    (scenario,) = load_scenarios([Path(name)], VOCABULARY, working_directory=folder)
    return scenario


def mistakes(folder: Path, text: str) -> list[tuple[str, str]]:
    """Place and message of everything wrong with `text`."""
    with pytest.raises(DocumentError) as caught:
        load(folder, text)
    return [(f"{one.line}:{one.column}", one.message) for one in caught.value.problems]


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


def test_a_judge_explains_what_it_is_to_find_and_asks_for_nothing_itself(tmp_path: Path) -> None:
    """The reader and custody go by the facts that are asked for: the city it came from is none."""
    script = (
        '  - alice: "From {origin} to {city}, please."\n'
        '  - alice: "Where does my parcel go?"\n'
        '    expect: {contains: "{city}", judge: ["says to {city}", "not to {origin}"]}\n'
    )
    text = "name: n\nfacts: {city: word, origin: word}\nscript:\n" + script
    last = load(tmp_path, text).script[-1]
    assert isinstance(last, Say)
    assert last.expectation is not None
    assert last.expectation.checks == {
        "contains": ("{city}",),
        "judge": ("says to {city}", "not to {origin}"),
    }
    assert last.expectation.judge == Position(file="scenarios/order.yml", line=6, column=34)
    assert last.expectation.fact_names == ("city",)
    rendered = last.expectation.render({"city": "oak", "origin": "elm"})
    assert rendered.checks["judge"] == ("says to oak", "not to elm")
    assert rendered.judge == last.expectation.judge


@pytest.mark.parametrize(
    "beside",
    ['contains: "{order}"', 'any: ["{order}"]', 'all: "{order}"', 'fuzzy: "{order}"', 'number: "{order}"'],
)
def test_a_judge_may_stand_beside_each_scorer_that_asks_for_a_fact(tmp_path: Path, beside: str) -> None:
    load(tmp_path, FACTS + TELL + f'  - alice: "Which?"\n    expect: {{judge: "is polite", {beside}}}\n')


def test_a_judge_may_stand_beside_an_abstention(tmp_path: Path) -> None:
    """What is not known may be made up without naming a value."""
    script = '  - alice: "Pet?"\n    expect: {unknown: true, judge: "names no pet"}\n    guarantee: no-fabrication\n'
    load(tmp_path, FACTS + TELL + ASK + script)


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
    ("script", "place", "message"),
    [
        ("  - alice: hi {ordr}\n" + TELL + ASK, "5:15", 'fact "ordr" is not defined; this scenario defines: order'),
        (TELL + ASK + '    expects: "x"\n', "8:5", 'unknown key "expects"'),
        (TELL + ASK + "    bob: hi\n", "8:5", 'a step has one speaker, "bob" is another'),
        (TELL + ASK + "  - alice: 12\n", "8:12", "expected text, found the number 12"),
        (TELL + ASK + "  - alice: ' '\n", "8:12", '"alice" says nothing'),
        (TELL + ASK + "  - alice:\n", "8:11", "expected text, found nothing"),
        (TELL + ASK + "  - alice: {order}\n", "8:12", "expected text, found a mapping"),
        (TELL + ASK + "  - wait: soon\n", "8:5", '"wait" is a reserved word and cannot name a speaker'),
        (TELL + ASK + "  - parallel: soon\n", "8:5", '"parallel" is a reserved word and cannot name a speaker'),
        (TELL + ASK + "  - al ice: hi\n", "8:5", '"al ice" cannot name a speaker'),
        (TELL + ASK + f"  - {'a' * 41}: hi\n", "8:5", f'"{"a" * 41}" cannot name a speaker'),
        (TELL + ASK + "  - expect: hi {order}\n", "8:5", "nobody speaks in this step"),
        (TELL + ASK + "  - hello\n", "8:5", 'unknown step "hello"'),
        (TELL + ASK + "  - disrupted\n", "8:5", 'unknown step "disrupted"'),
        (TELL + ASK + "  - fillers: 3\n", "8:5", 'unknown step "fillers"'),
        (TELL + ASK + "  - 5\n", "8:5", "expected text, found the number 5"),
        (TELL + "  - filler: 0\n" + ASK, "6:13", "expected a whole number from 1 to 500, found the number 0"),
        (TELL + "  - filler: 501\n" + ASK, "6:13", "expected a whole number from 1 to 500, found the number 501"),
        (TELL + "  - filler: 2\n    alice: hi\n" + ASK, "7:5", '"alice" cannot stand beside "filler"'),
        (
            TELL + "  - disrupt: kil\n" + ASK,
            "6:14",
            'unknown disruption "kil"; this version knows: none, restart, kill, recreate',
        ),
        (
            TELL + "  - disrupt:\n" + ASK,
            "6:13",
            "expected a disruption, found nothing; this version knows: none, restart, kill, recreate",
        ),
        (TELL + ASK + "  - disrupt\n", "8:5", "nothing is asked after this disruption"),
        (TELL + ASK + "  - disrupt: kill\n  - alice: bye\n", "8:5", "nothing is asked after this disruption"),
        (TELL, "4:1", "the script asks nothing"),
        (TELL + ASK + '    guarantee: durable\n', "8:16", 'unknown guarantee "durable"; this version knows: ' + ", ".join(GUARANTEES)),
        (TELL + ASK + "  - alice: hi\n    guarantee: order\n", "9:5", '"guarantee" needs an "expect" beside it'),
        (TELL + '  - alice: "It?"\n    expect: {contain: "{order}"}\n' + ASK, "7:14", 'unknown key "contain"'),
        (TELL + '  - alice: "It?"\n    expect: {}\n', "7:13", "nothing is expected here"),
        (TELL + '  - alice: "It?"\n    expect: ["{order}"]\n', "7:13", "expected text or a mapping, found a list"),
        (TELL + '  - alice: "It?"\n    expect: {any: []}\n', "7:19", "this list is empty"),
        (TELL + '  - alice: "It?"\n    expect: {any: ["{order}", ""]}\n', "7:31", "a blank text stands in every reply"),
        (TELL + '  - alice: "It?"\n    expect: {any: ["{order}", 7]}\n', "7:31", "expected text, found the number 7"),
        (TELL + '  - alice: "It?"\n    expect: {matches: "({order}"}\n', "7:23", "this is no regular expression: missing ), unterminated subpattern at position 0"),
        (TELL + '  - alice: "It?"\n    expect: "{ordr}"\n', "7:14", 'fact "ordr" is not defined; this scenario defines: order'),
        (ASK + TELL, "6:14", 'alice has not told "order" before this; nobody did'),
        (TELL.replace("alice", "bob") + ASK, "7:14", 'alice has not told "order" before this; only bob did'),
        (TELL + '  - alice: "Is {order} mine?"\n    expect: "{order}"\n', "7:14", 'the question gives fact "order" away'),
        (TELL + '  - alice: "Well?"\n    expect: "yes"\n', "7:13", "this probe asks for no fact"),
        (TELL + '  - alice: "Well?"\n    expect: {without: "{order}"}\n', "7:13", "a bot that remembers nothing passes this probe"),
        (
            '  - bob: "Whose?"\n    expect: {without: "{order}"}\n    guarantee: isolation\n' + TELL,
            "6:24",
            'nobody has told "order" before this, so it cannot leak',
        ),
        (
            TELL + '  - alice: "Whose?"\n    expect: {without: "{order}"}\n    guarantee: isolation\n',
            "7:24",
            'alice told "order", so a bot may well name it',
        ),
        (TELL + '  - alice: "Well?"\n    expect: {unknown: true}\n', "7:13", "a bot that remembers nothing passes this probe"),
        (TELL + '  - alice: "Well?"\n    expect: {without: "{order}"}\n    guarantee: correction\n', "7:13", "a bot that remembers nothing passes this probe"),
        (
            TELL + '  - alice: "Mine?"\n    expect: {unknown: "{order}"}\n    guarantee: no-fabrication\n',
            "7:24",
            'alice told "order", so a bot may well name it',
        ),
        (TELL + '  - alice: "It?"\n    expect: {unknown: false}\n    guarantee: no-fabrication\n', "7:23", "expected text, found false, which YAML takes for true or false"),
        (TELL + '  - alice: "It?"\n    expect: {judge: "says {order}"}\n', "7:14", JUDGE_ALONE),
        (TELL + '  - alice: "It?"\n    expect: {judge: ["says {order}", "is kind"], matches: "{order}"}\n', "7:14", JUDGE_ALONE),
        (TELL + '  - alice: "It?"\n    expect: {judge: "says {order}", contains: "it"}\n', "7:13", "this probe asks for no fact"),
        (TELL + '  - alice: "It?"\n    expect: {judge: "says {order}", unknown: true}\n', "7:13", "a bot that remembers nothing passes this probe"),
        (TELL + '  - bob: "It?"\n    expect: {without: "{order}", judge: "is kind"}\n    guarantee: isolation\n', "7:34", "whether something leaked is certain or nothing: no judge is heard about it"),
        (TELL + '  - alice: "It?"\n    expect: {judge: true, contains: "{order}"}\n', "7:21", "expected text, found true, which YAML takes for true or false"),
        (TELL + '  - alice: "It?"\n    expect: {judge: "says {ordr}", contains: "{order}"}\n', "7:27", 'fact "ordr" is not defined; this scenario defines: order'),
        (TELL + ASK + '  - alice: "a {{order}} b"\n', "8:15", "braces stand only around the name of a fact"),
        (TELL + ASK + '  - alice: "a } b"\n', "8:15", "braces stand only around the name of a fact"),
        (TELL + ASK + "  - alice: |\n      one\n      and {no such}\n", "10:11", 'fact "no such" is not defined; this scenario defines: order'),
    ],
)  # fmt: skip
def test_a_mistake_in_the_script_is_reported_at_its_place(
    tmp_path: Path, script: str, place: str, message: str
) -> None:
    assert mistakes(tmp_path, FACTS + script) == [(place, message)]


@pytest.mark.parametrize(
    ("facts", "place", "message"),
    [
        ("{pattern: plain}", "3:20", "this pattern always gives the same value"),
        ("{}", "3:10", 'fact "order" needs exactly one of pattern, pick, word, name, number, date, text'),
        (
            "{pattern: '#', pick: [a, b]}",
            "3:10",
            'fact "order" needs exactly one of pattern, pick, word, name, number, date, text',
        ),
        ("{patern: '###'}", "3:11", 'unknown key "patern"'),
        ("{pattern: 5}", "3:20", "expected text, found the number 5"),
        ("'###'", "3:10", 'expected a mapping, found "###"'),
        ("{pattern: '###', not: order}", "3:27", '"not" goes with "pick" only'),
        ("{pick: [a]}", "3:17", "a pick needs 2 to 200 values, this one has 1"),
        ("{pick: a}", "3:17", 'expected a list, found "a"'),
        ("{pick: [a, b, A]}", "3:24", 'the value "A" stands here twice'),
        ("{pick: [a, ' ']}", "3:21", "a value cannot be blank"),
        ("{pick: [a, no]}", "3:21", "expected text, found no, which YAML takes for true or false"),
        ("{pick: [York, Oslo, New York]}", "3:30", 'the value "New York" holds the value "York"'),
        ("{pick: [a, b], not: order}", "3:30", 'fact "order" is not defined above'),
        ("{pick: [a, b], not: city}", "3:30", 'fact "city" is not defined above'),
        ("wrod", "3:10", 'unknown kind of fact "wrod"'),
        ("{wrod: true}", "3:11", 'unknown key "wrod"'),
        ("{word: false}", "3:17", "expected true, found false, which YAML takes for true or false"),
        ("{name: [a]}", "3:17", "expected true, found a list"),
        (
            "{word: true, name: true}",
            "3:10",
            'fact "order" needs exactly one of pattern, pick, word, name, number, date, text',
        ),
        ("{word: true, not: order}", "3:23", '"not" goes with "pick" only'),
        ("{number: 12}", "3:19", "expected a range, found the number 12"),
        ("{number: 9..1}", "3:19", "this range ends before it begins"),
        ("{number: 1..9}", "3:19", "a range has at least 10 numbers, or every bot guesses it"),
        ("{number: 01..99}", "3:19", 'expected a range, found "01..99"'),
        ("{number: {from: 1000, till: 9999}}", "3:19", 'missing key "to"'),
        ("{number: {from: 1000, till: 9999}}", "3:32", 'unknown key "till"'),
        (
            "{number: {from: -1, to: 99}}",
            "3:26",
            "expected a whole number from 0 to 1000000000000000, found the number -1",
        ),
        ("{date: 1800..1900}", "3:17", "a range lies between 1900 and 2999"),
        ("{date: tomorrow}", "3:17", 'expected a range, found "tomorrow"'),
        ("{text: {length: 8193}}", "3:26", "expected a whole number from 20 to 8192, found the number 8193"),
        ("{text: {lenght: 30}}", "3:18", 'unknown key "lenght"'),
        (
            "{text: {unicode: yes}}",
            "3:27",
            "expected true or false, found yes, which YAML takes for true or false",
        ),
        ("{text: 200}", "3:17", "expected a mapping, found the number 200"),
        ("word\n  city: {pick: [a, b], not: order}", "4:29", 'fact "order" is a word'),
        ("{pattern: '##'}\n  '9x': {pattern: '##'}", "4:3", '"9x" cannot name a fact'),
        ("{pattern: '##'}\n  city: {pattern: '##'}", "4:3", 'fact "city" is never used'),
        ("{pattern: '##'}\n  city: {pick: [a, b], not: order}", "4:29", 'fact "order" is a pattern'),
    ],
)
def test_a_mistake_in_the_facts_is_reported_at_its_place(
    tmp_path: Path, facts: str, place: str, message: str
) -> None:
    found = mistakes(tmp_path, f"name: n\nfacts:\n  order: {facts}\nscript:\n" + TELL + ASK)
    assert (place, message) in found
    assert all("never used" in other or "key" in other for at, other in found if at != place)


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


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("word", Word(name="order")),
        ("{word: true}", Word(name="order")),
        ("name", Name(name="order")),
        ("number", Number(name="order", lowest=1000, highest=9999)),
        ("{number: 10..99}", Number(name="order", lowest=10, highest=99)),
        ("{number: {from: 10, to: 99}}", Number(name="order", lowest=10, highest=99)),
        ("{date: true}", Date(name="order")),
        ("{date: 2027..2027}", Date(name="order", first_year=2027, last_year=2027)),
        ("text", Text(name="order", length=200)),
        (
            "{text: {length: 30, unicode: true, newlines: true}}",
            Text(name="order", length=30, unicode=True, newlines=True),
        ),
    ],
)
def test_each_kind_of_fact_means_what_it_says(tmp_path: Path, written: str, fact: Fact) -> None:
    scenario = load(tmp_path, f"name: n\nfacts:\n  order: {written}\nscript:\n" + TELL + ASK)
    assert scenario.facts == (fact,)


def test_one_misspelt_fact_is_one_mistake(tmp_path: Path) -> None:
    """Neither "never used" nor "has not told" follows from it."""
    assert mistakes(tmp_path, FACTS + TELL.replace("{order}", "{ordr}") + ASK) == [
        ("5:25", 'fact "ordr" is not defined; this scenario defines: order')
    ]


def test_all_mistakes_of_all_files_are_shown_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "a.yml").write_text(EXAMPLE)
    (folder / "b.yaml").write_text(
        EXAMPLE.replace("    expect: ", "    expects: ", 1).replace("disrupt ", "disrupt: kil ")
    )
    (folder / "c.yml").write_bytes(b"\xff")
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path("scenarios"), Path("none")], VOCABULARY, working_directory=tmp_path)
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
    scenarios = load_scenarios(
        [Path("s/b.yml"), Path("s"), Path("./s/a")], VOCABULARY, working_directory=tmp_path
    )
    assert [one.file for one in scenarios] == ["s/b.yml", "s/a/c.yml", "s/a/z.yaml"]


def test_an_absolute_path_stays_absolute(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EXAMPLE)
    (scenario,) = load_scenarios([tmp_path / "a.yml"], VOCABULARY)
    assert scenario.file == (tmp_path / "a.yml").as_posix()


@pytest.mark.parametrize(
    ("name", "message"),
    [("none.yml", "there is no such file or folder"), ("empty", "this folder holds no scenario"), ("a\0b", "there is no such file or folder")],
)  # fmt: skip
def test_a_path_without_scenarios_is_an_error_that_names_it(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DocumentError) as caught:
        load_scenarios([Path(name)], VOCABULARY, working_directory=tmp_path)
    assert [(one.file, one.line, one.message) for one in caught.value.problems] == [(name, 0, message)]


def test_no_path_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="1 error"):
        load_scenarios([], VOCABULARY, working_directory=tmp_path)


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


@settings(max_examples=500, deadline=None)
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
        (scenario,) = load_scenarios([file], VOCABULARY)
    except DocumentError as error:
        render(error)
        return
    assert scenario.name
    assert any(isinstance(step, Say) and step.expectation for step in scenario.script)
    assert all(step.position.line >= 1 for step in scenario.script)
