"""The meaning of a probe's checks, derived from the traits of the scorers, never from their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gate.core.scenario import PLACEHOLDER, Expectation, render
from gate.core.scorer_traits import Argument, ScorerTraits
from gate.scorers import SCORERS

Checks = Mapping[str, Sequence[str]]
"""Scorer → its arguments."""

UNKNOWN = ScorerTraits(recalls=False, failure="it does not hold for {}", expectation="{}")
"""The traits of an unknown scorer, which a transcript of another version may name."""


def traits_of(scorer: str) -> ScorerTraits:
    """Return the traits of the scorer of that name."""
    known = SCORERS.get(scorer)
    return known.traits if known is not None else UNKNOWN


def expectation_text(scorer: str, arguments: str) -> str:
    """Return the expectation of one check in words. An unknown scorer is named as it is."""
    known = SCORERS.get(scorer)
    return f"{scorer} {arguments}" if known is None else known.traits.expectation.format(arguments)


def forbids_only(checks: Iterable[str]) -> bool:
    """Whether these scorers only forbid. A judge beside them changes nothing."""
    for name in checks:
        traits = traits_of(name)
        if traits.compares and not traits.absence:
            return False
    return True


def compared(checks: Checks) -> dict[str, Sequence[str]]:
    """Return the checks that need no judge model."""
    return {name: texts for name, texts in checks.items() if traits_of(name).compares}


def criteria(checks: Checks) -> tuple[str, ...]:
    """Return the criteria for a judge model."""
    return tuple(text for name, texts in checks.items() if not traits_of(name).compares for text in texts)


def forbidden(checks: Checks) -> tuple[str, ...]:
    """Return the texts that the reply must not contain."""
    found: list[str] = []
    for name, texts in checks.items():
        if traits_of(name).absence:
            found += texts
    return tuple(found)


def held(checks: Checks) -> tuple[str, ...]:
    """Return the texts that the reply must contain literally."""
    return tuple(text for name, texts in checks.items() if traits_of(name).holds_every for text in texts)


def asked_facts(expectation: Expectation) -> tuple[str, ...]:
    """Return the facts that the unrendered checks ask for, in order, each once."""
    texts = (text for texts in compared(expectation.checks).values() for text in texts)
    return tuple(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def rendered(expectation: Expectation, facts: Mapping[str, str]) -> Expectation:
    """Replace each placeholder by the fact's value. In a pattern, escape the value."""
    literal = {name: re.escape(value) for name, value in facts.items()}
    checks = {
        scorer: tuple(
            render(text, literal if traits_of(scorer).argument is Argument.PATTERN else facts)
            for text in texts
        )
        for scorer, texts in expectation.checks.items()
    }
    return replace(expectation, checks=checks)
