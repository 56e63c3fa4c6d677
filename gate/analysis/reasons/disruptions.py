"""Reasons why a disruption failed, or could not be judged."""

from __future__ import annotations

from dataclasses import dataclass

from gate.analysis.formatting import after, percent, plural, remembered_of, subject
from gate.core.statements import Reason
from gate.core.transcript import DeploymentFailed

_CAUSES = {
    "bot": "the bot did not start",
    "store": "the store did not start",
    "engine": "the engine failed",
}


def cause_of(failed: DeploymentFailed) -> str:
    """Say why a deployment did not come up, as a clause."""
    return f"{_CAUSES.get(failed.cause, 'the gate failed')}: {failed.sentence}"


@dataclass(frozen=True, kw_only=True)
class DisruptionReason(Reason):
    """A reason about the disruptions of one row of the report."""

    disruptions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NotTried(DisruptionReason):
    """The deployment did not come up."""

    code = "not-tried"
    cause: str
    """As in the event deployment-failed: bot, store, engine, runtime, harness."""
    why: str

    @property
    def sentence(self) -> str:
        return f"{subject(self.disruptions)} was not tried, because {self.why}"


@dataclass(frozen=True, kw_only=True)
class NotReached(DisruptionReason):
    """The run ended before the deployment was started."""

    code = "not-reached"

    @property
    def sentence(self) -> str:
        return f"{subject(self.disruptions)} was not tried, because the run ended before"


@dataclass(frozen=True, kw_only=True)
class NotJudged(DisruptionReason):
    """Something failed under the deployment that is not the bot."""

    code = "not-judged"
    cause: str
    """As in the event fault-seen: store, engine, model, runtime, harness, bot."""
    why: str

    @property
    def sentence(self) -> str:
        return f"{subject(self.disruptions)} cannot be judged: {self.why}"


@dataclass(frozen=True, kw_only=True)
class NotRecovered(Reason):
    """The bot did not come back."""

    code = "not-recovered"
    disruption: str
    why: str

    @property
    def sentence(self) -> str:
        return f"the bot did not come back after {self.disruption}: {self.why}"


@dataclass(frozen=True, kw_only=True)
class Shortfall(DisruptionReason):
    """Fewer facts were remembered than the policy demands. Shares are between 0 and 1."""

    remembered: int
    scored: int
    needed: float
    errors: int = 0
    """Questions that the bot answered with an error, or not at all."""

    @property
    def counted(self) -> str:
        """Render the counts: "18 of 20 facts (90 %) and leaves 2 questions without an answer"."""
        errors = f" and leaves {plural(self.errors, 'question')} without an answer" if self.errors else ""
        return f"{remembered_of(self.remembered, self.scored)}{errors}; {percent(self.needed)} needed"


@dataclass(frozen=True, kw_only=True)
class ForgetsUndisturbed(Shortfall):
    """The control arm remembers too little."""

    code = "forgets-undisturbed"
    deploy_to_blame: bool
    """Whether the treated arm remembers still less than is tolerated."""

    @property
    def sentence(self) -> str:
        acquitted = "" if self.deploy_to_blame else ", and the deploy is not to blame"
        return f"even undisturbed, the bot remembers only {self.counted}{acquitted}"


@dataclass(frozen=True, kw_only=True)
class ForgetsAfter(Shortfall):
    """The treated arm remembers too little."""

    code = "forgets-after-disruption"

    @property
    def sentence(self) -> str:
        return f"{after(self.disruptions)}, the bot remembers {self.counted}"


@dataclass(frozen=True, kw_only=True)
class ForgetsMeanwhile(Shortfall):
    """The bot remembers too few facts from the background sessions."""

    code = "forgets-during-disruption"

    @property
    def sentence(self) -> str:
        return (
            f"of what it was told around {subject(self.disruptions)} by those who went on talking,"
            f" the bot remembers {self.counted}"
        )


@dataclass(frozen=True, kw_only=True)
class AccuracyDropped(DisruptionReason):
    """The accuracy falls further than the policy allows. Shares are between 0 and 1."""

    code = "accuracy-dropped"
    before: float
    after: float
    allowed: float

    @property
    def sentence(self) -> str:
        return (
            f"{after(self.disruptions)}, the accuracy drops from {percent(self.before)}"
            f" to {percent(self.after)}; at most {percent(self.allowed)} is allowed"
        )


@dataclass(frozen=True, kw_only=True)
class Unavailable(DisruptionReason):
    """The bot was away for longer than the policy allows. Times are in seconds."""

    code = "unavailable"
    seconds: float
    allowed: float

    @property
    def sentence(self) -> str:
        return (
            f"during {subject(self.disruptions)}, the bot was unavailable for {self.seconds:.1f} s;"
            f" at most {self.allowed:g} s are allowed"
        )


@dataclass(frozen=True, kw_only=True)
class NothingScored(DisruptionReason):
    """No question of one arm could be judged; `because` is the commonest reason."""

    code = "nothing-scored"
    arm: str
    """control or treated."""
    because: Reason | None

    @property
    def sentence(self) -> str:
        when = "undisturbed" if self.arm == "control" else after(self.disruptions)
        return f"{when}, no question could be judged{_because(self.because)}"


@dataclass(frozen=True, kw_only=True)
class SomeUnscored(DisruptionReason):
    """Some questions could not be judged; `because` is the commonest reason."""

    code = "some-unscored"
    questions: int
    because: Reason | None

    @property
    def sentence(self) -> str:
        questions = plural(self.questions, "question")
        return f"under {subject(self.disruptions)}, {questions} could not be judged{_because(self.because)}"


@dataclass(frozen=True, kw_only=True)
class TooFewProbes(DisruptionReason):
    """Too few probes were asked to show the accuracy with the confidence that the policy demands."""

    code = "too-few-probes"
    remembered: int
    scored: int
    confidence: float
    shown: float
    """The share that the probes show with this confidence."""
    needed: float
    """The share that the policy demands."""
    conversations_needed: int | None
    """Conversations that would show it; None where no number does."""
    counted_as: int
    """Number of independent conversations that the probes count as."""
    lost: bool
    """Whether any conversation lost a fact."""

    @property
    def sentence(self) -> str:
        if self.conversations_needed:
            takes = f"{plural(self.conversations_needed, 'conversation')} needed"
            takes += " with no more lost" if self.lost else ""
        elif self.conversations_needed is None:
            takes = "no number shows that"
        else:
            takes = f"{plural(0, 'conversation')} needed"
        return (
            f"{after(self.disruptions)}, the bot remembers {remembered_of(self.remembered, self.scored)},"
            f" which with {percent(self.confidence)} confidence is {percent(self.shown)} or more, and"
            f" {percent(self.needed)} is to be shown; not enough probes to show it:"
            f" {takes}, these count as {self.counted_as}"
        )


def _because(reason: Reason | None) -> str:
    return f": {reason.sentence}" if reason is not None else ""
