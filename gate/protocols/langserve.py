"""LangServe: a LangChain runnable over HTTP, which finds its history by `session_id`."""

from gate.core.specification import Contract, RequestShape
from gate.protocols.http_json import HttpJson

LANGSERVE = HttpJson(
    name="langserve",
    sentence="LangServe's `POST /invoke`, the session in `config.configurable.session_id`",
    contract=Contract(
        request=RequestShape(
            path="/invoke",
            json={"input": {"input": "{text}"}, "config": {"configurable": {"session_id": "{session}"}}},
        ),
        reply="output",
    ),
)
