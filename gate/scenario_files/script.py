"""Reads a script: who says what, what a reply must be, when the deploy happens; and checks its sense."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gate.core.facts import Fact
from gate.core.scenario import (
    JUDGED,
    PLACEHOLDER,
    Disrupt,
    Expectation,
    Filler,
    Parallel,
    Position,
    Say,
    Step,
    Wait,
)
from gate.documents import Node, did_you_mean, nearest, quoted, read_disruption
from gate.scenario_files.facts import FACT_NAME
from gate.scenario_files.stating import check_stating
from gate.scenario_files.steps import (
    FEWEST_PARALLEL,
    MARKED_STEPS,
    MAX_FILLER,
    MAX_PARALLEL,
    STEP_HINT,
    check_order,
    duration,
    speaker_of,
)
from gate.scenario_files.tellings import Telling, Tellings
from gate.scorers import ABSENCE_SCORERS
from gate.scorers.matches import objection_to

RECALL_SCORERS = frozenset({"contains", "any", "all", "number", "fuzzy"})
"""Scorers that ask for a value the speaker has told."""

DECISIVE_SCORERS = RECALL_SCORERS | ABSENCE_SCORERS
"""Scorers of which a judge needs one beside it: it breaks ties, and decides nothing."""

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
    key: Node
    """Where the scorer is named."""


class ScriptReader:
    """Reads the script of one scenario. Mistakes are reported at the nodes they are in."""

    def __init__(self, *, vocabulary: Vocabulary, facts: Mapping[str, Fact | None]) -> None:
        self._vocabulary = vocabulary
        self._facts = facts
        self._tellings = Tellings()
        self._told_now: list[Telling] = []
        self._segment = self._moment = self._turn = 0
        self._named: dict[str, Node] = {}
        """The first text that names a fact."""
        self.used: set[str] = set()
        """The facts that some text or expectation names."""

    def read(self, node: Node) -> tuple[Step, ...]:
        """The steps in order; one with mistakes may be missing."""
        items = node.sequence()
        if node.is_sequence and not items:
            node.problem("the script is empty", hint=STEP_HINT)
        steps = tuple(step for item in items if (step := self._step(item)) is not None)
        check_order(node, items)
        return steps

    def _step(self, item: Node) -> Step | None:
        """One step. What is told in it is told to the steps below: a parallel block has no order."""
        self._moment += 1
        self._told_now.clear()
        step = self._read_step(item)
        for telling in self._told_now:
            self._tellings.add(telling)
        return step

    def _read_step(self, item: Node) -> Step | None:
        if not item.is_mapping:
            word = item.string()
            if word == "disrupt":
                self._segment += 1
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
        speaker = speaker_of(item, entries)
        return self._say(speaker, entries) if speaker is not None else None

    def _marked_step(self, word: str, value: Node) -> Step | None:
        position = _position(value.key or value)
        if word == "disrupt":
            self._segment += 1
            kind = read_disruption(value, self._vocabulary.disruptions)
            return Disrupt(kind=kind, position=position)
        if word == "wait":
            seconds = duration(value)
            return Wait(seconds=seconds, position=position) if seconds is not None else None
        if word == "parallel":
            turns = self._parallel(value)
            return Parallel(turns=turns, position=position) if turns else None
        count = value.integer(1, MAX_FILLER)
        return Filler(count=count, position=position) if count is not None else None

    def _parallel(self, block: Node) -> tuple[Say, ...]:
        """The turns of a parallel block."""
        items = block.sequence()
        if block.is_sequence and not FEWEST_PARALLEL <= len(items) <= MAX_PARALLEL:
            block.problem(
                f"a parallel block has {FEWEST_PARALLEL} to {MAX_PARALLEL} turns, this one has {len(items)}",
                hint="turns that stand alone need no block",
            )
        turns = [found for item in items if (found := self._parallel_turn(item)) is not None]
        texts: dict[str, Say] = {}
        for turn, item in turns:
            earlier = texts.setdefault(turn.text.strip(), turn)
            if earlier is not turn:
                item.problem(
                    f"{turn.speaker} says what {earlier.speaker} says at the same moment; their requests"
                    " to the model could not be told apart",
                    hint="let each say something of its own",
                )
            needs_its_own = turn.expectation is not None or turn.states
            if needs_its_own and sum(other.speaker == turn.speaker for other, _ in turns) > 1:
                what = "is asked" if turn.expectation is not None else "asks the bot to state a fact"
                item.problem(
                    f"{turn.speaker} {what} while another turn of {turn.speaker} is under way; their requests"
                    " to the model could not be told apart",
                    hint="ask it after the block",
                )
        return tuple(turn for turn, _ in turns)

    def _parallel_turn(self, item: Node) -> tuple[Say, Node] | None:
        entries = item.mapping() if item.is_mapping else {}
        marked = next((word for word in MARKED_STEPS if word in entries), None)
        if not item.is_mapping or marked:
            (entries[marked].key or item if marked else item).problem(
                "only turns stand in a parallel block", hint='a turn is `- alice: "text"`'
            )
            return None
        speaker = speaker_of(item, entries)
        turn = self._say(speaker, entries) if speaker is not None else None
        return (turn, item) if turn is not None else None

    def _say(self, speaker: str, entries: Mapping[str, Node]) -> Say | None:
        self._turn += 1
        value = entries[speaker]
        text = value.string()
        told: tuple[str, ...] = ()
        if text is not None:
            told = self._placeholders(value, text)
            if not text.strip():
                value.problem(f"{quoted(speaker)} says nothing")
        for fact in told:
            self._named.setdefault(fact, value)
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
        states: tuple[str, ...] = ()
        if "states" in entries:
            states = self._states(entries["states"], value, told)
            if "expect" in entries and entries["states"].key is not None:
                entries["states"].key.problem(
                    '"states" cannot stand beside "expect"',
                    hint="let the bot state the fact first, and ask for it further down",
                )
        self._told_now += [self._telling(speaker, fact, value) for fact in told]
        self._told_now += [self._telling(speaker, fact, entries["states"], by_bot=True) for fact in states]
        if text is None:
            return None
        return Say(
            speaker=speaker,
            text=text,
            position=_position(value.key or value),
            expectation=expectation,
            guarantee=guarantee,
            states=states,
        )

    def _telling(self, speaker: str, fact: str, node: Node, *, by_bot: bool = False) -> Telling:
        return Telling(
            speaker=speaker,
            fact=fact,
            segment=self._segment,
            moment=self._moment,
            turn=self._turn,
            node=node,
            by_bot=by_bot,
        )

    def _states(self, node: Node, text: Node, told: Collection[str]) -> tuple[str, ...]:
        """The facts that the bot is to state in its reply to `text`."""
        items = node.one_or_more()
        if not items:
            node.problem("this list is empty", hint="name at least one fact")
        names = [
            (item, name)
            for item in items
            if (name := item.string()) is not None and self._is_defined(item, name)
        ]
        stated = self._tellings.stated() | {one.fact for one in self._told_now if one.by_bot}
        check_stating(names, text=text, told=told, facts=self._facts, stated=stated, named=self._named)
        self.used.update(name for _, name in names)
        return tuple(dict.fromkeys(name for _, name in names))

    def _is_defined(self, node: Node, name: str, *, fragment: str = "") -> bool:
        """Whether there is such a fact; reports it if not."""
        if name in self._facts:
            return True
        defined = f"this scenario defines: {', '.join(self._facts)}" if self._facts else "none is"
        node.problem(
            f"fact {quoted(name)} is not defined; {defined}",
            hint=did_you_mean(name, self._facts),
            fragment=fragment,
        )
        return False

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
                yield _Argument(scorer=scorer, text="", facts=(), node=item, key=node.key or node)
                continue
            text = item.as_written() if scorer == "number" else item.string()
            if text is None:
                continue
            if not text.strip():
                item.problem("a blank text stands in every reply")
            names = self._placeholders(item, text, pattern=scorer == "matches")
            yield _Argument(scorer=scorer, text=text, facts=names, node=item, key=node.key or node)

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
            self._is_defined(node, name, fragment=f"{{{name}}}")
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
                if not message and argument.scorer in RECALL_SCORERS and fact in told:
                    message, hint = f"the question gives fact {quoted(fact)} away", "ask without naming it"
                if message:
                    argument.node.problem(message, hint=hint, fragment=f"{{{fact}}}")
                elif argument.scorer in RECALL_SCORERS:
                    self._tellings.ask(
                        argument.node, f"{{{fact}}}", speaker=speaker, fact=fact, segment=self._segment
                    )
        self._check_sequence(node, arguments, speaker=speaker, guarantee=guarantee)
        if recall and not any(PLACEHOLDER.search(one.text) for one in arguments if one.scorer != JUDGED):
            node.problem(
                "this probe asks for no fact",
                hint='a bot can pass it without remembering anything; expect a fact, as in "{order}"',
            )
        judged = [one for one in arguments if one.scorer == JUDGED]
        if judged and not any(one.scorer in DECISIVE_SCORERS for one in arguments):
            judged[0].key.problem(
                "a judge alone decides nothing: it is heard only where the other checks hold",
                hint='name the fact beside it, as in {contains: "{city}", judge: "…"}',
            )
        if judged and guarantee == "isolation":
            judged[0].key.problem(
                "whether something leaked is certain or nothing: no judge is heard about it",
                hint="forbid the value with `without` alone",
            )
        compared = [one for one in arguments if one.scorer != JUDGED]
        absent = bool(compared) and all(one.scorer in ABSENCE_SCORERS for one in compared)
        if absent and guarantee not in ABSENCE_GUARANTEES:
            node.problem(
                "a bot that remembers nothing passes this probe",
                hint="add what it must know, or write `guarantee: isolation` or `guarantee: no-fabrication`",
            )

    def _check_sequence(
        self, node: Node, arguments: Collection[_Argument], *, speaker: str, guarantee: str
    ) -> None:
        """Reports a probe that asks which of two facts is the newer one, or the older, where neither is."""
        scorers = {one.scorer for one in arguments}
        if guarantee != "order" and not ("without" in scorers and scorers & RECALL_SCORERS):
            return
        found = self._tellings.simultaneous(speaker, {fact for one in arguments for fact in one.facts})
        if found:
            node.problem(
                f"{speaker} told {quoted(found[0])} and {quoted(found[1])} at the same moment, so neither"
                " came first",
                hint="tell them one after the other",
            )

    def _objection(
        self, scorer: str, fact: str, speaker: str, guarantee: str, recalls: bool
    ) -> tuple[str, str]:
        """What speaks against asking for `fact` in this way, and what to do; empty when nothing does."""
        tellers = self._tellings.tellers(fact)
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


def _check_pattern(node: Node, text: str) -> None:
    # Asked of RE2 itself, which will judge by it: Python's own expressions know more, such as lookahead.
    objection = objection_to(
        PLACEHOLDER.sub(lambda found: "x" if FACT_NAME.fullmatch(found[1]) else found[0], text)
    )
    if objection:
        node.problem(
            f"this is no regular expression of RE2: {objection}",
            hint="RE2 has no lookahead, no lookbehind and no backreference",
        )


def _expectation(arguments: Collection[_Argument]) -> Expectation:
    checks: dict[str, tuple[str, ...]] = {}
    for one in arguments:
        checks[one.scorer] = (*checks.get(one.scorer, ()), *([one.text] if one.text else []))
    judge = next((_position(one.key) for one in arguments if one.scorer == JUDGED), None)
    return Expectation(checks=checks, judge=judge)


def _position(node: Node) -> Position:
    return Position(file=node.file, line=node.line, column=node.column)
