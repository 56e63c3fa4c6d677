"""Every mistake in a script at its line and column."""

# ruff: noqa: E501  -- a table of mistakes reads best with one mistake a line

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.guarantees import GUARANTEES
from gate.core.scenario import Say
from gate.errors import DocumentError
from gate.scorers.checks import rendered
from gate.scorers.matches import Matches
from tests.unit.core.laws import law
from tests.unit.scenarios.texts import ASK, FACTS, TELL, load, mistakes

JUDGE_ALONE = "a judge alone decides nothing: it is heard only where the other checks hold"


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
        (TELL + ASK + '  - states: "Hello."\n', "8:5", "nobody speaks in this step"),
        (TELL + "  - wait: soon\n" + ASK, "6:11", 'expected a duration, found "soon"'),
        (TELL + "  - wait: 0\n" + ASK, "6:11", "a pause is longer than nothing and at most 60 minutes"),
        (TELL + "  - wait: 61m\n" + ASK, "6:11", "a pause is longer than nothing and at most 60 minutes"),
        (TELL + "  - wiat: 2s\n" + ASK, "6:5", 'unknown step "wiat"'),
        (TELL + ASK + "  - wait: 2s\n", "8:5", "nothing is asked after this pause"),
        (TELL + ASK + "  - parallel: soon\n", "8:15", 'expected a list, found "soon"'),
        (TELL + ASK + "  - paralel: [{alice: hi}, {alice: ho}]\n", "8:5", 'unknown step "paralel"'),
        (TELL + ASK + "  - parallel: [{alice: hi}]\n", "8:15", "a parallel block has 2 to 100 turns, this one has 1"),
        (TELL + ASK + "  - parallel: [{alice: hi}, {filler: 2}, {bob: hi there}]\n", "8:30", "only turns stand in a parallel block"),
        (TELL + ASK + "  - parallel: [{alice: hi}, disrupt, {bob: hi there}]\n", "8:29", "only turns stand in a parallel block"),
        (
            TELL + ASK + "  - parallel: [{alice: hi}, {alice: hi}]\n",
            "8:29",
            "alice says what alice says at the same moment; their requests to the model could not be told apart",
        ),
        (
            TELL + '  - parallel:\n      - alice: "Hello."\n      - alice: "Which?"\n        expect: "{order}"\n',
            "8:9",
            "alice is asked while another turn of alice is under way; their requests to the model could not be told apart",
        ),
        (
            '  - parallel:\n      - bob: "Which?"\n        expect: {without: "{order}"}\n        guarantee: isolation\n      - alice: "My order is {order}."\n',
            "7:28",
            'nobody has told "order" before this, so it cannot leak',
        ),
        (
            TELL + "  - disrupt\n" + TELL + ASK,
            "7:25",
            'alice told "order" before the disruption as well; told again, it no longer shows what survived',
        ),
        (
            TELL + "  - disrupt\n" + ASK + "  - disrupt\n" + ASK,
            "11:14",
            'alice was asked for "order" before this disruption; the reply may have refreshed the memory',
        ),
        (TELL + ASK + '  - alice: "{order}: open a ticket."\n    states: tiket\n', "9:13", 'fact "tiket" is not defined; this scenario defines: order'),
        (TELL + ASK + '  - alice: "About {order}."\n    states: order\n', "9:13", 'the text gives fact "order" away'),
        (TELL + ASK + '  - alice: "Once more."\n    states: []\n', "9:13", "this list is empty"),
        (TELL + ASK + '  - alice: "Once more."\n    stated: order\n', "9:5", 'unknown key "stated"'),
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
        (TELL + '  - alice: "It?"\n    expect: {matches: "({order}"}\n', "7:23", "this is no regular expression of RE2: missing ): (x"),
        (TELL + '  - alice: "It?"\n    expect: {matches: "(?=.*{order})"}\n', "7:23", "this is no regular expression of RE2: invalid perl operator: (?="),
        (TELL + '  - alice: "It?"\n    expect: {matches: "{order}(?<!x)"}\n', "7:23", "this is no regular expression of RE2: invalid perl operator: (?<!"),
        (TELL + "  - alice: 'It?'\n    expect: {matches: '({order})\\1'}\n", "7:23", "this is no regular expression of RE2: invalid escape sequence: \\1"),
        (TELL + "  - alice: 'It?'\n    expect: {matches: '{order}a{2000}'}\n", "7:23", "this is no regular expression of RE2: invalid repetition size: {2000}"),
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


def test_one_misspelt_fact_is_one_mistake(tmp_path: Path) -> None:
    """Neither "never used" nor "has not told" follows from it."""
    assert mistakes(tmp_path, FACTS + TELL.replace("{order}", "{ordr}") + ASK) == [
        ("5:25", 'fact "ordr" is not defined; this scenario defines: order')
    ]


PIECES = st.sampled_from(
    ["{order}", "a", "(", ")", "(?:", "(?=", "(?!", "(?<=", "(?P<n>", "(?P=n)", "(?i)", "(?u)", "[", "]", "[^", "a-z",
     "\\\\d", "\\\\1", "\\\\b", "\\\\Z", "\\\\z", "\\\\pL", "*", "+", "?", "{2}", "{2,}", "{9999}", "|", "^", "$", "é"]
)  # fmt: skip


@law
@given(st.lists(PIECES, max_size=8).map("".join))
def test_an_expression_that_loads_can_be_scored(
    tmp_path_factory: pytest.TempPathFactory, pattern: str
) -> None:
    """Else its probes would be left unscored after a whole run."""
    text = FACTS + TELL + f'  - alice: "It?"\n    expect: {{contains: "{{order}}", matches: "{pattern} "}}\n'
    try:
        scenario = load(tmp_path_factory.getbasetemp(), text)
    except DocumentError:
        return
    probe = scenario.script[-1]
    assert isinstance(probe, Say)
    assert probe.expectation is not None
    checks = rendered(probe.expectation, {"order": "ORD-(1"}).checks
    assert Matches().score("anything", checks["matches"]) in (True, False)
