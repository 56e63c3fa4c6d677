"""junit.xml: the run as test results, for GitHub, GitLab, Jenkins and others.

It follows the schema of Jenkins' xUnit plugin (junit-10.xsd), the strictest of its readers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from gate.core.report import DisruptionResult, Outcome, ProbeResult, Report, Verdict
from gate.core.transcript import CONTROL, Event
from gate.reporters.atomic_write import write_atomically
from gate.reporters.failures import fact_trace_text
from gate.reporters.messages import reasons
from gate.reporters.sanitize import sanitize_line

FILE_NAME = "junit.xml"

NAME_LIMIT = 200
_OUTCOMES = ("failure", "error", "skipped")


class JUnitReporter:
    """Reporter that writes junit.xml into `directory`."""

    name = "junit"
    file = FILE_NAME
    sentence = "the run as test results, for whatever shows them"

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME

    def show(self, event: Event) -> None:
        """Ignore the event: test results are made from the report."""

    def finish(self, report: Report) -> None:
        """Write the file atomically. Raises OSError."""
        write_atomically(self._path, compose_junit(report).encode())


def compose_junit(report: Report) -> str:
    """Compose junit.xml: a suite for the verdict, then a suite per disruption with a case per probe.

    A case fails if and only if the verdict is not passed. Losses that a disruption tolerates are skipped
    cases, marked "tolerated".
    """
    root = ElementTree.Element("testsuites", name="memory-gate", time=_seconds(report.seconds))
    suites = [_verdict_suite(report), *(_suite(report, disruption) for disruption in report.disruptions)]
    root.extend(suites)
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in suites)))
    ElementTree.indent(root, space=" ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _verdict_suite(report: Report) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="memory-gate", name="verdict")
    if report.verdict is not Verdict.PASSED:
        sentences = [sanitize_line(reason) for reason in reasons(report)]
        kind = "failure" if report.verdict is Verdict.FAILED else "error"
        _set_outcome(case, kind, report.verdict.value, sentences[0], sentences)
    return _counted("verdict", report.seconds, [case])


def _suite(report: Report, disruption: DisruptionResult) -> ElementTree.Element:
    probes = [probe for probe in report.probes if probe.disruption == disruption.name]
    several = len({probe.trial for probe in probes}) > 1
    cases = [_case(report, disruption, probe, several) for probe in probes]
    return _counted(sanitize_line(disruption.name, NAME_LIMIT), disruption.seconds, cases)


def _case(
    report: Report, disruption: DisruptionResult, probe: ProbeResult, several: bool
) -> ElementTree.Element:
    moment = "before" if probe.arm == CONTROL else "after"
    trial = f" (trial {probe.trial})" if several else ""
    # Viewers show the part of a class name before its last dot as the package.
    scenario = sanitize_line(probe.scenario, NAME_LIMIT).replace(".", "·")
    case = ElementTree.Element(
        "testcase",
        classname=f"memory-gate.{moment} {sanitize_line(disruption.name, 60).replace('.', '·')}.{scenario}",
        name=f"line {probe.line}: {sanitize_line(probe.question, NAME_LIMIT)}{trial}",
    )
    if probe.outcome is Outcome.UNSCORED:
        _set_outcome(case, "skipped", "unscored", sanitize_line(probe.reason) or "Not scored", ())
    elif probe.outcome is not Outcome.REMEMBERED:
        _set_loss(case, report, disruption, probe)
    return case


def _set_loss(
    case: ElementTree.Element, report: Report, disruption: DisruptionResult, probe: ProbeResult
) -> None:
    anomaly = probe.anomaly or "lost write"
    what = sanitize_line(f"{anomaly}: {probe.reason}" if probe.reason else anomaly)
    is_intolerable = not probe.recall and report.verdict is Verdict.FAILED
    if disruption.verdict is Verdict.FAILED or is_intolerable:
        kind = "error" if probe.outcome is Outcome.ERROR else "failure"
        _set_outcome(case, kind, anomaly, what, _evidence(probe))
        return
    why = "tolerated" if disruption.verdict is Verdict.PASSED else disruption.verdict.value
    _set_outcome(case, "skipped", anomaly, f"{why}: {what}", _evidence(probe))


def _evidence(probe: ProbeResult) -> list[str]:
    reply = "no reply" if probe.outcome is Outcome.ERROR else f"answered: {sanitize_line(probe.reply)}"
    return [
        f"{sanitize_line(probe.file)}:{probe.line}:{probe.column}",
        f"session {sanitize_line(probe.session)}, trial {probe.trial}",
        f"asked: {sanitize_line(probe.question)}",
        f"expected: {sanitize_line(probe.expected)}",
        reply,
        fact_trace_text(probe.trace, present="yes", absent="no", unseen="unknown", between=", "),
    ]


def _set_outcome(case: ElementTree.Element, kind: str, name: str, message: str, lines: Sequence[str]) -> None:
    outcome = ElementTree.SubElement(case, kind, type=name, message=message)
    if lines:
        outcome.text = "\n".join(lines)


def _counted(name: str, seconds: float, cases: Sequence[ElementTree.Element]) -> ElementTree.Element:
    counts = {kind: sum(case.find(kind) is not None for case in cases) for kind in _OUTCOMES}
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(counts["failure"]),
        errors=str(counts["error"]),
        skipped=str(counts["skipped"]),
        time=_seconds(seconds),
    )
    suite.extend(cases)
    return suite


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}" if math.isfinite(seconds) and seconds >= 0 else "0.000"
