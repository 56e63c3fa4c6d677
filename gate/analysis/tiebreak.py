"""Apply a judge's answers to a reply that passes all comparisons. A judge can only fail it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from gate.analysis.history import PlayedTurn
from gate.analysis.reasons.probes import CriterionRefused
from gate.errors import Undecided
from gate.ports import Scorer, Tiebreaker


def comparisons(probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> Mapping[str, Sequence[str]]:
    """Return the probe's checks that need no judge."""
    checks = probe.started.checks or {}
    judged = _tiebreakers(probe, scorers)
    return {name: arguments for name, arguments in checks.items() if name not in judged} if judged else checks


def unanswered(probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> tuple[str, ...]:
    """Return the criteria to which no judge has answered, each once."""
    checks = probe.started.checks or {}
    criteria = dict.fromkeys(criterion for name in _tiebreakers(probe, scorers) for criterion in checks[name])
    return tuple(criterion for criterion in criteria if criterion not in (probe.answers or ()))


def refusals(probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> tuple[CriterionRefused, ...]:
    """Return one reason for each criterion that a judge finds not met. Raises Undecided."""
    checks = probe.started.checks or {}
    reply = probe.ended.reply if probe.ended else ""
    return tuple(
        _refusal(probe, criterion)
        for name, scorer in _tiebreakers(probe, scorers).items()
        if not scorer.score(reply, checks[name])
        for criterion in checks[name]
        if _is_refused(scorer, reply, criterion)
    )


def _tiebreakers(probe: PlayedTurn, scorers: Mapping[str, Scorer]) -> dict[str, Scorer]:
    """Return the probe's tiebreakers by name, with the recorded answers about its reply."""
    found: dict[str, Scorer] = {}
    for name in probe.started.checks or {}:
        tiebreaker = _as_tiebreaker(scorers.get(name))
        if tiebreaker is not None:
            found[name] = tiebreaker.advised(probe.answers or {})
    return found


def _as_tiebreaker(scorer: object) -> Tiebreaker | None:
    """Return the scorer if it is a tiebreaker; else None.

    It does not call isinstance, which compares a protocol member by member. For every check of every probe
    that took a tenth of the analysis.
    """
    return cast(Tiebreaker, scorer) if hasattr(scorer, "advised") else None


def _is_refused(scorer: Scorer, reply: str, criterion: str) -> bool:
    try:
        return not scorer.score(reply, (criterion,))
    except Undecided:
        return False


def _refusal(probe: PlayedTurn, criterion: str) -> CriterionRefused:
    answer = (probe.answers or {}).get(criterion)
    return CriterionRefused(criterion=criterion, why="" if answer is None else answer.reason)
