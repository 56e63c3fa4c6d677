"""Two runs compared: exact chances, pairs by content, and every reason why they cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.comparing.baseline import Comparison, Finding, compare, mcnemar
from gate.comparing.measurement import MeasuredProbe, Measurement, measurement_of
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law

REMEMBERED, LOST, UNSCORED = "remembered", "lost", "unscored"


def probe(conversation: int, outcome: str = REMEMBERED, **given: object) -> MeasuredProbe:
    fields: dict[str, object] = {
        "content": f"s{conversation}",
        "disruption": "restart",
        "guarantee": "durability",
        "trial": 1,
        "arm": "treated",
        "conversation": f"c{conversation}",
        "line": 10,
        "column": 5,
        "outcome": outcome,
    }
    return MeasuredProbe(**{**fields, **given})  # type: ignore[arg-type]


def measured(probes: Sequence[MeasuredProbe], **given: object) -> Measurement:
    fields: dict[str, object] = {
        "version": "0.1.0",
        "threshold": 0.95,
        "confidence": None,
        "leaks": 0,
        "fabrications": 0,
        "probes": probes,
    }
    return Measurement(**{**fields, **given})  # type: ignore[arg-type]


def compared(worse: int, better: int, same: int = 3) -> Comparison:
    """Conversations of one probe each."""
    outcomes = (
        [(REMEMBERED, LOST)] * worse + [(LOST, REMEMBERED)] * better + [(REMEMBERED, REMEMBERED)] * same
    )
    return compare(
        measured([probe(index, one) for index, (one, _) in enumerate(outcomes)]),
        measured([probe(index, two) for index, (_, two) in enumerate(outcomes)]),
    )


@pytest.mark.parametrize(
    ("worse", "better", "chance"),
    [
        (5, 0, 0.03125),
        (4, 0, 0.0625),
        (0, 0, 1.0),
        (0, 5, 1.0),
        (1, 1, 0.75),
        (9, 2, 67 / 2048),
        (8, 2, 56 / 1024),
    ],
)
def test_the_chance_is_mcnemars(worse: int, better: int, chance: float) -> None:
    assert mcnemar(worse, better) == chance


@law
@given(worse=st.integers(0, 6), better=st.integers(0, 6))
def test_the_chance_is_counted_over_all_ways_to_differ(worse: int, better: int) -> None:
    ways = list(product((0, 1), repeat=worse + better))
    assert mcnemar(worse, better) == sum(sum(one) >= worse for one in ways) / len(ways)


def test_the_chance_of_thousands_is_a_number() -> None:
    assert 0 < mcnemar(1100, 1000) < 0.02


@pytest.mark.parametrize(
    ("worse", "better", "finding"),
    [
        (5, 0, Finding.REGRESSION),
        (4, 0, Finding.NO_EVIDENCE),
        (0, 0, Finding.NO_EVIDENCE),
        (9, 2, Finding.REGRESSION),
        (8, 2, Finding.NO_EVIDENCE),
        (0, 4, Finding.NO_EVIDENCE),
        (0, 5, Finding.IMPROVEMENT),
    ],
)
def test_only_what_luck_does_not_explain_is_said(worse: int, better: int, finding: Finding) -> None:
    found = compared(worse, better)
    assert found.finding is finding
    assert (found.worse, found.better, found.conversations) == (worse, better, worse + better + 3)
    assert found.chance == mcnemar(worse, better)
    assert found.sentence.startswith(str(finding))


def test_the_sentence_counts_conversations() -> None:
    assert compared(5, 0).sentence == (
        "regression: of 8 conversations that both runs held, 5 remembered less and 0 more than in the base"
        " (chance 0.031)"
    )


def test_five_facts_of_one_conversation_are_one_observation() -> None:
    """Probe by probe this would be 5 to 0."""
    base = measured([probe(1, line=line) for line in range(5)])
    head = measured([probe(1, LOST, line=line) for line in range(5)])
    found = compare(base, head)
    assert (found.worse, found.finding) == (1, Finding.NO_EVIDENCE)


def test_a_conversation_that_lost_something_else_is_no_worse() -> None:
    base = measured([probe(1, LOST, line=1), probe(1, line=2)])
    head = measured([probe(1, line=1), probe(1, LOST, line=2)])
    found = compare(base, head)
    assert (found.worse, found.better) == (0, 0)


def test_pairs_are_found_by_content_disruption_and_trial() -> None:
    """Neither conversation ids nor lines nor the order of the report matter."""
    kinds = [
        {"content": content, "disruption": disruption, "trial": trial}
        for content, disruption, trial in product("ab", ("restart", "kill"), (1, 2))
    ]
    base = [probe(number, LOST if number == 3 else REMEMBERED, **kind) for number, kind in enumerate(kinds)]
    head = [replace(one, conversation=f"x{index}", line=77) for index, one in enumerate(base)][::-1]
    found = compare(measured(base), measured(head))
    assert (found.conversations, found.worse, found.better) == (8, 0, 0)
    assert [(one.disruption, one.probes, one.base, one.head) for one in found.rows] == [
        ("restart", 4, 4, 4),
        ("kill", 4, 3, 3),
    ]


def test_equal_scenarios_are_told_apart_by_their_order() -> None:
    twins = [probe(1, content="same"), probe(2, LOST, content="same")]
    found = compare(measured(twins), measured(twins))
    assert (found.conversations, found.worse, found.better) == (2, 0, 0)


def test_rows_tell_guarantees_apart() -> None:
    base = measured([probe(1), probe(1, guarantee="order", line=11)])
    head = measured([probe(1), probe(1, LOST, guarantee="order", line=11)])
    rows = compare(base, head).rows
    assert [(one.guarantee, one.base, one.head, one.worse, one.better) for one in rows] == [
        ("durability", 1, 1, 0, 0),
        ("order", 1, 0, 1, 0),
    ]


def test_only_what_both_scored_counts() -> None:
    """An unscored probe is no loss, neither are the control arm and probes that tolerate none."""
    base = measured([probe(1), probe(2), probe(3, arm="control"), probe(4, guarantee="isolation"), probe(5)])
    head = measured([probe(1, UNSCORED), probe(2), probe(3, LOST, arm="control"),
                     probe(4, LOST, guarantee="isolation"), probe(5, "error")])  # fmt: skip
    found = compare(base, head)
    assert (found.conversations, found.worse) == (2, 1)


def test_a_leak_that_the_base_does_not_have_is_a_regression() -> None:
    same = [probe(1)]
    found = compare(measured(same), measured(same, leaks=1, fabrications=2))
    assert found.finding is Finding.REGRESSION
    assert found.sentence == "regression: 1 leak and 2 fabrications, and the base has none"
    assert compare(measured(same, leaks=1), measured(same, leaks=2)).finding is Finding.NO_EVIDENCE


@pytest.mark.parametrize(
    ("base", "head", "why"),
    [
        ([probe(1, content="")], [probe(1)], "the base does not say what its scenarios contain"),
        ([probe(1)], [probe(1, content="")], "the head does not say what its scenarios contain"),
        ([], [probe(1)], "the base asked nothing after a disruption"),
        ([probe(1)], [probe(1, arm="control")], "the head asked nothing after a disruption"),
        ([probe(1)], [probe(2)], "no scenario is the same in both"),
        ([probe(1)], [probe(1, disruption="kill")], "no disruption is the same in both"),
        ([probe(1)], [probe(1, UNSCORED)], "no question was scored in both"),
    ],
)
def test_what_cannot_be_compared_says_why(
    base: list[MeasuredProbe], head: list[MeasuredProbe], why: str
) -> None:
    found = compare(measured(base), measured(head))
    assert found.finding is Finding.NOT_COMPARABLE
    assert why in found.sentence
    assert found.rows == ()


def test_what_was_measured_otherwise_is_pointed_out() -> None:
    base = measured(
        [
            probe(1, scenario="first"),
            probe(2, scenario="second"),
            probe(3, scenario="third"),
            probe(9, disruption="kill", content="s1", scenario="first"),
        ]
    )
    head = measured(
        [
            probe(1, scenario="first"),
            probe(5, scenario="third"),
            probe(4, trial=2, scenario="fourth", disruption="oom"),
        ],
        version="0.2.0",
        threshold=0.9,
        confidence=0.95,
    )
    assert compare(base, head).notes == (
        "the threshold was lowered from 95 % to 90 %",
        "the confidence asked for was changed from none to 95 %",
        'scenario "second" was removed',
        'scenario "third" was changed, and is not compared',
        'scenario "fourth" was added',
        "the base was measured by memory-gate 0.1.0, the head by 0.2.0",
        "the base was played in 1 trial, the head in 2",
        "kill was done to the base, and not to the head",
        "oom was done to the head, and not to the base",
    )
    assert compare(base, base).notes == ()


def test_a_scenario_that_only_got_another_name_is_the_same() -> None:
    base = measured([probe(1, scenario="old name"), probe(2, scenario="twice"), probe(3, scenario="twice")])
    head = measured([replace(one, scenario=f"new {one.scenario}") for one in base.probes])
    assert compare(base, head).notes == ()


def test_only_the_first_few_scenarios_are_named() -> None:
    base = measured([probe(0), *(probe(number, scenario=f"{number}" * 90) for number in range(1, 9))])
    notes = compare(base, measured([probe(0)])).notes
    assert len(notes) == 6
    assert notes[0] == f'scenario "{"1" * 80}" was removed'
    assert notes[-1] == "3 more scenarios were removed"


def test_a_report_that_does_not_know_its_scenarios_points_out_none() -> None:
    old = measured([probe(1, content="", scenario="a")])
    assert compare(old, measured([probe(1, scenario="b")])).notes == ()


def test_a_report_is_measured_by_its_own_probes() -> None:
    """Ten conversations of which six forget, judged from transcripts."""
    base, head = honest_run(["restart"], trials=10), honest_run(["restart"], trials=10)
    for one in head.of("treated")[:6]:
        one.order.reply = "I don't know."
    found = compare(measurement_of(base.analyse()), measurement_of(head.analyse()))
    assert (found.finding, found.conversations, found.worse) == (Finding.REGRESSION, 10, 6)
    assert (
        compare(measurement_of(head.analyse()), measurement_of(head.analyse())).finding is Finding.NO_EVIDENCE
    )
