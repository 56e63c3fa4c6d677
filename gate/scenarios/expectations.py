"""Reads the expectations of replies, and checks that a bot passes them if it remembers, and only then."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gate.core.guarantees import GUARANTEES
from gate.core.scenario import PLACEHOLDER, Expectation
from gate.core.scorer_traits import Argument, ScorerTraits
from gate.documents import Node, quoted
from gate.scenarios.disclosures import Disclosures
from gate.scenarios.naming import FactNames
from gate.scenarios.steps import position_of
from gate.scorers.checks import traits_of
from gate.scorers.contains import Contains


@dataclass(frozen=True, kw_only=True)
class _Argument:
    """One argument of a scorer, and the facts that it names."""

    scorer: str
    text: str
    facts: tuple[str, ...]
    node: Node
    key: Node
    """The node that names the scorer."""

    @property
    def traits(self) -> ScorerTraits:
        """The traits of the scorer."""
        return traits_of(self.scorer)


class ExpectationReader:
    """Reads the expectations of one script. `disclosures` holds the facts told so far."""

    def __init__(self, *, scorers: Collection[str], names: FactNames, disclosures: Disclosures) -> None:
        self._scorers = scorers
        self._names = names
        self._disclosures = disclosures

    def read(
        self, node: Node, *, speaker: str, guarantee: str, told: Collection[str], segment: int
    ) -> Expectation:
        """Read the expectation of the reply to `speaker`. The turn itself names the facts `told`.

        `segment` is the number of disruptions before it.
        """
        arguments = self._arguments(node)
        self._check_facts(arguments, speaker=speaker, guarantee=guarantee, told=told, segment=segment)
        self._check_sequence(node, arguments, speaker=speaker, guarantee=guarantee)
        _check_recall(node, arguments)
        _check_judge(arguments, guarantee)
        _check_absence(node, arguments, guarantee)
        return _expectation(arguments)

    def _arguments(self, node: Node) -> tuple[_Argument, ...]:
        """Read the expectation, scorer by scorer; a text alone means `contains`."""
        if node.is_sequence:
            node.problem(
                "expected text or a mapping, found a list", hint="write {all: [...]} or {any: [...]}"
            )
            return ()
        if not node.is_mapping:
            return tuple(self._argument(Contains.name, node))
        fields = node.fields(self._scorers)
        if not node.mapping():
            node.problem("nothing is expected here", hint='for example "{order}", or {without: "{order}"}')
        return tuple(
            argument for scorer, value in fields.items() for argument in self._argument(scorer, value)
        )

    def _argument(self, scorer: str, node: Node) -> Iterator[_Argument]:
        kind = traits_of(scorer).argument
        items = node.one_or_more()
        if not items:
            node.problem("this list is empty", hint="name at least one text")
        for item in items:
            if kind is Argument.OPTIONAL and item.text == "true":
                yield _Argument(scorer=scorer, text="", facts=(), node=item, key=node.key or node)
                continue
            text = item.as_written() if kind is Argument.NUMBER else item.string()
            if text is None:
                continue
            if not text.strip():
                item.problem("a blank text stands in every reply")
            names = self._names.named_in(item, text, pattern=kind is Argument.PATTERN)
            yield _Argument(scorer=scorer, text=text, facts=names, node=item, key=node.key or node)

    def _check_facts(
        self,
        arguments: Collection[_Argument],
        *,
        speaker: str,
        guarantee: str,
        told: Collection[str],
        segment: int,
    ) -> None:
        """Report facts that no honest bot can know, or that every bot can know."""
        recalls = any(argument.traits.recalls for argument in arguments)
        for argument in arguments:
            for fact in argument.facts:
                message, hint = self._objection(argument.traits, fact, speaker, guarantee, recalls)
                if not message and argument.traits.recalls and fact in told:
                    message, hint = f"the question gives fact {quoted(fact)} away", "ask without naming it"
                if message:
                    argument.node.problem(message, hint=hint, fragment=f"{{{fact}}}")
                elif argument.traits.recalls:
                    self._disclosures.ask(
                        argument.node, f"{{{fact}}}", speaker=speaker, fact=fact, segment=segment
                    )

    def _check_sequence(
        self, node: Node, arguments: Collection[_Argument], *, speaker: str, guarantee: str
    ) -> None:
        """Report a probe that asks for the newer or older of two facts told at the same moment."""
        is_choice = any(argument.traits.absence for argument in arguments) and any(
            argument.traits.recalls for argument in arguments
        )
        if guarantee != "order" and not is_choice:
            return
        found = self._disclosures.find_simultaneous(
            speaker, {fact for argument in arguments for fact in argument.facts}
        )
        if found:
            node.problem(
                f"{speaker} told {quoted(found[0])} and {quoted(found[1])} at the same moment, so neither"
                " came first",
                hint="tell them one after the other",
            )

    def _objection(
        self, scorer: ScorerTraits, fact: str, speaker: str, guarantee: str, recalls: bool
    ) -> tuple[str, str]:
        """Return the objection to asking for `fact` in this way, and a hint; both "" for none."""
        tellers = self._disclosures.tellers(fact)
        if scorer.recalls and speaker not in tellers:
            others = f"only {', '.join(sorted(tellers))} did" if tellers else "nobody did"
            return (
                f"{speaker} has not told {quoted(fact)} before this; {others}",
                "tell it earlier in the script",
            )
        if not scorer.absence or recalls or guarantee not in ("isolation", "no-fabrication"):
            return "", ""
        if speaker in tellers:
            return f"{speaker} told {quoted(fact)}, so a bot may well name it", "ask another speaker"
        if guarantee == "isolation" and not tellers:
            return f"nobody has told {quoted(fact)} before this, so it cannot leak", "tell it earlier"
        return "", ""


def _check_recall(node: Node, arguments: Collection[_Argument]) -> None:
    """Report a probe that expects recall but names no fact."""
    if not any(argument.traits.recalls for argument in arguments):
        return
    if not any(PLACEHOLDER.search(argument.text) for argument in arguments if argument.traits.compares):
        node.problem(
            "this probe asks for no fact",
            hint='a bot can pass it without remembering anything; expect a fact, as in "{order}"',
        )


def _check_judge(arguments: Collection[_Argument], guarantee: str) -> None:
    """Report a judge without any other check, and one that is asked about a leak."""
    judged = next((argument for argument in arguments if not argument.traits.compares), None)
    if judged is None:
        return
    if not any(argument.traits.is_decisive for argument in arguments):
        judged.key.problem(
            "a judge alone decides nothing: it is heard only where the other checks hold",
            hint='name the fact beside it, as in {contains: "{city}", judge: "…"}',
        )
    if guarantee == "isolation":
        judged.key.problem(
            "whether something leaked is certain or nothing: no judge is heard about it",
            hint="forbid the value with `without` alone",
        )


def _check_absence(node: Node, arguments: Collection[_Argument], guarantee: str) -> None:
    """Report a probe that a bot without memory passes."""
    compared = [argument for argument in arguments if argument.traits.compares]
    absent = bool(compared) and all(argument.traits.absence for argument in compared)
    if absent and not (guarantee in GUARANTEES and GUARANTEES[guarantee].about_absence):
        node.problem(
            "a bot that remembers nothing passes this probe",
            hint="add what it must know, or write `guarantee: isolation` or `guarantee: no-fabrication`",
        )


def _expectation(arguments: Collection[_Argument]) -> Expectation:
    checks: dict[str, tuple[str, ...]] = {}
    for argument in arguments:
        texts = (argument.text,) if argument.text else ()
        checks[argument.scorer] = (*checks.get(argument.scorer, ()), *texts)
    judge = next((position_of(argument.key) for argument in arguments if not argument.traits.compares), None)
    return Expectation(checks=checks, judge=judge)
