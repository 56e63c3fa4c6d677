"""Data of the page: bounded, linked, and the same for events that were read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.analysis import analyse
from gate.analysis.history_reading import read_history
from gate.comparing.merge import merge, read_part
from gate.core.transcript import (
    ConversationPlanned,
    DeploymentClosed,
    DisruptionEnded,
    DisruptionStarted,
    Event,
    RunStarted,
)
from gate.core.transcript_lines import decode, encode
from gate.reporters.html_report import HtmlReporter
from gate.reporters.html_report.conversations import Budget
from gate.reporters.html_report.document import compose_document
from gate.reporters.html_report.page import compose_page, data_text
from tests.browser import story
from tests.unit.reporters import builder, hostile


def document(events: list[Event], budget: Budget | None = None) -> dict[str, Any]:
    composed: dict[str, Any] = compose_document(analyse(events), read_history(events), budget)
    return composed


def test_every_probe_knows_its_turn_and_every_turn_its_probe() -> None:
    events = list(story.events(trials=2))
    composed = document(events)
    texts = composed["texts"]
    assert len(composed["probes"]) == len(analyse(events).probes)
    for number, probe in enumerate(composed["probes"]):
        turn = composed["conversations"][probe["conversation"]]["turns"][probe["turn"]]
        assert turn["probe"] == number
        assert [
            composed["conversations"][probe["conversation"]]["facts"][fact][0] for fact in turn["wants"]
        ] == probe["facts"]
        assert texts[turn["text"]] == texts[probe["question"]]
        assert texts[turn["reply"]] == texts[probe["reply"]]
        assert texts[turn["prompts"][0][-1]] == f"user: {texts[probe['question']]}"


def test_the_disruption_parts_the_turns_of_the_treated_arm() -> None:
    composed = document(list(story.events(scenarios=1, disruptions=("kill",), losing=())))
    phases = [[turn["phase"] for turn in conversation["turns"]] for conversation in composed["conversations"]]
    assert phases == [[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]]
    assert composed["disruptions"][0]["steps"][0]["proof"] == "container 3f2a91bc → 91bc3f2a"


def test_a_script_with_one_disruption_shows_no_later_one_of_its_deployment() -> None:
    events: list[Event] = []
    for event in story.events(scenarios=2, disruptions=("kill",), losing=()):
        if isinstance(event, DeploymentClosed):
            again = [event for event in events if isinstance(event, DisruptionStarted | DisruptionEnded)]
            events += again
        longer = isinstance(event, ConversationPlanned) and event.scenario.endswith("(2)")
        twice: dict[str, Any] = {"disruption": "kill+kill", "disruptions": ["kill", "kill"]}
        events.append(replace(event, **twice) if longer else event)
    composed = document(events)
    assert len(composed["disruptions"][0]["steps"]) == 2
    assert [conversation["steps"] for conversation in composed["conversations"]] == [1, 1, 2, 2]


def test_conversations_of_merged_shards_show_their_own_disruption() -> None:
    """Each shard had a container and times of its own."""
    parts = [list(story.events(scenarios=1, disruptions=("kill",), losing=())) for _ in range(2)]
    for number, part in enumerate(parts, start=1):
        started = part[0]
        assert isinstance(started, RunStarted)
        part[0] = replace(started, shard=f"{number}/2")
        for place, event in enumerate(part):
            if isinstance(event, ConversationPlanned):
                part[place] = replace(event, file=f"{number}.yml")
            elif isinstance(event, DisruptionEnded):
                part[place] = replace(event, sentence=f"proof {number}")
    composed = document(merge([read_part(str(number), part) for number, part in enumerate(parts)]))
    (row,) = composed["disruptions"]
    shown = [conversation.get("own", row["steps"]) for conversation in composed["conversations"]]
    assert [[step["proof"] for step in steps] for steps in shown] == [["proof 1"]] * 2 + [["proof 2"]] * 2
    assert shown[0][0]["at"] < shown[2][0]["at"]


def test_each_look_into_the_store_says_which_facts_it_found() -> None:
    for losing, held in (((), True), (("kill",), False)):
        events = list(story.events(scenarios=1, disruptions=("kill",), losing=losing))
        looks = document(events)["conversations"][1]["looks"]
        assert [(look["moment"], look["phase"]) for look in looks] == [("before", 0), ("after", 1)]
        assert all(look["facts"] == [[0, held], [1, held]] for look in looks)


def test_what_failed_finds_room_first() -> None:
    events = list(story.events(scenarios=4, keeps_one=True, disruptions=("restart", "recreate")))
    whole = document(events)
    room = 0
    while not document(events, Budget(conversations=room))["conversations"]:
        room += 200
    composed = document(events, Budget(conversations=room))
    assert composed["left"]["conversations"] == len(whole["conversations"]) - len(composed["conversations"])
    assert all(
        composed["disruptions"][shown["disruption"]]["name"] == "recreate"
        for shown in composed["conversations"]
    )
    assert all(
        composed["scenarios"][conversation["scenario"]]["name"] != "An order number survives"
        for conversation in composed["conversations"]
    )


@hostile.LAW
@given(st.integers(min_value=0, max_value=6_000), st.integers(min_value=0, max_value=3_000))
def test_no_budget_is_exceeded(conversations: int, prompts: int) -> None:
    events = list(story.events(scenarios=2, keeps_one=True))
    composed = document(events, Budget(conversations=conversations, prompts=prompts))
    shown = {
        number
        for conversation in composed["conversations"]
        for turn in conversation["turns"]
        for number in (turn["text"], turn["reply"])
    }
    assert sum(len(composed["texts"][number]) for number in shown) <= conversations
    unasked = [probe for probe in composed["probes"] if "conversation" not in probe]
    assert bool(unasked) == (composed["left"]["conversations"] > 0)
    assert len(composed["probes"]) == len(analyse(events).probes)


def test_equal_texts_stand_on_the_page_once() -> None:
    composed = document(list(story.events(trials=3)))
    assert len(composed["texts"]) == len(set(composed["texts"]))


def test_the_page_of_a_transcript_is_the_runs_own_to_the_byte(tmp_path: Path) -> None:
    events = list(story.events())
    own = story.write_report(tmp_path / "own", events)
    again = story.write_report(tmp_path / "again", list(decode([encode(event) for event in events])))
    assert own.read_bytes() == again.read_bytes()


@hostile.LAW
@given(hostile.texts())
def test_no_text_ends_the_element_it_stands_in(text: str) -> None:
    page = compose_page(builder.hostile_report(text), None)
    assert len(re.findall("<script", page)) == len(re.findall("</script>", page)) == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert not set("<>&") & set(data[1])
    json.loads(data[1])
    log = hostile.runner_reads(page)
    assert log.commands == log.unknown_commands == []
    assert hostile.unseen_in(page) == []


@pytest.mark.parametrize("name", hostile.HUGE)
def test_a_huge_text_is_cut(name: str) -> None:
    assert len(compose_page(builder.hostile_report(hostile.HUGE[name]), None)) < 200_000


def test_numbers_that_are_none_are_shown_as_none(tmp_path: Path) -> None:
    """JSON has no infinity, but a foreign transcript may hold it."""
    events = [
        replace(event, at=float("nan"), **({"seconds": float("inf")} if hasattr(event, "seconds") else {}))
        for event in story.events()
    ]
    page = story.write_report(tmp_path, events).read_text(encoding="utf-8")
    assert "NaN" not in page.split('id="data"')[1].split("</script>")[0]


def test_events_that_are_no_run_leave_a_page_without_conversations(tmp_path: Path) -> None:
    reporter = HtmlReporter(tmp_path)
    for event in [*story.events(), *story.events()]:
        reporter.show(event)
    reporter.finish(builder.failed_report())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '"conversations":[]' in page
    assert "Failed" in page


def test_the_last_words_of_a_bot_that_did_not_come_back_stand_on_the_page(tmp_path: Path) -> None:
    said = ["Starting", "<b>out of memory</b>\u202e"]
    events = [
        replace(event, recovered=False, log=said) if isinstance(event, DisruptionEnded) else event
        for event in story.events(scenarios=1, disruptions=("kill",))
    ]
    page = story.write_report(tmp_path, events).read_text(encoding="utf-8")
    assert "kill: the last lines of the bot that did not come back</summary><pre>" in page
    assert "Starting\n&lt;b&gt;out of memory&lt;/b&gt;\\u202e\n</pre>" in page


def test_the_data_means_what_it_says() -> None:
    given: dict[str, object] = {"texts": ["</script>", "a & b", "::error::", "\u2028", "Zoë"]}
    assert json.loads(data_text(given)) == given
