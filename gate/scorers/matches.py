"""The reply must match a regular expression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import re2

from gate.core.scorer_traits import Argument, ScorerTraits


class Matches:
    """Passes when every argument, a regular expression, is found in the reply, ignoring letter case.

    RE2 takes linear time with every expression, so no pattern can make scoring hang.
    """

    name = "matches"
    sentence = "the reply matches the regular expression (RE2 syntax), whatever its letter case"
    traits = ScorerTraits(
        recalls=False,
        argument=Argument.PATTERN,
        failure="the reply does not match {}",
        expectation="matches {}",
    )

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all expressions are found in the reply. Raises ValueError for one that RE2 lacks."""
        return all(_compiled(pattern).search(reply) is not None for pattern in arguments)


def objection_to(pattern: str) -> str:
    """Return RE2's objection to the expression `pattern`; "" when it accepts it."""
    try:
        _compiled(pattern)
    except UnsupportedPattern as error:
        return error.reason
    return ""


class UnsupportedPattern(ValueError):
    """A text that is no regular expression of RE2, with RE2's reason."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(f"{pattern!r} is no regular expression of RE2: {reason}")
        self.reason = reason


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        # RE2 gives its reason in bytes.
        reason = error.args[0].decode("utf-8", "replace")
    except UnicodeEncodeError:
        reason = "it holds half a character"
    raise UnsupportedPattern(pattern, reason)
