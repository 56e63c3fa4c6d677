"""Print the paths that pip needs here, and write its settings as variables for `docker run --env-file`."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
PRECEDENCE = ("global", "install", ":env:")
"""Sections of pip's settings; later ones win."""


def pip_settings() -> dict[str, str]:
    """Return what pip's files and variables say for `pip install`, by variable."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    )
    found: dict[str, dict[str, str]] = {section: {} for section in PRECEDENCE}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in found:
            variable = f"PIP_{option.upper().replace('-', '_')}"
            # A variable holds several values side by side; a file has them on lines of their own.
            found[section][variable] = " ".join(str(ast.literal_eval(value)).split())
    return {key: value for section in PRECEDENCE for key, value in found[section].items()}


def named_paths(values: list[str]) -> list[str]:
    """Return the files and folders of this machine that the values name.

    The pages of an index in a folder link to files beside it, so the folder above is needed.
    """
    words = {word for value in values for word in value.split()}
    plain = {word for word in words if word.startswith("/")}
    indexes = {
        str(Path(word.removeprefix("file://")).parent) for word in words if word.startswith("file:///")
    }
    return sorted(path for path in plain | indexes if Path(path).exists())


def main() -> None:
    """Write the variables to the named file; print the paths."""
    surroundings = {name: os.environ[name] for name in (*CERTIFICATES, *PROXIES) if name in os.environ}
    variables = pip_settings() | surroundings
    Path(sys.argv[1]).write_text("".join(f"{key}={value}\n" for key, value in variables.items()))
    print("\n".join(named_paths(list(variables.values()))))


if __name__ == "__main__":
    main()
