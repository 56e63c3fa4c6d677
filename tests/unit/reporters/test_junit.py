"""junit.xml: valid for GitHub, GitLab and Jenkins, and failing unless the verdict is passed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given

from gate.core.report import Outcome, Report, Verdict
from gate.reporters.junit import JUnitReporter, compose_junit
from tests.unit.reporters import builder, hostile

SHAPE: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"name", "tests", "failures", "errors"},
        {"testcase"},
    ),
    "testcase": ({"name", "classname"}, {"name", "classname"}, {"failure", "error", "skipped"}),
    "failure": ({"type", "message"}, {"type", "message"}, set()),
    "error": ({"type", "message"}, {"type", "message"}, set()),
    "skipped": ({"type", "message"}, {"type", "message"}, set()),
}
"""Element → attributes it may have, attributes it must have, children: junit-10.xsd as far as it is used."""


def read(report: Report) -> ElementTree.Element:
    """Check the shape and the counts, and return the root."""
    root = ElementTree.fromstring(compose_junit(report))
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, needed, children = SHAPE[element.tag]
        assert needed <= set(element.keys()) <= allowed
        assert {child.tag for child in element} <= children
        assert len(element) <= 1 or element.tag != "testcase"
    for suite in root:
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute, "")) == sum(case.find(tag) is not None for case in suite)
        assert int(suite.get("tests", "")) == len(suite)
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute, "")) == sum(int(suite.get(attribute, "")) for suite in root)
    return root


def is_red(root: ElementTree.Element) -> bool:
    return int(root.get("failures", "")) + int(root.get("errors", "")) > 0


@pytest.mark.parametrize(
    "report",
    [builder.failed_report(), builder.report(), builder.inconclusive_report()],
    ids=lambda report: report.verdict,
)
def test_it_is_red_exactly_when_the_verdict_is(report: Report) -> None:
    assert is_red(read(report)) == (report.verdict is not Verdict.PASSED)


def test_every_probe_is_a_case_under_its_disruption() -> None:
    report = builder.failed_report()
    root = read(report)
    assert [suite.get("name") for suite in root] == ["verdict", "restart", "kill", "recreate"]
    assert int(root.get("tests", "")) == 1 + len(report.probes)
    names = [(case.get("classname"), case.get("name")) for case in root[3]]
    assert (
        "memory-gate.after recreate.Order follow-up survives a deploy",
        "line 14: What is my order number? (trial 1)",
    ) in names


def test_a_failure_tells_what_was_asked_answered_and_where_it_was_lost() -> None:
    case = next(case for case in read(builder.failed_report())[3] if case.find("failure") is not None)
    failure = case[0]
    assert failure.get("type") == "lost write"
    assert failure.get("message") == "lost write: the reply does not hold ORD-482913"
    assert (failure.text or "").splitlines() == [
        "scenarios/order.yml:14:5",
        "session alice-5c1e1, trial 1",
        "asked: What is my order number?",
        "expected: ORD-482913",
        "answered: I don't know.",
        "told yes, stored no, loaded no, answered no",
    ]


def test_what_a_passed_disruption_tolerates_is_skipped_and_says_so() -> None:
    lost = builder.probe(outcome=Outcome.LOST)
    root = read(builder.report(probes=(lost,)))
    assert not is_red(root)
    assert root[1][0][0].tag == "skipped"
    assert (root[1][0][0].get("message") or "").startswith("tolerated: lost write")


def test_a_leak_is_red_even_where_the_disruption_passed() -> None:
    leak = builder.probe(outcome=Outcome.LOST, guarantee="isolation")
    report = builder.report(verdict=Verdict.FAILED, leaks=1, probes=(leak,))
    assert read(report)[1][0][0].tag == "failure"


def test_what_could_not_be_scored_is_skipped() -> None:
    unscored = builder.probe(outcome=Outcome.UNSCORED, reason="it was never told")
    assert read(builder.report(probes=(unscored,)))[1][0][0].get("message") == "it was never told"


def test_a_bot_that_did_not_answer_is_an_error() -> None:
    report = builder.failed_report()
    assert [case[0].tag for case in read(report)[3] if "And what did I order?" in case.get("name", "")] == [
        "error"
    ]


def test_an_inconclusive_run_is_an_error_and_no_failure() -> None:
    root = read(builder.inconclusive_report())
    assert (root.get("failures"), root.get("errors")) == ("0", "1")
    assert root[0][0][0].get("message") == "The run was interrupted"


@hostile.LAW
@given(hostile.texts())
def test_any_text_stays_text(text: str) -> None:
    """The shape is that of a harmless run, even for characters that XML forbids."""
    written = compose_junit(builder.hostile_report(text))
    root = read(builder.hostile_report(text))
    harmless = read(builder.hostile_report("harmless"))
    assert [node.tag for node in root.iter()] == [node.tag for node in harmless.iter()]
    log = hostile.runner_reads(written)
    assert log.commands == log.unknown_commands == []
    assert hostile.unseen_in(written) == []


@pytest.mark.parametrize("name", hostile.HUGE)
def test_a_huge_text_is_cut(name: str) -> None:
    assert len(compose_junit(builder.hostile_report(hostile.HUGE[name]))) < 100_000


def test_times_that_are_none_are_zero() -> None:
    assert read(replace(builder.report(), seconds=float("nan"))).get("time") == "0.000"


def test_the_report_folder_gets_it(tmp_path: Path) -> None:
    JUnitReporter(tmp_path / "report").finish(builder.failed_report())
    written = (tmp_path / "report" / "junit.xml").read_bytes().decode()
    assert written == compose_junit(builder.failed_report())
