"""All rows, in the order of the page."""

from __future__ import annotations

from benchmarks.speed import containers, processes
from benchmarks.speed.row import Row

ROWS = (
    Row(
        name="conversations",
        title="24 conversations of 10 turns, a bot that takes 50 ms: wall ÷ ideal (10 × 50 ms)",
        bound=1.2,
        measure=processes.conversations,
    ),
    Row(
        name="article",
        title="the same in containers, 24 scenarios in both arms: the article's loop (one after the other,"
        " a restart for each) ÷ the whole command",
        bound=10.0,
        measure=containers.article,
        at_least=True,
    ),
    Row(
        name="waves",
        title="200 scenarios under 6 disruptions: wall of the whole command ÷ critical path"
        " (bot, model and engine, from the transcript)",
        bound=1.15,
        measure=processes.waves,
    ),
    Row(
        name="crowd",
        title="1,000 sessions at once, a bot that answers at once: processor time of the gate per turn",
        bound=2.0,
        unit="ms",
        measure=processes.crowd_processor,
    ),
    Row(
        name="memory",
        title="1,000 sessions at once, a bot that answers at once: most memory of the gate",
        bound=150.0,
        unit="MB",
        measure=processes.crowd_memory,
    ),
    Row(
        name="judging",
        title="judging 1,000, 10,000 and 100,000 probes: processor time per 10,000, the worst of the three",
        bound=1.0,
        unit="s",
        measure=processes.judging,
    ),
    Row(
        name="start",
        title="`import gate.cli`: processor time, the interpreter's included",
        bound=0.4,
        unit="s",
        measure=processes.start,
    ),
    Row(
        name="image",
        title="the action's image over its base",
        bound=60.0,
        unit="MB",
        measure=containers.image_size,
    ),
    Row(
        name="first-turn",
        title="`docker run` of the action until its first turn, over the engine's own time",
        bound=1.0,
        unit="s",
        measure=containers.first_turn,
    ),
)
