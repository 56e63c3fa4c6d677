"""Reasons why a guarantee is broken, or could not be checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gate.analysis.formatting import lasting, plural
from gate.core.statements import Reason
from gate.core.store_findings import StoreFinding


class Sign(StrEnum):
    """Signs in a reply, a prompt or the store that are described without figures."""

    REPLY_HOLDS_FORGOTTEN = "reply-holds-forgotten"
    REPLY_HOLDS_CORRECTED = "reply-holds-corrected"
    PROMPT_HOLDS_CORRECTED = "prompt-holds-corrected"
    PROMPT_BEFORE_CORRECTION = "prompt-before-correction"
    REPLY_OUT_OF_ORDER = "reply-out-of-order"
    PROMPT_OUT_OF_ORDER = "prompt-out-of-order"
    TURN_CUT_SHORT = "turn-cut-short"
    TURN_UNANSWERED = "turn-unanswered"
    PROMPT_TRIMMED = "prompt-trimmed"
    ACKNOWLEDGED_IN_OUTAGE = "acknowledged-in-outage"
    TURN_OVERWRITTEN = "turn-overwritten"
    HISTORY_NOT_READ = "history-not-read"


_WORDS = {
    Sign.REPLY_HOLDS_FORGOTTEN: "the reply holds what was to be forgotten",
    Sign.REPLY_HOLDS_CORRECTED: "the reply holds a value that was corrected",
    Sign.PROMPT_HOLDS_CORRECTED: "the prompt holds a value that was corrected, and not the correction",
    Sign.PROMPT_BEFORE_CORRECTION: (
        "the prompt holds what was said before the correction, and neither value"
    ),
    Sign.REPLY_OUT_OF_ORDER: "the reply holds what was said at another time",
    Sign.PROMPT_OUT_OF_ORDER: "turns stand in the prompt in another order than they were said in",
    Sign.TURN_CUT_SHORT: "the prompt holds a turn that was interrupted, cut short",
    Sign.TURN_UNANSWERED: "the prompt holds a turn that was interrupted, without an answer",
    Sign.PROMPT_TRIMMED: "the prompt begins after the turn that told it",
    Sign.ACKNOWLEDGED_IN_OUTAGE: "the bot acknowledged it while its store was away, and did not keep it",
    Sign.TURN_OVERWRITTEN: "of turns that were under way at the same time, one overwrote the other",
    Sign.HISTORY_NOT_READ: "it is in the store, and the other version of the bot does not read it",
}


@dataclass(frozen=True, kw_only=True)
class SignSeen(Reason):
    """A sign that a guarantee is broken."""

    code = "sign-seen"
    sign: Sign

    @property
    def sentence(self) -> str:
        return _WORDS[self.sign]


@dataclass(frozen=True, kw_only=True)
class ValueChanged(Reason):
    """The reply or the prompt holds the value, but changed."""

    code = "value-changed"
    place: str
    """reply or prompt."""

    @property
    def sentence(self) -> str:
        return f"the {self.place} holds the value, but changed"


@dataclass(frozen=True, kw_only=True)
class LeakSeen(Reason):
    """The reply or the prompt holds a value that only another session was told."""

    code = "leak-seen"
    place: str
    """reply or prompt."""
    value: str

    @property
    def sentence(self) -> str:
        return f"the {self.place} holds {self.value}, which only another session was told"


@dataclass(frozen=True, kw_only=True)
class TurnRepeated(Reason):
    """The prompt holds a turn several times that was said once."""

    code = "turn-repeated"
    times: int

    @property
    def sentence(self) -> str:
        return f"a turn that was said once stands in the prompt {self.times} times"


@dataclass(frozen=True, kw_only=True)
class HistoryRefused(Reason):
    """The other version of the bot fails at its history. `error` may quote the bot: untrusted text."""

    code = "history-refused"
    error: str

    @property
    def sentence(self) -> str:
        return f"the other version of the bot fails at its history: {self.error}"


@dataclass(frozen=True, kw_only=True)
class AnswersDiffer(Reason):
    """One question got different answers, with nothing told or disrupted in between."""

    code = "answers-differ"
    asked: int
    knew: int
    by_replicas: bool
    """Whether one replica does not know what another does."""

    @property
    def sentence(self) -> str:
        lead = "one replica does not know what another does" if self.by_replicas else "the answers differ"
        times = "time" if self.knew == 1 else "times"
        return f"{lead}: asked {self.asked} times, the bot knew it {self.knew} {times}"


@dataclass(frozen=True, kw_only=True)
class ThrownOut(Reason):
    """The store does not hold the value, and reports that it evicted or expired keys."""

    code = "thrown-out"
    how: str
    """evicted or expired."""
    keys: int

    @property
    def sentence(self) -> str:
        return f"it is not in the store, which has {self.how} {plural(self.keys, 'key')}"


@dataclass(frozen=True, kw_only=True)
class StoreLoss(Reason):
    """The store shows why it lost told values, or never got them."""

    code = "store-loss"
    setting: str
    """The setting, or the command, by its name in the store."""
    owner: str | None
    """The part to blame: gate, bot or image; None where that is not known."""
    words: str

    @property
    def sentence(self) -> str:
        return self.words


def store_loss(found: StoreFinding) -> StoreLoss:
    """Make a reason of what the store shows."""
    return StoreLoss(setting=found.setting, owner=found.owner, words=found.sentence)


@dataclass(frozen=True, kw_only=True)
class ExpiresEarly(Reason):
    """A told fact has a shorter TTL in the store than is declared. Times are in seconds."""

    code = "expires-early"
    ttl: float
    declared: float

    @property
    def sentence(self) -> str:
        return (
            f"what was told is stored for {lasting(self.ttl)} at most,"
            f" and {lasting(self.declared)} are declared"
        )


@dataclass(frozen=True, kw_only=True)
class CheckerFailed(Reason):
    """The checker of a guarantee raised an exception, so nothing is known of that guarantee."""

    code = "checker-failed"
    guarantee: str
    error: str

    @property
    def sentence(self) -> str:
        return f"its checker failed with {self.error}"
