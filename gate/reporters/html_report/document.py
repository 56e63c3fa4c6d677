"""What the page's script shows: every probe, and the conversations as far as there is room for them.

Each distinct text stands in `texts` once and is referred to by its index, facts, speakers, scenarios and
disruptions likewise. All texts are neutralised here; the script puts them on the page as text only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gate.analysis.fact_trace import wanted_facts
from gate.analysis.history import DeploymentHistory, History, PlayedTurn
from gate.core.report import Outcome, ProbeResult, Report
from gate.core.transcript import ConversationPlanned
from gate.reporters.failures import Failure
from gate.reporters.html_report.bounds import (
    CONVERSATIONS_BUDGET,
    EXCERPT_LIMIT,
    PROMPTS_BUDGET,
    REQUESTS_SHOWN,
    TURN_COST,
    finite,
    several_lines,
)
from gate.reporters.sanitize import sanitize_line

Document = dict[str, object]

NAME_LIMIT = 200
FAILED = (Outcome.LOST, Outcome.ERROR)


@dataclass(kw_only=True)
class Texts:
    """Texts by their number, each once. `size` is in characters."""

    size: int = 0
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of `text`, which is new or known."""
        known = self.numbers.get(text)
        if known is None:
            known = self.numbers[text] = len(self.numbers)
            self.size += len(text)
        return known


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Characters of conversations and of prompts after which a page takes no more of them."""

    conversations: int = CONVERSATIONS_BUDGET
    prompts: int = PROMPTS_BUDGET


def compose_document(report: Report, history: History | None, budget: Budget | None = None) -> Document:
    """The data of the page, as JSON knows it."""
    return _Composer(report, history, budget or Budget()).compose()


class _Composer:
    def __init__(self, report: Report, history: History | None, budget: Budget) -> None:
        self._report = report
        self._history = history
        self._budget = budget
        self._texts = Texts()
        self._scenarios: dict[tuple[str, str], int] = {}
        self._rows = {one.name: index for index, one in enumerate(report.disruptions)}
        self._first_deployments: dict[str, str] = {}
        """Row → the deployment that it is about, or the first of those of several merged shards."""
        if history is not None:
            for one in history.conversations.values():
                self._first_deployments.setdefault(history.row_of(one), one.deployment)
        self._places: dict[str, int] = {}
        """Conversation → where it stands on the page."""
        self._turns: dict[str, list[Document]] = {}
        """Conversation → its turns as the page has them."""

    def compose(self) -> Document:
        probes = [self._probe(one) for one in self._report.probes]
        conversations, left_conversations, left_prompts = self._conversations()
        self._tie(probes)
        return {
            "disruptions": [
                {"name": sanitize_line(one.name, NAME_LIMIT), "steps": self._steps(one.name)}
                for one in self._report.disruptions
            ],
            "scenarios": [
                {"name": sanitize_line(name, NAME_LIMIT), "file": sanitize_line(file, NAME_LIMIT)}
                for file, name in self._scenarios
            ],
            "probes": probes,
            "conversations": conversations,
            "left": {"conversations": left_conversations, "prompts": left_prompts},
            "texts": list(self._texts.numbers),
        }

    def _probe(self, probe: ProbeResult) -> Document:
        failed = probe.outcome in FAILED
        why = Failure(probe=probe, failed=1, trials=1).explanation if failed else probe.reason
        return {
            "scenario": self._scenario(probe.file, probe.scenario),
            "disruption": self._rows.get(probe.disruption, -1),
            "arm": probe.arm,
            "trial": probe.trial,
            "line": probe.line,
            "guarantee": probe.guarantee,
            "recall": probe.recall,
            "outcome": probe.outcome.value,
            "anomaly": probe.anomaly,
            "lost": probe.lost_at,
            "trace": [seen for _, seen in probe.trace.stages],
            "facts": [sanitize_line(fact, NAME_LIMIT) for fact in probe.facts],
            "question": self._excerpt(probe.question),
            "expected": self._excerpt(probe.expected),
            "reply": self._excerpt(probe.reply),
            "why": self._excerpt(why),
        }

    def _excerpt(self, text: str) -> int:
        return self._texts.number(sanitize_line(text, EXCERPT_LIMIT))

    def _whole(self, text: str) -> int:
        return self._texts.number(several_lines(text))

    def _scenario(self, file: str, name: str) -> int:
        return self._scenarios.setdefault((file, name), len(self._scenarios))

    def _conversations(self) -> tuple[list[Document], int, int]:
        """Those there is room for, in the order of the plan; how many of them and of prompts there is not.

        The failed ones find room first, and with each the other arm of the same trial.
        """
        history = self._history
        if history is None:
            return [], 0, 0
        composed: dict[str, Document] = {}
        began = self._texts.size
        cost = 0
        by_urgency = self._by_urgency(history)
        for conversation in by_urgency:
            turns = history.turns_of(conversation.conversation)
            cost += TURN_COST * len(turns)
            if self._texts.size - began + cost < self._budget.conversations:
                composed[conversation.conversation] = self._conversation(history, conversation, turns)
        left_prompts = self._add_prompts(history, by_urgency)
        shown = [one for one in history.conversations if one in composed]
        self._places = {conversation: index for index, conversation in enumerate(shown)}
        return [composed[one] for one in shown], len(by_urgency) - len(shown), left_prompts

    def _by_urgency(self, history: History) -> list[ConversationPlanned]:
        def pair(conversation: ConversationPlanned) -> tuple[object, ...]:
            return (
                conversation.file,
                conversation.scenario,
                conversation.deployment,
                conversation.disruption,
                conversation.trial,
            )

        failed = {one.conversation for one in self._report.probes if one.outcome in FAILED}
        urgent = {pair(one) for one in history.conversations.values() if one.conversation in failed}
        played = [one for one in history.conversations.values() if history.turns_of(one.conversation)]
        return sorted(played, key=lambda one: pair(one) not in urgent)

    def _conversation(
        self, history: History, conversation: ConversationPlanned, turns: Sequence[PlayedTurn]
    ) -> Document:
        performance = history.performances[conversation.deployment]
        facts = {name: index for index, name in enumerate(conversation.facts)}
        speakers = {name: index for index, name in enumerate(conversation.sessions)}
        numbers = {turn.started.turn: index for index, turn in enumerate(turns)}
        shown = [self._turn(turn, conversation, performance, facts, speakers, numbers) for turn in turns]
        self._turns[conversation.conversation] = shown
        row = history.row_of(conversation)
        elsewhere = conversation.deployment != self._first_deployments[row]
        return {
            # Shards that were merged were disrupted apart.
            **({"own": self._steps_in(conversation.deployment)} if elsewhere else {}),
            "scenario": self._scenario(conversation.file, conversation.scenario),
            "disruption": self._rows.get(row, -1),
            "arm": conversation.arm,
            "trial": conversation.trial,
            # A shorter script plays along with the longest one, whose later disruptions are none of its own.
            "steps": len(conversation.disruptions),
            "speakers": [
                [sanitize_line(name, NAME_LIMIT), sanitize_line(session, NAME_LIMIT)]
                for name, session in conversation.sessions.items()
            ],
            "facts": [
                [sanitize_line(name, NAME_LIMIT), self._whole(value)]
                for name, value in conversation.facts.items()
            ],
            "looks": _looks(performance, facts, conversation.facts, turns),
            "turns": shown,
        }

    def _turn(
        self,
        turn: PlayedTurn,
        conversation: ConversationPlanned,
        performance: DeploymentHistory,
        facts: Mapping[str, int],
        speakers: Mapping[str, int],
        numbers: Mapping[str, int],
    ) -> Document:
        started, ended = turn.started, turn.ended
        document: Document = {
            "speaker": speakers.get(started.speaker, 0),
            "text": self._whole(started.text),
            "line": started.line,
            "column": started.column,
            "at": round(finite(started.at), 3),
            # How many disruptions had been when it was said.
            "phase": sum(one.order < turn.order for one in performance.completed_disruptions),
            "status": turn.status,
        }
        if ended is not None:
            document["seconds"] = round(finite(ended.seconds), 4)
            document["reply"] = self._whole(ended.reply or ended.error)
        if turn.tells:
            document["tells"] = [facts[fact] for fact in dict.fromkeys(turn.tells)]
        if started.checks is not None:
            document["wants"] = [facts[fact] for fact in wanted_facts(conversation, turn)]
        if started.repeats:
            document["repeats"] = numbers.get(started.repeats, -1)
        return document

    def _add_prompts(self, history: History, order: Iterable[ConversationPlanned]) -> int:
        """Adds to each probe what the bot's model read, while there is room; how many found none."""
        began = self._texts.size
        left = 0
        for conversation in order:
            turns = history.turns_of(conversation.conversation)
            for turn, shown in zip(turns, self._turns.get(conversation.conversation, ()), strict=False):
                if turn.started.checks is None or not turn.requests:
                    continue
                if self._texts.size - began > self._budget.prompts:
                    left += 1
                    continue
                shown["prompts"] = [
                    [self._whole(message) for message in request]
                    for request in turn.requests[:REQUESTS_SHOWN]
                ]
        return left

    def _tie(self, probes: Sequence[Document]) -> None:
        """Says of each probe in which turn it was asked, and of that turn which probe it is.

        The report lists the probes of a conversation in the order of its turns.
        """
        history = self._history
        if history is None:
            return
        waiting: dict[str, list[int]] = {}
        for index, probe in enumerate(self._report.probes):
            waiting.setdefault(probe.conversation, []).append(index)
        for conversation, place in self._places.items():
            turns = self._turns[conversation]
            asked = [
                index
                for index, turn in enumerate(history.turns_of(conversation))
                if turn.started.checks is not None and not turn.started.repeats
            ]
            for turn_number, probe_number in zip(asked, waiting.get(conversation, ()), strict=False):
                turns[turn_number]["probe"] = probe_number
                probes[probe_number].update(conversation=place, turn=turn_number)

    def _steps(self, row: str) -> list[Document]:
        """The disruptions of a row in their order, each with its proof: those of its first deployment."""
        deployment = self._first_deployments.get(row)
        return self._steps_in(deployment) if deployment is not None else []

    def _steps_in(self, deployment: str) -> list[Document]:
        history = self._history
        if history is None:
            return []
        return [
            {
                "kind": sanitize_line(one.ended.disruption, NAME_LIMIT),
                "at": round(finite(one.ended.at - one.ended.seconds), 3),
                "seconds": round(finite(one.ended.seconds), 3),
                "proof": sanitize_line(one.ended.sentence),
                "proved": one.ended.took_effect,
                "recovered": one.ended.recovered,
            }
            for one in history.performances[deployment].completed_disruptions
        ]


def _looks(
    performance: DeploymentHistory,
    facts: Mapping[str, int],
    values: Mapping[str, str],
    turns: Sequence[PlayedTurn],
) -> list[Document]:
    """Which of the facts told so far each look into the store found.

    `phase` is the number of disruptions that were over; `unclear` that it held more than can be read.
    """
    looks: list[Document] = []
    for sighting in performance.snapshots:
        told = {
            fact
            for turn in turns
            if turn.ended is not None and turn.ended_order < sighting.order
            for fact in turn.tells
        }
        if told:
            looks.append(
                {
                    "moment": sighting.seen.moment,
                    "phase": sum(one.order < sighting.order for one in performance.completed_disruptions),
                    "keys": sighting.seen.keys,
                    "unclear": sighting.seen.unreadable_keys > 0,
                    "facts": [
                        [facts[fact], values[fact].casefold() in sighting.held]
                        for fact in facts
                        if fact in told
                    ],
                }
            )
    return looks
