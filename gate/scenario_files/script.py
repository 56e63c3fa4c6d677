"""Reads a script: who says what, what a reply must be, when the deploy happens; and checks its sense."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gate.core.scenario import PLACEHOLDER, Disrupt, Expectation, Filler, Position, Say, Step
from gate.documents import Node, did_you_mean, nearest, quoted, read_disruption
from gate.scenario_files.facts import FACT_NAME

SPEAKER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:-]{0,39}")
RESERVED = ("filler", "disrupt", "wait", "parallel", "expect", "guarantee")
"""Words that are steps, or parts of one, and therefore name no speaker."""

TURN_KEYS = ("expect", "guarantee")
"""What may stand beside a speaker."""

MARKED_STEPS = ("filler", "disrupt")
"""The steps in which nobody speaks."""

STEP_HINT = 'a step is `- alice: "text"`, `- filler: 6`, `- disrupt` or `- disrupt: kill`'
MAX_FILLER = 500

RECALL_SCORERS = frozenset({"contains", "any", "all", "number", "fuzzy"})
"""Scorers that ask for a value the speaker has told."""

ABSENCE_SCORERS = frozenset({"without", "unknown"})
"""Scorers that are content with a bot that remembers nothing."""

ABSENCE_GUARANTEES = frozenset({"isolation", "no-fabrication", "retention"})
"""Guarantees of what must not be known. All others are recall: an amnesiac bot must not pass their probes."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The names that a scenario may use, as this version knows them."""

    scorers: Collection[str]
    disruptions: Collection[str]
    guarantees: Collection[str]


@dataclass(frozen=True, kw_only=True)
class _Argument:
    """One text that a scorer is given, and the facts it names."""

    scorer: str
    text: str
    facts: tuple[str, ...]
    node: Node


