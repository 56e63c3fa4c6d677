"""Parts of a script's steps: keywords, speakers, lengths of pauses; and the order of steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gate.core.scenario import Position
from gate.documents import Node, did_you_mean, nearest, quoted

SPEAKER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:-]{0,39}")
TURN_KEYS = ("expect", "guarantee", "states")
"""The keys that may stand beside a speaker."""

MARKED_STEPS = ("filler", "disrupt", "wait", "parallel")
"""The steps that begin with a keyword instead of a speaker."""

RESERVED = (*MARKED_STEPS, *TURN_KEYS)
"""Keywords, which cannot name a speaker."""

STEP_HINT = (
    'a step is `- alice: "text"`, `- filler: 6`, `- wait: 2s`, `- parallel: […]`, `- disrupt`'
    " or `- disrupt: kill`"
)
MAX_FILLER = 500
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
DURATION = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,6})?)(ms|s|m|h)?")
LONGEST_WAIT = 3600
"""Seconds."""
WAIT_HINT = "for example 500ms, 2s or 5m; a number alone counts seconds"
FEWEST_PARALLEL = 2
MAX_PARALLEL = 100


def speaker_of(item: Node, entries: Mapping[str, Node]) -> str | None:
    """Return the key that names the speaker. Report all keys that do not belong to the step."""
    candidates = [name for name in entries if name not in TURN_KEYS]
    if not candidates:
        item.problem("nobody speaks in this step", hint=STEP_HINT)
        return None
    known = (*TURN_KEYS, *MARKED_STEPS)
    speaker = next((name for name in candidates if nearest(name, known) is None), candidates[0])
    for name in candidates:
        key = entries[name].key
        if key is None:
            continue
        if nearest(name, ("wait",)) and name != "wait" and DURATION.fullmatch(entries[name].text or ""):
            key.problem(f"unknown step {quoted(name)}", hint=did_you_mean(name, ("wait",)))
            return None
        if name != speaker:
            meant = did_you_mean(name, TURN_KEYS)
            message = (
                f"unknown key {quoted(name)}"
                if meant
                else f"a step has one speaker, {quoted(name)} is another"
            )
            key.problem(message, hint=meant or "begin a new step with '- '")
        elif name in RESERVED:
            key.problem(
                f"{quoted(name)} is a reserved word and cannot name a speaker", hint="choose another name"
            )
        elif not SPEAKER_NAME.fullmatch(name):
            key.problem(
                f"{quoted(name)} cannot name a speaker",
                hint="use at most 40 letters, digits and _ . , : - and begin with a letter or digit",
            )
        elif not entries[name].is_text and nearest(name, known):
            key.problem(f"unknown step {quoted(name)}", hint=did_you_mean(name, known))
            return None
    return speaker


def duration(node: Node) -> float | None:
    """Read a duration in seconds, above 0 and at most LONGEST_WAIT."""
    found = DURATION.fullmatch(node.text or "")
    if found is None:
        node.problem(f"expected a duration, found {node.found}", hint=WAIT_HINT)
        return None
    seconds = float(found[1]) * UNITS[found[2] or ""]
    if not 0 < seconds <= LONGEST_WAIT:
        node.problem(
            f"a pause is longer than nothing and at most {LONGEST_WAIT // 60} minutes", hint=WAIT_HINT
        )
        return None
    return seconds


def _words(item: Node) -> set[str | None]:
    """Return the keys of a step, and of the turns in a parallel block."""
    if not item.is_mapping:
        return {item.text}
    entries = item.mapping()
    block = entries.get("parallel")
    inner = block.sequence() if block is not None and block.is_sequence else ()
    return {*entries, *(key for turn in inner if turn.is_mapping for key in turn.mapping())}


def check_order(node: Node, items: Sequence[Node]) -> None:
    """Report a script without questions, and disruptions and pauses without a question after them."""
    words = [_words(item) for item in items]
    probes = [index for index, keys in enumerate(words) if "expect" in keys]
    if items and not probes:
        (node.key or node).problem(
            "the script asks nothing", hint='give a turn an `expect`, for example `expect: "{order}"`'
        )
        return
    for item, keys in list(zip(items, words, strict=True))[probes[-1] + 1 :] if probes else ():
        for word, what in (("disrupt", "disruption"), ("wait", "pause")):
            if word in keys:
                item.problem(
                    f"nothing is asked after this {what}", hint='add a turn with an "expect" below it'
                )


def position_of(node: Node) -> Position:
    """Return the position of `node` in its file."""
    return Position(file=node.file, line=node.line, column=node.column)
