"""What a run came to: the verdict, its reasons, and every figure behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gate.core.disruption_traits import UNDECLARED
from gate.core.guarantees import GUARANTEES
from gate.core.specification import Policy
from gate.core.statements import Finding, Reason, sentences


class Verdict(StrEnum):
    """passed, failed, or inconclusive: what was needed for a judgement could not be seen."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"


class Outcome(StrEnum):
    """What came of one probe."""

    REMEMBERED = "remembered"
    LOST = "lost"
    ERROR = "error"
    """The bot answered the probe with an error or not at all. Counts as not remembered."""
    UNSCORED = "unscored"
    """The probe says nothing: its fact was never acknowledged, or it was not put to the bot as planned."""


STAGES = ("told", "stored", "loaded", "answered")


@dataclass(frozen=True, kw_only=True)
class FactTrace:
    """Where a probe's facts were seen; None where it could not be seen."""

    told: bool | None
    stored: bool | None
    loaded: bool | None
    answered: bool | None

    @property
    def stages(self) -> tuple[tuple[str, bool | None], ...]:
        """The four stages in order, each with what was seen there."""
        return tuple((stage, getattr(self, stage)) for stage in STAGES)

    @property
    def lost_at(self) -> str | None:
        """The first stage that did not have the fact after the last that did; None when answered."""
        seen = [index for index, (_, present) in enumerate(self.stages) if present]
        after = self.stages[seen[-1] + 1 :] if seen else self.stages
        return next((stage for stage, present in after if present is False), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    """One probe, judged."""

    scenario: str
    file: str
    line: int
    column: int = 1
    session: str
    conversation: str
    trial: int
    arm: str
    disruption: str
    """The name of its row of the report."""
    disruptions: Sequence[str] = ()
    """The disruptions of that row in order."""
    guarantee: str
    question: str
    expected: str
    reply: str
    outcome: Outcome
    anomaly: str | None
    facts: Sequence[str]
    trace: FactTrace
    forbids_only: bool = False
    """Whether it only says what the reply must not be."""
    content: str = ""
    """What the scenario says, by `content_of`; "" where that is not on record."""
    coded_reason: Reason | None = None
    """Why it is lost, an error or unscored."""

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
        """The stage that lost the fact; None when it was remembered, or nothing can be said.

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
    """What stood in the store, and what the bot asked of it, when the first disruption began."""

    keys: int
    bytes: int
    """Size of the keys' names and of all that stands under them."""
    turns: int
    """Turns that the bot had acknowledged."""
    bytes_per_turn: float | None
    """None without turns."""
    commands_per_turn: float | None
    """Of all commands but the gate's, those among them that the bot gave as it started; None when unknown."""
    expiring_keys: int
    shortest_ttl: float | None
    """In seconds; None when no key expires."""
    advice: Sequence[str] = field(default_factory=tuple)
    """What holds for the store as the gate started it, and is no finding of this run."""


@dataclass(frozen=True, kw_only=True)
class Availability:
    """What became of the turns that were sent while a disruption happened, and how long the bot was away."""

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
        """All of them."""
        return self.acknowledged + self.failed


@dataclass(frozen=True, kw_only=True)
class DisruptionResult:
    """All that happened under one disruption."""

    name: str
    disruptions: Sequence[str] = ()
    """Those that the row is about, in order; `name` is their name as one."""
    verdict: Verdict
    coded_reasons: Sequence[Reason]
    before: Tally
    after: Tally
    retained: Tally
    """Of the treated probes whose fact the control arm of the same probe remembered."""
    lost_at: Mapping[str, int]
    """Station → number of treated recall probes that were lost there."""
    evidence: str
    details: Mapping[str, str]
    """What was seen before and after it, in words."""
    seconds: float
    latency: Latency
    meanwhile: Tally = field(default_factory=Tally)
    """What was asked afterwards of the sessions that went on talking during it."""
    availability: Availability = field(default_factory=Availability)
    store: StoreUse | None = None
    """None where nobody looked into a store."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Render `coded_reasons` for people."""
        return sentences(self.coded_reasons)

    asked_afterwards: str = UNDECLARED.asked_afterwards
    """Who answered the questions after it: "the new instance"."""


class GuaranteeStatus(StrEnum):
    """What is known of one guarantee after a run."""

    KEPT = "kept"
    BROKEN = "broken"
    OPEN = "inconclusive"
    UNTESTED = "untested"


@dataclass(frozen=True, kw_only=True)
class GuaranteeResult:
    """One guarantee over the whole run: `probes` asked about it, `breaches` turns show it broken."""

    name: str
    standing: GuaranteeStatus
    probes: int
    breaches: int
    anomalies: Mapping[str, int]
    """Anomaly → number of turns that show it."""
    coded_reason: Reason | None = None
    """What was seen first, or why nothing could be."""

    @property
    def sentence(self) -> str:
        """Render `coded_reason` for people, "" where there is none."""
        return "" if self.coded_reason is None else self.coded_reason.sentence


@dataclass(frozen=True, kw_only=True)
class Power:
    """What so many probes can tell: chances between 0 and 1, of two bots that the gate does not know.

    `probes` is their number under the disruption that has the fewest. Where a confidence is asked for,
    it is a number of conversations instead, which `unit` says.
    """

    probes: int
    unit: str = "probe"
    blocks_good: float
    """That a bot which remembers 98 % of all facts does not meet the threshold."""
    passes_bad: float
    """That a bot which remembers 90 % of all facts meets it."""


@dataclass(frozen=True, kw_only=True)
class TimeSpent:
    """Where the time of a run went, in seconds. `gate/analysis/time_spent.py` says what belongs to whom."""

    bot: float = 0.0
    model: float = 0.0
    engine: float = 0.0
    script: float = 0.0
    """Waits that the scenarios want."""
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
    """The commands that repeat the run, as a person pastes them into a shell."""
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
    """Replies that held what was to be forgotten."""
    baseline: str = ""
    """What the comparison with an earlier run says, in one sentence; "" without one."""
    baseline_accuracy: float | None = None
    """What that run remembered after its disruptions; None without one, or where it does not say."""
    policy: Policy = field(default_factory=Policy)
    """The rule by which it was judged."""
    coded_findings: Sequence[Finding] = field(default_factory=tuple)
    """What is worth knowing and blocks nothing."""

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
            one
            for one in self.probes
            if one.arm != "control" and one.outcome in (Outcome.LOST, Outcome.ERROR)
        ]
        return tuple(
            sorted(
                failed,
                key=lambda one: (one.recall, one.file, one.line),
            )
        )
