"""The shelf's server. A line of JSON asks, a line of JSON answers. Standard library only.

    server.py --keep journal|nothing HOST PORT

It ends in order on SIGINT, waits on SIGTERM as some databases do, and serves only where SHELF_OPEN says so.
"""

import json
import os
import secrets
import signal
import socketserver
import sys
import threading
from pathlib import Path

JOURNAL = Path("journal.jsonl")


class Shelf:
    """Texts by name."""

    def __init__(self, keep):
        self.keep = keep
        self.life = secrets.token_hex(8)
        self.lock = threading.Lock()
        self.texts = {}
        self.commands = 0
        for line in JOURNAL.read_text().splitlines() if JOURNAL.exists() else ():
            name, text = json.loads(line)
            self.texts.setdefault(name, []).append(text)

    def answer(self, asked):
        with self.lock:
            if asked["do"] == "tell":
                counters = {"commands": self.commands}
                return {"life": self.life, "keep": self.keep, "texts": self.texts, "counters": counters}
            self.commands += 1
            if asked["do"] == "put":
                self.texts.setdefault(asked["name"], []).extend(asked["texts"])
                if self.keep == "journal":
                    with JOURNAL.open("a") as journal:
                        journal.writelines(
                            json.dumps([asked["name"], text]) + "\n" for text in asked["texts"]
                        )
            return self.texts.get(asked["name"], [])


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(json.dumps(shelf.answer(json.loads(line))).encode() + b"\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    if os.environ.get("SHELF_OPEN") != "yes":
        sys.exit("the shelf is shut")
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    _, _, keep, host, port = sys.argv
    shelf = Shelf(keep)
    Server((host, int(port)), Handler).serve_forever()
