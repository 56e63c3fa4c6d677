"""Protocols that bots speak, one file per kind."""

from __future__ import annotations

from gate.ports import BotProtocol
from gate.protocols.http_json import HTTP_JSON
from gate.protocols.http_text import HTTP_TEXT
from gate.protocols.langserve import LANGSERVE
from gate.protocols.openai_chat import OPENAI_CHAT
from gate.protocols.rasa import RASA

PROTOCOLS: dict[str, BotProtocol] = {
    kind.name: kind for kind in (HTTP_JSON, HTTP_TEXT, OPENAI_CHAT, LANGSERVE, RASA)
}
