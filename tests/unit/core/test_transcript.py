"""A transcript is read back as it was written, or refused with the line at fault."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.disruption_traits import DisruptionTraits
from gate.core.observations import Observations, StoreOutage
from gate.core.transcript import (
    EVENTS,
    DeploymentStarted,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    RunEnded,
    StoreSeen,
    TurnEnded,
)
from gate.core.transcript_lines import TranscriptError, decode, encode
from tests.unit.core.laws import law

texts = st.text(st.characters() | st.sampled_from("\n\r\u2028\x85\x00\udc80"), max_size=12)
"""Any characters, line ends and half characters included: bots send them."""
json_values = st.none() | st.booleans() | st.integers() | texts


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if hint is Any:
        return json_values
    arguments = get_args(hint)
    if get_origin(hint) is Mapping:
        return st.dictionaries(texts, values_of(arguments[1]), max_size=3)
    if get_origin(hint) is Sequence:
        return st.lists(values_of(arguments[0]), max_size=3)
    if arguments:
        return st.one_of([st.none() if one is type(None) else values_of(one) for one in arguments])
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return records_of(hint)
    return {
        str: texts,
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
    }[hint]


def records_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    # One that holds its like would have no end.
    fields = {
        one.name: st.just([]) if get_args(hints[one.name]) == (kind,) else values_of(hints[one.name])
        for one in dataclasses.fields(kind)
    }
    return st.builds(kind, **fields)


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    return records_of(kind)


any_event = st.one_of([events_of(kind) for kind in EVENTS.values()])
A_LINE = encode(TurnEnded(at=1.5, turn="c1.1", status="acknowledged", reply="Hi.", seconds=0.2))
OUTAGE = StoreOutage(identity="s", keys_before=1, keys_after=2, turns_waited=True)
THE_END = encode(RunEnded(at=2.0))


@pytest.mark.parametrize("name", sorted(EVENTS))
@law
@given(data=st.data())
def test_an_event_is_read_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    event = data.draw(events_of(EVENTS[name]))
    assert list(decode([encode(event)])) == [event]


@law
@given(st.lists(any_event, max_size=5))
def test_an_event_is_one_line(events: list[Event]) -> None:
    """Whatever a bot says; lines end where nothing else can."""
    text = "".join(f"{encode(event)}\n" for event in events)
    assert text.isascii()
    assert list(decode(text.splitlines())) == events


def test_an_event_may_hold_any_kind_of_mapping() -> None:
    images = MappingProxyType({"bot": "sha256:1f0c"})
    event = DeploymentStarted(at=0.0, deployment="restart", seconds=1.0, images=images)
    [read] = decode([encode(event)])
    assert isinstance(read, DeploymentStarted)
    assert read.images == {"bot": "sha256:1f0c"}


@law
@given(event=any_event, data=st.data())
def test_a_line_that_was_cut_off_is_named(event: Event, data: st.DataObject) -> None:
    line = encode(event)
    shorter = line[: data.draw(st.integers(0, len(line) - 1))]
    with pytest.raises(TranscriptError) as caught:
        list(decode([A_LINE, shorter, THE_END]))
    assert "line 2" in caught.value.sentence
    assert caught.value.remedy


@law
@given(event=any_event, data=st.data())
def test_a_value_of_another_type_is_named(event: Event, data: st.DataObject) -> None:
    """A transcript that was meddled with must not turn into a verdict, nor into a traceback."""
    fields = json.loads(encode(event))
    name = data.draw(st.sampled_from(sorted(set(fields) - {"event"})))
    fields[name] = [{"nobody": [["expects"]]}]
    with pytest.raises(TranscriptError, match="line 1 of the transcript"):
        list(decode([json.dumps(fields)]))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        "null",
        "7",
        '"turn-ended"',
        '{"event": "turn-eaten", "at": 1}',
        '{"event": ["turn-ended"], "at": 1}',
        '{"event": "turn-ended", "at": 1}',
        '{"event": "turn-ended", "at": 1, "turn": "c1.1", "status": "acknowledged", "more": 1}',
        '{"event": "turn-ended", "at": "1", "turn": "c1.1", "status": "acknowledged"}',
        '{"event": "turn-ended", "at": true, "turn": "c1.1", "status": "acknowledged"}',
        '{"event": "turn-ended", "at": NaN, "turn": "c1.1", "status": "acknowledged"}',
        '{"event": "run-ended", "at": 1, "interrupted": 0}',
        '{"event": "run-ended", "at": 1' + ', "a": ' + "[" * 100_000,
        '{"event": "run-ended", "at": ' + "1" * 10_000 + "}",
    ],
)
def test_what_is_no_event_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(TranscriptError, match="line 2 of the transcript"):
        list(decode([A_LINE, line]))


def test_whole_numbers_are_times_too() -> None:
    assert list(decode(['{"event": "run-ended", "at": 1}'])) == [RunEnded(at=1)]


def test_lines_before_the_one_at_fault_are_read() -> None:
    events = decode([A_LINE, "broken"])
    assert isinstance(next(events), TurnEnded)
    with pytest.raises(TranscriptError):
        next(events)


def test_what_was_seen_several_times_over_is_read_back() -> None:
    """Each time with observations of its own."""
    times = [Observations(exit_codes=[137]), Observations(store_outage=OUTAGE)]
    event = DisruptionEnded(
        at=1.0,
        deployment="kill*2",
        disruption="kill*2",
        took_effect=True,
        recovered=True,
        sentence="done",
        seconds=1.0,
        observed=Observations(repetitions=times),
    )
    [read] = decode([encode(event)])
    assert isinstance(read, DisruptionEnded)
    assert [one.store_outage for one in read.observed.repetitions] == [None, OUTAGE]
    assert read.observed.repetitions[0].exit_codes == [137]


def test_a_disruption_of_an_older_transcript_has_no_traits_and_no_typed_evidence() -> None:
    """It is read all the same; nothing is known of its kind, and evidence in words is passed over."""
    started = '{"event":"disruption-started","at":1,"deployment":"d","disruption":"kill","conversations":1}'
    ended = (
        '{"event":"disruption-ended","at":2,"deployment":"d","disruption":"kill","took_effect":true,'
        '"recovered":true,"sentence":"done","seconds":1,"details":{"exit code":"137"},"log":[]}'
    )
    first, last = decode([started, ended])
    assert isinstance(first, DisruptionStarted)
    assert isinstance(last, DisruptionEnded)
    assert first.traits == DisruptionTraits()
    assert last.observed == Observations()


@pytest.mark.parametrize(
    "observed",
    ['{"turns":["1"]}', '{"turn":[1]}', '{"store_outage":{}}', '{"store_outage":{"identity":1}}', "7"],
)
def test_evidence_of_another_shape_is_refused(observed: str) -> None:
    """However deep the value stands that does not fit."""
    line = (
        '{"event":"disruption-ended","at":2,"deployment":"d","disruption":"kill","took_effect":true,'
        f'"recovered":true,"sentence":"done","seconds":1,"observed":{observed}}}'
    )
    with pytest.raises(TranscriptError) as caught:
        list(decode([line]))
    assert caught.value.why == "disruption-ended has no such value as observed"


def test_a_look_of_an_older_transcript_knows_nothing_of_what_came_later() -> None:
    """None is unknown, and never zero."""
    line = (
        '{"event":"store-seen","at":1,"deployment":"kill","moment":"before","values":[],"keys":1,"bytes":2}'
    )
    [seen] = decode([line])
    assert isinstance(seen, StoreSeen)
    assert (seen.commands, seen.evicted_keys, seen.modules, seen.life, seen.settings) == (
        None,
        None,
        None,
        "",
        {},
    )
