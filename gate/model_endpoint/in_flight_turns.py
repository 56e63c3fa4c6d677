"""Turns in flight: which turn a model request belongs to."""

from __future__ import annotations

from gate.core.transcript import ConversationPlanned, Event, TurnEnded, TurnStarted


class InFlightTurns:
    """Follows the events of a run, and finds the turn in flight by deployment and text."""

    def __init__(self) -> None:
        self._deployments: dict[str, str] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._turns: dict[tuple[str, str], list[str]] = {}

    def watch(self, event: Event) -> None:
        """Take one event. Must be called with every event of the run."""
        match event:
            case ConversationPlanned():
                self._deployments[event.conversation] = event.deployment
            case TurnStarted():
                key = self._deployments.get(event.conversation, ""), event.text
                self._keys[event.turn] = key
                self._turns.setdefault(key, []).append(event.turn)
            case TurnEnded():
                key = self._keys.pop(event.turn, ("", ""))
                turns = self._turns.get(key, [])
                if event.turn in turns:
                    turns.remove(event.turn)
                if not turns:
                    self._turns.pop(key, None)

    def find_turn(self, deployment: str, text: str) -> str:
        """Return the id of the only turn in flight with this text; "" for none or several."""
        turns = self._turns.get((deployment, text), ())
        return turns[0] if len(turns) == 1 else ""