class ScriptReader:
    """Reads the script of one scenario. Mistakes are reported at the nodes they are in."""

    def __init__(self, *, vocabulary: Vocabulary, facts: Collection[str]) -> None:
        self._vocabulary = vocabulary
        self._facts = facts
        self._told: dict[str, set[str]] = {}
        self.used: set[str] = set()
        """The facts that some text or expectation names."""

    def read(self, node: Node) -> tuple[Step, ...]:
        """The steps in order; one with mistakes may be missing."""
        items = node.sequence()
        if node.is_sequence and not items:
            node.problem("the script is empty", hint=STEP_HINT)
        steps = tuple(step for item in items if (step := self._step(item)) is not None)
        _check_order(node, items)
        return steps

    def _step(self, item: Node) -> Step | None:
        if not item.is_mapping:
            word = item.string()
            if word == "disrupt":
                return Disrupt(kind=None, position=_position(item))
            if word is not None:
                item.problem(
                    f"unknown step {quoted(word)}", hint=did_you_mean(word, ("disrupt",)) or STEP_HINT
                )
            return None
        entries = item.mapping()
        for word in MARKED_STEPS:
            if word in entries:
                for name, other in entries.items():
                    if name != word and other.key is not None:
                        other.key.problem(
                            f'{quoted(name)} cannot stand beside "{word}"', hint="begin a new step with '- '"
                        )
                return self._marked_step(word, entries[word])
        speaker = _speaker(item, entries)
        return self._say(speaker, entries) if speaker is not None else None

    def _marked_step(self, word: str, value: Node) -> Step | None:
        position = _position(value.key or value)
        if word == "disrupt":
            kind = read_disruption(value, self._vocabulary.disruptions)
            return Disrupt(kind=kind, position=position)
        count = value.integer(1, MAX_FILLER)
        return Filler(count=count, position=position) if count is not None else None

    def _say(self, speaker: str, entries: Mapping[str, Node]) -> Say | None:
        value = entries[speaker]
        text = value.string()
        told: tuple[str, ...] = ()
        if text is not None:
            told = self._placeholders(value, text)
            if not text.strip():
                value.problem(f"{quoted(speaker)} says nothing")
        guarantee = Say.guarantee
        if "guarantee" in entries:
            node = entries["guarantee"]
            guarantee = node.choice(self._vocabulary.guarantees, "guarantee") or guarantee
            if "expect" not in entries and node.key is not None:
                node.key.problem('"guarantee" needs an "expect" beside it', hint="say what the reply must be")
        expectation = None
        if "expect" in entries:
            arguments = self._arguments(entries["expect"])
            self._check_probe(entries["expect"], arguments, speaker=speaker, guarantee=guarantee, told=told)
            expectation = _expectation(arguments)
        for fact in told:
            self._told.setdefault(fact, set()).add(speaker)
        if text is None:
            return None
        return Say(
            speaker=speaker,
            text=text,
            position=_position(value.key or value),
            expectation=expectation,
            guarantee=guarantee,
        )

    def _arguments(self, node: Node) -> tuple[_Argument, ...]:
        """What is expected, scorer by scorer; a text alone means `contains`."""
        if node.is_sequence:
            node.problem(
                "expected text or a mapping, found a list", hint="write {all: [...]} or {any: [...]}"
            )
            return ()
        if not node.is_mapping:
            return tuple(self._argument("contains", node))
        fields = node.fields(self._vocabulary.scorers)
        if not node.mapping():
            node.problem("nothing is expected here", hint='for example "{order}", or {without: "{order}"}')
        return tuple(one for scorer, value in fields.items() for one in self._argument(scorer, value))

    def _argument(self, scorer: str, node: Node) -> Iterator[_Argument]:
        items = node.one_or_more()
        if not items:
            node.problem("this list is empty", hint="name at least one text")
        for item in items:
            if scorer == "unknown" and item.text == "true":
                yield _Argument(scorer=scorer, text="", facts=(), node=item)
                continue
            text = item.as_written() if scorer == "number" else item.string()
            if text is None:
                continue
            if not text.strip():
                item.problem("a blank text stands in every reply")
            names = self._placeholders(item, text, pattern=scorer == "matches")
            yield _Argument(scorer=scorer, text=text, facts=names, node=item)

    def _placeholders(self, node: Node, text: str, *, pattern: bool = False) -> tuple[str, ...]:
        """The facts that `text` names; reports undefined ones. Only a regular expression may hold braces."""
        names = tuple(dict.fromkeys(PLACEHOLDER.findall(text)))
        if pattern:
            # {4} and {2,3} count, they name no fact.
            names = tuple(name for name in names if FACT_NAME.fullmatch(name))
            _check_pattern(node, text)
        elif set(PLACEHOLDER.sub("", text)) & set("{}"):
            fragment = next(one for one in ("{{", "}}", "{", "}") if one in text)
            node.problem(
                "braces stand only around the name of a fact",
                hint="as in {order}; a text cannot hold a brace of its own",
                fragment=fragment,
            )
        for name in names:
            if name not in self._facts:
                defined = f"this scenario defines: {', '.join(self._facts)}" if self._facts else "none is"
                node.problem(
                    f"fact {quoted(name)} is not defined; {defined}",
                    hint=did_you_mean(name, self._facts),
                    fragment=f"{{{name}}}",
                )
        # A misspelt name stands for the one that was meant, so that one mistake is not reported thrice.
        meant = [name if name in self._facts else nearest(name, self._facts) for name in names]
        facts = tuple(dict.fromkeys(name for name in meant if name is not None))
        self.used.update(facts)
        return facts

    def _check_probe(
        self,
        node: Node,
        arguments: Collection[_Argument],
        *,
        speaker: str,
        guarantee: str,
        told: Collection[str],
    ) -> None:
        """Reports a probe that no honest bot can pass, or that an amnesiac one can."""
        recall = [one for one in arguments if one.scorer in RECALL_SCORERS]
        for argument in arguments:
            for fact in argument.facts:
                message, hint = self._objection(argument.scorer, fact, speaker, guarantee, bool(recall))
                if not message and argument in recall and fact in told:
                    message, hint = f"the question gives fact {quoted(fact)} away", "ask without naming it"
                if message:
                    argument.node.problem(message, hint=hint, fragment=f"{{{fact}}}")
        if recall and not any(PLACEHOLDER.search(one.text) for one in arguments):
            node.problem(
                "this probe asks for no fact",
                hint='a bot can pass it without remembering anything; expect a fact, as in "{order}"',
            )
        absent = bool(arguments) and all(one.scorer in ABSENCE_SCORERS for one in arguments)
        if absent and guarantee not in ABSENCE_GUARANTEES:
            node.problem(
                "a bot that remembers nothing passes this probe",
                hint="add what it must know, or write `guarantee: isolation` or `guarantee: no-fabrication`",
            )

    def _objection(
        self, scorer: str, fact: str, speaker: str, guarantee: str, recalls: bool
    ) -> tuple[str, str]:
        """What speaks against asking for `fact` in this way, and what to do; empty when nothing does."""
        tellers = self._told.get(fact, set())
        if scorer in RECALL_SCORERS and speaker not in tellers:
            others = f"only {', '.join(sorted(tellers))} did" if tellers else "nobody did"
            return (
                f"{speaker} has not told {quoted(fact)} before this; {others}",
                "tell it earlier in the script",
            )
        if scorer not in ABSENCE_SCORERS or recalls or guarantee not in ("isolation", "no-fabrication"):
            return "", ""
        if speaker in tellers:
            return f"{speaker} told {quoted(fact)}, so a bot may well name it", "ask another speaker"
        if guarantee == "isolation" and not tellers:
            return f"nobody has told {quoted(fact)} before this, so it cannot leak", "tell it earlier"
        return "", ""


