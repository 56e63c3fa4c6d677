"""Reasons why a whole run passed, failed, or is inconclusive."""

from __future__ import annotations

from dataclasses import dataclass

from gate.analysis.formatting import after_all, plural, remembered_of
from gate.core.statements import Reason


@dataclass(frozen=True, kw_only=True)
class Remembers(Reason):
    """The run passed. The counts are of all treated probes."""

    code = "remembers"
    rows: tuple[tuple[str, ...], ...]
    """The disruptions of each row of the report."""
    remembered: int
    scored: int

    @property
    def sentence(self) -> str:
        return f"the bot remembers {remembered_of(self.remembered, self.scored)} {after_all(self.rows)}"


@dataclass(frozen=True, kw_only=True)
class Leaks(Reason):
    """Replies, or requests to the model, held values of another session."""

    code = "leaks"
    place: str
    """reply or request."""
    turns: int

    @property
    def sentence(self) -> str:
        counted = (
            plural(self.turns, "reply", "replies")
            if self.place == "reply"
            else plural(self.turns, "request to the model", "requests to the model")
        )
        return f"{counted} held what another session was told"


@dataclass(frozen=True, kw_only=True)
class Fabrications(Reason):
    """Replies made up values that nobody told."""

    code = "fabrications"
    replies: int

    @property
    def sentence(self) -> str:
        return f"{plural(self.replies, 'reply', 'replies')} made up what was never told"


@dataclass(frozen=True, kw_only=True)
class Zombies(Reason):
    """Replies held facts that the bot was to forget."""

    code = "zombies"
    replies: int

    @property
    def sentence(self) -> str:
        return f"{plural(self.replies, 'reply', 'replies')} held what was to be forgotten"


@dataclass(frozen=True, kw_only=True)
class Expiring(Reason):
    """The store shows facts that expire early; `first` is the reason for the first of them."""

    code = "expiring"
    facts: int
    first: Reason

    @property
    def sentence(self) -> str:
        several = f" ({plural(self.facts, 'fact')})" if self.facts > 1 else ""
        return f"{self.first.sentence}{several}"


@dataclass(frozen=True, kw_only=True)
class TranscriptCut(Reason):
    """The transcript ends before the run does."""

    code = "transcript-cut"
    lines: int

    @property
    def sentence(self) -> str:
        return f"the transcript ends with line {self.lines}, before the run does"


@dataclass(frozen=True, kw_only=True)
class Interrupted(Reason):
    """The run was interrupted."""

    code = "interrupted"

    @property
    def sentence(self) -> str:
        return "the run was interrupted"


@dataclass(frozen=True, kw_only=True)
class PartMissing(Reason):
    """Something should have been merged into this run and could not be."""

    code = "part-missing"
    what: str

    @property
    def sentence(self) -> str:
        return self.what


@dataclass(frozen=True, kw_only=True)
class NothingCameUp(Reason):
    """None of several deployments came up, all for the same reason."""

    code = "nothing-came-up"
    cause: str
    """As in the event deployment-failed: bot, store, engine, runtime, harness."""
    why: str

    @property
    def sentence(self) -> str:
        return f"nothing was tried, because {self.why}"


@dataclass(frozen=True, kw_only=True)
class NothingPlanned(Reason):
    """No conversation was planned."""

    code = "nothing-planned"

    @property
    def sentence(self) -> str:
        return "no conversation was planned, so nothing was asked"


@dataclass(frozen=True, kw_only=True)
class NothingRecalled(Reason):
    """No question asked for a told fact."""

    code = "nothing-recalled"

    @property
    def sentence(self) -> str:
        return "no question asked for what was told, so nothing is known about the memory"


@dataclass(frozen=True, kw_only=True)
class GuaranteeUnchecked(Reason):
    """A guarantee could not be checked."""

    code = "guarantee-unchecked"
    guarantee: str
    because: Reason

    @property
    def sentence(self) -> str:
        return f"{self.guarantee} could not be checked: {self.because.sentence}"


@dataclass(frozen=True, kw_only=True)
class Regression(Reason):
    """The bot forgets what it remembered in the run that is its baseline."""

    code = "regression"
    comparison: str

    @property
    def sentence(self) -> str:
        return f"compared with the baseline, a {self.comparison}"
