"""How to speak to a bot, one file per kind."""

from __future__ import annotations

from gate.interfaces import BotProtocol
from gate.protocols.http_json import HttpJson

PROTOCOLS: dict[str, BotProtocol] = {"http-json": HttpJson()}
