"""Hostile or huge contents of a store are searched within limits."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from gate.stores.findings import Findings
from gate.stores.places import Content
from gate.stores.redis import contents, inspector
from gate.stores.text_search import MARGIN, Passage, TextSearch, readable
from tests.unit.core.laws import costly_law, law
from tests.unit.stores.servers import Server, running

FACTS = ("ORD-482913", "São Tomé", "Lisbon")
ESCAPED = "Lisbon, S\\u00e3o Tom\\u00e9 and ORD-482913."


def placed(before: int, after: int) -> bytes:
    """The facts somewhere in a long text."""
    return b"x" * before + b" " + ESCAPED.encode() + b" " + b"y" * after


LARGE: dict[str, Callable[[Redis], object]] = {
    "string": lambda redis: redis.set("one", placed(6_000_000, 4_000_000)),
    "list": lambda redis: redis.rpush("one", *(b"element %d" % n for n in range(100_000)), ESCAPED),
    "list of long elements": lambda redis: redis.rpush("one", *(placed(500_000, 500_000) for _ in range(9))),
    "hash": lambda redis: redis.hset(
        "one", mapping={**{str(n): "x" * 100 for n in range(30_000)}, "last": ESCAPED}
    ),
    "set": lambda redis: redis.sadd("one", *(f"{n:0100}" for n in range(30_000)), ESCAPED),
    "zset": lambda redis: redis.zadd("one", {**{f"{n:0100}": n for n in range(30_000)}, ESCAPED: 30_001}),
    "stream": lambda redis: [redis.xadd("one", {"text": placed(400_000, 400_000)}) for _ in range(12)],
}


@pytest.fixture(params=[False, True], ids=["whole", "in parts"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small stores are read without a look at sizes; here once as small, once as large ones."""
    if request.param:
        monkeypatch.setattr(inspector, "SMALL_STORE_BYTES", 0)
    else:
        monkeypatch.setattr(inspector, "SMALL_STORE_BYTES", 1 << 40)


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("kind", LARGE)
def test_facts_are_found_in_large_keys(redis: Redis, server: Server, kind: str) -> None:
    """Of every type, wherever in them they stand, and their size is told to the byte."""
    LARGE[kind](redis)
    view = server.look(*FACTS, "Oslo")
    assert view.values == set(FACTS)
    assert (view.keys, view.unreadable_keys) == (1, 0)
    if kind == "string":
        assert view.bytes == redis.strlen("one") + len("one")


