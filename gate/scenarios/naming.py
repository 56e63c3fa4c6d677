"""Names of facts in a scenario's texts, as in `{order}`."""

from __future__ import annotations

from collections.abc import Mapping

from gate.core.facts import Fact
from gate.core.scenario import PLACEHOLDER
from gate.documents import Node, did_you_mean, nearest, quoted
from gate.scenarios.facts import FACT_NAME
from gate.scorers.matches import objection_to


class FactNames:
    """Finds the names of facts in texts, and reports undefined ones."""

    def __init__(self, facts: Mapping[str, Fact | None]) -> None:
        self.facts = facts
        """The facts that the scenario defines; None for an invalid one."""
        self.used: set[str] = set()
        """The facts that some text or expectation names."""

    def is_defined(self, node: Node, name: str, *, fragment: str = "") -> bool:
        """Whether the fact is defined. Report it if not."""
        if name in self.facts:
            return True
        defined = f"this scenario defines: {', '.join(self.facts)}" if self.facts else "none is"
        node.problem(
            f"fact {quoted(name)} is not defined; {defined}",
            hint=did_you_mean(name, self.facts),
            fragment=fragment,
        )
        return False

    def named_in(self, node: Node, text: str, *, pattern: bool = False) -> tuple[str, ...]:
        """Return the facts that `text` names. Report undefined ones, and other braces outside a pattern."""
        names = tuple(dict.fromkeys(PLACEHOLDER.findall(text)))
        if pattern:
            # {4} and {2,3} are repetitions and name no fact.
            names = tuple(name for name in names if FACT_NAME.fullmatch(name))
            _check_pattern(node, text)
        elif set(PLACEHOLDER.sub("", text)) & set("{}"):
            fragment = next(braces for braces in ("{{", "}}", "{", "}") if braces in text)
            node.problem(
                "braces stand only around the name of a fact",
                hint="as in {order}; a text cannot hold a brace of its own",
                fragment=fragment,
            )
        for name in names:
            self.is_defined(node, name, fragment=f"{{{name}}}")
        # Take a misspelt name for the intended one, so that a mistake is not reported three times.
        meant = [name if name in self.facts else nearest(name, self.facts) for name in names]
        facts = tuple(dict.fromkeys(name for name in meant if name is not None))
        self.used.update(facts)
        return facts


def _check_pattern(node: Node, text: str) -> None:
    # Ask RE2, which will be used for matching: Python's expressions allow more, such as lookahead.
    objection = objection_to(
        PLACEHOLDER.sub(lambda found: "x" if FACT_NAME.fullmatch(found[1]) else found[0], text)
    )
    if objection:
        node.problem(
            f"this is no regular expression of RE2: {objection}",
            hint="RE2 has no lookahead, no lookbehind and no backreference",
        )