def _speaker(item: Node, entries: Mapping[str, Node]) -> str | None:
    """The key that names who speaks; reports all keys that do not belong into the step."""
    candidates = [name for name in entries if name not in TURN_KEYS]
    if not candidates:
        item.problem("nobody speaks in this step", hint=STEP_HINT)
        return None
    known = (*TURN_KEYS, *MARKED_STEPS)
    speaker = next((name for name in candidates if nearest(name, known) is None), candidates[0])
    for name in candidates:
        key = entries[name].key
        if key is None:
            continue
        if name != speaker:
            meant = did_you_mean(name, TURN_KEYS)
            message = (
                f"unknown key {quoted(name)}"
                if meant
                else f"a step has one speaker, {quoted(name)} is another"
            )
            key.problem(message, hint=meant or "begin a new step with '- '")
        elif name in RESERVED:
            key.problem(
                f"{quoted(name)} is a reserved word and cannot name a speaker", hint="choose another name"
            )
        elif not SPEAKER_NAME.fullmatch(name):
            key.problem(
                f"{quoted(name)} cannot name a speaker",
                hint="use at most 40 letters, digits and _ . , : - and begin with a letter or digit",
            )
        elif not entries[name].is_text and nearest(name, known):
            key.problem(f"unknown step {quoted(name)}", hint=did_you_mean(name, known))
            return None
    return speaker


def _check_order(node: Node, items: Collection[Node]) -> None:
    """Reports a script that asks nothing, and disruptions after which nothing is asked."""
    words = [set(item.mapping()) if item.is_mapping else {item.text} for item in items]
    probes = [index for index, one in enumerate(words) if "expect" in one]
    if items and not probes:
        (node.key or node).problem(
            "the script asks nothing", hint='give a turn an `expect`, for example `expect: "{order}"`'
        )
        return
    for index, (item, one) in enumerate(zip(items, words, strict=True)):
        if "disrupt" in one and index > probes[-1]:
            item.problem(
                "nothing is asked after this disruption", hint='add a turn with an "expect" below it'
            )


def _check_pattern(node: Node, text: str) -> None:
    try:
        re.compile(PLACEHOLDER.sub(lambda found: "x" if FACT_NAME.fullmatch(found[1]) else found[0], text))
    except (re.error, OverflowError, RecursionError) as error:
        node.problem(f"this is no regular expression: {error}")


def _expectation(arguments: Collection[_Argument]) -> Expectation:
    checks: dict[str, tuple[str, ...]] = {}
    for one in arguments:
        checks[one.scorer] = (*checks.get(one.scorer, ()), *([one.text] if one.text else []))
    return Expectation(checks=checks)


def _position(node: Node) -> Position:
    return Position(file=node.file, line=node.line, column=node.column)
