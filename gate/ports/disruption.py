"""A way in which a deploy goes wrong, the traffic it lets through, and the evidence that it happened."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations
from gate.ports.deployment import Deployment


class Traffic(Protocol):
    """The users who go on talking while the deployment is disrupted."""

    async def send(self) -> None:
        """One turn of every open session, until each was acknowledged, refused or left open."""
        ...

    def in_flight(self) -> AbstractAsyncContextManager[bool]:
        """Puts one turn of every open session to the bot; inside the block the model holds its answers back.

        Gives True when the bot has asked its model: for each, or for those that it takes at once. False
        when that cannot be shown, because the bot brings its own model, say. Leaving the block lets the
        answers go and waits for the turns to end.
        """
        ...


class Hold(Protocol):
    """The model's answers to some turns, held back."""

    async def asked(self) -> None:
        """Returns when the bot has asked its model: for each turn, or for as many as it takes at once."""
        ...

    def release(self) -> None:
        """Lets the answers go. Safe to call twice."""
        ...


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Proof that a disruption took effect, or that it cannot be shown to have.

    `sentence` for people ("container 3f2a → 91bc"), `observed` for whoever judges.
    """

    took_effect: bool
    sentence: str
    observed: Observations = field(default_factory=Observations)


class Disruption(Protocol):
    """One way in which a deploy goes wrong."""

    name: str
    sentence: str
    """What happens, for `memory-gate list disruptions`."""
    proof: str
    """What shows that it happened."""

    traits: DisruptionTraits
    """What others have to know about it."""

    async def inject(self, deployment: Deployment, traffic: Traffic) -> Evidence:
        """Disrupts, lets `traffic` through where it belongs, heals, waits until the bot is ready again.

        Raises Unsupported, BotNotReady (the bot did not come back), StoreError or EngineError.
        """
        ...
