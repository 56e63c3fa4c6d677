"""What the checks of a probe, scorer by scorer, mean: by the traits of the scorers, never by their names."""

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
"""The traits of a scorer that this version does not know: a transcript may name one."""


def traits_of(scorer: str) -> ScorerTraits:
    """Return the traits of the scorer of that name."""
    known = SCORERS.get(scorer)
    return known.traits if known is not None else UNKNOWN


def forbids_only(checks: Iterable[str]) -> bool:
    """Whether these scorers say nothing but what a reply must not be. A judge adds nothing to that."""
    return all(one.absence or not one.compares for one in map(traits_of, checks))


def compared(checks: Checks) -> dict[str, Sequence[str]]:
    """Return the checks that need no judge model."""
    return {name: texts for name, texts in checks.items() if traits_of(name).compares}


def criteria(checks: Checks) -> tuple[str, ...]:
    """Return what a judge model is to find in the reply."""
    return tuple(text for name, texts in checks.items() if not traits_of(name).compares for text in texts)


def forbidden(checks: Checks) -> tuple[str, ...]:
    """Return what the reply must not say."""
    return tuple(text for name, texts in checks.items() if traits_of(name).absence for text in texts)


def held(checks: Checks) -> tuple[str, ...]:
    """Return what the reply has to hold as it stands."""
    return tuple(text for name, texts in checks.items() if traits_of(name).holds_every for text in texts)


def asked_facts(expectation: Expectation) -> tuple[str, ...]:
    """Return the facts that the unrendered texts ask for, in order, each once."""
    texts = (text for texts in compared(expectation.checks).values() for text in texts)
    return tuple(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def rendered(expectation: Expectation, facts: Mapping[str, str]) -> Expectation:
    """Return the same with each placeholder replaced by the fact's value; no value is a pattern."""
    literal = {name: re.escape(value) for name, value in facts.items()}
    checks = {
        scorer: tuple(
            render(text, literal if traits_of(scorer).argument is Argument.PATTERN else facts)
            for text in texts
        )
        for scorer, texts in expectation.checks.items()
    }
    return replace(expectation, checks=checks)
