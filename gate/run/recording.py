"""Records and shows the events of a run. A full disk or a closed terminal still leaves a report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gate.core.report import Report
from gate.core.transcript import DeploymentClosed, Event, FaultSeen
from gate.errors import GateError
from gate.ports import Reporter
from gate.reporters import ConsoleReporter
from gate.reporters.transcript_file import TranscriptFile


class Recording:
    """Takes every event of a run. Implements `gate.ports.Recorder`.

    When the transcript cannot take an event, `end` is called once: what is not recorded cannot be judged,
    so the run need not go on.
    """

    def __init__(
        self, transcript: TranscriptFile, reporters: Sequence[Reporter], *, end: Callable[[], object]
    ) -> None:
        self._transcript = transcript
        self._reporters = list(reporters)
        self._end = end
        self._over = False
        self._closed: set[str] = set()
        self.fault = ""
        """Why recording failed; "" while it works."""

    def __call__(self, event: Event) -> None:
        """Record the event, then show it."""
        if self.fault and not self._over:
            # Later events depend on earlier ones, and one of those is missing.
            return
        try:
            self._transcript.show(event)
        except OSError as error:
            self._give_up(error)
            return
        if isinstance(event, DeploymentClosed):
            self._closed.add(event.deployment)
        for reporter in tuple(self._reporters):
            try:
                reporter.show(event)
            except OSError:
                # The terminal is closed; the report is written all the same.
                if isinstance(reporter, ConsoleReporter):
                    self._reporters.remove(reporter)

    def over(self) -> None:
        """Treat all further events as the end of the record: playing is over."""
        self._over = True

    def faults(self, deployments: Sequence[str], at: float) -> Sequence[FaultSeen]:
        """Return the recording's fault once for each deployment that was not recorded to its end."""
        return [
            FaultSeen(at=at, deployment=deployment, cause="harness", sentence=self.fault)
            for deployment in deployments
            if self.fault and deployment not in self._closed
        ]

    def finish(self, report: Report) -> None:
        """Finish every reporter. Raises GateError, see `finish_all`."""
        finish_all(self._reporters, report)

    def _give_up(self, error: OSError) -> None:
        if not self.fault:
            self.fault = f"the transcript could not be written any further: {_reason(error)}"
            if not self._over:
                self._end()


def finish_all(reporters: Iterable[Reporter], report: Report) -> None:
    """Finish every reporter, even when others fail.

    Raises GateError, naming what could not be written.
    """
    failures: list[str] = []
    for reporter in reporters:
        try:
            reporter.finish(report)
        except OSError as error:
            if not isinstance(reporter, ConsoleReporter):
                failures.append(_reason(error))
    if failures:
        raise GateError(
            "the report could not be written whole",
            why=failures[0],
            remedy="make room in the report folder, or name another one with --report-dir;"
            " the transcript in it gives the report again: memory-gate judge",
        )


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
