"""A headless Chromium, driven over a pipe by its DevTools protocol: no port is opened, no driver needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 10.0
"""Seconds to wait for an answer, enough for a slow machine."""

_LAUNCHER = """
import fcntl, os, sys
reading, writing = (fcntl.fcntl(int(node), fcntl.F_DUPFD, 10) for node in sys.argv[1:3])
os.dup2(reading, 3)
os.dup2(writing, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Launcher that gives Chromium descriptor 3 for reading and 4 for writing."""


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine; None without one."""
    named = os.environ.get("CHROMIUM")
    return next((path for name in ([named] if named else NAMES) if (path := shutil.which(name))), None)


class BrowserError(Exception):
    """A command that Chromium refused, or an exception in the page's script."""


class Chromium:
    """A running browser with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs_in, self._writing = os.pipe()
        self._reading, theirs_out = os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", _LAUNCHER, str(theirs_in), str(theirs_out), program),
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
                *("--disable-dev-shm-usage", "--remote-debugging-pipe", f"--user-data-dir={profile}"),
                "about:blank",
            ],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._number = 0
        self._buffer = b""
        self._events: list[dict[str, Any]] = []

    def page(self) -> Page:
        """Open an empty page."""
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Page(self, target, session)

    def send(self, method: str, parameters: Mapping[str, Any], session: str | None = None) -> dict[str, Any]:
        """Send a command and return its answer. Raises BrowserError."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": dict(parameters)}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)

    def forget(self, session: str) -> None:
        """Drop the events of a page so far."""
        self._events = [event for event in self._events if event.get("sessionId") != session]

    def events(self, session: str) -> list[dict[str, Any]]:
        """Return the events of a page so far."""
        return [event for event in self._events if event.get("sessionId") == session]

    def close(self) -> None:
        """End the browser and all its processes."""
        try:
            self.send("Browser.close", {})
            self._process.wait(10)
        except (BrowserError, OSError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        os.close(self._reading)
        os.close(self._writing)

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise BrowserError(f"no answer within {PATIENCE:.0f} s")
            chunk = os.read(self._reading, 1 << 20)
            if not chunk:
                raise BrowserError("it has ended")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        decoded: dict[str, Any] = json.loads(message)
        return decoded


class Page:
    """A page. Messages of its console, policy and network are kept from the start."""

    def __init__(self, browser: Chromium, target: str, session: str) -> None:
        self._browser = browser
        self._target = target
        self._session = session
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command about this page and return its answer."""
        return self._browser.send(method, parameters, self._session)

    def look(self, *, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        """Set the size of the window, in CSS pixels, and the preferred colour scheme."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, path: Path, fragment: str = "") -> None:
        """Open a file and wait until its script is done."""
        self.send("Page.navigate", url=f"{path.resolve().as_uri()}{fragment}")
        self.wait("document.documentElement?.dataset.ready === 'yes'")

    def evaluate(self, expression: str) -> Any:
        """Evaluate an expression in the page and return its JSON value. Raises BrowserError."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until the expression holds. Raises BrowserError."""
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise BrowserError(f"it never held: {expression}")
            # Leave the processor to the page.
            time.sleep(0.01)

    def text(self, selector: str) -> str:
        """Return the visible text of the first element that matches."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def count(self, selector: str) -> int:
        """Count the elements that match."""
        return int(self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length"))

    def click(self, selector: str) -> None:
        """Click the middle of the first element that matches, with the mouse."""
        place = self.evaluate(
            f"(() => {{ const node = document.querySelector({json.dumps(selector)});"
            " node.scrollIntoView({block: 'center'}); const box = node.getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1
            )

    def press(self, key: str) -> None:
        """Press and release a key: Tab, Enter, Escape, ArrowRight …"""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38}
        code |= {"ArrowRight": 39, "ArrowDown": 40}
        pressed: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": code[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **pressed, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def write(self, text: str) -> None:
        """Type a text into the focused element."""
        self.send("Input.insertText", text=text)

    def choose(self, label: str, value: str) -> None:
        """Choose an option of the first list with that label."""
        self.evaluate(
            f"(() => {{ const label = [...document.querySelectorAll('.choice')].find("
            f"(node) => node.innerText.startsWith({json.dumps(label)}));"
            f" const list = label.querySelector('select'); list.value = {json.dumps(value)};"
            " list.dispatchEvent(new Event('change')); })()"
        )

    def picture(self) -> bytes:
        """Take a picture of the window, as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"])

    @property
    def complaints(self) -> list[str]:
        """Return errors, warnings, violations of the page's policy, and requests for other resources."""
        said = []
        for event in self._browser.events(self._session):
            parameters = event.get("params", {})
            match event.get("method"):
                case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded":
                    said.append(json.dumps(parameters)[:400])
                case "Page.javascriptDialogOpening":
                    said.append(f"it opened a dialog: {parameters.get('message')}")
                case "Network.requestWillBeSent":
                    url = parameters["request"]["url"]
                    if not url.startswith(("file:", "about:")):
                        said.append(f"it asked for {url}")
        return said

    def forgive(self) -> None:
        """Drop the complaints so far, after a test checked them."""
        self._browser.forget(self._session)

    def close(self) -> None:
        """Close the page."""
        self._browser.send("Target.closeTarget", {"targetId": self._target})
