"""Answers that are made to exhaust, to mislead or to hold up whoever reads them."""

import contextlib
import gzip
import json
import socket
import sys
import time
import zlib
from typing import Any

from healthy import Bot

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MANY = 1 << 40


class WireBot(Bot):
    """Writes its answer to a turn byte by byte, whatever the turn says."""

    def start(self) -> None:
        """Takes over what answers a turn."""

        def answered(handler: Any) -> None:
            handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
            handler.close_connection = True
            with contextlib.suppress(OSError):
                self.write(handler.connection)

        sys.modules["__main__"].Handler.do_POST = answered

    def write(self, connection: socket.socket) -> None:
        """The whole answer."""
        raise NotImplementedError


def whole(body: bytes, *headers: bytes) -> bytes:
    """An answer of this body."""
    lines = b"".join(header + b"\r\n" for header in headers)
    return HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


class FixedBot(WireBot):
    """Says the same bytes to everybody."""

    said = b""

    def write(self, connection: socket.socket) -> None:
        connection.sendall(self.said)


class EndlessStream(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD + b'Transfer-Encoding: chunked\r\n\r\nb\r\n{"reply": "a\r\n')
        while True:
            connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


class SlowReply(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b" ")
            time.sleep(1)


class SlowHeaders(WireBot):
    def write(self, connection: socket.socket) -> None:
        for letter in HEAD * 100:
            connection.sendall(bytes([letter]))
            time.sleep(1)


class HugeReply(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD + b'Content-Length: %d\r\n\r\n{"reply": "' % MANY)
        while True:
            connection.sendall(b"x" * 65536)


class HeaderFlood(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD)
        while True:
            connection.sendall(b"X-Flood: " + b"x" * 4000 + b"\r\n")


class EndlessHeader(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD + b"X-Flood: ")
        while True:
            connection.sendall(b"x" * 65536)


class ContinuesForEver(WireBot):
    def write(self, connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
            time.sleep(0.01)


class NeverAnswers(WireBot):
    def write(self, connection: socket.socket) -> None:
        time.sleep(3600)


class HalfClosed(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_WR)
        time.sleep(3600)


class HangsUp(WireBot):
    def write(self, connection: socket.socket) -> None:
        connection.sendall(HEAD + b'Content-Length: 99\r\n\r\n{"rep')


def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    return whole(packed, b"Content-Encoding: gzip")


class GzipBomb(WireBot):
    said = b""

    def start(self) -> None:
        type(self).said = _bomb()
        super().start()

    def write(self, connection: socket.socket) -> None:
        connection.sendall(self.said)


def _fixed(name: str, said: bytes) -> type[WireBot]:
    return type(name, (FixedBot,), {"said": said})


def _redirect(status: int, place: bytes) -> bytes:
    return b"HTTP/1.1 %d Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % (status, place)


FIXED = {
    "deep-json": whole(b"[" * 1_000_000),
    "deep-closed-json": whole(b'{"reply":' * 100_000 + b"1" + b"}" * 100_000),
    "many-values": whole(b'{"reply": [' + b"[]," * 1_300_000 + b"[]]}"),
    "long-number": whole(b'{"reply": ' + b"9" * 3_000_000 + b"}"),
    "not-a-number": whole(b'{"reply": NaN}'),
    "wrong-type": whole(b'{"reply": {"text": ["a"]}}'),
    "invalid-utf8": whole(b'{"reply": "\xff\xfe\xc3\x28"}'),
    "chunked-garbage": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n-5\r\n",
    "length-too-large": HEAD + b'Content-Length: 5000\r\n\r\n{"reply": "short"}',
    "length-too-small": HEAD + b'Content-Length: 5\r\n\r\n{"reply": "cut"}',
    "two-lengths": HEAD + b'Content-Length: 5\r\nContent-Length: 17\r\n\r\n{"reply": "two"}',
    "not-http": b"\x16\x03\x01\x02\x00 SSH-2.0-OpenSSH\r\n\r\n" * 100,
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "switches-protocols": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + b"x" * 999,
    "always-500": b'HTTP/1.1 500 No\r\nContent-Length: 15\r\n\r\n{"reply": "yes"}',
    "redirects-to-metadata": _redirect(302, b"http://169.254.169.254/latest/meta-data/"),
    "redirects-to-the-engine": _redirect(307, b"http://127.0.0.1:2375/containers/json"),
    "redirects-to-a-file": _redirect(301, b"file:///etc/passwd"),
    "unknown-encoding": whole(b'{"reply": "x"}', b"Content-Encoding: compress"),
    "gzip-garbage": whole(gzip.compress(b'{"reply": "x"}')[:-9] + b"garbage!!", b"Content-Encoding: gzip"),
}


class Cookies(Bot):
    """Sets cookies on everything, and remembers as it should."""

    def start(self) -> None:
        handler = sys.modules["__main__"].Handler
        ended = handler.end_headers

        def end_headers(one: Any) -> None:
            for number in range(50):
                one.send_header("Set-Cookie", f"c{number}={'x' * 1000}; Path=/; Max-Age=9999999")
            ended(one)

        handler.end_headers = end_headers


class LargestReplies(Bot):
    """Remembers, and pads each reply to just under what is read."""

    def answer(self, session: str, message: str) -> tuple[int, bytes]:
        reply = self.turn(session, message)
        return 200, json.dumps({"reply": f"{reply} {'x' * 250_000}"}).encode()


DEFECTS = {
    "endless-stream": EndlessStream,
    "slow-reply": SlowReply,
    "slow-headers": SlowHeaders,
    "huge-reply": HugeReply,
    "header-flood": HeaderFlood,
    "endless-header": EndlessHeader,
    "continues-for-ever": ContinuesForEver,
    "never-answers": NeverAnswers,
    "half-closed": HalfClosed,
    "hangs-up": HangsUp,
    "gzip-bomb": GzipBomb,
    "cookies": Cookies,
    "largest-replies": LargestReplies,
    **{name: _fixed(name, said) for name, said in FIXED.items()},
}
