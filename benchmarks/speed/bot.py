"""A bot that costs next to nothing: its time is DELAY seconds a turn in all, its memory a list in Redis.

Standard library only, so that it starts at once. It asks the model with the whole history when there is one.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from urllib.parse import urlsplit

DELAY = float(os.environ.get("DELAY", "0"))
STORE = urlsplit(os.environ.get("REDIS_URL", ""))
MODEL = urlsplit(os.environ.get("OPENAI_BASE_URL", ""))
KEY = os.environ.get("OPENAI_API_KEY", "")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Store:
    """One connection to Redis, made anew after a failure; commands one after the other."""

    def __init__(self) -> None:
        self._streams: Streams | None = None
        self._lock = asyncio.Lock()

    async def command(self, *words: str) -> object:
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_connection(STORE.hostname, STORE.port)
            reader, writer = self._streams
            try:
                parts = [word.encode() for word in words]
                lengths = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
                writer.write(b"*%d\r\n" % len(parts) + lengths)
                async with asyncio.timeout(3):
                    return await answer(reader)
            except BaseException:
                self._streams = None
                writer.close()
                raise


async def answer(reader: asyncio.StreamReader) -> object:
    line = (await reader.readuntil(b"\r\n"))[:-2]
    kind, rest = line[:1], line[1:]
    if kind == b"*":
        return [await answer(reader) for _ in range(int(rest))]
    if kind == b"$":
        return (await reader.readexactly(int(rest) + 2))[:-2].decode()
    if kind == b"-":
        raise OSError(rest.decode())
    return rest.decode()


STORED = Store()
IN_PROCESS: dict[str, list[str]] = {}


async def reply_to(session: str, text: str) -> str:
    if not STORE.hostname:
        # Without store and model: what was told comes back word for word, from the process.
        said = IN_PROCESS.setdefault(session, [])
        said.append(text)
        return " ".join(said) if text.endswith("?") else "All right."
    key = f"memory:{session}"
    history = await STORED.command("LRANGE", key, "0", "-1")
    messages = [json.loads(one) for one in history] if isinstance(history, list) else []
    messages.append({"role": "user", "content": text})
    reply = await ask_model(messages)
    spoken = {"role": "assistant", "content": reply}
    await STORED.command("RPUSH", key, json.dumps(messages[-1]), json.dumps(spoken))
    return reply


async def ask_model(messages: list[dict[str, str]]) -> str:
    reader, writer = await asyncio.open_connection(MODEL.hostname, MODEL.port)
    try:
        body = json.dumps({"model": "m", "messages": messages}).encode()
        head = (
            f"POST {MODEL.path}/chat/completions HTTP/1.1\r\nHost: {MODEL.netloc}\r\nConnection: close\r\n"
            f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        _, _, content = (await reader.read()).partition(b"\r\n\r\n")
        return str(json.loads(content)["choices"][0]["message"]["content"])
    finally:
        writer.close()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    arrived = loop.time()
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        sizes = [line.split(":")[1] for line in head if line.lower().startswith("content-length:")]
        body = await reader.readexactly(int(sizes[0]) if sizes else 0)
        status, content = "200 OK", b"{}"
        if head[0].startswith("POST"):
            asked = json.loads(body)
            try:
                reply = await reply_to(asked["session_id"], asked["message"])
                content = json.dumps({"reply": reply}).encode()
                # What it did itself is part of its time.
                await asyncio.sleep(arrived + DELAY - loop.time())
            except (OSError, ValueError, LookupError, asyncio.IncompleteReadError):
                status, content = "503 Service Unavailable", b'{"error": "no store or no model"}'
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + content
        )
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "0.0.0.0", int(os.environ["PORT"]), backlog=2048)  # noqa: S104
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with server:
        await over.wait()


if __name__ == "__main__":
    asyncio.run(main())
