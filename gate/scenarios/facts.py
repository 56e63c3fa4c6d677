"""Reads the facts of a scenario: one function and one part of the JSON Schema for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gate.core.facts import Date, Fact, Name, Number, Pattern, Pick, Text, Word
from gate.core.facts.text import LONGEST, SHORTEST
from gate.core.words import WholeWords
from gate.documents import Node, did_you_mean, nearest, quoted

FACT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
WILDCARDS = frozenset("#?")
MAX_OPTIONS = 200
MAX_NUMBER = 10**15
YEARS = (1900, 2999)
FEWEST_NUMBERS = 10
RANGE = re.compile(r"(0|[1-9][0-9]{0,15})\.\.(0|[1-9][0-9]{0,15})")
RANGE_KEYS = ("from", "to")
TEXT_KEYS = ("length", "unicode", "newlines")

Read = Callable[[str, Node], Fact | None]
Schema = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FactKind:
    """The notation of one kind of fact. `read` takes the fact's name and the node under the kind's key."""

    read: Read
    schema: Schema
    plain: bool = False
    """Whether `true`, or the kind's name alone, is enough."""


def read_facts(node: Node) -> dict[str, Fact | None]:
    """Read the facts by name; None for an invalid one."""
    facts: dict[str, Fact | None] = {}
    for name, definition in node.mapping().items():
        facts[name] = _fact(name, definition, facts)
    return facts


def _fact(name: str, node: Node, earlier: Mapping[str, Fact | None]) -> Fact | None:
    """Read one fact. `earlier` are the facts defined above it."""
    if not FACT_NAME.fullmatch(name) and node.key is not None:
        node.key.problem(
            f"{quoted(name)} cannot name a fact", hint="use letters, digits, _ and -, and begin with a letter"
        )
    alone = node.text if node.is_text else None
    if alone is not None and (alone in PLAIN_KINDS or nearest(alone, PLAIN_KINDS)):
        if alone not in PLAIN_KINDS:
            node.problem(f"unknown kind of fact {quoted(alone)}", hint=did_you_mean(alone, PLAIN_KINDS))
            return None
        return FACT_KINDS[alone].read(name, node)
    fields = node.fields(FACT_KEYS)
    kinds = {nearest(key, FACT_KEYS) for key in node.mapping()} - {"not", None} if node.is_mapping else {""}
    if len(kinds) != 1:
        node.problem(
            f"fact {quoted(name)} needs exactly one of {', '.join(FACT_KINDS)}",
            hint='for example {pattern: "ORD-######"} or {pick: [Lisbon, Oslo]}',
        )
        return None
    kind = next((name for name in FACT_KINDS if name in fields), None)
    if kind is None:
        return None
    if "not" in fields and kind != Pick.kind:
        (fields["not"].key or node).problem('"not" goes with "pick" only', hint="leave it out")
    fact = FACT_KINDS[kind].read(name, fields[kind])
    if isinstance(fact, Pick) and "not" in fields:
        other = _other(fields["not"], earlier)
        return Pick(name=name, options=fact.options, differs_from=other)
    return fact


def _pattern(name: str, node: Node) -> Fact | None:
    template = node.string()
    if template is None:
        return None
    if not WILDCARDS & set(template):
        node.problem(
            "this pattern always gives the same value",
            hint="'#' stands for a digit and '?' for a letter, for example \"ORD-######\"",
        )
    return Pattern(name=name, template=template)


def _pick(name: str, node: Node) -> Fact:
    """Read the values to pick from. Report blank values, duplicates, and values that contain another one."""
    items = node.sequence()
    options = [(item, text) for item in items if (text := item.string()) is not None]
    if node.is_sequence and not 2 <= len(items) <= MAX_OPTIONS:
        node.problem(f"a pick needs 2 to {MAX_OPTIONS} values, this one has {len(items)}")
        return Pick(name=name, options=())
    distinct: dict[str, str] = {}
    for item, text in options:
        if not text.strip():
            item.problem("a value cannot be blank", hint="every reply would hold it")
        elif text.casefold() in distinct:
            item.problem(f"the value {quoted(text)} stands here twice", hint="letter case does not count")
        distinct.setdefault(text.casefold(), text)
    every = WholeWords(tuple(distinct.values()))
    for item, text in options:
        for part in sorted({found.value for found in every.occurrences(text)} - {distinct[text.casefold()]}):
            item.problem(
                f"the value {quoted(text)} holds the value {quoted(part)}",
                hint="who answers the one would be taken to have answered the other as well",
            )
    return Pick(name=name, options=tuple(distinct.values()))


def _other(node: Node, earlier: Mapping[str, Fact | None]) -> str | None:
    """Read the name of the fact from which a pick must differ."""
    name = node.string()
    if name is None:
        return None
    if name not in earlier:
        node.problem(
            f"fact {quoted(name)} is not defined above",
            hint=did_you_mean(name, earlier) or '"not" names a pick that stands above this one',
        )
        return None
    other = earlier[name]
    if other is not None and not isinstance(other, Pick):
        node.problem(f"fact {quoted(name)} is a {other.kind}", hint='"not" names a pick')
    return name


