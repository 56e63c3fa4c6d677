"""Findings: facts about a run that are worth knowing and block nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from gate.analysis.formatting import lasting, plural, subject
from gate.core.statements import Finding, Reason, kinds_in


@dataclass(frozen=True, kw_only=True)
class ChangedSinceBaseline(Finding):
    """The rule, the questions or the circumstances differ from those of the baseline."""

    code = "changed-since-baseline"
    note: str

    @property
    def sentence(self) -> str:
        return f"compared with the baseline, {self.note}"


@dataclass(frozen=True, kw_only=True)
class BeyondWindow(Finding):
    """Questions were left out: the bot declares that it does not keep the facts they ask for."""

    code = "beyond-window"
    questions: int
    window: int | None
    """Turns, as bot.window says."""

    @property
    def sentence(self) -> str:
        return (
            f"{plural(self.questions, 'question')} asked for what was told {self.window} or more turns"
            " earlier, which bot.window says the bot does not keep: not asked"
        )


@dataclass(frozen=True, kw_only=True)
class Remedy(Finding):
    """A remedy for a deployment that did not come up."""

    code = "remedy"
    what: str

    @property
    def sentence(self) -> str:
        return self.what


@dataclass(frozen=True, kw_only=True)
class NeverReplied(Finding):
    """The bot replied to no turn although nobody disturbed it. `error` may quote it: untrusted text."""

    code = "never-replied"
    turns: int
    error: str

    @property
    def sentence(self) -> str:
        return (
            f"with nothing disturbed, the bot replied to none of {plural(self.turns, 'turn')}"
            f"{_example(self.error)}; bot.request and bot.reply say how it is spoken to"
        )


@dataclass(frozen=True, kw_only=True)
class RefusedTurns(Finding):
    """The bot refused turns although nobody disturbed it. `error` may quote it: untrusted text."""

    code = "refused-turns"
    refused: int
    turns: int
    error: str

    @property
    def sentence(self) -> str:
        return (
            f"with nothing disturbed, the bot refused {self.refused:,} of {plural(self.turns, 'turn')}"
            f"{_example(self.error)}"
        )


@dataclass(frozen=True, kw_only=True)
class ModelNeverAsked(Finding):
    """The bot replied and never asked a model of the gate."""

    code = "model-never-asked"

    @property
    def sentence(self) -> str:
        return (
            "the bot replied and sent no request to the model endpoint that the gate told it of"
            " (OPENAI_BASE_URL), so what it loads from its memory could not be seen"
        )


@dataclass(frozen=True, kw_only=True)
class StopEnforced(Finding):
    """The bot did not stop within its grace and was killed."""

    code = "stop-enforced"
    disruption: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.disruption}: the bot ended with exit code 137:"
            " it did not stop within its grace and was killed"
        )


@dataclass(frozen=True, kw_only=True)
class AnomalyUnasked(Finding):
    """Prompts show an anomaly that no probe asked about."""

    code = "anomaly-unasked"
    guarantee: str
    anomaly: str
    turns: int
    first: Reason
    """The anomaly in the first of these turns."""
    is_certain: bool
    """Whether no honest bot does so."""

    @property
    def sentence(self) -> str:
        ask = f"; to block on it, ask with `guarantee: {self.guarantee}`" if self.is_certain else ""
        return f"{plural(self.turns, self.anomaly)}: {self.first.sentence}{ask}"


@dataclass(frozen=True, kw_only=True)
class StoreAdvice(Finding):
    """Something about the store that loses conversations, or would lose them one day."""

    code = "store-advice"
    disruptions: tuple[str, ...]
    """The disruptions under which it was seen; empty where it holds for all of them."""
    setting: str
    """The setting, or the command, by its name in the store."""
    owner: str | None
    """The part to blame: gate, bot or image; None where that is not known."""
    words: str

    @property
    def sentence(self) -> str:
        return f"{subject(self.disruptions)}: {self.words}" if self.disruptions else self.words


@dataclass(frozen=True, kw_only=True)
class ShortTtl(Finding):
    """Told facts are in keys whose TTL is shorter than is declared. Times are in seconds."""

    code = "short-ttl"
    disruptions: tuple[str, ...]
    facts: int
    ttl: float
    """The shortest."""
    declared: float

    @property
    def sentence(self) -> str:
        return (
            f"{subject(self.disruptions)}: {plural(self.facts, 'told fact')} in keys whose TTL is at most"
            f" {lasting(self.ttl)}; store: {{ttl: …}} declares {lasting(self.declared)}"
        )


@dataclass(frozen=True, kw_only=True)
class LeftBehind(Finding):
    """Things that the run made and could not remove."""

    code = "left-behind"
    what: str

    @property
    def sentence(self) -> str:
        return self.what


def _example(error: str) -> str:
    return f"; the first error: {error}" if error else ""


FINDINGS: dict[str, type[Finding]] = {kind.code: kind for kind in kinds_in(sys.modules[__name__], Finding)}
"""All findings by their codes."""
