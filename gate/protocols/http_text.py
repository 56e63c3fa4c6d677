"""Bots that answer with the bare reply: plain text, or a stream of its pieces."""

from gate.core.specification import Contract
from gate.protocols.http_json import HttpJson
from gate.protocols.replies import WHOLE

HTTP_TEXT = HttpJson(
    name="http-text",
    sentence='`POST /chat {"session_id", "message"}`, answered by plain text or text/event-stream',
    contract=Contract(reply=WHOLE),
)
