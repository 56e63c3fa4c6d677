"""List the differences between two runs in scenarios and policy, so that a changed test is visible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gate.analysis.formatting import percent, plural
from gate.comparing.measurement import Measurement

NAMED = 5
"""Maximum number of scenarios listed by name for each kind of change; the others are counted."""

NAME_LIMIT = 80

Value = float | str | None


def differences(base: Measurement, head: Measurement) -> tuple[str, ...]:
    """Describe each difference in a clause: first the policy, then the scenarios, then the circumstances."""
    return (*_rules(base, head), *_scenarios(base, head), *_circumstances(base, head))


def _share(value: Value) -> str:
    # A report may hold any number that JSON can write, 1e308 too.
    return percent(value) if isinstance(value, float | int) and 0 <= value <= 1 else _plain(value)


def _seconds(value: Value) -> str:
    return f"{value:g} s" if isinstance(value, float | int) else _plain(value)


def _plain(value: Value) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float | int) else value


RULES: Mapping[str, tuple[str, Callable[[Value], str]]] = {
    "accuracy": ("the threshold", _share),
    "confidence": ("the confidence asked for", _share),
    "max_drop": ("the drop that is allowed", _share),
    "leaks": ("the number of leaks that are allowed", _plain),
    "fabrications": ("the number of fabrications that are allowed", _plain),
    "max_unavailable": ("the time for which the bot may be unavailable", _seconds),
    "inconclusive": ("what happens when not everything could be seen", _plain),
}
"""Field of the policy → its name for people, and the function that writes its values."""


def _rules(base: Measurement, head: Measurement) -> list[str]:
    before, after = _policy(base), _policy(head)
    notes = []
    for name, (what, written) in RULES.items():
        if name not in before or name not in after or before[name] == after[name]:
            continue
        old, new = before[name], after[name]
        is_number = isinstance(old, float | int) and isinstance(new, float | int)
        verb = "changed" if not is_number else "lowered" if float(new or 0) < float(old or 0) else "raised"
        notes.append(f"{what} was {verb} from {written(old)} to {written(new)}")
    return notes


def _policy(run: Measurement) -> Mapping[str, Value]:
    """Return the policy of a report. Reports of the first versions have only two of its fields."""
    return {**(run.policy or {}), "accuracy": run.threshold, "confidence": run.confidence}


def _scenarios(base: Measurement, head: Measurement) -> list[str]:
    """Describe changes to the questions. A scenario that was only renamed is the same."""
    before, after = _contents(base), _contents(head)
    if not before or not after:
        return []  # one of the two is too old to say, or asked nothing
    known_before = {content for contents in before.values() for content in contents}
    known_after = {content for contents in after.values() for content in contents}
    removed = [name for name in before if name not in after and not before[name] <= known_after]
    added = [name for name in after if name not in before and not after[name] <= known_before]
    changed = [name for name in before if name in after and before[name] != after[name]]
    return [
        *_named(removed, "was removed"),
        *_named(changed, "was changed, and is not compared"),
        *_named(added, "was added"),
    ]


def _contents(run: Measurement) -> dict[str, set[str]]:
    """Return the contents of the scenarios by name. Unknown contents count as no difference."""
    found: dict[str, set[str]] = {}
    for probe in run.probes:
        if probe.content:
            found.setdefault(probe.scenario, set()).add(probe.content)
    return found


def _named(names: Iterable[str], change: str) -> list[str]:
    every = sorted(names)
    notes = [f'scenario "{name[:NAME_LIMIT]}" {change}' for name in every[:NAMED]]
    left = len(every) - NAMED
    if left > 0:
        several = change.replace("was ", "were ").replace("is ", "are ") if left > 1 else change
        notes.append(f"{plural(left, 'more scenario')} {several}")
    return notes


def _circumstances(base: Measurement, head: Measurement) -> list[str]:
    notes = []
    if base.version != head.version:
        notes.append(f"the base was measured by memory-gate {base.version}, the head by {head.version}")
    trials = [max((probe.trial for probe in run.probes), default=0) for run in (base, head)]
    if trials[0] != trials[1] and all(trials):
        notes.append(f"the base was played in {plural(trials[0], 'trial')}, the head in {trials[1]}")
    before, after = _disruptions(base), _disruptions(head)
    notes += [f"{name} was done to the base, and not to the head" for name in sorted(before - after)]
    notes += [f"{name} was done to the head, and not to the base" for name in sorted(after - before)]
    return notes


def _disruptions(run: Measurement) -> set[str]:
    return {probe.disruption for probe in run.probes}
