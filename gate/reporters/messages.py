"""What every reporter says in the same words: which failures there are, worst first, and what each means.

Nothing here is neutralised yet; each surface does that in its own way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from gate.analysis.formatting import percent, plural
from gate.analysis.power import BAD_SHARE, GOOD_SHARE
from gate.core.disruption_names import UNDISTURBED
from gate.core.disruption_traits import UNDECLARED
from gate.core.report import (
    STAGES,
    FactTrace,
    GuaranteeResult,
    GuaranteeStatus,
    Outcome,
    ProbeResult,
    Report,
    Verdict,
)
from gate.core.transcript import CONTROL, TREATED

EN_DASH = "\N{EN DASH}"
LEAST_SECONDS = 0.05
"""Of a part of the time, to be named: less is shown as nothing."""
MINUS = "\N{MINUS SIGN}"

_INTOLERABLE = {"leak": "Leak", "fabrication": "Made up", "zombie fact": "Not forgotten"}
"""Anomalies of which one is too many, so they come first, and how a title calls them."""

_LOST_WRITE = "lost write"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One probe of a script that failed under one disruption, in `failed` of `trials` trials."""

    probe: ProbeResult
    """As it failed first."""
    failed: int
    trials: int
    undisturbed_too: bool = False
    """Whether the same probe failed in the control arm, so that the disruption explains nothing."""
    asked_afterwards: str = UNDECLARED.asked_afterwards
    """Who answered the questions after the disruption."""

    @property
    def moment(self) -> str:
        """When it failed: "after restart"."""
        if self.probe.disruption == UNDISTURBED:
            return "undisturbed"
        moment = "before" if self.probe.arm == CONTROL else "after"
        return f"{moment} {self.probe.disruption}"

    @property
    def times(self) -> str:
        """In how many trials: "2 of 3 trials"; "" when there was but one."""
        return f"{self.failed} of {self.trials} trials" if self.trials > 1 else ""

    @property
    def is_intolerable(self) -> bool:
        """Whether it is a leak or a fabrication, and not a loss."""
        return self.probe.anomaly in _INTOLERABLE

    @property
    def title(self) -> str:
        """What happened, when, to what: "Lost after recreate: order"."""
        anomaly = self.probe.anomaly or _LOST_WRITE
        if self.probe.outcome is Outcome.ERROR:
            kind = "Error"
        elif anomaly == _LOST_WRITE:
            kind = "Lost"
        else:
            kind = _INTOLERABLE.get(anomaly, as_sentence(anomaly))
        facts = ", ".join(self.probe.facts)
        return f"{kind} {self.moment}: {facts}" if facts else f"{kind} {self.moment}"

    @property
    def brief(self) -> str:
        """What is known about it, in one short sentence for people who read no more."""
        trace = self.probe.trace
        if self.probe.outcome is Outcome.LOST and not self.is_intolerable:
            bot = self.asked_afterwards if self.probe.arm != CONTROL else "the bot"
            known = "It was stored" if trace.stored else "It was acknowledged" if trace.told else ""
            if trace.lost_at == "loaded" and known:
                return f"{known}, but {bot} never loaded it."
            if trace.lost_at == "stored" and trace.told and trace.loaded is False:
                return f"It was acknowledged, but it is not in the store, so {bot} had nothing to load."
        return self.explanation

    @property
    def explanation(self) -> str:
        """What is known about it, in one sentence or two."""
        probe = self.probe
        if probe.outcome is Outcome.ERROR:
            return as_sentence(f"{probe.reason or 'the bot did not answer'}.")
        if self.is_intolerable:
            return as_sentence(f"{probe.reason or 'the reply is not as expected'}.")
        undisturbed = " Undisturbed it fails too." if self.undisturbed_too else ""
        return f"{_where_lost(probe)}{undisturbed}"