def _word(name: str, node: Node) -> Fact | None:
    return Word(name=name) if _is_bare(node, Word.kind) else None


def _name(name: str, node: Node) -> Fact | None:
    return Name(name=name) if _is_bare(node, Name.kind) else None


def _is_bare(node: Node, kind: str) -> bool:
    """Whether the node is plain, for a kind without options. Report it if not."""
    if _plain(node, kind):
        return True
    node.problem(f"expected true, found {node.found}", hint=f"write `{kind}` alone, or {{{kind}: true}}")
    return False


def _number(name: str, node: Node) -> Fact | None:
    if _plain(node, Number.kind):
        return Number(name=name)
    bounds = _range(node, 0, MAX_NUMBER, example="1000..9999 or {from: 1000, to: 9999}")
    if bounds is None:
        return None
    lowest, highest = bounds
    if highest - lowest + 1 < FEWEST_NUMBERS:
        node.problem(f"a range has at least {FEWEST_NUMBERS} numbers, or every bot guesses it")
    return Number(name=name, lowest=lowest, highest=highest)


def _date(name: str, node: Node) -> Fact | None:
    if _plain(node, Date.kind):
        return Date(name=name)
    bounds = _range(node, *YEARS, example="2027..2036 or {from: 2027, to: 2036}, in years")
    return Date(name=name, first_year=bounds[0], last_year=bounds[1]) if bounds else None


def _text(name: str, node: Node) -> Fact | None:
    if _plain(node, Text.kind):
        return Text(name=name)
    fields = node.fields(TEXT_KEYS)
    length = fields["length"].integer(SHORTEST, LONGEST) if "length" in fields else Text.length
    unicode = fields["unicode"].boolean() if "unicode" in fields else Text.unicode
    newlines = fields["newlines"].boolean() if "newlines" in fields else Text.newlines
    if length is None or unicode is None or newlines is None:
        return None
    return Text(name=name, length=length, unicode=unicode, newlines=newlines)


def _plain(node: Node, kind: str) -> bool:
    """Whether the fact is the kind's name alone, or the kind with `true`."""
    return (node.is_text and node.text == kind) or (node.is_plain and node.text == "true")


def _range(node: Node, lowest: int, highest: int, *, example: str) -> tuple[int, int] | None:
    """Read two whole numbers within the bounds, the first no larger than the second."""
    if node.is_mapping:
        fields = node.fields(RANGE_KEYS, required=RANGE_KEYS)
        given = [fields[key].integer(lowest, highest) for key in RANGE_KEYS if key in fields]
    else:
        found = RANGE.fullmatch(node.text or "")
        if found is None:
            node.problem(f"expected a range, found {node.found}", hint=f"for example {example}")
            return None
        given = [int(digits) for digits in found.groups()]
        if not all(lowest <= int(digits) <= highest for digits in found.groups()):
            node.problem(f"a range lies between {lowest} and {highest}")
            return None
    if len(given) != len(RANGE_KEYS) or given[0] is None or given[1] is None:
        return None
    if given[0] > given[1]:
        node.problem("this range ends before it begins", hint="write the smaller number first")
        return None
    return given[0], given[1]


def _range_schema(lowest: int, highest: int) -> Schema:
    bound = {"type": "integer", "minimum": lowest, "maximum": highest}
    return {
        "anyOf": [
            {"const": True},
            {"type": "string", "pattern": f"^{RANGE.pattern}$"},
            {
                "type": "object",
                "properties": dict.fromkeys(RANGE_KEYS, bound),
                "required": list(RANGE_KEYS),
                "additionalProperties": False,
            },
        ]
    }


_TEXT_SCHEMAS: dict[str, Schema] = {
    "length": {"type": "integer", "minimum": SHORTEST, "maximum": LONGEST},
    "unicode": {"type": "boolean", "description": "Letters of other scripts"},
    "newlines": {"type": "boolean", "description": "Line breaks"},
}

FACT_KINDS: dict[str, FactKind] = {
    Pattern.kind: FactKind(
        read=_pattern,
        schema={"type": "string", "pattern": "[#?]", "description": "'#' a digit, '?' a letter"},
    ),
    Pick.kind: FactKind(
        read=_pick,
        schema={
            "type": "array",
            "items": {"type": "string", "pattern": r"\S"},
            "minItems": 2,
            "maxItems": MAX_OPTIONS,
        },
    ),
    Word.kind: FactKind(read=_word, plain=True, schema={"const": True}),
    Name.kind: FactKind(read=_name, plain=True, schema={"const": True}),
    Number.kind: FactKind(read=_number, plain=True, schema=_range_schema(0, MAX_NUMBER)),
    Date.kind: FactKind(read=_date, plain=True, schema=_range_schema(*YEARS)),
    Text.kind: FactKind(
        read=_text,
        plain=True,
        schema={
            "anyOf": [
                {"const": True},
                {"type": "object", "properties": _TEXT_SCHEMAS, "additionalProperties": False},
            ]
        },
    ),
}
"""The kinds by key."""

PLAIN_KINDS = tuple(name for name, kind in FACT_KINDS.items() if kind.plain)
FACT_KEYS = (*FACT_KINDS, "not")
