"""Guided by coverage: `python -m tests.fuzz.guided TARGET FOLDER SECONDS`, with atheris on the path.

Atheris changes the bytes so that they reach code that no bytes before them reached; `make fuzz` sees to it
that it is there. What it finds is written into FOLDER, as are the bytes that led to new code.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gate", "yaml"]):
    from tests.fuzz.targets import TARGETS

LARGEST = 64 * 1024
"""Bytes; what is larger takes longer than it teaches."""
SLOW_SECONDS = 20


def main() -> None:
    """Does not return: the fuzzer ends the process, with an exit code other than 0 for a finding."""
    name, place, seconds = sys.argv[1:4]
    target, folder = TARGETS[name], Path(place)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, original in enumerate(target.originals()):
        (corpus / f"original-{number}").write_bytes(original)
    file = folder / f"given{target.suffix}"

    def check(given: bytes) -> None:
        file.write_bytes(given)
        target.check(file)

    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-timeout={SLOW_SECONDS}",
        f"-artifact_prefix={folder}/",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
