"""A key is found in every spelling, and nothing else is touched."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.observations import Observations
from gate.core.secret import REPLACEMENT, Secret
from gate.core.transcript import ConversationPlanned, DisruptionEnded, ModelAsked, RunEnded
from tests.secrecy import echoes, traces
from tests.unit.core.laws import law

KEY = "sk-planted/0123456789+abcdef"
keys = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=60)


@pytest.mark.parametrize("echo", echoes(KEY).values(), ids=list(echoes(KEY)))
def test_every_way_of_saying_it_is_hidden(echo: str) -> None:
    text = f"You sent {echo}, I think."
    assert traces(KEY, text.encode()) != []
    assert traces(KEY, Secret(KEY).redact(text).encode()) == []
    assert traces(KEY, Secret(KEY).redact_bytes(text.encode())) == []
    assert REPLACEMENT in Secret(KEY).redact(text)


@pytest.mark.parametrize("echo", echoes(KEY).values(), ids=list(echoes(KEY)))
def test_it_is_hidden_however_often_it_is_said(echo: str) -> None:
    text = f"{echo}, {echo} and once more {echo}"
    assert traces(KEY, Secret(KEY).redact(text).encode()) == []
    assert traces(KEY, Secret(KEY).redact_bytes(text.encode())) == []


def test_of_spellings_that_begin_alike_the_longest_is_hidden_whole() -> None:
    """Else the end of it would tell the last letter."""
    assert Secret("0123456789%").redact("0123456789%25") == REPLACEMENT
    assert Secret("0123456789%").redact_bytes(b"0123456789%25") == REPLACEMENT.encode()


@law
@given(key=keys, before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_it_is_hidden_whatever_is_encoded_with_it(key: str, before: bytes, after: bytes) -> None:
    secret = Secret(key)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(before + key.encode() + after).decode()
        assert REPLACEMENT in secret.redact(text)


@law
@given(key=keys, text=st.text(max_size=60))
def test_another_text_stays_as_it_is(key: str, text: str) -> None:
    if not traces(key, text.encode(errors="replace")):
        assert Secret(key).redact(text) == text


@pytest.mark.parametrize("key", ["", "test", "none", "sk-1234"])
def test_what_is_too_short_hides_nothing(key: str) -> None:
    """Else a placeholder such as "test" would change what bots say."""
    assert Secret(key).redact(f"a {key} b") == f"a {key} b"


def test_an_event_is_cleared_in_all_its_fields() -> None:
    secret = Secret(KEY)
    asked = ModelAsked(at=1.0, path="/v1", prompt=["user: hi", f"user: {KEY}"], about="", answer=KEY[::-1])
    cleared = secret.redact_fields(asked)
    assert cleared.prompt == ["user: hi", f"user: {REPLACEMENT}"]
    assert cleared.answer == REPLACEMENT
    ended = DisruptionEnded(
        at=1.0,
        deployment="d",
        disruption="kill",
        took_effect=True,
        recovered=True,
        sentence="done",
        seconds=1.0,
        observed=Observations(images_after=[f"run --key {KEY}"]),
    )
    assert secret.redact_fields(ended).observed.images_after == [f"run --key {REPLACEMENT}"]
    innocent = RunEnded(at=1.0)
    assert secret.redact_fields(innocent) is innocent
    planned = ConversationPlanned(
        at=0.0,
        conversation="c",
        deployment="d",
        scenario="s",
        file="f",
        disruption="kill",
        arm="control",
        trial=1,
        sessions={"anna": KEY},
        facts={KEY[::-1]: "x"},
        told_by={},
        decoys={"x": [KEY]},
        unguessable=[],
        turns=1,
        probes=1,
    )
    assert traces(KEY, repr(secret.redact_fields(planned)).encode()) == []


def test_it_does_not_show_itself() -> None:
    assert KEY not in repr(Secret(KEY))
