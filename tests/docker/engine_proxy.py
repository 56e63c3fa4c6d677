"""A way to the real engine that a test can disturb: its own socket in front of the engine's."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

ENGINE = "/var/run/docker.sock"
CHUNK_BYTES = 64 * 1024
_REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE) \S+ HTTP/1\.1\r\n")

Deed = Callable[[], bytes | None]
"""Handles a request instead of the engine. Returns the answer, or None for none."""


class EngineProxy:
    """Listens at `path` from the first moment on. Orders that no rule is about reach the engine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.asked: list[str] = []
        """Method and path of every order, in order of arrival."""
        self._rules: list[tuple[re.Pattern[str], Deed]] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.come_back()

    @property
    def host(self) -> str:
        """For DOCKER_HOST."""
        return f"unix://{self.path}"

    def swallow(self, order: str) -> None:
        """Never answers orders that match, such as `POST .*/start`."""
        self._rules.append((re.compile(order), lambda: None))

    def answer(self, order: str, status: int, message: str) -> None:
        """Answers orders that match as the engine answers when it fails."""
        body = json.dumps({"message": message}).encode()
        kind = "Content-Type: application/json"
        head = f"HTTP/1.1 {status} Fault\r\n{kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._rules.append((re.compile(order), lambda: head.encode() + body))

    def cut_at(self, order: str) -> None:
        """The socket vanishes, with all connections, as the first such order arrives."""
        self._rules.append((re.compile(order), self._once(self.cut)))

    def restart_at(self, order: str) -> None:
        """All connections break as the first such order arrives; the engine is there again at once."""
        self._rules.append((re.compile(order), self._once(self.drop)))

    def cut(self) -> None:
        """Nobody listens any more, and there is no socket."""
        listener, self._listener = self._listener, None
        if listener is not None:
            self.path.unlink(missing_ok=True)
            _close(listener)
        self.drop()

    def drop(self) -> None:
        """Every connection breaks."""
        with self._lock:
            connections, self._open = self._open, set()
        for one in connections:
            _close(one)

    def come_back(self) -> None:
        """Listens, again."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.path))
        listener.listen(128)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _once(self, deed: Callable[[], None]) -> Deed:
        done = threading.Event()

        def do() -> bytes | None:
            if done.is_set():
                raise LookupError
            done.set()
            deed()
            return None

        return do

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(ENGINE)
                with self._lock:
                    self._open |= {client, engine}
                threading.Thread(target=self._orders, args=(client, engine), daemon=True).start()
                threading.Thread(target=_pass_on, args=(engine, client), daemon=True).start()

    def _orders(self, client: socket.socket, engine: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(CHUNK_BYTES):
                if _REQUEST.match(data):
                    method, path, _ = data.split(b"\r\n", 1)[0].decode().split(" ")
                    order = f"{method} {path}"
                    self.asked.append(order)
                    deed = next((deed for rule, deed in self._rules if rule.search(order)), None)
                    if deed is not None and self._is_done(deed, client):
                        # The rest of the order, if any, goes nowhere either.
                        while client.recv(CHUNK_BYTES):
                            pass
                        return
                engine.sendall(data)
        _close(client)
        _close(engine)

    def _is_done(self, deed: Deed, client: socket.socket) -> bool:
        """Does it, unless it was to be done once and has been."""
        try:
            answer = deed()
        except LookupError:
            return False
        if answer is not None:
            client.sendall(answer)
            _close(client)
        return True


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK_BYTES):
            target.sendall(data)
    _close(source)
    _close(target)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
