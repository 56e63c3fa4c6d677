"""What the checkers of prompts leave out because nothing is amiss there, they would find nothing in."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from gate.analysis.checkers import once_only, order
from gate.analysis.checkers.anomaly import Observed
from gate.analysis.history import History, PlayedTurn
from gate.analysis.history_reading import read_history
from gate.analysis.probes import judge_probe
from gate.analysis.prompts import shown_amiss, shown_by
from gate.core.transcript import ConversationPlanned, Event, ModelAsked, RunStarted, TurnEnded, TurnStarted
from gate.scorers import SCORERS
from tests.transcripts.events import NOON
from tests.transcripts.runs import honest_run
from tests.unit.core.laws import law

TEXTS = ("Hello", "My city is Oslo.", "My city is Oslo.\nAnd it rains.", " Hello ", "user: Hello", "Where?")
ROLES = ("user", "human", "assistant", "system")
PROBE = "last"

messages = st.builds(
    lambda role, texts, led: f"{role}: " + "\n".join(f"{led}{text}" for text in texts),
    st.sampled_from(ROLES),
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3),
    st.sampled_from(("", "", "User: ", "human: ")),
)
requests = st.lists(messages, max_size=5)


def history_of(said: list[str], question: str, asked: list[list[str]]) -> tuple[History, PlayedTurn]:
    """A session that said these texts one after the other and then asks, and its last turn."""
    run = honest_run().events()
    planned = next(one for one in run if isinstance(one, ConversationPlanned))
    probe = next(one for one in run if isinstance(one, TurnStarted) and one.checks is not None)
    events: list[Event] = [next(one for one in run if isinstance(one, RunStarted)), planned]
    for number, text in enumerate((*said, question)):
        last = number == len(said)
        begun = replace(probe, turn=PROBE if last else str(number), text=text)
        events.append(begun if last else replace(begun, checks=None, asks=(), guarantee=""))
        prompts = asked if last else []
        events += [
            ModelAsked(at=NOON, path="/v1", prompt=prompt, about=text, answer="Fine.") for prompt in prompts
        ]
        events.append(TurnEnded(at=NOON, turn=begun.turn, status="acknowledged", reply="Fine."))
    history = read_history(events)
    return history, history.turns[PROBE]


@settings(law, max_examples=400)
@given(st.lists(st.sampled_from(TEXTS), max_size=4), st.sampled_from(TEXTS), st.data())
def test_where_nothing_is_amiss_neither_order_nor_number_is_broken(
    said: list[str], question: str, data: st.DataObject
) -> None:
    shuffled = st.permutations([f"user: {text}" for text in (*said, question)])
    asked = data.draw(st.lists(st.one_of(requests, shuffled), max_size=2))
    history, probe = history_of(said, question, asked)
    if shown_amiss(history, probe) is not None:
        event("amiss")
        return
    event("as it was said")
    everything = shown_by(history, probe)
    observed = Observed(history=history, results={PROBE: judge_probe(history, probe, SCORERS)})
    # As if every probe were looked at in full.
    observed.__dict__["shown_amiss"] = ((probe, everything),)
    assert not [one for one in order.check(observed) if "stand in the prompt" in one.reason.sentence]
    assert not list(once_only.check(observed))


@law
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4, unique_by=str.strip), st.data())
def test_a_turn_that_stands_twice_or_too_early_is_looked_at(said: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations([*said, *said[:1]]))
    assume(shuffled != said)
    history, probe = history_of(said, "And now?", [[f"user: {text}" for text in shuffled]])
    shown = shown_amiss(history, probe)
    assert shown == shown_by(history, probe)
    assert sorted(shown.requests[0]) == sorted(text.strip() for text in shuffled)
