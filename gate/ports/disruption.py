"""A disruption of a deployment, the traffic during it, and the evidence that it took effect."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.ports.deployment import Deployment


class Traffic(Protocol):
    """Users who keep talking while the deployment is disrupted."""

    async def send(self) -> None:
        """Send one turn of every open session; return when each was acknowledged, refused or left open."""
        ...

    def in_flight(self) -> AbstractAsyncContextManager[bool]:
        """Send one turn of every open session; inside the block the model withholds its answers.

        Yields True once the bot has asked its model for each turn, or for as many as it handles at once.
        Yields False when that cannot be shown, for example because the bot brings its own model.
        Leaving the block releases the answers and waits for the turns to end.
        """
        ...


class Hold(Protocol):
    """The model's withheld answers to some turns."""

    async def wait_until_asked(self) -> None:
        """Return when the bot has asked its model for each turn, or for as many as it handles at once."""
        ...

    def release(self) -> None:
        """Release the answers. Safe to call twice."""
        ...


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Evidence that a disruption took effect, or that this cannot be shown.

    `sentence` is for people ("container 3f2a → 91bc"), `observed` for the analysis.
    """

    took_effect: bool
    sentence: str
    observed: Observations = field(default_factory=Observations)


class Disruption(Protocol):
    """One way in which a deployment is disrupted."""

    name: str
    sentence: str
    """A description for `memory-gate list disruptions`."""
    proof: str
    """The observation that shows that it happened, for people."""

    traits: DisruptionTraits
    """Facts about it that planning, analysis and reports use."""

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Disrupt the deployment, send `traffic` at the right moments, heal, and wait until the bot is ready.

        Raises Unsupported, BotNotReady (the bot did not come back), StoreError or EngineError.
        """
        ...
