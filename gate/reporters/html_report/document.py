"""Data of the page's script: every probe, and the conversations within the budget.

Texts and scenarios stand in tables and are referred to by number; so are disruptions, facts and speakers.
All texts are sanitized here, and the script inserts them as text only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gate.analysis.history import History
from gate.core.report import Outcome, ProbeResult, Report
from gate.reporters.failures import Failure
from gate.reporters.html_report.conversations import Budget, ConversationComposer, ShownConversations
from gate.reporters.html_report.tables import Document, Tables, sanitize_name

FAILED = (Outcome.LOST, Outcome.ERROR)


def compose_document(report: Report, history: History | None, budget: Budget | None = None) -> Document:
    """Compose the data of the page as JSON has it. Without a `history` it has no conversations."""
    tables = Tables()
    rows = {result.name: index for index, result in enumerate(report.disruptions)}
    probes = [_probe(probe, tables, rows) for probe in report.probes]
    composer = None if history is None else ConversationComposer(history, tables, rows)
    shown = ShownConversations(documents={}, turns={}, left=0, left_prompts=0)
    if history is not None and composer is not None:
        failed = {probe.conversation for probe in report.probes if probe.outcome in FAILED}
        shown = composer.compose(failed, budget or Budget())
        _link_probes(report.probes, probes, history, shown)
    return {
        "disruptions": [
            {
                "name": sanitize_name(result.name),
                "steps": [] if composer is None else composer.steps(result.name),
            }
            for result in report.disruptions
        ],
        "scenarios": [
            {"name": sanitize_name(name), "file": sanitize_name(file)} for file, name in tables.scenarios
        ],
        "probes": probes,
        "conversations": list(shown.documents.values()),
        "left": {"conversations": shown.left, "prompts": shown.left_prompts},
        "texts": list(tables.texts),
    }


def _probe(probe: ProbeResult, tables: Tables, rows: Mapping[str, int]) -> Document:
    failed = probe.outcome in FAILED
    why = Failure(probe=probe, failed=1, trials=1).explanation if failed else probe.reason
    return {
        "scenario": tables.number_scenario(probe.file, probe.scenario),
        "disruption": rows.get(probe.disruption, -1),
        "arm": probe.arm,
        "trial": probe.trial,
        "line": probe.line,
        "guarantee": probe.guarantee,
        "recall": probe.recall,
        "outcome": probe.outcome.value,
        "anomaly": probe.anomaly,
        "lost": probe.lost_at,
        "trace": [seen for _, seen in probe.trace.stages],
        "facts": [sanitize_name(fact) for fact in probe.facts],
        "question": tables.number_excerpt(probe.question),
        "expected": tables.number_excerpt(probe.expected),
        "reply": tables.number_excerpt(probe.reply),
        "why": tables.number_excerpt(why),
    }


def _link_probes(
    results: Sequence[ProbeResult], probes: Sequence[Document], history: History, shown: ShownConversations
) -> None:
    """Link each probe to its turn, and the turn to the probe.

    The report lists the probes of a conversation in the order of its turns.
    """
    waiting: dict[str, list[int]] = {}
    for index, probe in enumerate(results):
        waiting.setdefault(probe.conversation, []).append(index)
    for place, conversation in enumerate(shown.documents):
        turns = shown.turns[conversation]
        asked = [
            index
            for index, turn in enumerate(history.turns_of(conversation))
            if turn.started.checks is not None and not turn.started.repeats
        ]
        for turn_number, probe_number in zip(asked, waiting.get(conversation, ()), strict=False):
            turns[turn_number]["probe"] = probe_number
            probes[probe_number].update(conversation=place, turn=turn_number)
