"""Reads what a reply must be, and checks that a bot can pass by remembering, and in no other way."""

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
    """One text that a scorer is given, and the facts it names."""

    scorer: str
    text: str
    facts: tuple[str, ...]
    node: Node
    key: Node
    """Where the scorer is named."""

    @property
    def traits(self) -> ScorerTraits:
        """What is known of the scorer."""
        return traits_of(self.scorer)


class ExpectationReader:
    """Reads the expectations of one script, which says in `disclosures` who has told what before."""

    def __init__(self, *, scorers: Collection[str], names: FactNames, disclosures: Disclosures) -> None:
        self._scorers = scorers
        self._names = names
        self._disclosures = disclosures

    def read(
        self, node: Node, *, speaker: str, guarantee: str, told: Collection[str], segment: int
    ) -> Expectation:
        """What the reply to `speaker` must be, in a turn that itself names the facts `told`.

        `segment` counts the disruptions before it.
        """
        arguments = self._arguments(node)
        self._check_facts(arguments, speaker=speaker, guarantee=guarantee, told=told, segment=segment)
        self._check_sequence(node, arguments, speaker=speaker, guarantee=guarantee)
        _check_recall(node, arguments)
        _check_judge(arguments, guarantee)
        _check_absence(node, arguments, guarantee)
        return _expectation(arguments)

    def _arguments(self, node: Node) -> tuple[_Argument, ...]:
        """What is expected, scorer by scorer; a text alone means `contains`."""
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
        return tuple(one for scorer, value in fields.items() for one in self._argument(scorer, value))

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
        """Report facts that no honest bot can know, or that any bot can."""
        recalls = any(one.traits.recalls for one in arguments)
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
        """Reports a probe that asks which of two facts is the newer one, or the older, where neither is."""
        is_choice = any(one.traits.absence for one in arguments) and any(
            one.traits.recalls for one in arguments
        )
        if guarantee != "order" and not is_choice:
            return
        found = self._disclosures.find_simultaneous(
            speaker, {fact for one in arguments for fact in one.facts}
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
        """What speaks against asking for `fact` in this way, and what to do; empty when nothing does."""
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
    """Report a probe that asks for something to be recalled, and for no fact."""
    if not any(one.traits.recalls for one in arguments):
        return
    if not any(PLACEHOLDER.search(one.text) for one in arguments if one.traits.compares):
        node.problem(
            "this probe asks for no fact",
            hint='a bot can pass it without remembering anything; expect a fact, as in "{order}"',
        )


def _check_judge(arguments: Collection[_Argument], guarantee: str) -> None:
    """Report a judge that nothing stands beside, or that is asked about a leak."""
    judged = next((one for one in arguments if not one.traits.compares), None)
    if judged is None:
        return
    if not any(one.traits.is_decisive for one in arguments):
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
    """Report a probe that an amnesiac bot passes."""
    compared = [one for one in arguments if one.traits.compares]
    absent = bool(compared) and all(one.traits.absence for one in compared)
    if absent and not (guarantee in GUARANTEES and GUARANTEES[guarantee].about_absence):
        node.problem(
            "a bot that remembers nothing passes this probe",
            hint="add what it must know, or write `guarantee: isolation` or `guarantee: no-fabrication`",
        )


def _expectation(arguments: Collection[_Argument]) -> Expectation:
    checks: dict[str, tuple[str, ...]] = {}
    for one in arguments:
        checks[one.scorer] = (*checks.get(one.scorer, ()), *([one.text] if one.text else []))
    judge = next((position_of(one.key) for one in arguments if not one.traits.compares), None)
    return Expectation(checks=checks, judge=judge)
