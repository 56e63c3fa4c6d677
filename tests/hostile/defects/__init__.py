"""What bots may do to those who run them: one class each, named by the DEFECTS of its module.

These take the place of the zoo's defects beside the zoo's `bot.py`, `healthy.py` and `memories.py`. An
attack on the machine that succeeds ends the bot with BREACHED, which no verdict of a contained one shows.
"""

from collections.abc import Mapping

from defects import escapes, lives, models, stores, texts, wires
from healthy import Bot

BOTS: Mapping[str, type[Bot]] = {
    "": Bot,
    **{
        name: bot
        for module in (escapes, lives, models, stores, texts, wires)
        for name, bot in module.DEFECTS.items()
    },
}
