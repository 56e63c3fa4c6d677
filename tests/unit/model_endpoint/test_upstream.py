"""Mode forward: the real model answers, prompts are recorded, and the key is not revealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest

from gate.core.secret import Secret
from gate.core.transcript import ConversationPlanned, TurnEnded, TurnStarted
from gate.core.transcript_lines import encode
from gate.model_endpoint.faults import Faults
from gate.model_endpoint.in_flight_turns import InFlightTurns
from gate.model_endpoint.upstream import RealModel, Upstream
from gate.ports import Recorder
from gate.recordings.cassette import Fingerprints
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer
from tests.unit.model_endpoint.served import CHAT, ORDER, PROMPT, QUESTION, TOLD, Served

Forward = Callable[..., Served]


@pytest.fixture
def real() -> Iterator[RealModelServer]:
    server = RealModelServer()
    yield server
    server.close()


@pytest.fixture
def forward(real: RealModelServer) -> Iterator[Forward]:
    """Opens endpoints in front of the real model."""
    opened: list[Served] = []

    def open_endpoint(
        url: str = real.url,
        key: str = REAL_KEY,
        in_flight: InFlightTurns | None = None,
        **more: Any,
    ) -> Served:
        def upstream(record: Recorder) -> Upstream:
            where = in_flight or InFlightTurns()
            faults = Faults(record, lambda: 0.0)
            return Upstream(
                model=RealModel(url, key, faults=faults, **more),
                faults=faults,
                fingerprints=Fingerprints([]),
                in_flight=where,
                secret=Secret(key),
            )

        opened.append(Served(upstream))
        return opened[-1]

    yield open_endpoint
    for served in opened:
        served.close()


def ask_each_way(client: openai.OpenAI) -> dict[str, str]:
    """Ask on every path that has prompts, plain and streamed. Return the answers."""
    chunks = client.chat.completions.create(model="m", messages=CHAT, stream=True)
    texts = client.completions.create(model="m", prompt=PROMPT[:-4], stream=True)
    events = list(client.responses.create(model="m", input=CHAT, stream=True))
    return {
        "chat": client.chat.completions.create(model="m", messages=CHAT).choices[0].message.content or "",
        "chat stream": "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices),
        "text": client.completions.create(model="m", prompt=PROMPT[:-4]).choices[0].text,
        "text stream": "".join(choice.text for chunk in texts for choice in chunk.choices),
        "response": client.responses.create(model="m", input=CHAT).output_text,
        "response stream": events[-1].response.output_text,  # type: ignore[union-attr]
    }


def test_the_real_model_answers_and_prompts_go_on_record(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    answers = ask_each_way(served.client())
    assert all(text.startswith(f"It is {ORDER} (my answer no. ") for text in answers.values()), answers
    assert sorted(event.answer for event in served.asked()) == sorted(answers.values())
    assert {event.about for event in served.asked()} == {QUESTION}
    assert all(TOLD in "\n".join(event.prompt) for event in served.asked())
    assert {body["model"] for _, body, _ in real.asked} == {"m"}
    assert served.faults() == []


def test_a_bot_needs_the_key_of_the_run(forward: Forward, real: RealModelServer) -> None:
    """The endpoint accepts its own key only, and not that of the real model."""
    with pytest.raises(openai.AuthenticationError):
        forward().client(api_key=REAL_KEY).chat.completions.create(model="m", messages=CHAT)
    assert real.asked == []


def test_the_real_model_is_told_its_key_and_not_that_of_the_run(
    forward: Forward, real: RealModelServer
) -> None:
    served = forward()
    served.client(default_headers={"X-Bot": "1"}).chat.completions.create(model="m", messages=CHAT)
    [(_, _, headers)] = real.asked
    assert headers["Authorization"] == f"Bearer {REAL_KEY}"
    assert served.key not in str(headers)
    assert "X-Bot" not in headers


def test_the_gate_may_name_the_model(forward: Forward, real: RealModelServer) -> None:
    forward(name="cheap").client().chat.completions.create(model="dear", messages=CHAT)
    assert real.asked[0][1]["model"] == "cheap"


def test_a_stream_is_forwarded_as_it_arrives(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    real.released.clear()
    stream = iter(served.client().chat.completions.create(model="m", messages=CHAT, stream=True))
    first = [next(stream), next(stream)]
    assert first[1].choices[0].delta.content
    # The real model has not finished, so nothing is recorded yet.
    assert served.asked() == []
    real.released.set()
    rest = list(stream)
    assert rest[-1].choices[0].finish_reason == "stop"
    assert len(served.asked()) == 1


def test_earlier_answers_are_part_of_the_prompt_on_record(forward: Forward) -> None:
    served = forward()
    client = served.client()
    told = client.responses.create(model="m", input=TOLD)
    asked = client.responses.create(model="m", input=QUESTION, previous_response_id=told.id)
    assert asked.output_text.startswith(f"It is {ORDER}")
    assert list(served.asked()[1].prompt) == [
        f"user: {TOLD}",
        f"assistant: {told.output_text}",
        f"user: {QUESTION}",
    ]


def test_embeddings_are_the_real_models(forward: Forward) -> None:
    served = forward()
    answer = served.client().embeddings.create(model="m", input=["a", "b"], dimensions=8)
    assert [len(item.embedding) for item in answer.data] == [8, 8]
    assert served.asked() == []


def test_a_request_that_the_real_model_rejects_is_the_bots_mistake(forward: Forward) -> None:
    served = forward()
    with pytest.raises(openai.NotFoundError, match="`no-such-model` does not exist"):
        served.client().chat.completions.create(model="no-such-model", messages=CHAT)
    served.close()
    assert served.faults() == []
    assert [event.answer for event in served.asked()] == [""]


@pytest.mark.parametrize("status", [302, 408, 429, 500, 503])
@pytest.mark.parametrize("stream", [False, True])
def test_a_real_model_that_fails_is_not_the_bots_fault(
    forward: Forward, real: RealModelServer, status: int, stream: bool
) -> None:
    served = forward()
    real.statuses.append(status)
    with pytest.raises(openai.APIStatusError, match="memory-gate has no answer from the real model"):
        served.client().chat.completions.create(model="m", messages=CHAT, stream=stream)
    served.close()
    [sentence] = served.faults()
    assert f"status {status}" in sentence
    assert len(real.asked) == 1


def test_a_successful_retry_is_no_fault(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    real.statuses.extend([500, 429])
    client = served.client(max_retries=2)
    assert client.chat.completions.create(model="m", messages=CHAT).choices[0].message.content
    served.close()
    assert served.faults() == []
    assert len(real.asked) == 3


def test_the_answer_to_another_turn_resolves_no_fault(forward: Forward, real: RealModelServer) -> None:
    """Two sessions may send equal requests, and one of them stays without an answer."""
    in_flight = InFlightTurns()
    served = forward(in_flight=in_flight)
    client = served.client()
    real.statuses.append(500)
    in_flight.watch(turn_started("c.1", QUESTION))
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="m", messages=CHAT)
    in_flight.watch(TurnEnded(at=0, turn="c.1", status="refused"))
    in_flight.watch(turn_started("d.1", QUESTION))
    client.chat.completions.create(model="m", messages=CHAT)
    served.close()
    assert len(served.faults()) == 1


def test_a_refused_key_is_reported_but_not_shown(forward: Forward, real: RealModelServer) -> None:
    served = forward(key="sk-wrong-key-of-mine")
    with pytest.raises(
        openai.PermissionDeniedError, match="refuses the key that the gate was given"
    ) as caught:
        served.client().chat.completions.create(model="m", messages=CHAT)
    served.close()
    assert "refuses the key" in served.faults()[0]
    assert "sk-wrong" not in str(caught.value.body) + "".join(map(encode, served.events))


def test_a_real_model_that_is_not_there(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    real.close()
    with pytest.raises(openai.InternalServerError, match="no answer from the real model"):
        served.client().responses.create(model="m", input=CHAT)
    served.close()
    assert len(served.faults()) == 1
    assert [event.about for event in served.asked()] == [QUESTION]


def test_a_real_model_that_takes_too_long(forward: Forward, real: RealModelServer) -> None:
    served = forward(deadline=0.3)
    real.released.clear()
    with pytest.raises(openai.APIError, match=r"longer than 0\.3 s"):
        list(served.client().chat.completions.create(model="m", messages=CHAT, stream=True))
    served.close()
    assert "longer than 0.3 s" in served.faults()[0]


def test_the_end_mark_ends_a_stream_that_stays_open(forward: Forward, real: RealModelServer) -> None:
    served = forward(deadline=30.0)
    real.stays_open = True
    parts = list(served.client().chat.completions.create(model="m", messages=CHAT, stream=True))
    assert parts[-1].choices[0].finish_reason == "stop"
    assert len(served.asked()) == 1
    served.close()
    assert served.faults() == []


def test_a_stream_that_breaks_off(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    real.breaks_off = True
    with pytest.raises(openai.APIError, match="no answer from the real model"):
        list(served.client().responses.create(model="m", input=CHAT, stream=True))
    served.close()
    assert len(served.faults()) == 1


def test_the_request_of_a_bot_that_hangs_up_is_recorded(forward: Forward, real: RealModelServer) -> None:
    served = forward()
    real.released.clear()
    stream = served.client().chat.completions.create(model="m", messages=CHAT, stream=True)
    next(iter(stream))
    stream.close()
    real.released.set()
    [asked] = served.wait_until_asked(1)
    assert (asked.about, asked.answer) == (QUESTION, f"It is {ORDER} (my answer no. 1).")
    assert served.faults() == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"messages": 7}', b"{}"])
def test_a_malformed_request_is_not_forwarded(forward: Forward, real: RealModelServer, body: bytes) -> None:
    status, _ = forward().post("/chat/completions", body)
    assert (status, real.asked) == (400, [])


def test_the_key_is_never_revealed(forward: Forward, real: RealModelServer) -> None:
    """The key stays secret even if the real model repeats it in answers or errors."""
    served = forward()
    real.chatty = True
    answers = ask_each_way(served.client())
    assert all("[the key]" in text for text in answers.values()), answers
    real.statuses.extend([401, 500, 400, 302])
    for _ in range(4):
        status, body = served.post("/chat/completions", json.dumps({"messages": CHAT}))
        assert status >= 400
        assert REAL_KEY not in json.dumps(body)
    served.close()
    assert served.faults()
    everything = "".join(map(encode, served.events)) + json.dumps(answers)
    assert "[the key]" in everything
    assert REAL_KEY not in everything
    assert REAL_KEY[:10] not in everything


# --- where the run stands -----------------------------------------------------------------------------


def turn_started(turn: str, text: str, conversation: str = "c") -> TurnStarted:
    return TurnStarted(
        at=0, turn=turn, conversation=conversation, speaker="a", session="a-1", text=text, line=1
    )


def conversation_planned(conversation: str, deployment: str) -> ConversationPlanned:
    return ConversationPlanned(
        at=0,
        conversation=conversation,
        deployment=deployment,
        scenario="s",
        file="s.yml",
        disruption=deployment,
        arm="control",
        trial=1,
        sessions={},
        facts={},
        told_by={},
        decoys={},
        unguessable=[],
        turns=1,
        probes=0,
    )


def test_a_fault_is_recorded_once_for_each_deployment() -> None:
    events: list[Any] = []
    faults = Faults(events.append, lambda: 0.0)
    faults.report("restart", "one")
    faults.report("restart", "two")
    faults.report_unless_answered("restart", "r", "three")
    faults.report_unless_answered("kill", "r", "four")
    faults.report_unless_answered("recreate", "r", "five")
    # Equal requests of two deployments are different requests.
    faults.resolve("recreate", "r")
    faults.close()
    faults.close()
    assert [(event.deployment, event.sentence) for event in events] == [("restart", "one"), ("kill", "four")]


def test_a_turn_is_known_by_its_text_while_it_is_the_only_one() -> None:
    in_flight = InFlightTurns()
    in_flight.watch(conversation_planned("c", "restart"))
    in_flight.watch(conversation_planned("e", "kill"))
    in_flight.watch(turn_started("c.1", "Hello"))
    in_flight.watch(turn_started("e.1", "Hello", "e"))
    assert (in_flight.find_turn("restart", "Hello"), in_flight.find_turn("restart", "Bye")) == ("c.1", "")
    assert in_flight.find_turn("kill", "Hello") == "e.1"
    in_flight.watch(turn_started("d.1", "Hello"))
    assert in_flight.find_turn("restart", "Hello") == ""
    in_flight.watch(TurnEnded(at=0, turn="c.1", status="acknowledged"))
    assert in_flight.find_turn("restart", "Hello") == "d.1"
    assert in_flight.find_turn("kill", "Hello") == "e.1"
