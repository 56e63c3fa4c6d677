"""The memory guarantees, each with the name of the anomaly that breaks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """A promise about a bot's memory."""

    name: str
    promise: str
    """Completes the sentence "the bot guarantees that …"."""
    anomaly: str
    """The name of an observation that breaks it."""
    recall: bool = True
    """Whether its probes count towards the accuracy.

    The others are counted apart and tolerate no anomaly: a bot that remembers nothing keeps them trivially.
    """
    about_absence: bool = False
    """Whether its probes may ask only for what the bot must not say. A bot without memory passes those."""
    other_anomaly: str = ""
    """The name of a second way to break it."""


GUARANTEES: dict[str, Guarantee] = {
    guarantee.name: guarantee
    for guarantee in (
        Guarantee(name="durability", promise="an acknowledged turn survives", anomaly="lost write"),
        Guarantee(
            name="read-your-writes",
            promise="what was just said is known, whichever replica answers",
            anomaly="stale read",
        ),
        Guarantee(name="monotonic-reads", promise="what is once known stays known", anomaly="flapping"),
        Guarantee(name="order", promise="turns stay in the order they were said", anomaly="inversion"),
        Guarantee(name="correction", promise="the last correction wins", anomaly="resurrected value"),
        Guarantee(
            name="no-lost-update",
            promise="parallel turns of one session all survive",
            anomaly="lost update",
        ),
        Guarantee(
            name="isolation",
            promise="a session never sees another session's facts",
            anomaly="leak",
            recall=False,
            about_absence=True,
        ),
        Guarantee(
            name="no-fabrication",
            promise="what was never told is not remembered",
            anomaly="fabrication",
            recall=False,
            about_absence=True,
        ),
        Guarantee(name="atomic-turns", promise="an interrupted turn is whole or absent", anomaly="half turn"),
        Guarantee(name="once-only", promise="a retried turn is stored once", anomaly="duplicate"),
        Guarantee(
            name="fail-closed",
            promise="a store outage gives an error, not silent amnesia",
            anomaly="split memory",
        ),
        Guarantee(
            name="compatibility",
            promise="a new version reads the old one's history",
            anomaly="unreadable history",
        ),
        Guarantee(
            name="capacity", promise="facts inside the declared window are kept", anomaly="trimmed fact"
        ),
        Guarantee(
            name="retention",
            promise="facts are kept as long, and deleted as surely, as declared",
            anomaly="early expiry",
            about_absence=True,
            other_anomaly="zombie fact",
        ),
        Guarantee(name="fidelity", promise="a value comes back unchanged", anomaly="corrupted value"),
    )
}
