"""Conversations in the page's data, with their prompts, as far as the budget allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from gate.analysis.fact_trace import wanted_facts
from gate.analysis.history import DeploymentHistory, History, PlayedTurn
from gate.core.transcript import ConversationPlanned
from gate.reporters.html_report.bounds import (
    CONVERSATIONS_BUDGET,
    PROMPTS_BUDGET,
    REQUESTS_SHOWN,
    TURN_COST,
    clamp_seconds,
)
from gate.reporters.html_report.tables import Document, Tables, sanitize_name
from gate.reporters.sanitize import sanitize_line


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits, in characters, after which a page takes no more conversations or prompts."""

    conversations: int = CONVERSATIONS_BUDGET
    prompts: int = PROMPTS_BUDGET


@dataclass(frozen=True, kw_only=True)
class ShownConversations:
    """Conversations on the page, in the order of the plan, and how much was left out."""

    documents: Mapping[str, Document]
    """Conversation → its document."""
    turns: Mapping[str, Sequence[Document]]
    """Conversation → the documents of its turns."""
    left: int
    """Conversations that were left out."""
    left_prompts: int
    """Probes whose prompts were left out."""


class ConversationComposer:
    """Composer of the documents of conversations. `rows` gives each disruption its number on the page."""

    def __init__(self, history: History, tables: Tables, rows: Mapping[str, int]) -> None:
        self._history = history
        self._tables = tables
        self._rows = rows
        self._first_deployments: dict[str, str] = {}
        """Row → its deployment; of several merged shards, the first."""
        for conversation in history.conversations.values():
            self._first_deployments.setdefault(history.row_of(conversation), conversation.deployment)
        self._turns: dict[str, list[Document]] = {}

    def compose(self, failed: Set[str], budget: Budget) -> ShownConversations:
        """Compose conversations within the budget: those in `failed` first, and the other arm of each."""
        history = self._history
        composed: dict[str, Document] = {}
        began = self._tables.size
        cost = 0
        by_urgency = self._by_urgency(failed)
        for conversation in by_urgency:
            turns = history.turns_of(conversation.conversation)
            cost += TURN_COST * len(turns)
            if self._tables.size - began + cost < budget.conversations:
                composed[conversation.conversation] = self._conversation(conversation, turns)
        left_prompts = self._add_prompts(by_urgency, budget.prompts)
        shown = {name: composed[name] for name in history.conversations if name in composed}
        return ShownConversations(
            documents=shown,
            turns=self._turns,
            left=len(by_urgency) - len(shown),
            left_prompts=left_prompts,
        )

    def steps(self, row: str) -> list[Document]:
        """Return the disruptions of a row in order, each with its proof, from the row's first deployment."""
        deployment = self._first_deployments.get(row)
        return self._steps_in(deployment) if deployment is not None else []

    def _by_urgency(self, failed: Set[str]) -> list[ConversationPlanned]:
        def pair(conversation: ConversationPlanned) -> tuple[object, ...]:
            return (
                conversation.file,
                conversation.scenario,
                conversation.deployment,
                conversation.disruption,
                conversation.trial,
            )

        planned = self._history.conversations.values()
        urgent = {pair(conversation) for conversation in planned if conversation.conversation in failed}
        played = [
            conversation for conversation in planned if self._history.turns_of(conversation.conversation)
        ]
        return sorted(played, key=lambda conversation: pair(conversation) not in urgent)

    def _conversation(self, conversation: ConversationPlanned, turns: Sequence[PlayedTurn]) -> Document:
        deployment = self._history.deployment_histories[conversation.deployment]
        facts = {name: index for index, name in enumerate(conversation.facts)}
        numbers = {turn.started.turn: index for index, turn in enumerate(turns)}
        shown = [self._turn(turn, conversation, deployment, facts, numbers) for turn in turns]
        self._turns[conversation.conversation] = shown
        row = self._history.row_of(conversation)
        is_elsewhere = conversation.deployment != self._first_deployments[row]
        return {
            # Each merged shard was disrupted on its own.
            **({"own": self._steps_in(conversation.deployment)} if is_elsewhere else {}),
            "scenario": self._tables.number_scenario(conversation.file, conversation.scenario),
            "disruption": self._rows.get(row, -1),
            "arm": conversation.arm,
            "trial": conversation.trial,
            # A shorter script shares its deployment with longer ones, whose later disruptions it ignores.
            "steps": len(conversation.disruptions),
            "speakers": [
                [sanitize_name(name), sanitize_name(session)]
                for name, session in conversation.sessions.items()
            ],
            "facts": [
                [sanitize_name(name), self._tables.number_text(value)]
                for name, value in conversation.facts.items()
            ],
            "looks": _looks(deployment, facts, conversation.facts, turns),
            "turns": shown,
        }

    def _turn(
        self,
        turn: PlayedTurn,
        conversation: ConversationPlanned,
        deployment: DeploymentHistory,
        facts: Mapping[str, int],
        numbers: Mapping[str, int],
    ) -> Document:
        started, ended = turn.started, turn.ended
        speakers = list(conversation.sessions)
        document: Document = {
            "speaker": speakers.index(started.speaker) if started.speaker in speakers else 0,
            "text": self._tables.number_text(started.text),
            "line": started.line,
            "column": started.column,
            "at": round(clamp_seconds(started.at), 3),
            # The number of disruptions before the turn.
            "phase": sum(completed.order < turn.order for completed in deployment.completed_disruptions),
            "status": turn.status,
        }
        if ended is not None:
            document["seconds"] = round(clamp_seconds(ended.seconds), 4)
            document["reply"] = self._tables.number_text(ended.reply or ended.error)
        if turn.tells:
            document["tells"] = [facts[fact] for fact in dict.fromkeys(turn.tells)]
        if started.checks is not None:
            document["wants"] = [facts[fact] for fact in wanted_facts(conversation, turn)]
        if started.repeats:
            document["repeats"] = numbers.get(started.repeats, -1)
        return document

    def _add_prompts(self, order: Iterable[ConversationPlanned], budget: int) -> int:
        """Add to each probe the prompts its bot sent, within the budget. Return how many probes got none."""
        began = self._tables.size
        left = 0
        for conversation in order:
            turns = self._history.turns_of(conversation.conversation)
            for turn, shown in zip(turns, self._turns.get(conversation.conversation, ()), strict=False):
                if turn.started.checks is None or not turn.requests:
                    continue
                if self._tables.size - began > budget:
                    left += 1
                    continue
                shown["prompts"] = [
                    [self._tables.number_text(message) for message in request]
                    for request in turn.requests[:REQUESTS_SHOWN]
                ]
        return left

    def _steps_in(self, deployment: str) -> list[Document]:
        return [
            {
                "kind": sanitize_name(completed.ended.disruption),
                "at": round(clamp_seconds(completed.ended.at - completed.ended.seconds), 3),
                "seconds": round(clamp_seconds(completed.ended.seconds), 3),
                "proof": sanitize_line(completed.ended.sentence),
                "proved": completed.ended.took_effect,
                "recovered": completed.ended.recovered,
            }
            for completed in self._history.deployment_histories[deployment].completed_disruptions
        ]


def _looks(
    deployment: DeploymentHistory,
    facts: Mapping[str, int],
    values: Mapping[str, str],
    turns: Sequence[PlayedTurn],
) -> list[Document]:
    """List the snapshots of the store, each with the facts told so far and whether it held them.

    `phase` counts the disruptions before the snapshot. `unclear` says that some keys could not be read.
    """
    looks: list[Document] = []
    for snapshot in deployment.snapshots:
        told = {
            fact
            for turn in turns
            if turn.ended is not None and turn.ended_order < snapshot.order
            for fact in turn.tells
        }
        if told:
            looks.append(
                {
                    "moment": snapshot.seen.moment,
                    "phase": sum(
                        completed.order < snapshot.order for completed in deployment.completed_disruptions
                    ),
                    "keys": snapshot.seen.keys,
                    "unclear": snapshot.seen.unreadable_keys > 0,
                    "facts": [
                        [facts[fact], values[fact].casefold() in snapshot.held]
                        for fact in facts
                        if fact in told
                    ],
                }
            )
    return looks
