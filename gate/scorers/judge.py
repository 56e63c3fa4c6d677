"""A judge model must find that the reply meets a criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.core.scorer_traits import Argument, ScorerTraits
from gate.core.transcript import JudgeAnswered
from gate.errors import Undecided


class Judge:
    """Passes when a judge model finds every criterion met. Counts only where all other checks pass.

    The model is asked after the conversations, and its answers are recorded: scoring only compares them.
    """

    name = "judge"
    sentence = "a judge model finds that the reply meets the criterion; asked only where all else holds"
    traits = ScorerTraits(
        recalls=False,
        argument=Argument.CRITERION,
        failure="the judge does not find that the reply {}",
        expectation="in a judge's eyes a reply that {}",
    )

    def __init__(self, answers: Mapping[str, JudgeAnswered] | None = None) -> None:
        self._answers = answers or {}

    def advised(self, answers: Mapping[str, JudgeAnswered]) -> Judge:
        """See Tiebreaker."""
        return Judge(answers)

    def score(self, reply: str, arguments: Sequence[str]) -> bool:
        """Whether all criteria are met: one "no" settles it. Raises Undecided where an answer is missing."""
        answers = [self._answers.get(criterion) for criterion in arguments]
        if any(answer is not None and answer.holds is False for answer in answers):
            return False
        for answer in answers:
            if answer is None:
                raise Undecided("the judge was not asked about this reply")
            if answer.holds is None:
                raise Undecided("the judge gave no usable answer", why=answer.reason)
        return True
