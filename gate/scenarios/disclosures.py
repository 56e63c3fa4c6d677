"""Facts disclosed and asked for in a script, by speaker: they decide what a probe may ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gate.documents import Node, quoted


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """A fact that was told in a speaker's session, by the speaker or by the bot."""

    speaker: str
    fact: str
    segment: int
    """The number of disruptions before it."""
    moment: int
    """The number of its step."""
    turn: int
    """The number of its turn."""
    node: Node
    by_bot: bool = False
    """Whether the bot is asked to state the fact in its reply to the speaker."""


class Disclosures:
    """The facts told and asked for so far, from the top of a script to the bottom."""

    def __init__(self) -> None:
        self._told: list[Disclosure] = []
        self._asked: dict[tuple[str, str], int] = {}
        self._retold: set[int] = set()

    def add(self, disclosure: Disclosure) -> None:
        """Add a told fact."""
        self._told.append(disclosure)

    def tellers(self, fact: str) -> frozenset[str]:
        """Return the speakers in whose sessions the fact was told."""
        return frozenset(told.speaker for told in self._told if told.fact == fact)

    def stated(self) -> frozenset[str]:
        """Return the facts that the bot was asked to state."""
        return frozenset(told.fact for told in self._told if told.by_bot)

    def ask(self, node: Node, fragment: str, *, speaker: str, fact: str, segment: int) -> None:
        """Add a question for a told fact. Report earlier turns that make its answer worthless."""
        mine = [told for told in self._told if (told.speaker, told.fact) == (speaker, fact)]
        first = min((told.segment for told in mine), default=0)
        for told in mine:
            if told.segment > first and id(told) not in self._retold:
                self._retold.add(id(told))
                told.node.problem(
                    f"{speaker} told {quoted(fact)} before the disruption as well; told again, it no longer"
                    " shows what survived",
                    hint="leave it out here, or tell a fact of another name",
                    fragment=fragment,
                )
        asked = self._asked.setdefault((speaker, fact), segment)
        # The treated arm skips questions before the first disruption.
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
        """Find two of the facts that the speaker told at the same moment: neither is newer."""
        mine = [told for told in self._told if told.speaker == speaker and told.fact in facts]
        return next(
            (
                (told.fact, other.fact)
                for index, told in enumerate(mine)
                for other in mine[index + 1 :]
                if told.fact != other.fact and told.moment == other.moment and told.turn != other.turn
            ),
            None,
        )