def test_no_more_is_held_at_once_than_a_window(
    redis: Redis, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value of 10 MB and an element after another of 400 KB come in parts of a window each."""
    monkeypatch.setattr(inspector, "SMALL_STORE_BYTES", 0)
    redis.set("string", b"z" * 10_000_000)
    redis.rpush("list", *(b"z" * 400_000 for _ in range(30)))
    held: list[int] = []
    add = Findings.add

    def measured(findings: Findings, parts: Sequence[Content]) -> None:
        held.append(sum(len(element) for part in parts for element in part.elements))
        add(findings, parts)

    monkeypatch.setattr(Findings, "add", measured)
    view = server.look(*FACTS)
    assert max(held) <= contents.WINDOW_BYTES
    assert view.bytes == 10_000_000 + 30 * 400_000 + len("stringlist")


def test_a_store_beyond_the_bounds_is_counted_and_said_to_be_unread(
    redis: Redis, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values in unread data are never reported as absent."""
    monkeypatch.setattr(inspector, "SMALL_STORE_BYTES", 0)
    monkeypatch.setattr(inspector, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(contents, "WINDOW_BYTES", 100_000)
    monkeypatch.setattr(contents, "OVERLAP_BYTES", 10_000)
    for number in range(20):
        redis.set(f"key:{number}", b"z" * 400_000)
    view = server.look(*FACTS)
    assert view.keys == 20
    assert view.unreadable_keys >= 17
    monkeypatch.setattr(inspector, "MAX_KEYS", 5)
    monkeypatch.setattr(inspector, "SCAN_COUNT", 5)
    view = server.look(*FACTS)
    assert view.keys == 20


def test_an_element_that_is_too_large_to_be_had_is_left_unread(
    redis: Redis, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a string can be had in parts."""
    monkeypatch.setattr(inspector, "SMALL_STORE_BYTES", 0)
    monkeypatch.setattr(contents, "WINDOW_BYTES", 10_000)
    monkeypatch.setattr(contents, "OVERLAP_BYTES", 1_000)
    monkeypatch.setattr(contents, "MAX_WHOLE_BYTES", 50_000)
    redis.hset("one", "field", placed(100_000, 0))
    redis.set("two", placed(100_000, 0))
    view = server.look(*FACTS)
    assert view.values == set(FACTS)
    assert (view.keys, view.unreadable_keys) == (2, 1)


def test_packed_records_are_unreadable_and_readable_ones_are_not(redis: Redis, server: Server) -> None:
    """They may contain values that the search cannot see."""
    packed = gzip.compress(ESCAPED.encode(), mtime=0)
    redis.set("packed", packed)
    redis.rpush("wrapped", json.dumps({"blob": "gAAAAABn" + "aB3" * 60}))
    redis.set("text", "ORD-482913 " + "-" * 300 + " " + "a1" * 64 + " " + "/path/to/file" * 20)
    redis.set("zeros", b"\0\0 Lisbon \0")
    redis.set(b"\xff\xfe", "plain")
    view = server.look(*FACTS)
    assert view.values == {"ORD-482913", "Lisbon"}
    assert (view.keys, view.unreadable_keys) == (5, 2)


def test_values_do_not_stand_across_what_does_not_belong_together(redis: Redis, server: Server) -> None:
    """The end of one element and the beginning of the next are no text."""
    redis.rpush("list", "New", "York")
    redis.hset("ORD", mapping={"482913": "x"})
    assert server.look("New\nYork", "New York", "ORD-482913").values == frozenset()


HOSTILE = [
    b"\xff\xfe\x00",
    b"\0" * 1_000,
    b"[" * 20_000,
    b'{"a":' * 5_000,
    b"\\" * 10_001,
    b'\\"' * 5_000,
    b"\\ud83e" * 1_000,
    b"\\uZZZZ\\u12",
    b"_" * 20_000,
    b"a_" * 10_000,
    b"ORD-482913_" + b"_" * 10_000 + b"ORD-482913",
    b"1," * 10_000,
    "ẞİŉ".encode() * 2_000,
    "🦊".encode() * 2_000 + b"\xf0\x9f\xa6",
    b"aB3" * 5_000,
]


@pytest.mark.usefixtures("sizes")
def test_hostile_contents_hide_nothing(redis: Redis, server: Server) -> None:
    """Under every type, as names, fields and elements."""
    for number, content in enumerate(HOSTILE):
        redis.set(b"s%d" % number + content[:1_000], content)
        redis.rpush(b"l%d" % number, content, b"Lisbon", content)
        redis.hset(b"h%d" % number, mapping={content: content})
        redis.sadd(b"t%d" % number, content)
        redis.zadd(b"z%d" % number, {content: 1.0})
        redis.xadd(b"x%d" % number, {content: content})
    view = server.look(*FACTS)
    assert view.keys == 6 * len(HOSTILE)
    assert "Lisbon" in view.values


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the property below, which looks into it many times."""
    with running(tmp_path_factory.mktemp("lonely")) as server:
        yield server


@costly_law
@given(
    contents=st.lists(st.binary(max_size=200), max_size=20),
    names=st.lists(st.binary(max_size=20), min_size=1, max_size=20, unique=True),
    seed=st.integers(0, 2**32),
)
def test_any_bytes_under_any_names_are_looked_into(
    lonely: Server, contents: list[bytes], names: list[bytes], seed: int
) -> None:
    """Every key is counted, and a fact among them is found."""
    source = random.Random(seed)
    with lonely.client() as redis:
        redis.flushall()
        for name in names:
            content = source.choice([*contents, b""])
            match source.randrange(4):
                case 0:
                    redis.set(name, content)
                case 1:
                    redis.rpush(name, content, *contents)
                case 2:
                    redis.hset(name, content, content)
                case _:
                    redis.zadd(name, {content: 1.5})
        before = lonely.look("Lisbon").keys
        redis.set(b"\xffkept", b"\xff\xfe Lisbon \xff")
    view = lonely.look("Lisbon")
    assert before == len(names)
    assert view.values == {"Lisbon"}


@law
@given(
    words=st.lists(st.sampled_from(["ORD-482913", "ORD-4829131", "São Tomé", "x", "\\n"]), max_size=60),
    window=st.integers(300, 900),
)
def test_a_text_in_windows_holds_what_the_whole_text_holds(words: list[str], window: int) -> None:
    """As long as windows overlap by more than a value and two margins; no edge makes a value of a part."""
    text = " ".join(words)
    overlap = 2 * MARGIN + len("ORD-482913")
    starts = range(0, max(1, len(text) - overlap), window - overlap)
    passages = [
        Passage(
            record=0,
            text=text[start : start + window],
            cut_before=start > 0,
            cut_after=start + window < len(text),
        )
        for start in starts
    ]
    search = TextSearch(FACTS)
    assert set(search.find(passages)) == set(search.find([Passage(record=0, text=text)]))


def test_text_is_readable_and_what_is_packed_is_not() -> None:
    """By its bytes alone."""
    assert readable("é 東京".encode()) == ("é 東京", True)
    assert readable(b"Lisbon \xff") == ("Lisbon \ufffd", False)
