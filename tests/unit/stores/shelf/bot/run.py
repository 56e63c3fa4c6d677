"""The zoo's bot, with its conversations on a shelf. The zoo's folder is in ZOO."""

import json
import os
import socket
import sys

sys.path.insert(0, os.environ["ZOO"])

import bot
import defects
import memories


class ShelfMemory:
    """A name per session on the shelf."""

    def load(self, session):
        return [json.loads(text) for text in self.ask({"do": "get", "name": session})]

    def append(self, session, messages):
        self.ask({"do": "put", "name": session, "texts": [json.dumps(message) for message in messages]})

    def ask(self, question):
        with socket.create_connection((os.environ["SHELF_HOST"], int(os.environ["SHELF_PORT"])), 10) as line:
            line.sendall(json.dumps(question).encode() + b"\n")
            with line.makefile("rb") as answers:
                return json.loads(answers.readline())


memories.MEMORIES["shelf"] = ShelfMemory

bot.main(defects.BOTS)
