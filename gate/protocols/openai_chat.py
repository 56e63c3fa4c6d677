"""Bots with OpenAI's chat API that keep the conversation themselves, by the field `user`."""

from gate.core.specification import Contract, RequestShape
from gate.protocols.http_json import HttpJson

OPENAI_CHAT = HttpJson(
    name="openai-chat",
    sentence="`POST /v1/chat/completions` with the turn alone, and the session as `user`",
    contract=Contract(
        request=RequestShape(
            path="/v1/chat/completions",
            json={
                "model": "bot",
                "user": "{session}",
                "messages": [{"role": "user", "content": "{text}"}],
            },
        ),
        reply="choices.0.message.content",
    ),
)
