"""Checks of the facts that the bot is asked to state in its reply."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from gate.core.facts import Fact, Pattern
from gate.documents import Node, quoted


def check_stating(
    names: Sequence[tuple[Node, str]],
    *,
    text: Node,
    told: Collection[str],
    facts: Mapping[str, Fact | None],
    stated: Collection[str],
    named: Mapping[str, Node],
) -> None:
    """Report mistakes in the facts that the bot is asked to state in its reply to `text`.

    `told` are the facts that the text names, `stated` those that the bot was asked to state before, and
    `named` those that any text has named so far.
    """
    for index, (item, name) in enumerate(names):
        again = name in stated or any(name == other for _, other in names[:index])
        message, hint = (
            (f"the bot has been asked to state {quoted(name)} before", "once is enough")
            if again
            else _objection(name, told, facts[name], named)
        )
        if message:
            item.problem(message, hint=hint)
    # An invalid fact was reported already.
    if names and not any((fact := facts[name]) is None or not fact.guessable for name in told):
        text.problem(
            "this text is not told apart from that of other conversations, so it is not known which value the"
            " bot is to state",
            hint='let it name a fact that cannot be guessed, such as {pattern: "ORD-######"}',
        )


def _objection(
    name: str, told: Collection[str], fact: Fact | None, named: Mapping[str, Node]
) -> tuple[str, str]:
    """Return the objection to having the bot state the fact, and a hint; both "" for none."""
    if name in told:
        return f"the text gives fact {quoted(name)} away", "leave its value to the bot"
    if name in named:
        return (
            f"fact {quoted(name)} is told before, in line {named[name].line}",
            "only what nobody has said is the bot's to state",
        )
    if fact is not None and not isinstance(fact, Pattern):
        return (
            f"only a pattern can be stated by the bot, {quoted(name)} is a {fact.kind}",
            'its shape is how the value is found in the reply, for example {pattern: "TCK-######"}',
        )
    if fact is not None and fact.guessable:
        return (
            f"the pattern of {quoted(name)} fits many a reply by chance",
            "use at least four of '#' and '?'",
        )
    return "", ""