def failures(report: Report) -> tuple[Failure, ...]:
    """All failures, worst first: leaks, fabrications, then what was lost, one of each kind before the rest.

    What the bot missed undisturbed is a failure too where nothing else failed.
    """
    failed = [one for one in report.probes if one.outcome in (Outcome.LOST, Outcome.ERROR)]
    shown = [one for one in failed if one.arm == TREATED or one.anomaly in _INTOLERABLE] or failed
    trials: dict[tuple[object, ...], set[int]] = {}
    for probe in report.probes:
        trials.setdefault(_place(probe), set()).add(probe.trial)
    groups: dict[tuple[object, ...], list[ProbeResult]] = {}
    for probe in shown:
        groups.setdefault(_place(probe), []).append(probe)
    afterwards = {one.name: one.asked_afterwards for one in report.disruptions}
    undisturbed = {_place(one)[:-1] for one in failed if one.arm == CONTROL}
    every = [
        Failure(
            probe=group[0],
            failed=len({one.trial for one in group}),
            trials=len(trials[place]),
            undisturbed_too=group[0].arm == TREATED and place[:-1] in undisturbed,
            asked_afterwards=afterwards.get(group[0].disruption, UNDECLARED.asked_afterwards),
        )
        for place, group in groups.items()
    ]
    return _varied(sorted(every, key=lambda one: _badness(one, report)))


def lost_facts(report: Report) -> int:
    """How many recall probes failed after a disruption."""
    return sum(one.recall for one in report.lost)


def fact_trace_text(trace: FactTrace, *, present: str, absent: str, unseen: str, between: str) -> str:
    """The four stages, each with what was seen there."""
    marks = {True: present, False: absent, None: unseen}
    return between.join(f"{stage} {marks[seen]}" for stage, seen in trace.stages)


def stages_text(lost_at: Iterable[tuple[str, int]], shown: int = len(STAGES)) -> str:
    """ "stored 180, loaded 6", in the order of the way; only the `shown` greatest."""
    counted = [(stage, count) for stage, count in lost_at if count]
    greatest = sorted(counted, key=lambda one: -one[1])[:shown]
    order = {stage: index for index, stage in enumerate(STAGES)}
    text = ", ".join(
        f"{stage} {count}" for stage, count in sorted(greatest, key=lambda one: order.get(one[0], 9))
    )
    return f"{text} …" if len(greatest) < len(counted) else text


def deployment_text(wave: Sequence[str], part: int = 0) -> str:
    """A deployment by what is done to it: "restart", "restart twice", "restart then kill".

    `part` is the number of the merged run that made it, 0 for none: "restart@2".
    """
    kinds = [(kind, len(list(same))) for kind, same in groupby(wave)]
    text = " then ".join(
        f"{kind} twice" if times == 2 else kind if times == 1 else f"{times} × {kind}"
        for kind, times in kinds
    )
    return f"{text}@{part}" if part else text


def share_text(share: float | None) -> str:
    """A share as people write it; a dash where nothing was scored."""
    return EN_DASH if share is None else percent(share)


def points_text(base: float, head: float) -> str:
    """By how much a share changed, in percentage points: "+2.5 points"; "no change" below a tenth of one."""
    points = round((head - base) * 100, 1)
    if not points:
        return "no change"
    return f"{'+' if points > 0 else MINUS}{abs(points):g} {'point' if abs(points) == 1 else 'points'}"


def interval_text(report: Report) -> str:
    """The 95 % interval of the accuracy after, "" when there is none."""
    if report.interval is None:
        return ""
    low, high = report.interval
    return f"{math.floor(low * 100 + 1e-6)}{EN_DASH}{math.ceil(high * 100 - 1e-6)} %"


def needed_text(report: Report) -> str:
    """The accuracy that had to be reached: "95 %", or "95 % with 99 % confidence"."""
    needed = share_text(report.threshold)
    return needed if report.confidence is None else f"{needed} with {percent(report.confidence)} confidence"


def power_text(report: Report) -> str:
    """How far the verdict is to be trusted, in one sentence; "" where nothing was scored."""
    if report.power is None:
        return ""
    several = " per disruption" if len(report.disruptions) > 1 else ""
    return (
        f"{plural(report.power.probes, report.power.unit)}{several}:"
        f" a {percent(GOOD_SHARE)} bot is blocked {_chance_text(report.power.blocks_good)} of the time,"
        f" a {percent(BAD_SHARE)} bot passes {_chance_text(report.power.passes_bad)}"
    )


def guarantees_text(report: Report) -> str:
    """Which guarantees were kept and which were broken, and how; "" where none was tried."""
    parts = []
    for standing, lead in (
        (GuaranteeStatus.BROKEN, "broken"),
        (GuaranteeStatus.OPEN, "open"),
        (GuaranteeStatus.KEPT, "kept"),
    ):
        names = [_guarantee_text(one) for one in report.guarantees if one.standing is standing]
        if names:
            parts.append(f"{lead}: {', '.join(names)}")
    return f"guarantees {'; '.join(parts)}" if parts else ""


