"""Reasons why a probe was lost, was answered with an error, or is not scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gate.core.disruption_names import UNDISTURBED
from gate.core.statements import Reason


def listed(values: Sequence[str]) -> str:
    """Join values as a sentence names them."""
    return ", ".join(values)


@dataclass(frozen=True, kw_only=True)
class CheckFailed(Reason):
    """The reply does not meet one check of the expectation."""

    code = "check-failed"
    check: str
    """The scorer."""
    values: tuple[str, ...]
    """The arguments that it does not meet."""
    phrase: str
    """The scorer's own words for it."""

    @property
    def sentence(self) -> str:
        return self.phrase


@dataclass(frozen=True, kw_only=True)
class ReplyAmiss(Reason):
    """The reply does not meet the expectation."""

    code = "reply-amiss"
    checks: tuple[CheckFailed, ...]

    @property
    def sentence(self) -> str:
        return "; ".join(check.sentence for check in self.checks)


@dataclass(frozen=True, kw_only=True)
class DecoysNamed(Reason):
    """The reply also names plausible values that nobody told."""

    code = "decoys-named"
    values: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"it also names {listed(self.values)}, which it was never told"


@dataclass(frozen=True, kw_only=True)
class CriterionRefused(Reason):
    """A judge model does not find one criterion met. `why` is in its words: untrusted text."""

    code = "criterion-refused"
    criterion: str
    why: str

    @property
    def sentence(self) -> str:
        why = f": {self.why}" if self.why else ""
        return f'the judge does not find that the reply "{self.criterion}"{why}'


@dataclass(frozen=True, kw_only=True)
class JudgeRefused(Reason):
    """A judge model does not find the reply as expected."""

    code = "judge-refused"
    criteria: tuple[CriterionRefused, ...]

    @property
    def sentence(self) -> str:
        return "; ".join(criterion.sentence for criterion in self.criteria)


@dataclass(frozen=True, kw_only=True)
class JudgeUndecided(Reason):
    """A judge model was asked and gave no usable answer."""

    code = "judge-undecided"
    why: str

    @property
    def sentence(self) -> str:
        return self.why


@dataclass(frozen=True, kw_only=True)
class BotError(Reason):
    """The bot answered with an error, or not at all. `error` may quote the bot: untrusted text."""

    code = "bot-error"
    error: str

    @property
    def sentence(self) -> str:
        return self.error


@dataclass(frozen=True, kw_only=True)
class CheckCrashed(Reason):
    """A scorer raised an exception, so nothing is known of the reply."""

    code = "check-crashed"
    error: str

    @property
    def sentence(self) -> str:
        return f"the reply could not be checked: {self.error}"


@dataclass(frozen=True, kw_only=True)
class DeploymentFault(Reason):
    """Something failed under the deployment that is not the bot."""

    code = "deployment-fault"
    cause: str
    """As in the event fault-seen: store, engine, model, runtime, harness, bot."""
    why: str

    @property
    def sentence(self) -> str:
        return self.why


@dataclass(frozen=True, kw_only=True)
class RunEndedBefore(Reason):
    """The run ended before the bot answered."""

    code = "run-ended-before-answer"

    @property
    def sentence(self) -> str:
        return "the run ended before the bot answered"


@dataclass(frozen=True, kw_only=True)
class NeverStated(Reason):
    """The bot was to state facts itself and did not: it cannot have forgotten them."""

    code = "never-stated"
    facts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"the bot never stated {listed(self.facts)}"


@dataclass(frozen=True, kw_only=True)
class NeverAcknowledged(Reason):
    """The bot never acknowledged the turn that tells the facts."""

    code = "never-acknowledged"
    facts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"the bot never acknowledged the turn that tells {listed(self.facts)}"


@dataclass(frozen=True, kw_only=True)
class DisruptionNotShown(Reason):
    """A disruption cannot be shown to have happened."""

    code = "disruption-not-shown"
    disruption: str
    why: str

    @property
    def sentence(self) -> str:
        if self.disruption == UNDISTURBED:
            return f"the bot cannot be shown to have been left alone: {self.why}"
        return f"{self.disruption} cannot be shown to have happened: {self.why}"


@dataclass(frozen=True, kw_only=True)
class OutOfPlace(Reason):
    """The question was asked on the wrong side of its disruption."""

    code = "out-of-place"
    disruption: str

    @property
    def sentence(self) -> str:
        return f"it was not asked on the right side of {self.disruption}"


@dataclass(frozen=True, kw_only=True)
class NotAsked(Reason):
    """The question was never put to the bot."""

    code = "not-asked"
    why: str

    @property
    def sentence(self) -> str:
        return self.why


@dataclass(frozen=True, kw_only=True)
class DemandedAndForbidden(Reason):
    """This draw of the facts makes the expectation impossible to meet."""

    code = "demanded-and-forbidden"
    values: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"the reply must hold {listed(self.values)}, and must not"


@dataclass(frozen=True, kw_only=True)
class QuestionNamesAnswer(Reason):
    """The question itself names what it asks for."""

    code = "question-names-answer"
    values: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"the question itself names {listed(self.values)}"


@dataclass(frozen=True, kw_only=True)
class BeyondReader(Reason):
    """The loss may be the stand-in model's, which does not do what the bot asks of it."""

    code = "beyond-reader"
    features: tuple[str, ...]
    remedy: str

    @property
    def sentence(self) -> str:
        return (
            f"the bot may keep what it is told by what the reader does not do ({listed(self.features)});"
            f" {self.remedy}"
        )
