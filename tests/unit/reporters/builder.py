"""Builders of reports. Fields that a test does not set have plausible values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gate.analysis.power import power_of
from gate.core.guarantees import GUARANTEES
from gate.core.report import (
    DisruptionResult,
    FactTrace,
    GuaranteeResult,
    GuaranteeStatus,
    Latency,
    Outcome,
    ProbeResult,
    Report,
    Tally,
    Verdict,
)
from gate.core.statements import Finding, Reason, Statement
from gate.core.transcript import (
    CONTROL,
    TREATED,
)
from gate.disruptions import traits_of

ORDERS = ("ORD-482913", "ORD-175530", "ORD-903324")

PROBES = 186
"""The probes of a disruption: so many that the golden reports show three digits."""
OVER_KILL = 180
"""The probes of the failed report that are remembered after the kill; none is after the recreate."""
REMEMBERED = (PROBES + OVER_KILL) / (3 * PROBES)
"""What the failed report remembers after its three disruptions."""


@dataclass(frozen=True, kw_only=True)
class Words(Reason):
    """A reason that a test words freely."""

    code = "words"
    words: str

    @property
    def sentence(self) -> str:
        return self.words


@dataclass(frozen=True, kw_only=True)
class Note(Finding):
    """A finding that a test words freely."""

    code = "note"
    words: str

    @property
    def sentence(self) -> str:
        return self.words


def coded(given: dict[str, Any]) -> dict[str, Any]:
    """Turn sentences into coded reasons and findings."""
    fields = dict(given)
    for name, kind in (("reasons", Words), ("findings", Note)):
        if name in fields:
            said = fields.pop(name)
            fields[f"coded_{name}"] = tuple(
                item if isinstance(item, Statement) else kind(words=item) for item in said
            )
    for name in ("reason", "sentence"):
        if name in fields:
            fields["coded_reason"] = Words(words=fields.pop(name))
    return fields


def fact_trace(
    told: bool | None, stored: bool | None, loaded: bool | None, answered: bool | None
) -> FactTrace:
    return FactTrace(told=told, stored=stored, loaded=loaded, answered=answered)


KEPT = fact_trace(True, True, True, True)
NEVER_STORED = fact_trace(True, False, False, False)


def probe(**given: Any) -> ProbeResult:
    """Build a treated probe that was remembered."""
    trial = given.get("trial", 1)
    order = ORDERS[trial - 1]
    outcome = given.get("outcome", Outcome.REMEMBERED)
    failed = outcome in (Outcome.LOST, Outcome.ERROR)
    guarantee = given.get("guarantee", "durability")
    fields: dict[str, Any] = {
        "scenario": "Order follow-up survives a deploy",
        "file": "scenarios/order.yml",
        "line": 14,
        "column": 5,
        "session": f"alice-5c1e{trial}",
        "conversation": f"c000{trial}",
        "trial": trial,
        "arm": TREATED,
        "disruption": "restart",
        "disruptions": given.get("disruption", "restart").split("+"),
        "guarantee": guarantee,
        "question": "What is my order number?",
        "expected": order,
        "reply": "I don't know." if failed else f"It is {order}.",
        "outcome": outcome,
        "anomaly": GUARANTEES[guarantee].anomaly if failed else None,
        "facts": ["order"],
        "trace": NEVER_STORED if failed else KEPT,
        "reason": f"the reply does not hold {order}" if failed else "",
    }
    return ProbeResult(**coded({**fields, **given}))


def trials(**given: Any) -> list[ProbeResult]:
    """Build a probe in three trials and both arms; `given` describes the treated one."""
    return [
        result
        for trial in (1, 2, 3)
        for result in (
            probe(arm=CONTROL, trial=trial, disruption=given.get("disruption", "restart")),
            probe(trial=trial, **given),
        )
    ]


def disruption(name: str, **given: Any) -> DisruptionResult:
    """Build the result of a disruption that passed."""
    fields: dict[str, Any] = {
        "name": name,
        "disruptions": name.split("+"),
        "verdict": Verdict.PASSED,
        "reasons": (),
        "before": Tally(remembered=PROBES, scored=PROBES),
        "after": Tally(remembered=PROBES, scored=PROBES),
        "retained": Tally(remembered=PROBES, scored=PROBES),
        "lost_at": {},
        "evidence": f"3f2a91bc77d0 {name}",
        "details": {"instance": "3f2a91bc77d0"},
        "seconds": 1.9,
        "latency": Latency(p50_before=22.0, p95_before=41.2, p50_after=23.0, p95_after=43.8),
        "asked_afterwards": traits_of(name.rpartition("+")[2]).asked_afterwards,
    }
    return DisruptionResult(**coded({**fields, **given}))


def report(**given: Any) -> Report:
    """Build the report of a passed run."""
    fields: dict[str, Any] = {
        "verdict": Verdict.PASSED,
        "reasons": (f"the bot remembers {2 * PROBES} of {2 * PROBES} facts (100 %) after restart and kill",),
        "accuracy": 1.0,
        "accuracy_before": 1.0,
        "retention": 1.0,
        "interval": (0.9898, 1.0),
        "leaks": 0,
        "fabrications": 0,
        "disruptions": (disruption("restart"), disruption("kill", seconds=2.1)),
        "probes": (*trials(), *trials(disruption="kill")),
        "latency": Latency(p50_before=22.0, p95_before=41.2, p50_after=23.0, p95_after=43.8),
        "seed": 7,
        "bot": "support-bot:pr-128",
        "images": {"bot": "sha256:1f0c", "store": "sha256:88aa"},
        "version": "0.1.0",
        "repeat": "memory-gate run --image support-bot:pr-128 --seed 7",
        "threshold": 0.95,
        "seconds": 41.2,
        "isolation_probes": 54,
        "fabrication_probes": 24,
        "power": power_of(PROBES, 0.95),
    }
    return Report(**coded({**fields, **given}))


def guarantee(name: str, status: GuaranteeStatus = GuaranteeStatus.BROKEN, **given: Any) -> GuaranteeResult:
    """Build the result of a guarantee."""
    fields = {"probes": 0, "anomalous_turns": 0, "anomalies": {}, "sentence": "what was seen", **given}
    return GuaranteeResult(name=name, status=status, **coded(fields))


def failed_report() -> Report:
    """Build a failed report: a recreate loses everything, a kill a little, and one reply leaks."""
    lost_city = probe(
        outcome=Outcome.LOST,
        disruption="kill",
        line=17,
        question="Which city do I live in now?",
        expected="Kyoto, not Lisbon",
        reply="You live in Lisbon.",
        guarantee="correction",
        facts=["moved", "city"],
        trace=fact_trace(True, True, False, False),
        reason="the reply does not hold Kyoto; the reply holds Lisbon, which it must not",
    )
    leak = probe(
        outcome=Outcome.LOST,
        line=20,
        guarantee="isolation",
        session="bob-5c1e2",
        expected="not ORD-175530",
        reply="Your order number is ORD-175530.",
        trace=fact_trace(None, None, None, False),
        reason="the reply holds ORD-175530, which it must not",
    )
    kept_apart = replace(probe(line=20, guarantee="isolation", expected="not ORD-482913"), trial=2)
    refused = probe(
        outcome=Outcome.ERROR,
        disruption="recreate",
        line=23,
        reply="",
        question="And what did I order?",
        expected="a teapot",
        facts=["item"],
        reason='the bot answered 500: {"detail": "session not found"}',
    )
    return report(
        verdict=Verdict.FAILED,
        reasons=(
            "1 reply held what only another session was told",
            f"after recreate, the bot remembers 0 of {PROBES} facts (0 %); 95 % needed",
        ),
        accuracy=REMEMBERED,
        retention=REMEMBERED,
        interval=(0.6156, 0.6942),
        leaks=1,
        disruptions=(
            disruption("restart"),
            disruption(
                "kill",
                after=Tally(remembered=OVER_KILL, scored=PROBES),
                retained=Tally(remembered=OVER_KILL, scored=PROBES),
                lost_at={"stored": 2, "loaded": 4},
                seconds=2.1,
            ),
            disruption(
                "recreate",
                verdict=Verdict.FAILED,
                reasons=(f"after recreate, the bot remembers 0 of {PROBES} facts (0 %); 95 % needed",),
                after=Tally(remembered=0, scored=PROBES),
                retained=Tally(remembered=0, scored=PROBES),
                lost_at={"stored": PROBES},
                evidence="3f2a91bc77d0 → 91bc3f2a0d77",
                seconds=12.4,
            ),
        ),
        probes=(
            *trials(),
            leak,
            kept_apart,
            lost_city,
            *trials(disruption="recreate", outcome=Outcome.LOST),
            refused,
            *(
                probe(disruption="recreate", outcome=Outcome.LOST, line=line, file="scenarios/long.yml")
                for line in range(9, 30)
            ),
        ),
        guarantees=(
            guarantee("durability", probes=540, anomalous_turns=PROBES, anomalies={"lost write": PROBES}),
            guarantee("order", probes=4, status=GuaranteeStatus.KEPT),
            guarantee("correction", probes=6, anomalous_turns=1, anomalies={"resurrected value": 1}),
            guarantee("isolation", probes=54, anomalous_turns=1, anomalies={"leak": 1}),
            guarantee("once-only", status=GuaranteeStatus.UNTESTED),
            guarantee("retention", anomalous_turns=2, anomalies={"early expiry": 2}),
            guarantee("fidelity", probes=9, status=GuaranteeStatus.OPEN),
        ),
        findings=("restart: the bot ended with exit code 137: it did not stop within its grace",),
    )


def failed_questions(given: Report) -> int:
    """Count the questions about facts that have no right answer after a disruption."""
    return sum(
        probe.arm == TREATED
        and probe.outcome in (Outcome.LOST, Outcome.ERROR)
        and probe.guarantee != "isolation"
        for probe in given.probes
    )


def inconclusive_report() -> Report:
    """Build an inconclusive report: the bot did not start, and the run was interrupted."""
    nothing = Tally()
    return report(
        verdict=Verdict.INCONCLUSIVE,
        reasons=(
            "the run was interrupted",
            "restart was not tried, because the bot did not start: it exited with code 1 before /healthz"
            " answered: see its last lines",
        ),
        accuracy=None,
        accuracy_before=None,
        retention=None,
        interval=None,
        disruptions=(
            disruption(
                "restart",
                verdict=Verdict.INCONCLUSIVE,
                before=nothing,
                after=nothing,
                retained=nothing,
                evidence="",
                seconds=0.0,
                latency=Latency(),
            ),
        ),
        probes=(),
        latency=Latency(),
        interrupted=True,
        seconds=64.0,
        isolation_probes=0,
        fabrication_probes=0,
        power=None,
    )


def hostile_report(text: str) -> Report:
    """Build a failed report in which every foreign text is `text`."""
    failing = {"question": text, "expected": text, "reply": text, "reason": text, "facts": [text]}
    places = {"file": text, "scenario": text, "session": text}
    return report(
        verdict=Verdict.FAILED,
        reasons=(text, text),
        probes=(
            probe(outcome=Outcome.LOST, **failing, **places),
            probe(outcome=Outcome.ERROR, line=15, **failing, **places),
            probe(outcome=Outcome.LOST, line=16, guarantee="isolation", **failing, **places),
            probe(outcome=Outcome.LOST, line=17, disruption=text, **failing),
            probe(
                outcome=Outcome.LOST,
                line=18,
                trace=fact_trace(True, True, True, False),
                **failing,
                **places,
            ),
            # Probes of the only disruption, since some files show no others.
            probe(outcome=Outcome.LOST, line=19, disruption=text, **failing, **places),
            probe(outcome=Outcome.UNSCORED, line=20, disruption=text, **failing, **places),
        ),
        disruptions=(
            disruption(
                text,
                verdict=Verdict.FAILED,
                reasons=(text,),
                evidence=text,
                details={"instance": text},
                lost_at={"stored": 1},
            ),
        ),
        bot=text,
        images={"bot": text},
        version=text,
        repeat=text,
        baseline=text[:200],
        findings=(text,),
    )
