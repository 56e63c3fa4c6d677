"""What a disruption saw of a deployment before and after: the evidence that others read, as typed fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StoreOutage:
    """A store that ran on and could not be reached for a while."""

    identity: str
    server: str = ""
    """The server's own run id; "" where nobody looked."""
    keys_before: int | None
    keys_after: int | None
    turns_waited: bool
    """Whether turns were still waiting for the store when it could be reached again."""


@dataclass(frozen=True, kw_only=True)
class StoreRestart:
    """A store that ended and started again."""

    identity_before: str
    identity_after: str
    server_before: str
    """The server's own run id."""
    server_after: str
    keys_before: int | None
    keys_after: int | None
    persistence: str
    """How it keeps its data over its own end, as the settings name it."""
    exit_code: int | None
    """None where none was seen."""


@dataclass(frozen=True, kw_only=True)
class Observations:
    """What was seen around one disruption. A field that does not belong to it keeps its default."""

    instances: Sequence[str] = ()
    """The replicas that run afterwards and are the ones from before."""
    starts_before: Sequence[str] = ()
    """The mark of each instance's start, before the disruption."""
    starts_after: Sequence[str] = ()
    replaced: Sequence[str] = ()
    """The replicas that are gone."""
    replacements: Sequence[str] = ()
    """Those that took their place."""
    retired: str = ""
    """The replica that was removed without another in its place."""
    replica_added: bool = False
    """Whether the bot has too few replicas, so that one more was started."""
    exit_codes: Sequence[int] = ()
    """The different codes with which replicas ended."""
    stop_enforced: bool = False
    """Whether SIGKILL ended what was asked to stop by itself."""
    out_of_memory: bool = False
    """Whether the kernel ended the replicas for want of memory."""
    images_before: Sequence[str] = ()
    images_after: Sequence[str] = ()
    model_asked: bool | None = None
    """Whether the model was answering a turn when the bot ended; None where that was not looked at."""
    turns_held: bool | None = None
    """Whether turns were held open while they moved to other replicas; None where that was not looked at."""
    turns: Sequence[int] = ()
    """How many turns each of the replicas was given meanwhile."""
    turns_of_old: int | None = None
    """How many turns the previous version was given meanwhile."""
    turns_of_new: int | None = None
    store_outage: StoreOutage | None = None
    store_restart: StoreRestart | None = None
    repetitions: Sequence[Observations] = ()
    """One for each time, where the disruption happened several times over."""

    @property
    def image_changed(self) -> bool:
        """Whether another image answers afterwards, or answered after any of the repetitions."""
        changed = tuple(self.images_before) != tuple(self.images_after)
        return changed or any(one.image_changed for one in self.repetitions)
