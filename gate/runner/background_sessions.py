"""The script of background sessions, which go on talking while the deployment is disrupted.

Each session tells one fact before the disruption, and one with every turn during it. Afterwards it asks
for the facts that the bot acknowledged. The bot never promised those that it refused or left unanswered.
"""

from __future__ import annotations

from collections.abc import Iterable

from gate.core.disruption_traits import UNDECLARED, DisruptionTraits
from gate.core.facts import Pattern
from gate.core.scenario import Disrupt, Expectation, Position, Say, Scenario, Step
from gate.scorers.contains import Contains

NAME = "Turns during the disruption"
SESSIONS = 4
MOST_FACTS = 20
"""Facts that each session tells during the disruption. Further turns are filler."""
READS = 8
"""How often a question is asked where several replicas answer."""
SPEAKER = "alice"
NOWHERE = Position(file="", line=0)
CHECKING_IN = "Is there any news?"


def any_sends_turns(disruptions: Iterable[DisruptionTraits]) -> bool:
    """Whether background sessions send turns during any of the disruptions."""
    return any(traits.sends_turns for traits in disruptions)


def build_background_scenario(disruptions: Iterable[DisruptionTraits]) -> Scenario:
    """Write the script of a background session: before the disruption, during it, after it."""
    usual = UNDECLARED.guarantee
    promise = next((traits.guarantee for traits in disruptions if traits.guarantee != usual), usual)
    facts = tuple(Pattern(name=f"parcel {number}", template="PCL-######") for number in range(MOST_FACTS + 1))
    first, *others = facts
    script: list[Step] = [
        _tell(first, "I am waiting for my parcel {}, which has the code"),
        Disrupt(kind=None, position=NOWHERE),
        *(_tell(fact, "I am also waiting for my parcel {}, which has the code") for fact in others),
        Say(speaker=SPEAKER, text=CHECKING_IN, position=NOWHERE),
        Disrupt(kind=None, position=NOWHERE),
        *(_ask(fact, promise) for fact in facts),
    ]
    return Scenario(name=NAME, file="", facts=facts, script=tuple(script))


def _tell(fact: Pattern, lead: str) -> Say:
    number = fact.name.split()[-1]
    return Say(speaker=SPEAKER, text=f"{lead.format(number)} {{{fact.name}}}.", position=NOWHERE)


def _ask(fact: Pattern, guarantee: str) -> Say:
    return Say(
        speaker=SPEAKER,
        text=f"Which code does my {fact.name} have?",
        position=NOWHERE,
        expectation=Expectation(checks={Contains.name: (f"{{{fact.name}}}",)}),
        guarantee=guarantee,
    )
