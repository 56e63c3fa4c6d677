"""How to break each guarantee: a conversation that keeps it, and the change after which it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gate.core.guarantees import GUARANTEES
from gate.core.observations import Observations
from gate.core.transcript import CONTROL, INDETERMINATE, TREATED
from tests.transcripts.chats import Chat, ChatRun, Spoken, ask, tell

UNKNOWN = "I don't know."

random_int = Callable[[int, int], int]
"""Draws a number between two, both included."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """How to break a guarantee: `plant` changes the treated chat and what happens around it."""

    guarantee: str
    chat: Callable[[dict[str, str]], Chat]
    plant: Callable[[ChatRun, Chat, random_int], None]
    disruption: str = "restart"
    anomaly: str = ""
    observed: Observations = field(default_factory=Observations)


def plain(facts: dict[str, str], guarantee: str = "durability", fillers: int = 3) -> Chat:
    """Tells an order and a colour, chats, asks for both."""
    small_talk = [Spoken(text=f"Let us talk of subject number {number}.") for number in range(fillers)]
    return Chat(
        facts=facts,
        before=[tell("order", facts["order"]), *small_talk, tell("colour", facts["colour"])],
        after=[ask("order", facts["order"], guarantee), ask("colour", facts["colour"])],
    )


def about(guarantee: str, fillers: int = 3) -> Callable[[dict[str, str]], Chat]:
    return lambda facts: plain(facts, guarantee, fillers)


def forget(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """The order is nowhere any more."""
    probe = chat.after[0]
    probe.reply, probe.messages = UNKNOWN, []


def asked_again(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    chat.after = [ask("order", facts["order"]) for _ in range(3)]
    return chat


def know_late(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    for probe in chat.after[: drawn(1, 2)]:
        probe.reply, probe.messages = UNKNOWN, []


def keep_apart(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    know_late(run, chat, drawn)
    run.not_stored.add(chat.facts["order"])


def know_early(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    for probe in chat.after[drawn(1, 2) :]:
        probe.reply, probe.messages = UNKNOWN, []


def invert(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[0].messages.reverse()


def say_another(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[0].reply = f"It is {chat.facts['colour']}."


def two_orders(facts: dict[str, str]) -> Chat:
    chat = plain(facts, "order")
    chat.after[0].asks = ("order", "colour")
    chat.after[0].checks = {"contains": [facts["order"]], "without": [facts["colour"]]}
    return chat


def corrected(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    chat.before.append(tell("other", facts["other"]))
    chat.after[0] = ask(
        "order",
        facts["other"],
        "correction",
        asks=("other", "order"),
        checks={"contains": [facts["other"]], "without": [facts["order"]]},
    )
    return chat


def resurrect(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[0].reply = f"It is {chat.facts['order']}."


def resurrect_in_prompt(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    probe = chat.after[0]
    probe.messages = [one for one in probe.messages if chat.facts["other"] not in one]
    probe.reply = UNKNOWN


def corrected_later(facts: dict[str, str]) -> Chat:
    chat = corrected(facts)
    chat.before.insert(-1, Spoken(text="Is there anything new?"))
    return chat


def delete_both(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    probe = chat.after[0]
    both = (chat.facts["order"], chat.facts["other"])
    probe.messages = [one for one in probe.messages if not any(value in one for value in both)]
    probe.reply = UNKNOWN


def parallel(facts: dict[str, str]) -> Chat:
    chat = plain(facts, "no-lost-update")
    chat.before = [tell("order", facts["order"], with_next=True), tell("colour", facts["colour"])]
    return chat


def overwrite(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    probe = chat.after[0]
    probe.messages = [one for one in probe.messages if chat.facts["order"] not in one]
    probe.reply = UNKNOWN


def with_bob(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    bob = ask("order", facts["order"], "isolation", speaker="bob", checks={"without": [facts["order"]]})
    bob.text, bob.reply = "And what is my order number, please?", UNKNOWN
    chat.after.append(bob)
    return chat


def leak(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[-1].reply = f"It is {chat.facts['order']}."


def leak_to_model(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[-1].messages = [f"system: Known: {chat.facts['order']}"]


def never_told(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    chat.after.append(
        ask("other", facts["other"], "no-fabrication", checks={"unknown": [facts["other"]]}, reply=UNKNOWN)
    )
    return chat


def make_up(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[-1].reply = f"It is XYZ-{drawn(1000, 9999)}."


def interrupted(facts: dict[str, str]) -> Chat:
    chat = plain(facts, "atomic-turns")
    chat.during = [tell("other", facts["other"], status=INDETERMINATE)]
    return chat


def absent(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    for turn in chat.after:
        turn.messages = [
            one
            for index, one in enumerate(turn.messages)
            if chat.facts["other"] not in one
            and (index == 0 or chat.facts["other"] not in turn.messages[index - 1])
        ]


def halve(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    messages = chat.after[0].messages
    [place] = [index for index, one in enumerate(messages) if chat.facts["other"] in one]
    # Its answer is missing, and the next thing is the user again.
    del messages[place + 1]
    messages.insert(place + 1, "user: Are you there?")


def cut_short(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    messages = chat.after[0].messages
    [place] = [index for index, one in enumerate(messages) if chat.facts["other"] in one]
    messages[place] = messages[place][: len("user: ") + drawn(14, 25)]


def double(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    messages = chat.after[0].messages
    place = 2 * drawn(0, len(messages) // 2 - 1)
    messages += messages[place : place + 2] * drawn(1, 4)
    # What stands twice stands in its place first, so nothing is out of order but the second.


def outage(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    chat.during = [tell("other", facts["other"])]
    chat.after.append(ask("other", facts["other"], "fail-closed"))
    return chat


def split(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[-1].messages, chat.after[-1].reply = [], UNKNOWN
    run.not_stored.add(chat.facts["other"])


def trim(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """A window is as narrow in both arms."""
    kept = 2 * drawn(1, len(chat.before) - 1)
    for one in run.chats:
        probe = one.after[0]
        probe.messages, probe.reply = probe.messages[kept:], UNKNOWN


def forget_the_beginning(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """What was summarised is gone; the control arm shows that the window had room for its summary."""
    probe = chat.after[0]
    probe.messages, probe.reply = probe.messages[2:], UNKNOWN


def to_forget(facts: dict[str, str]) -> Chat:
    chat = plain(facts)
    chat.before.append(Spoken(text="Please forget my order."))
    chat.after[0] = ask(
        "order", facts["order"], "retention", checks={"without": [facts["order"]]}, reply=UNKNOWN
    )
    return chat


def unforget(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    chat.after[0].reply = f"It is {chat.facts['order']}."


def let_expire(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """Its key had a TTL, and the store counts that it ran out."""
    forget(run, chat, drawn)
    value = chat.facts["order"]
    every = {one for some in run.chats for one in some.facts.values()}
    run.figures = {
        "before": {"last_expiry": {value: 0.5}, "first_expiry": {value: 0.5}, "expired_keys": 0, "life": "a"},
        "after": {"values": sorted(every - {value}), "expired_keys": 1, "life": "a"},
    }


def expire_unseen(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """It was gone when the store was looked into for the first time."""
    forget(run, chat, drawn)
    run.not_stored.add(chat.facts["order"])
    gone = {name: drawn(1, 9) for name in ("expired_keys", "evicted_keys")[: drawn(1, 2)]}
    run.figures = {"before": {**gone, "life": "a"}, "after": {**gone, "life": "a"}}


def evict(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """The store was full and threw it out."""
    forget(run, chat, drawn)
    every = {one for some in run.chats for one in some.facts.values()}
    run.figures = {
        "before": {"evicted_keys": 0, "life": "a"},
        "after": {"values": sorted(every - {chat.facts["order"]}), "evicted_keys": 1, "life": "a"},
    }


def promise_more(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """Everything is there, but will not be for as long as was declared."""
    ttl = float(drawn(1, 80_000))
    run.figures = {"before": {"declared_ttl": 86_400.0, "first_expiry": {chat.facts["order"]: ttl}}}


def change_letters(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    value = chat.facts["order"]
    place = drawn(0, len(value) - 1)
    chat.after[0].reply = f"It is {value[:place]}?{value[place + 1 :]}."


def replace_in_prompt(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    """What stands there is not even like it."""
    probe, value = chat.after[0], chat.facts["order"]
    probe.messages = [one.replace(value, "§" * drawn(1, 20)) for one in probe.messages]
    probe.reply = UNKNOWN


def change_in_prompt(run: ChatRun, chat: Chat, drawn: random_int) -> None:
    probe, value = chat.after[0], chat.facts["order"]
    probe.messages = [one.replace(value, value.replace("-", "")) for one in probe.messages]
    probe.reply = UNKNOWN


HOP, SWAP = "replica-hop", "blue-green"
CASES = {
    "gone": Case(guarantee="durability", chat=plain, plant=forget),
    "known to one replica only": Case(
        guarantee="read-your-writes", chat=asked_again, plant=keep_apart, disruption=HOP
    ),
    "known and then not": Case(
        guarantee="monotonic-reads", chat=asked_again, plant=know_early, disruption=HOP
    ),
    "not known and then known": Case(guarantee="monotonic-reads", chat=asked_again, plant=know_late),
    "newest first": Case(guarantee="order", chat=about("order"), plant=invert),
    "the second for the first": Case(guarantee="order", chat=two_orders, plant=say_another),
    "an old value": Case(guarantee="correction", chat=corrected, plant=resurrect),
    "an old value in the prompt": Case(guarantee="correction", chat=corrected, plant=resurrect_in_prompt),
    "both values gone": Case(guarantee="correction", chat=corrected_later, plant=delete_both),
    "one of two parallel turns": Case(guarantee="no-lost-update", chat=parallel, plant=overwrite),
    "a leak": Case(guarantee="isolation", chat=with_bob, plant=leak),
    "a made-up value": Case(guarantee="no-fabrication", chat=never_told, plant=make_up),
    "a turn cut short": Case(guarantee="atomic-turns", chat=interrupted, plant=cut_short),
    "a turn twice": Case(guarantee="once-only", chat=about("once-only"), plant=double),
    "acknowledged without a store": Case(
        guarantee="fail-closed", chat=outage, plant=split, disruption="store-pause"
    ),
    "unread by the new version": Case(
        guarantee="compatibility",
        chat=plain,
        plant=forget,
        disruption=SWAP,
        observed=Observations(images_before=["sha256:1"], images_after=["sha256:2"]),
    ),
    "lost between two containers of one version": Case(
        guarantee="durability",
        chat=plain,
        plant=forget,
        disruption=SWAP,
        observed=Observations(images_before=["sha256:1"], images_after=["sha256:1"]),
    ),
    "trimmed": Case(guarantee="capacity", chat=about("capacity", 6), plant=trim),
    "trimmed by the disruption": Case(
        guarantee="durability", chat=about("durability", 6), plant=forget_the_beginning
    ),
    "not forgotten": Case(
        guarantee="retention", chat=to_forget, plant=unforget, anomaly=GUARANTEES["retention"].other_anomaly
    ),
    "run out": Case(guarantee="retention", chat=plain, plant=let_expire),
    "thrown out": Case(guarantee="retention", chat=plain, plant=evict),
    "run out unseen": Case(guarantee="retention", chat=about("retention"), plant=expire_unseen),
    "about to run out": Case(guarantee="retention", chat=plain, plant=promise_more),
    "changed letters": Case(guarantee="fidelity", chat=plain, plant=change_letters),
    "replaced in the prompt": Case(guarantee="fidelity", chat=plain, plant=replace_in_prompt),
    "changed in the prompt": Case(guarantee="fidelity", chat=plain, plant=change_in_prompt),
}


def honest(case: Case, given_facts: dict[str, str]) -> ChatRun:
    """The control arm and the treated one, nothing planted."""
    chats = []
    for arm, digits in ((CONTROL, "1"), (TREATED, "2")):
        chat = case.chat({name: f"{value}{digits}" for name, value in given_facts.items()})
        chat.arm = arm
        if arm == CONTROL:
            chat.before, chat.during = [*chat.before, *chat.during], []
        chat.remember()
        chats.append(chat)
    return ChatRun(chats=chats, disruption=case.disruption, observed=case.observed)
