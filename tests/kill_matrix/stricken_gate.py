"""The gate with a listener that strikes its own process at one event of the run: no clock, no luck.

    python -m tests.kill_matrix.stricken_gate STRIKE run …

STRIKE is a Strike as JSON. The whole command is composed as `memory-gate` composes it; what is added is
one more reporter, which hears of each event after the transcript and before the console.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gate.cli
from gate.core.report import Report
from gate.core.transcript import EVENTS, Event
from gate.run import report_folder, run_name, teardown
from gate.runtimes.docker import sweep

NAMES = {kind: name for name, kind in EVENTS.items()}
VERDICT = "verdict"
"""The boundary at which the verdict is known and the report is written."""
CLEAN_UP = "clean-up"
"""The boundary at which everything is about to be removed."""
CLEANED_UP = "cleaned-up"
"""The boundary at which everything was removed and nothing of it is on record yet."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Strike:
    """Which signal is sent at which boundary: at the event `kind` number `ordinal`, which counts from 1."""

    run: str
    log: str
    """A file that is given the name of each boundary, in order."""
    kind: str = ""
    """An event's name in the transcript, or VERDICT, CLEAN_UP, CLEANED_UP; "" strikes nowhere."""
    ordinal: int = 1
    signal: int = signal.SIGTERM
    second: int | None = None
    """What is sent in addition as the clean-up after the first signal begins."""
    lifetime: int | None = None
    """How long what the run makes is its own, in seconds; None for as long as the gate has it."""
    waits_for: str = ""
    """In the place of a signal of its own: this line is printed, and the next signal is waited for."""


class Striker:
    """Sends the signals. Implements `gate.ports.Reporter`."""

    def __init__(self, strike: Strike) -> None:
        self._strike = strike
        self._heard: Counter[str] = Counter()
        self._struck = False

    def show(self, event: Event) -> None:
        self.at(NAMES[type(event)])

    def finish(self, report: Report) -> None:
        self.at(VERDICT)

    def at(self, boundary: str) -> None:
        """The run is at a boundary."""
        strike = self._strike
        self._heard[boundary] += 1
        with Path(strike.log).open("a", encoding="utf-8") as log:
            log.write(f"{boundary} {self._heard[boundary]}\n")
        if (boundary, self._heard[boundary]) == (strike.kind, strike.ordinal):
            self._struck = True
            Path(f"{strike.log}.struck").touch()
            if strike.waits_for:
                _wait_for_signal(strike.waits_for)
            else:
                os.kill(os.getpid(), strike.signal)
        if boundary == CLEAN_UP and self._struck and strike.second is not None:
            os.kill(os.getpid(), strike.second)


def _wait_for_signal(line: str) -> None:
    """Says that it waits, and takes the signal as if it had come at this very place."""
    numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    print(f"\n{line}", flush=True)
    received = signal.sigwait(numbers)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    os.kill(os.getpid(), received)


def compose(strike: Strike) -> None:
    """Puts the listener in, and names the run."""
    striker = Striker(strike)
    # No caller is to exchange it, so its type stays out of this.
    folder: Any = report_folder
    folder.FILE_REPORTERS = {**folder.FILE_REPORTERS, "striker": lambda _directory: striker}
    close_all = teardown.close_all

    async def watched_close_all(parts: Sequence[Any]) -> str:
        striker.at(CLEAN_UP)
        try:
            return await close_all(parts)
        finally:
            striker.at(CLEANED_UP)

    teardown.close_all = watched_close_all
    run_name.new_run_name = lambda: strike.run
    if strike.lifetime is not None:
        sweep.LIFETIME_SECONDS = strike.lifetime


def main() -> None:
    """Runs the gate under the strike that the first argument names."""
    strike = Strike(**json.loads(sys.argv.pop(1)))
    compose(strike)
    gate.cli.main()


if __name__ == "__main__":
    main()
