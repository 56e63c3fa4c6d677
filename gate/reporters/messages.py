"""Sentences that every reporter shares: reasons, guarantees and names of deployments.

Texts are raw: each surface sanitizes them for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gate.analysis.formatting import plural
from gate.core.report import GuaranteeResult, GuaranteeStatus, Report


def reasons(report: Report) -> list[str]:
    """Return the reasons for the verdict as sentences, in order and without repetition."""
    return [as_sentence(reason) for reason in dict.fromkeys(report.reasons)] or ["No reason is known"]


def as_sentence(text: str) -> str:
    """Return `text` with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def guarantees_text(report: Report) -> str:
    """List the guarantees by status, with their anomalies; "" if none was tested."""
    parts = []
    for status, lead in (
        (GuaranteeStatus.BROKEN, "broken"),
        (GuaranteeStatus.OPEN, "open"),
        (GuaranteeStatus.KEPT, "kept"),
    ):
        names = [_guarantee_text(result) for result in report.guarantees if result.status is status]
        if names:
            parts.append(f"{lead}: {', '.join(names)}")
    return f"guarantees {'; '.join(parts)}" if parts else ""


def _guarantee_text(result: GuaranteeResult) -> str:
    anomalies = anomalies_text(result)
    return f"{result.name} ({anomalies})" if anomalies else result.name


def anomalies_text(result: GuaranteeResult) -> str:
    """Count the anomalies of a guarantee by kind: "1 leak, 2 lost writes"; "" without any."""
    return ", ".join(plural(count, anomaly) for anomaly, count in result.anomalies.items())


def deployment_text(wave: Sequence[str], part: int = 0) -> str:
    """Name a deployment by its disruptions: "restart", "restart twice", "restart then kill".

    `part` is the number of the merged run it belongs to: "restart@2"; 0 if the run was not merged.
    """
    kinds = [(kind, len(list(same))) for kind, same in groupby(wave)]
    text = " then ".join(
        f"{kind} twice" if times == 2 else kind if times == 1 else f"{times} × {kind}"
        for kind, times in kinds
    )
    return f"{text}@{part}" if part else text
