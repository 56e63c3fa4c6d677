"""Short ways to write scenarios in tests."""

from __future__ import annotations

import itertools

from gate.core.facts import Fact, Pattern, Pick
from gate.core.scenario import Disrupt, Expectation, Filler, Position, Say, Scenario, Step

ORDER = Pattern(name="order", template="ORD-######")
CITY = Pick(name="city", options=("Lisbon", "Oslo", "Kyoto", "Quito"))
MOVED = Pick(name="moved", options=("Lisbon", "Oslo", "Kyoto", "Quito"), differs_from="city")


def script(*steps: Step | tuple[str, str], file: str = "s.yml") -> tuple[Step, ...]:
    """Steps, or pairs of speaker and text, each on a line of its own."""
    lines = itertools.count(5)
    return tuple(
        Say(speaker=step[0], text=step[1], position=Position(file=file, line=next(lines)))
        if isinstance(step, tuple)
        else step
        for step in steps
    )


def ask(
    speaker: str, text: str, guarantee: str = "durability", line: int = 20, **checks: str | tuple[str, ...]
) -> Say:
    return Say(
        speaker=speaker,
        text=text,
        position=Position(file="s.yml", line=line),
        expectation=Expectation(
            checks={name: (one,) if isinstance(one, str) else one for name, one in checks.items()}
        ),
        guarantee=guarantee,
    )


def filler(count: int) -> Filler:
    return Filler(count=count, position=Position(file="s.yml", line=50))


def disrupt(kind: str | None = None) -> Disrupt:
    return Disrupt(kind=kind, position=Position(file="s.yml", line=60))


def scenario(
    *steps: Step | tuple[str, str],
    facts: tuple[Fact, ...] = (ORDER,),
    name: str = "orders",
    file: str = "s.yml",
) -> Scenario:
    return Scenario(name=name, file=file, facts=facts, script=script(*steps, file=file))


TELL = ("alice", "My order is {order}.")
ASK = ask("alice", "What is my order number?", contains="{order}")


def follow_up(name: str = "orders") -> Scenario:
    """The plainest scenario: tell, disrupt, ask."""
    return scenario(TELL, disrupt(), ASK, name=name, file=f"{name}.yml")
