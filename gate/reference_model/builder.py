"""Builds the reference model from a plan: its texts, the facts they state, the answers to its probes."""

from __future__ import annotations

from gate.core.words import WholeWords
from gate.reference_model.reading import Question, ReferenceModel
from gate.runner.plan import Plan


def build_reference_model(plan: Plan) -> ReferenceModel:
    """Build a reference model that knows the texts and probes of `plan`, but not which session said them.

    Facts of the same name count as one fact in all scenarios, so that mixed sessions show up in answers.
    """
    values_of: dict[str, set[str]] = {}
    statements: dict[str, dict[str, set[str]]] = {}
    facts_asked: dict[str, set[str]] = {}
    oldest_first: set[str] = set()
    answers: dict[str, str] = {}
    for conversation in plan.conversations:
        for name, value in conversation.facts.items():
            values_of.setdefault(name, set()).add(value)
        for turn in conversation.turns:
            stated = statements.setdefault(turn.text, {})
            for name in turn.tells:
                stated.setdefault(conversation.facts[name].casefold(), set()).add(name)
            if turn.answer:
                answers[turn.text] = turn.answer
                stated = statements.setdefault(turn.answer, {})
                for name in turn.states:
                    stated.setdefault(conversation.facts[name].casefold(), set()).add(name)
            if turn.expectation is None:
                continue
            facts_asked.setdefault(turn.text, set()).update(turn.asks)
            if turn.guarantee == "order":
                oldest_first.add(turn.text)
    return ReferenceModel(
        statements,
        {
            text: Question(
                facts=frozenset(names),
                candidates=WholeWords(sorted({value for name in names for value in values_of[name]})),
                oldest_first=text in oldest_first,
            )
            for text, names in facts_asked.items()
        },
        answers,
    )
