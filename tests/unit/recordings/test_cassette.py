"""Modes record and replay: a replay gives the recorded answers, and no others."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from gate.core.secret import Secret
from gate.core.transcript import ModelAsked
from gate.errors import InputError
from gate.model_endpoint.chat import Chat
from gate.model_endpoint.faults import Faults
from gate.model_endpoint.in_flight_turns import InFlightTurns
from gate.model_endpoint.responses import Responses
from gate.model_endpoint.upstream import RealModel, Upstream
from gate.model_endpoint.wire import RawResponse
from gate.ports import Recorder
from gate.recordings.cassette import (
    Cassette,
    CassetteWriter,
    Fingerprints,
    RecordedModel,
    RecordedResponse,
    load_cassette,
)
from tests.unit.model_endpoint.real_model import REAL_KEY, RealModelServer
from tests.unit.model_endpoint.served import CHAT, PROMPT, QUESTION, TOLD, Served

SESSIONS = ["alice-0123456789abcdef", "bob-0123456789abcdef", "alice-fedcba9876543210"]
RANDOM_PARTS = ["0123456789abcdef", "fedcba9876543210"]


@pytest.fixture
def real() -> Iterator[RealModelServer]:
    server = RealModelServer()
    yield server
    server.close()


@pytest.fixture
def opened() -> Iterator[list[Served]]:
    """Endpoints that are closed when the test ends."""
    endpoints: list[Served] = []
    yield endpoints
    for endpoint in endpoints:
        endpoint.close()


def behind(build: Callable[[Faults], Any]) -> Callable[[Recorder], Upstream]:
    def built(record: Recorder) -> Upstream:
        faults = Faults(record, lambda: 0.0)
        return Upstream(
            model=build(faults),
            faults=faults,
            fingerprints=Fingerprints(RANDOM_PARTS),
            in_flight=InFlightTurns(),
            secret=Secret(REAL_KEY),
        )

    return built


def record(real: RealModelServer, path: Path, use: Callable[[Served], Any], opened: list[Served]) -> Any:
    cassette = CassetteWriter(path, 7)
    served = Served(behind(lambda faults: RealModel(real.url, REAL_KEY, faults=faults, cassette=cassette)))
    opened.append(served)
    found = use(served)
    served.close()
    cassette.keep()
    return found


def replay(path: Path, opened: list[Served]) -> Served:
    served = Served(behind(lambda faults: RecordedModel(load_cassette(path), faults=faults)))
    opened.append(served)
    return served


def talk(served: Served) -> list[Any]:
    """Send a request of every kind, one that the real model refuses, and one that continues another."""
    client = served.client()
    told = client.responses.create(model="m", input=TOLD)
    chunks = client.chat.completions.create(model="m", messages=CHAT, stream=True)
    events = client.responses.create(model="m", input=CHAT, stream=True)
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="no-such-model", messages=CHAT)
    return [
        told.output_text,
        client.responses.create(model="m", input=QUESTION, previous_response_id=told.id).output_text,
        [choice.delta.content for chunk in chunks for choice in chunk.choices],
        [event.model_dump() for event in events],
        [client.chat.completions.create(model="m", messages=CHAT).choices[0].message.content for _ in "123"],
        client.completions.create(model="m", prompt=[PROMPT, TOLD]).choices[1].text,
        client.embeddings.create(model="m", input="a").data[0].embedding,
        caught.value.body,
    ]


def on_record(asked: list[ModelAsked]) -> list[tuple[str, list[str], str, str]]:
    """Return the requests and answers, sorted."""
    return sorted((event.path, list(event.prompt), event.about, event.answer) for event in asked)


def test_recorded_answers_are_replayed_without_the_real_model(
    real: RealModelServer, tmp_path: Path, opened: list[Served]
) -> None:
    path = tmp_path / "cassettes" / "one.jsonl"
    said = record(real, path, talk, opened)
    asked = opened[0].asked()
    real.close()
    served = replay(path, opened)
    assert talk(served) == said
    assert served.faults() == []
    # The order of concurrent requests is not fixed.
    assert on_record(served.asked()) == on_record(asked)
    # Three equal requests had three answers.
    assert len(set(said[4])) == 3


def test_the_key_is_not_on_the_cassette(real: RealModelServer, tmp_path: Path, opened: list[Served]) -> None:
    real.chatty = True
    record(real, tmp_path / "one.jsonl", talk, opened)
    text = (tmp_path / "one.jsonl").read_text()
    assert "[the key]" in text
    assert REAL_KEY[:10] not in text


def test_a_missing_answer_is_an_error_and_makes_the_run_inconclusive(
    real: RealModelServer, tmp_path: Path, opened: list[Served]
) -> None:
    path = tmp_path / "one.jsonl"

    def once(served: Served) -> None:
        served.client().chat.completions.create(model="m", messages=CHAT)

    record(real, path, once, opened)
    count = len(real.asked)
    served = replay(path, opened)
    once(served)
    client = served.client(max_retries=2)
    with pytest.raises(
        openai.NotFoundError, match=r"one\.jsonl holds no answer .* /v1/chat/completions"
    ) as caught:
        client.chat.completions.create(model="m", messages=CHAT)
    assert caught.value.code == "not_on_cassette"
    with pytest.raises(openai.NotFoundError, match="of the bot's own"):
        client.completions.create(model="m", prompt="Sing.", stream=True)
    [sentence] = served.faults()
    assert QUESTION in sentence
    assert "one.jsonl" in sentence
    # The bot's requests are evidence all the same, and the real model was not asked instead.
    assert [event.answer == "" for event in served.asked()] == [False, True, True]
    assert len(real.asked) == count


def test_failures_of_the_real_model_are_not_recorded(
    real: RealModelServer, tmp_path: Path, opened: list[Served]
) -> None:
    path = tmp_path / "one.jsonl"

    def persist(served: Served) -> str | None:
        client = served.client(max_retries=2)
        return client.chat.completions.create(model="m", messages=CHAT).choices[0].message.content

    real.statuses.extend([500, 429])
    said = record(real, path, persist, opened)
    assert len(path.read_text().splitlines()) == 2
    assert persist(replay(path, opened)) == said


def test_the_answer_to_the_same_turn_comes_first() -> None:
    """Sessions with equal requests each get their own answer, in any order."""
    answers = [RawResponse(chunks=[name.encode()]) for name in "abc"]
    cassette = Cassette(
        name="one",
        seed=7,
        answers={
            "r": deque(
                RecordedResponse(turn=turn, raw=raw)
                for turn, raw in zip(["c1", "c2", ""], answers, strict=True)
            )
        },
    )
    assert cassette.take("r", "c2") is answers[1]
    assert cassette.take("r", "c9") is answers[0]
    assert cassette.take("r", "c9") is answers[2]
    assert cassette.take("r", "c2") is None
    assert cassette.take("x", "c2") is None


def test_a_repeated_question_does_not_take_an_earlier_answer() -> None:
    """A bot that sends the bare question repeats an equal request."""
    first, again, other = (RawResponse(chunks=[chunk]) for chunk in (b"first", b"again", b"other"))
    answers = {
        "r": deque(
            [
                RecordedResponse(turn="c1.2", raw=first),
                RecordedResponse(turn="c1.2.r1", raw=again),
                RecordedResponse(turn="c9.2", raw=other),
            ]
        )
    }
    cassette = Cassette(name="cassette", seed=7, answers=answers)
    assert cassette.take("r", "c1.2.r1") is again
    assert cassette.take("r", "c1.2.r2") is other
    assert cassette.take("r", "c1.2.r2") is None
    assert cassette.take("r", "c1.2") is first


def fingerprint(**body: Any) -> str:
    return Fingerprints(RANDOM_PARTS).of(
        Chat().parse_request("/v1/chat/completions", {"messages": CHAT, **body})
    )


def test_fingerprints_ignore_values_that_change_between_runs() -> None:
    assert fingerprint(user="a", metadata={"trace": "1"}) == fingerprint(user="b", store=True)
    assert fingerprint(thread=SESSIONS[0]) == fingerprint(
        thread=SESSIONS[2].upper().replace("ALICE", "alice")
    )


@pytest.mark.parametrize(
    "body",
    [
        {"model": "other"},
        {"stream": True},
        {"temperature": 0.5},
        {"messages": CHAT[:-1]},
        {"thread": "alice-0000000000000000"},
    ],
    ids=str,
)
def test_fingerprints_depend_on_the_content(body: dict[str, Any]) -> None:
    assert fingerprint(**body) != fingerprint()


def test_a_response_id_counts_as_its_history() -> None:
    """Response ids differ between recordings."""
    prints = []
    for text in (TOLD, TOLD, "Hello"):
        interface = Responses(strict=False)
        first = interface.parse_request("/v1/responses", {"input": text})
        _, response = interface.build_response(first, ["Thank you."])
        interface.remember(first, response)
        body = {"input": QUESTION, "previous_response_id": response.identifier}
        prints.append(Fingerprints([]).of(interface.parse_request("/v1/responses", body)))
    assert prints[0] == prints[1] != prints[2]


HEAD = '{"cassette":1,"seed":7}\n'
ANSWER = '{"request":"r","turn":"","path":"/p","status":200,"type":"application/json","body":"{}"}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("{", "line 1"),
        ("[]", "line 1"),
        ("null", "line 1"),
        ('{"cassette":2,"seed":7}', "no cassette of this version"),
        ('{"cassette":1}', "seed"),
        ('{"cassette":1,"seed":-1}', "seed"),
        ('{"cassette":1,"seed":true}', "seed"),
        (HEAD + ANSWER + "{}", "line 3"),
        (HEAD + ANSWER.replace('"r"', "[]"), "line 2"),
        (HEAD + ANSWER.replace("200", "99"), "line 2"),
        (HEAD + ANSWER.replace('"{}"', "7"), "line 2"),
        (HEAD + "[" * 100_000, "line 2"),
        ("\udcff", "line"),
    ],
)
def test_a_file_that_is_no_cassette_is_an_input_error(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "one.jsonl"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        load_cassette(path)
    assert words in caught.value.sentence or words == "line"
    assert "record" in caught.value.remedy


def test_a_cassette_that_is_missing_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="cannot be read"):
            load_cassette(path)


def test_a_cassette_that_is_no_file_and_may_have_no_end(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="cannot be read") as caught:
        load_cassette(path)
    assert caught.value.why == "it is no file"


def test_an_interrupted_run_keeps_the_older_cassette(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text(HEAD)
    request = Chat().parse_request("/v1/chat/completions", {"messages": CHAT})
    for end in ("discard", "keep"):
        cassette = CassetteWriter(path, 8)
        if end == "discard":
            cassette.add(request, RawResponse(chunks=[b"{}"]))
            cassette.discard()
        else:
            # Nothing was ever answered.
            cassette.keep()
            cassette.discard()
        assert path.read_text() == HEAD
        assert list(tmp_path.iterdir()) == [path]
    cassette = CassetteWriter(path, 8)
    assert cassette.add(request, RawResponse(chunks=[b"{}"]))
    cassette.keep()
    cassette.discard()
    assert load_cassette(path).seed == 8
    assert json.loads(path.read_text().splitlines()[1])["body"] == "{}"


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """A checkout may contain a link to any file."""
    (tmp_path / "precious").write_text("precious")
    path = tmp_path / "cassette.jsonl"
    (tmp_path / "cassette.jsonl.unfinished").symlink_to(tmp_path / "precious")
    CassetteWriter(path, 8).discard()
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
    assert (tmp_path / "precious").read_text() == "precious"


def test_a_folder_in_its_place_is_an_error_before_recording(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written") as caught:
        CassetteWriter(tmp_path, 8)
    assert caught.value.why == "Is a directory"


def test_a_cassette_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        CassetteWriter(tmp_path / "file" / "one.jsonl", 7)
