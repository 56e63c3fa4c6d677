"""Rasa's REST channel, which answers a turn with any number of messages."""

from gate.core.specification import Contract, RequestShape
from gate.protocols.http_json import HttpJson

RASA = HttpJson(
    name="rasa",
    sentence="Rasa's REST channel: `POST /webhooks/rest/webhook`, the session as `sender`",
    contract=Contract(
        request=RequestShape(
            path="/webhooks/rest/webhook", json={"sender": "{session}", "message": "{text}"}
        ),
        reply="*.text",
    ),
)
