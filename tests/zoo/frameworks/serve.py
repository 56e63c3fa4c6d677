"""Puts the bots of frameworks on the HTTP of all bots of the zoo: `DEFECT` names one of them."""

import bot
from frameworks.bots import BOTS

if __name__ == "__main__":
    bot.main(BOTS)
