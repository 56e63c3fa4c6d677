"""What can be wrong with a bot: one class each, and a line of its module's DEFECTS.

Where a defect needs a bot of another build than the plain one, TWINS holds that bot without the defect.
"""

from collections.abc import Mapping

from defects import (
    answers,
    concurrency,
    durability,
    fidelity,
    hostile,
    lives,
    notes,
    order,
    outages,
    replicas,
    retention,
    sessions,
    summaries,
    tools,
    turns,
    versions,
)
from healthy import Bot

MODULES = (
    *(answers, concurrency, durability, fidelity, hostile, lives, notes, order, outages, replicas),
    *(retention, sessions, summaries, tools, turns, versions),
)

BOTS: Mapping[str, type[Bot]] = {
    "": Bot,
    **{name: bot for module in MODULES for name, bot in module.DEFECTS.items()},
    **{name: bot for module in MODULES for name, bot in getattr(module, "TWINS", {}).items()},
}
