"""A local registry that serves one small image, and only after a login."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.server
import io
import json
import secrets
import tarfile
import threading
from collections.abc import Mapping
from types import TracebackType

USER, PASSWORD = "octocat", secrets.token_hex(8)

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class PrivateRegistry:
    """Speaks as much of the registry's protocol as a pull needs. `image` is the name to pull."""

    def __init__(self) -> None:
        self.denied = 0
        """Requests without the right login."""
        self._blobs = _image()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.headers.get("Authorization") != f"Basic {encoded(USER, PASSWORD)}":
                    registry.denied += 1
                    self._answer(401, b'{"errors":[{"code":"UNAUTHORIZED","message":"log in"}]}')
                    return
                name = self.path.rpartition("/")[2]
                if self.path == "/v2/":
                    self._answer(200, b"{}")
                elif name in registry._blobs:
                    kind, content = registry._blobs[name]
                    self._answer(200, content, kind)
                else:
                    self._answer(
                        404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}'
                    )

            def do_HEAD(self) -> None:
                self.do_GET()

            def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Docker-Content-Digest", _digest(body))
                if status == 401:
                    self.send_header("WWW-Authenticate", 'Basic realm="a test"')
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self._server.server_port}"
        self.image = f"{self.name}/private/bot:1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> PrivateRegistry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def login(self, password: str = PASSWORD) -> str:
        """A config.json as `docker login` writes it."""
        return json.dumps({"auths": {self.name: {"auth": encoded(USER, password)}}})


def encoded(user: str, password: str) -> str:
    """A login in the form of both HTTP and config.json."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _image() -> Mapping[str, tuple[str, bytes]]:
    """Name in the registry → media type and content of an image that no other test has."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        content = secrets.token_bytes(32)
        entry = tarfile.TarInfo("only-file")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    layer = gzip.compress(archive.getvalue())
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/no-such-program"]},
            "rootfs": {"type": "layers", "diff_ids": [_digest(archive.getvalue())]},
        }
    ).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "size": len(config), "digest": _digest(config)},
            "layers": [{"mediaType": LAYER, "size": len(layer), "digest": _digest(layer)}],
        }
    ).encode()
    return {
        "1": (MANIFEST, manifest),
        _digest(manifest): (MANIFEST, manifest),
        _digest(config): (CONFIG, config),
        _digest(layer): (LAYER, layer),
    }


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
