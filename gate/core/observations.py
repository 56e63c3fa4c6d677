"""Evidence of a disruption: typed observations of the deployment from before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StoreOutage:
    """A store that kept running and was unreachable for a while."""

    identity: str
    server: str = ""
    """The server's own run id; "" where it was not looked up."""
    keys_before: int | None
    keys_after: int | None
    turns_waited: bool
    """Whether turns were still waiting for the store when it was reachable again."""


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
    """How the store keeps its data on disk, as the settings name it."""
    exit_code: int | None
    """None where it is unknown."""


@dataclass(frozen=True, kw_only=True)
class Observations:
    """The observations around one disruption. A field that does not apply to it keeps its default."""

    instances: Sequence[str] = ()
    """The replicas from before that still run afterwards."""
    starts_before: Sequence[str] = ()
    """The mark of each instance's start, before the disruption."""
    starts_after: Sequence[str] = ()
    replaced: Sequence[str] = ()
    """The replicas that are gone."""
    replacements: Sequence[str] = ()
    """The replicas that replaced them."""
    retired: str = ""
    """The replica that was removed without another in its place."""
    replica_added: bool = False
    """Whether one more replica was started, because the bot had too few."""
    exit_codes: Sequence[int] = ()
    """The distinct exit codes of replicas."""
    stop_enforced: bool = False
    """Whether SIGKILL ended a replica that did not stop when it was asked to."""
    out_of_memory: bool = False
    """Whether the kernel killed the replicas for lack of memory."""
    images_before: Sequence[str] = ()
    images_after: Sequence[str] = ()
    model_asked: bool | None = None
    """Whether the model was answering a turn when the bot ended; None where it does not apply."""
    turns_held: bool | None = None
    """Whether turns were held open while they moved to other replicas; None where it does not apply."""
    turns: Sequence[int] = ()
    """How many turns each replica received during the disruption."""
    turns_of_old: int | None = None
    """How many turns the previous version received during the disruption."""
    turns_of_new: int | None = None
    store_outage: StoreOutage | None = None
    store_restart: StoreRestart | None = None
    repetitions: Sequence[Observations] = ()
    """The observations of each repetition, where the disruption happened several times."""

    @property
    def image_changed(self) -> bool:
        """Whether another image answers after the disruption, or after any repetition of it."""
        changed = tuple(self.images_before) != tuple(self.images_after)
        return changed or any(repetition.image_changed for repetition in self.repetitions)
