"""Records and shows what happens in a run; a full disk or a closed terminal does not undo the run."""

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

    `end` is called once, should the transcript not take an event: what is not on record was not seen, so
    there is no sense in going on.
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
        """Why nothing more could be put on record; "" while everything could."""

    def __call__(self, event: Event) -> None:
        """Puts the event on record, then shows it."""
        if self.fault and not self._over:
            # Events build on those before them, one of which is missing.
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
                # Nobody is there to be shown anything; the report is written all the same.
                if isinstance(reporter, ConsoleReporter):
                    self._reporters.remove(reporter)

    def over(self) -> None:
        """Take what follows as the end of the record: all was played, or will not be."""
        self._over = True

    def faults(self, deployments: Sequence[str], at: float) -> Sequence[FaultSeen]:
        """Return the fault of the record for each deployment that was not seen to its end."""
        return [
            FaultSeen(at=at, deployment=one, cause="harness", sentence=self.fault)
            for one in deployments
            if self.fault and one not in self._closed
        ]

    def finish(self, report: Report) -> None:
        """Lets every reporter report. Raises GateError, see `finish_all`."""
        finish_all(self._reporters, report)

    def _give_up(self, error: OSError) -> None:
        if not self.fault:
            self.fault = f"the transcript could not be written any further: {_reason(error)}"
            if not self._over:
                self._end()


def finish_all(reporters: Iterable[Reporter], report: Report) -> None:
    """Lets every reporter report, whatever becomes of the others.

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
