"""The result of a run: the verdict, its reasons, and every figure behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gate.core.disruption_traits import UNDECLARED
from gate.core.guarantees import GUARANTEES
from gate.core.specification import Policy
from gate.core.statements import Finding, Reason, sentences


class Verdict(StrEnum):
    """The result of the run; inconclusive when something needed for a judgement was not observed."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Outcome(StrEnum):
    """The outcome of one probe."""

    REMEMBERED = "remembered"
    LOST = "lost"
    ERROR = "error"
    """The bot answered the probe with an error or not at all. Counts as not remembered."""
    UNSCORED = "unscored"
    """Evidence neither way: its fact was never acknowledged, or it was not put to the bot as planned."""


STAGES = ("told", "stored", "loaded", "answered")


@dataclass(frozen=True, kw_only=True)
class FactTrace:
    """The stages at which a probe's facts were seen; None where a stage could not be observed."""

    told: bool | None
    stored: bool | None
    loaded: bool | None
    answered: bool | None

    @property
    def stages(self) -> tuple[tuple[str, bool | None], ...]:
        """The four stages in order, each with whether the facts were seen there."""
        return tuple((stage, getattr(self, stage)) for stage in STAGES)

    @property
    def lost_at(self) -> str | None:
        """The first stage that did not have the fact after the last that did; None when answered."""
        seen = [index for index, (_, present) in enumerate(self.stages) if present]
        after = self.stages[seen[-1] + 1 :] if seen else self.stages
        return next((stage for stage, present in after if present is False), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    """One probe, with its outcome."""

    scenario: str
    file: str
    line: int
    column: int = 1
    session: str
    conversation: str
    trial: int
    arm: str
    disruption: str
    """The name of its row in the report."""
    disruptions: Sequence[str] = ()
    """The disruptions of that row, in order."""
    guarantee: str
    question: str
    expected: str
    reply: str
    outcome: Outcome
    anomaly: str | None
    facts: Sequence[str]
    trace: FactTrace
    forbids_only: bool = False
    """Whether its checks only forbid: they say what the reply must not be."""
    content: str = ""
    """The hash of the scenario, by `content_of`; "" where it is not recorded."""
    coded_reason: Reason | None = None
    """Why it is lost, an error or unscored; None when it was remembered."""

    @property
    def reason(self) -> str:
        """Render `coded_reason` for people, "" where there is none."""
        return "" if self.coded_reason is None else self.coded_reason.sentence

    @property
    def recall(self) -> bool:
        """Whether it counts towards the accuracy: a bot that remembers nothing passes what only forbids."""
        return GUARANTEES[self.guarantee].recall and not self.forbids_only

    @property
    def lost_at(self) -> str | None:
        """The stage that lost the fact; None when it was remembered, or when the stage is unknown.

        A fact that the bot never acknowledged was lost before the first stage: its probe is unscored.
        """
        if self.outcome is Outcome.UNSCORED:
            return "told" if self.trace.told is False else None
        return self.trace.lost_at if self.outcome is not Outcome.REMEMBERED else None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Recall probes of one arm: `remembered` of `scored`."""

    remembered: int = 0
    scored: int = 0
    unscored: int = 0

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None when nothing was scored."""
        return self.remembered / self.scored if self.scored else None


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Turn times in milliseconds; None without turns."""

    p50_before: float | None = None
    p95_before: float | None = None
    p50_after: float | None = None
    p95_after: float | None = None


@dataclass(frozen=True, kw_only=True)
class StoreUse:
    """The contents of the store, and the bot's use of it, when the first disruption began."""

    keys: int
    bytes: int
    """Size of the names and the contents of all keys."""
    turns: int
    """Turns that the bot had acknowledged."""
    bytes_per_turn: float | None
    """None without turns."""
    commands_per_turn: float | None
    """Counts all commands but the gate's, those of the bot's start included; None when unknown."""
    expiring_keys: int
    shortest_ttl: float | None
    """In seconds; None when no key expires."""
    advice: Sequence[str] = field(default_factory=tuple)
    """Advice about the settings with which the gate started the store. It is no finding of this run."""


@dataclass(frozen=True, kw_only=True)
class Availability:
    """The outcomes of the turns sent during a disruption, and for how long the bot was unavailable."""

    acknowledged: int = 0
    refused: int = 0
    indeterminate: int = 0
    seconds: float = 0.0
    """For how long turns failed, or for how long no instance of the bot ran."""

    @property
    def failed(self) -> int:
        """Turns without an answer."""
        return self.refused + self.indeterminate

    @property
    def sent(self) -> int:
        """All turns."""
        return self.acknowledged + self.failed


@dataclass(frozen=True, kw_only=True)
class DisruptionResult:
    """The result under one disruption."""

    name: str
    disruptions: Sequence[str] = ()
    """The disruptions of the row, in order; `name` joins their names."""
    verdict: Verdict
    coded_reasons: Sequence[Reason]
    before: Tally
    after: Tally
    retained: Tally
    """Counts the treated probes that were remembered in the control arm."""
    lost_at: Mapping[str, int]
    """Stage → number of treated recall probes that were lost there."""
    evidence: str
    details: Mapping[str, str]
    """The evidence from before and after it, in words."""
    seconds: float
    latency: Latency
    meanwhile: Tally = field(default_factory=Tally)
    """Counts the questions that the background sessions asked afterwards."""
    availability: Availability = field(default_factory=Availability)
    store: StoreUse | None = None
    """None where no store was inspected."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Render `coded_reasons` for people."""
        return sentences(self.coded_reasons)

    asked_afterwards: str = UNDECLARED.asked_afterwards
    """The one who answered the questions after it: "the new instance"."""


class GuaranteeStatus(StrEnum):
    """The state of one guarantee after a run."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "inconclusive"
    UNTESTED = "untested"


@dataclass(frozen=True, kw_only=True)
class GuaranteeResult:
    """One guarantee over the whole run."""

    name: str
    status: GuaranteeStatus
    probes: int
    """Number of probes that asked about it."""
    anomalous_turns: int
    """Number of turns that show an anomaly."""
    anomalies: Mapping[str, int]
    """Anomaly → number of turns that show it."""
    coded_reason: Reason | None = None
    """The first anomaly, or why none could be observed."""

    @property
    def sentence(self) -> str:
        """Render `coded_reason` for people, "" where there is none."""
        return "" if self.coded_reason is None else self.coded_reason.sentence


@dataclass(frozen=True, kw_only=True)
class Power:
    """The statistical power of so many probes: the chances, from 0 to 1, of two wrong verdicts."""

    probes: int
    """The number under the disruption that has the fewest.

    Counts conversations instead of probes where the policy asks for a confidence; `unit` says which.
    """
    unit: str = "probe"
    blocks_good: float
    """The chance that a bot that remembers 98 % of all facts misses the threshold."""
    passes_bad: float
    """The chance that a bot that remembers 90 % of all facts meets the threshold."""


@dataclass(frozen=True, kw_only=True)
class TimeSpent:
    """The time of a run by cause, in seconds. `gate/analysis/time_spent.py` defines the causes."""

    bot: float = 0.0
    model: float = 0.0
    engine: float = 0.0
    script: float = 0.0
    """Waits in the scenarios."""
    gate: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole result. Shares are between 0 and 1, None where nothing was scored."""

    verdict: Verdict
    coded_reasons: Sequence[Reason]
    accuracy: float | None
    accuracy_before: float | None
    retention: float | None
    interval: tuple[float, float] | None
    leaks: int
    fabrications: int
    disruptions: Sequence[DisruptionResult]
    probes: Sequence[ProbeResult]
    latency: Latency
    seed: int
    bot: str
    images: Mapping[str, str]
    version: str
    repeat: str
    """The commands that repeat the run, ready to be pasted into a shell."""
    commands: Sequence[Sequence[str]] = ()
    """The words of these commands."""
    threshold: float
    confidence: float | None = None
    """The confidence with which the threshold had to be met; None where the point score decided."""
    interrupted: bool = False
    seconds: float = 0.0
    time: TimeSpent = field(default_factory=TimeSpent)
    isolation_probes: int = 0
    fabrication_probes: int = 0
    power: Power | None = None
    """None where nothing was scored after a disruption."""
    guarantees: Sequence[GuaranteeResult] = field(default_factory=tuple)
    """All of them, in their order."""
    zombies: int = 0
    """Number of replies with a value that the bot had to forget."""
    baseline: str = ""
    """The result of the comparison with an earlier run, in one sentence; "" without a comparison."""
    baseline_accuracy: float | None = None
    """The share that the earlier run remembered after its disruptions; None when there is none."""
    policy: Policy = field(default_factory=Policy)
    """The rule by which the run was judged."""
    coded_findings: Sequence[Finding] = field(default_factory=tuple)
    """Findings that block nothing."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Render `coded_reasons` for people."""
        return sentences(self.coded_reasons)

    @property
    def findings(self) -> tuple[str, ...]:
        """Render `coded_findings` for people."""
        return sentences(self.coded_findings)

    @property
    def lost(self) -> tuple[ProbeResult, ...]:
        """The probes of the treated arm that failed, worst first."""
        failed = [
            probe
            for probe in self.probes
            if probe.arm != "control" and probe.outcome in (Outcome.LOST, Outcome.ERROR)
        ]
        return tuple(
            sorted(
                failed,
                key=lambda probe: (probe.recall, probe.file, probe.line),
            )
        )
