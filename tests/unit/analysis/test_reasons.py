"""Reasons and findings have a code and typed fields for programs, and one sentence for people."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest

from gate.analysis import findings
from gate.analysis.reasons import anomalies, disruptions, probes, run
from gate.analysis.reasons.anomalies import Sign, SignSeen
from gate.core.statements import Finding, Reason, Statement, each_once, sentences, statement_fields

MODULES = (findings, anomalies, disruptions, probes, run)
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")
BASES = {disruptions.DisruptionReason, disruptions.Shortfall}


def kinds() -> Iterator[type[Statement]]:
    for module in MODULES:
        for kind in vars(module).values():
            is_own = isinstance(kind, type) and kind.__module__ == module.__name__
            if is_own and issubclass(kind, Statement) and kind not in BASES:
                yield kind


def sample(wanted: Any) -> Any:
    """A value of a field's type."""
    if wanted in (Reason, Reason | None):
        return SignSeen(sign=Sign.PROMPT_TRIMMED)
    if wanted == tuple[tuple[str, ...], ...]:
        return (("restart",), ("kill",))
    if wanted == tuple[str, ...]:
        return ("restart", "kill")
    if wanted == tuple[probes.CheckFailed, ...]:
        return (probes.CheckFailed(check="contains", values=("a",), phrase="it does not hold a"),)
    if wanted == tuple[probes.CriterionRefused, ...]:
        return (probes.CriterionRefused(criterion="is polite", why=""),)
    if wanted is Sign:
        return Sign.TURN_CUT_SHORT
    samples: dict[type, Any] = {str: "said", bool: True, int: 2, float: 0.5}
    return next(value for kind, value in samples.items() if wanted is kind or kind in get_args(wanted))


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.__name__)
def test_each_kind_has_a_code_and_says_itself(kind: type[Statement]) -> None:
    hints = get_type_hints(kind)
    given = {field.name: sample(hints[field.name]) for field in dataclasses.fields(kind)}
    said = kind(**given)
    assert KEBAB.fullmatch(said.code)
    assert said.sentence
    fields = json.loads(json.dumps(statement_fields(said)))
    assert (fields["code"], fields["sentence"]) == (said.code, said.sentence)
    assert fields.keys() == {"code", "sentence", *given}
    assert hash(said) == hash(kind(**given))


def test_codes_are_told_apart() -> None:
    for base in (Reason, Finding):
        codes = [kind.code for kind in kinds() if issubclass(kind, base)]
        assert len(codes) == len(set(codes))


def test_every_sign_has_words_of_its_own() -> None:
    assert len({SignSeen(sign=sign).sentence for sign in Sign}) == len(Sign)


def test_what_people_would_read_twice_is_said_once_where_it_was_said_first() -> None:
    first, second = findings.Remedy(what="a"), findings.LeftBehind(what="b")
    assert each_once([first, second, findings.LeftBehind(what="a")]) == (first, second)
    assert sentences([first, second]) == ("a", "b")
