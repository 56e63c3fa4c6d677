"""Reads a script into steps, and checks that it makes sense."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gate.core.facts import Fact
from gate.core.kinds import Kinds
from gate.core.scenario import (
    Disrupt,
    Filler,
    Parallel,
    Say,
    Step,
    Wait,
)
from gate.documents import Node, did_you_mean, quoted, read_disruption
from gate.scenarios.disclosures import Disclosure, Disclosures
from gate.scenarios.expectations import ExpectationReader
from gate.scenarios.naming import FactNames
from gate.scenarios.stated_facts import check_stating
from gate.scenarios.steps import (
    FEWEST_PARALLEL,
    MARKED_STEPS,
    MAX_FILLER,
    MAX_PARALLEL,
    STEP_HINT,
    check_order,
    duration,
    position_of,
    speaker_of,
)


class ScriptReader:
    """Reads the script of one scenario. Reports each mistake at its node."""

    def __init__(self, *, kinds: Kinds, facts: Mapping[str, Fact | None]) -> None:
        self._kinds = kinds
        self._names = FactNames(facts)
        self._disclosures = Disclosures()
        self._expectations = ExpectationReader(
            scorers=kinds.scorers, names=self._names, disclosures=self._disclosures
        )
        self._new_disclosures: list[Disclosure] = []
        self._segment = self._moment = self._turn = 0
        self._named: dict[str, Node] = {}
        """Fact → the first text that names it."""

    @property
    def used(self) -> Collection[str]:
        """The facts that some text or expectation names."""
        return self._names.used

    def read(self, node: Node) -> tuple[Step, ...]:
        """Read the steps in order; a step with mistakes may be missing."""
        items = node.sequence()
        if node.is_sequence and not items:
            node.problem("the script is empty", hint=STEP_HINT)
        steps = tuple(step for item in items if (step := self._step(item)) is not None)
        check_order(node, items)
        return steps

    def _step(self, item: Node) -> Step | None:
        """Read one step. Its facts count as told from the next step on: a parallel block has no order."""
        self._moment += 1
        self._new_disclosures.clear()
        step = self._read_step(item)
        for disclosure in self._new_disclosures:
            self._disclosures.add(disclosure)
        return step

    def _read_step(self, item: Node) -> Step | None:
        if not item.is_mapping:
            word = item.string()
            if word == "disrupt":
                self._segment += 1
                return Disrupt(kind=None, position=position_of(item))
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
        position = position_of(value.key or value)
        if word == "disrupt":
            self._segment += 1
            kind = read_disruption(value, self._kinds.disruptions)
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
        """Read the turns of a parallel block."""
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
            told = self._names.named_in(value, text)
            if not text.strip():
                value.problem(f"{quoted(speaker)} says nothing")
        for fact in told:
            self._named.setdefault(fact, value)
        guarantee = self._guarantee(entries)
        expectation = None
        if "expect" in entries:
            expectation = self._expectations.read(
                entries["expect"], speaker=speaker, guarantee=guarantee, told=told, segment=self._segment
            )
        states: tuple[str, ...] = ()
        if "states" in entries:
            states = self._states(entries["states"], value, told)
            if "expect" in entries and entries["states"].key is not None:
                entries["states"].key.problem(
                    '"states" cannot stand beside "expect"',
                    hint="let the bot state the fact first, and ask for it further down",
                )
        self._new_disclosures += [self._disclosure(speaker, fact, value) for fact in told]
        self._new_disclosures += [
            self._disclosure(speaker, fact, entries["states"], by_bot=True) for fact in states
        ]
        if text is None:
            return None
        return Say(
            speaker=speaker,
            text=text,
            position=position_of(value.key or value),
            expectation=expectation,
            guarantee=guarantee,
            states=states,
        )

    def _guarantee(self, entries: Mapping[str, Node]) -> str:
        """Read which guarantee a turn asks for."""
        if "guarantee" not in entries:
            return Say.guarantee
        node = entries["guarantee"]
        if "expect" not in entries and node.key is not None:
            node.key.problem('"guarantee" needs an "expect" beside it', hint="say what the reply must be")
        return node.choice(self._kinds.guarantees, "guarantee") or Say.guarantee

    def _disclosure(self, speaker: str, fact: str, node: Node, *, by_bot: bool = False) -> Disclosure:
        return Disclosure(
            speaker=speaker,
            fact=fact,
            segment=self._segment,
            moment=self._moment,
            turn=self._turn,
            node=node,
            by_bot=by_bot,
        )

    def _states(self, node: Node, text: Node, told: Collection[str]) -> tuple[str, ...]:
        """Read the facts that the bot is asked to state in its reply to `text`."""
        items = node.one_or_more()
        if not items:
            node.problem("this list is empty", hint="name at least one fact")
        names = [
            (item, name)
            for item in items
            if (name := item.string()) is not None and self._names.is_defined(item, name)
        ]
        stated = self._disclosures.stated() | {told.fact for told in self._new_disclosures if told.by_bot}
        check_stating(names, text=text, told=told, facts=self._names.facts, stated=stated, named=self._named)
        self._names.used.update(name for _, name in names)
        return tuple(dict.fromkeys(name for _, name in names))
