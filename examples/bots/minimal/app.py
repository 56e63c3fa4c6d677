"""A chatbot that remembers, with Python alone: conversations in Redis, a model that speaks OpenAI's API.

Yours will use a web framework and client libraries; what matters to the gate is marked (1) to (4).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO
from urllib.parse import urlsplit

KEEPS_IN_PROCESS = os.environ.get("MEMORY") == "process"
"""The mistake that the gate is for: MEMORY=process keeps conversations in a dict."""

in_process: dict[str, list[bytes]] = {}


def remembered(session: str) -> list[dict[str, str]]:
    """What was said in this session, oldest first."""
    turns = in_process.get(session, []) if KEEPS_IN_PROCESS else redis("LRANGE", f"chat:{session}", "0", "-1")
    return [json.loads(one) for one in turns]


def remember(session: str, *messages: dict[str, str]) -> None:
    """Keeps both sides of a turn at once, so that no half of it can be lost."""
    turns = [json.dumps(one) for one in messages]
    if KEEPS_IN_PROCESS:
        in_process.setdefault(session, []).extend(one.encode() for one in turns)
    else:
        redis("RPUSH", f"chat:{session}", *turns)


def ask_model(messages: list[dict[str, str]]) -> str:
    request = urllib.request.Request(  # noqa: S310
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",  # (1) not a fixed address
        data=json.dumps({"model": "gpt-4o-mini", "messages": messages}).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        text: str = json.load(answer)["choices"][0]["message"]["content"]
        return text


def redis(*words: str) -> Any:
    """One command to the store, over a connection of its own."""
    place = urlsplit(os.environ["REDIS_URL"])  # (2) not a fixed address
    with socket.create_connection((place.hostname, place.port or 6379), timeout=5) as connection:
        encoded = [one.encode() for one in words]
        lines = [b"*%d\r\n" % len(encoded), *(b"$%d\r\n%b\r\n" % (len(one), one) for one in encoded)]
        connection.sendall(b"".join(lines))
        return read_answer(connection.makefile("rb"))


def read_answer(stream: BinaryIO) -> Any:
    kind, rest = (line := stream.readline())[:1], line[1:].strip()
    if kind == b"*":
        return [read_answer(stream) for _ in range(int(rest))]
    if kind == b"$":
        return stream.read(int(rest) + 2)[:-2]
    if kind in (b"", b"-"):
        raise OSError(rest.decode() or "the store closed the connection")
    return rest


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Ready to take turns."""  # (3) GET /healthz
        self.answer(200, {"ready": True})

    def do_POST(self) -> None:
        """One turn."""  # (4) POST /chat {"session_id": …, "message": …} → {"reply": …}
        turn = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = {"role": "user", "content": turn["message"]}
        try:
            reply = ask_model([*remembered(turn["session_id"]), said])
            remember(turn["session_id"], said, {"role": "assistant", "content": reply})
        except OSError as error:
            # An error is honest; a reply would promise that the turn is remembered.
            self.answer(503, {"error": str(error)})
        else:
            self.answer(200, {"reply": reply})

    def answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


# As the first process of a container it is asked to stop by SIGTERM, which Python heeds only when told to.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()  # noqa: S104
