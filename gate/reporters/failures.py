"""Failed probes, worst first, and sentences that explain them.

Texts are raw: each surface sanitizes them for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate.core.disruption_names import UNDISTURBED
from gate.core.disruption_traits import UNDECLARED
from gate.core.report import FactTrace, Outcome, ProbeResult, Report, Verdict
from gate.core.transcript import CONTROL, TREATED
from gate.reporters.messages import as_sentence

_INTOLERABLE = {"leak": "Leak", "fabrication": "Made up", "zombie fact": "Not forgotten"}
"""Anomaly → its name in a title. A single one of them fails the run, so they come first."""

_LOST_WRITE = "lost write"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A probe of a script that failed under one disruption, in `failed` of `trials` trials."""

    probe: ProbeResult
    """The result in the first trial that failed."""
    failed: int
    trials: int
    undisturbed_too: bool = False
    """Whether the same probe failed in the control arm, which rules the disruption out as its cause."""
    asked_afterwards: str = UNDECLARED.asked_afterwards
    """Name of the bot that answered after the disruption: "the new instance"."""

    @property
    def moment(self) -> str:
        """Name the moment of the failure: "after restart"."""
        if self.probe.disruption == UNDISTURBED:
            return "undisturbed"
        moment = "before" if self.probe.arm == CONTROL else "after"
        return f"{moment} {self.probe.disruption}"

    @property
    def times(self) -> str:
        """Count the failed trials: "2 of 3 trials"; "" for a single trial."""
        return f"{self.failed} of {self.trials} trials" if self.trials > 1 else ""

    @property
    def is_intolerable(self) -> bool:
        """Whether a single one fails the run: a leak, a fabrication or a fact that was not forgotten."""
        return self.probe.anomaly in _INTOLERABLE

    @property
    def title(self) -> str:
        """Name the anomaly, its moment and the facts: "Lost after recreate: order"."""
        anomaly = self.probe.anomaly or _LOST_WRITE
        if self.probe.outcome is Outcome.ERROR:
            kind = "Error"
        elif anomaly == _LOST_WRITE:
            kind = "Lost"
        else:
            kind = _INTOLERABLE.get(anomaly, as_sentence(anomaly))
        facts = ", ".join(self.probe.facts)
        return f"{kind} {self.moment}: {facts}" if facts else f"{kind} {self.moment}"

    @property
    def brief(self) -> str:
        """Explain the failure in one short sentence, for annotations."""
        trace = self.probe.trace
        if self.probe.outcome is Outcome.LOST and not self.is_intolerable:
            bot = self.asked_afterwards if self.probe.arm != CONTROL else "the bot"
            known = "It was stored" if trace.stored else "It was acknowledged" if trace.told else ""
            if trace.lost_at == "loaded" and known:
                return f"{known}, but {bot} never loaded it."
            if trace.lost_at == "stored" and trace.told and trace.loaded is False:
                return f"It was acknowledged, but it is not in the store, so {bot} had nothing to load."
        return self.explanation

    @property
    def explanation(self) -> str:
        """Explain the failure in one or two sentences."""
        probe = self.probe
        if probe.outcome is Outcome.ERROR:
            return as_sentence(f"{probe.reason or 'the bot did not answer'}.")
        if self.is_intolerable:
            return as_sentence(f"{probe.reason or 'the reply is not as expected'}.")
        undisturbed = " Undisturbed it fails too." if self.undisturbed_too else ""
        return f"{_where_lost(probe)}{undisturbed}"


def failures(report: Report) -> tuple[Failure, ...]:
    """Return all failures, worst first: leaks, fabrications, then losses, one of each kind before the rest.

    Failures in the control arm are included if nothing else failed.
    """
    failed = [probe for probe in report.probes if probe.outcome in (Outcome.LOST, Outcome.ERROR)]
    shown = [probe for probe in failed if probe.arm == TREATED or probe.anomaly in _INTOLERABLE] or failed
    trials: dict[tuple[object, ...], set[int]] = {}
    for probe in report.probes:
        trials.setdefault(_place(probe), set()).add(probe.trial)
    groups: dict[tuple[object, ...], list[ProbeResult]] = {}
    for probe in shown:
        groups.setdefault(_place(probe), []).append(probe)
    afterwards = {result.name: result.asked_afterwards for result in report.disruptions}
    undisturbed = {_place(probe)[:-1] for probe in failed if probe.arm == CONTROL}
    every = [
        Failure(
            probe=group[0],
            failed=len({probe.trial for probe in group}),
            trials=len(trials[place]),
            undisturbed_too=group[0].arm == TREATED and place[:-1] in undisturbed,
            asked_afterwards=afterwards.get(group[0].disruption, UNDECLARED.asked_afterwards),
        )
        for place, group in groups.items()
    ]
    return _varied(sorted(every, key=lambda failure: _severity(failure, report)))


def fact_trace_text(trace: FactTrace, *, present: str, absent: str, unseen: str, between: str) -> str:
    """Write the four stages of a fact trace, each with its mark."""
    marks = {True: present, False: absent, None: unseen}
    return between.join(f"{stage} {marks[seen]}" for stage, seen in trace.stages)


def _severity(failure: Failure, report: Report) -> tuple[object, ...]:
    """Return a sort key: blocking failures before tolerated ones, frequent losses before rare ones."""
    probe = failure.probe
    kinds = list(_INTOLERABLE)
    kind = kinds.index(probe.anomaly) if probe.anomaly in kinds else len(kinds)
    order = {
        result.name: (result.verdict is not Verdict.FAILED, index)
        for index, result in enumerate(report.disruptions)
    }
    where = order.get(probe.disruption, (True, len(order)))
    return kind, where, -failure.failed / failure.trials, probe.file, probe.line


def _varied(every: Sequence[Failure]) -> tuple[Failure, ...]:
    """Move the first loss of each kind to the front, because losses of one kind share an explanation."""
    kinds: set[tuple[object, ...]] = set()
    first: list[Failure] = []
    rest: list[Failure] = []
    for failure in every:
        probe = failure.probe
        kind = probe.disruption, probe.outcome, probe.anomaly, probe.lost_at
        (rest if kind in kinds and not failure.is_intolerable else first).append(failure)
        if not failure.is_intolerable:
            kinds.add(kind)
    return (*first, *rest)


def _place(probe: ProbeResult) -> tuple[object, ...]:
    return probe.file, probe.line, probe.column, probe.scenario, probe.disruption, probe.guarantee, probe.arm


def _where_lost(probe: ProbeResult) -> str:
    trace = probe.trace
    known = "It was acknowledged" if trace.told else "It was told"
    match trace.lost_at:
        case "told":
            return "The bot never acknowledged it."
        case "stored" if trace.loaded is False:
            return f"{known}, but it is not in the store; there was nothing left to load."
        case "stored":
            return f"{known}, but it is not in the store."
        case "loaded" if trace.stored:
            return f"{known} and stored, but it is not in the prompt that the bot sent to its model."
        case "loaded":
            return f"{known}, but it is not in the prompt that the bot sent to its model."
        case "answered" if trace.loaded:
            return _with_reason(
                "It stands in the prompt that the bot sent to its model, not in the reply", probe
            )
        case "answered" if trace.stored:
            return _with_reason(f"{known} and stored, but it is not in the reply", probe)
        case _:
            return _with_reason(f"{known}, but the reply is not as expected", probe)


def _with_reason(sentence: str, probe: ProbeResult) -> str:
    return f"{sentence}: {probe.reason}." if probe.reason else f"{sentence}."
