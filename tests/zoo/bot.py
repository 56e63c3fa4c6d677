"""A small chatbot, healthy or with one defect: the patient on which the gate is tried.

`MEMORY` is where it keeps conversations: `process`, `file` (./memory.json) or `redis` (at REDIS_URL).
`DEFECT` is empty for the plain healthy bot, or a key of BOTS: a defect, or the healthy twin of one.
The contract is `POST /chat {"session_id", "message"} → {"reply"}` and `GET /healthz`, on PORT.

Replies come from the model at OPENAI_BASE_URL. Without one the bot recites what it was told in the
session, so that its memory can be looked at from outside. Standard library only.
"""

import json
import os
import signal
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from defects import BOTS
from healthy import Bot

POLL_SECONDS = 0.05


class Handler(BaseHTTPRequestHandler):
    """Puts a bot on HTTP."""

    bot: Bot

    def do_GET(self) -> None:
        """The health check."""
        found = self.path == "/healthz"
        self.send(200 if found and self.bot.healthy() else 503 if found else 404, b"{}")

    def do_POST(self) -> None:
        """A turn."""
        try:
            turn = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            session, message = str(turn["session_id"]), str(turn["message"])
        except (ValueError, KeyError, TypeError):
            self.send(400, b'{"error": "session_id and message are needed"}')
            return
        try:
            self.send(*self.bot.answer(session, message))
        except (OSError, RuntimeError, ValueError) as error:
            print(f"error: {error!r}", flush=True)
            self.send(503, b'{"error": "the turn was not stored"}')

    def send(self, status: int, body: bytes) -> None:
        """One whole answer; the connection ends with it."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Health checks are not worth a line."""


class Server(ThreadingHTTPServer):
    """Waits for the turns under way when it is closed."""

    daemon_threads = False
    request_queue_size = 128


def main(bots: Mapping[str, type[Bot]]) -> None:
    """Serves one of them until SIGTERM, then ends the turns under way and exits with 0, also as process 1."""
    # Waited for below; blocked in every thread, and so not ignored by the kernel for process 1 either.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    Handler.bot = bot = bots[os.environ.get("DEFECT") or ""]()
    bot.start()
    port = int(os.environ.get("PORT") or "8000")
    server = Server(("0.0.0.0", port), Handler)
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,)).start()
    print(f"listening on {port}", flush=True)
    while signal.sigwait({signal.SIGTERM}) and not bot.obeys_sigterm:
        print("not now", flush=True)
    bot.stopping.set()
    server.shutdown()
    server.server_close()
    bot.stop()


if __name__ == "__main__":
    main(BOTS)