def _guarantee_text(result: GuaranteeResult) -> str:
    anomalies = [plural(count, anomaly) for anomaly, count in result.anomalies.items()]
    return f"{result.name} ({', '.join(anomalies)})" if anomalies else result.name


def _chance_text(chance: float) -> str:
    """A chance in whole percent, finer where it is small; never 0 % or 100 % of what may happen."""
    if not 0.001 <= chance <= 0.999:
        return "under 0.1 %" if chance < 0.5 else "over 99.9 %"
    places = 0 if 0.02 <= chance <= 0.98 else 1
    return f"{chance * 100:.{places}f} %"


def milliseconds_text(before: float | None, after: float | None) -> str:
    """ "41 → 44"; a dash where nothing was measured."""
    parts = [EN_DASH if one is None or not math.isfinite(one) else f"{one:.0f}" for one in (before, after)]
    return EN_DASH if parts == [EN_DASH, EN_DASH] else " → ".join(parts)


def duration_text(seconds: float) -> str:
    """ "1.6 s", "41 s", "2 min 5 s"."""
    if not math.isfinite(seconds) or seconds < 0:
        return EN_DASH
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def time_text(report: Report) -> str:
    """ "41 s: bot 33 · model 1.2 · engine 7 · gate 0.6"; the whole alone where nothing is known of it."""
    whole = duration_text(report.seconds)
    parts = [
        f"{name} {_seconds_text(seconds)}"
        for name, seconds in asdict(report.time).items()
        # Nobody is served by a word on a model that was never asked, or a script that never waits.
        if name in ("bot", "engine", "gate") or seconds >= LEAST_SECONDS
    ]
    if not any(asdict(report.time).values()) or whole == EN_DASH:
        return whole
    return f"{whole}: {' · '.join(parts)}"


def _seconds_text(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:.0f}"


def reasons(report: Report) -> list[str]:
    """Why the verdict is what it is, the first first, each once and as a sentence."""
    return [as_sentence(one) for one in dict.fromkeys(report.reasons)] or ["No reason is known"]


def as_sentence(text: str) -> str:
    """`text` with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _badness(failure: Failure, report: Report) -> tuple[object, ...]:
    """Sorts what blocks the deploy before what a tolerance covers, and steady losses before rare ones."""
    probe = failure.probe
    kinds = list(_INTOLERABLE)
    kind = kinds.index(probe.anomaly) if probe.anomaly in kinds else len(kinds)
    order = {
        one.name: (one.verdict is not Verdict.FAILED, index) for index, one in enumerate(report.disruptions)
    }
    where = order.get(probe.disruption, (True, len(order)))
    return kind, where, -failure.failed / failure.trials, probe.file, probe.line


def _varied(every: Sequence[Failure]) -> tuple[Failure, ...]:
    """The first of each kind of loss first: five facts that went the same way teach no more than one."""
    kinds: set[tuple[object, ...]] = set()
    first: list[Failure] = []
    rest: list[Failure] = []
    for failure in every:
        probe = failure.probe
        kind = probe.disruption, probe.outcome, probe.anomaly, probe.lost_at
        (rest if kind in kinds and not failure.is_intolerable else first).append(failure)
        if not failure.is_intolerable:
            kinds.add(kind)
    return (*first, *rest)


def _place(probe: ProbeResult) -> tuple[object, ...]:
    return probe.file, probe.line, probe.column, probe.scenario, probe.disruption, probe.guarantee, probe.arm


def _where_lost(probe: ProbeResult) -> str:
    trace = probe.trace
    known = "It was acknowledged" if trace.told else "It was told"
    match trace.lost_at:
        case "told":
            return "The bot never acknowledged it."
        case "stored" if trace.loaded is False:
            return f"{known}, but it is not in the store; there was nothing left to load."
        case "stored":
            return f"{known}, but it is not in the store."
        case "loaded" if trace.stored:
            return f"{known} and stored, but it is not in the prompt that the bot sent to its model."
        case "loaded":
            return f"{known}, but it is not in the prompt that the bot sent to its model."
        case "answered" if trace.loaded:
            return _with_reason(
                "It stands in the prompt that the bot sent to its model, not in the reply", probe
            )
        case "answered" if trace.stored:
            return _with_reason(f"{known} and stored, but it is not in the reply", probe)
        case _:
            return _with_reason(f"{known}, but the reply is not as expected", probe)


def _with_reason(sentence: str, probe: ProbeResult) -> str:
    return f"{sentence}: {probe.reason}." if probe.reason else f"{sentence}."
