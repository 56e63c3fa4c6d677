"""Who has told what, when, in a script: what a probe may ask for, and what has been asked before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gate.documents import Node, quoted


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """A fact that was told in a speaker's session, in the speaker's turn or in the bot's reply to it.

    `segment` is the number of disruptions before, `moment` that of the step, `turn` that of the turn.
    """

    speaker: str
    fact: str
    segment: int
    moment: int
    turn: int
    node: Node
    by_bot: bool = False


class Disclosures:
    """Everything told and asked so far, from the top of a script to the bottom."""

    def __init__(self) -> None:
        self._told: list[Disclosure] = []
        self._asked: dict[tuple[str, str], int] = {}
        self._retold: set[int] = set()

    def add(self, disclosure: Disclosure) -> None:
        """A fact is told."""
        self._told.append(disclosure)

    def tellers(self, fact: str) -> frozenset[str]:
        """The speakers in whose sessions the fact was told."""
        return frozenset(one.speaker for one in self._told if one.fact == fact)

    def stated(self) -> frozenset[str]:
        """The facts that the bot was to state."""
        return frozenset(one.fact for one in self._told if one.by_bot)

    def ask(self, node: Node, fragment: str, *, speaker: str, fact: str, segment: int) -> None:
        """The speaker asks for a fact that was told; reports what an earlier turn spoils about it."""
        mine = [one for one in self._told if (one.speaker, one.fact) == (speaker, fact)]
        first = min((one.segment for one in mine), default=0)
        for one in mine:
            if one.segment > first and id(one) not in self._retold:
                self._retold.add(id(one))
                one.node.problem(
                    f"{speaker} told {quoted(fact)} before the disruption as well; told again, it no longer"
                    " shows what survived",
                    hint="leave it out here, or tell a fact of another name",
                    fragment=fragment,
                )
        asked = self._asked.setdefault((speaker, fact), segment)
        # What is asked before the first disruption is left out of the arm that is disrupted.
        if asked == 0:
            self._asked[(speaker, fact)] = segment
        elif asked < segment:
            node.problem(
                f"{speaker} was asked for {quoted(fact)} before this disruption; the reply may have refreshed"
                " the memory",
                hint="ask once, after the last disruption, or ask for a fact of its own between them",
                fragment=fragment,
            )

    def find_simultaneous(self, speaker: str, facts: Collection[str]) -> tuple[str, str] | None:
        """Two of the facts that the speaker told at the same moment in different turns: neither is newer."""
        mine = [one for one in self._told if one.speaker == speaker and one.fact in facts]
        return next(
            (
                (one.fact, other.fact)
                for index, one in enumerate(mine)
                for other in mine[index + 1 :]
                if one.fact != other.fact and one.moment == other.moment and one.turn != other.turn
            ),
            None,
        )
