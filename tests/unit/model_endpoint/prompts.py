"""Prompt formats of bots: how each sends a conversation, pairs of text and reply, to its model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from gate.reference_model.reading import Message

History = Sequence[tuple[str, str]]

CHAIN = """The following is a friendly conversation between a human and an AI. The AI is talkative and \
provides lots of specific details from its context. If the AI does not know the answer to a question, it \
truthfully says it does not know.

Current conversation:
{history}
Human: {input}
AI:"""
"""LangChain's ConversationChain."""

SUMMARISE = """Progressively summarize the lines of conversation provided, adding onto the previous summary \
returning a new summary.

EXAMPLE
Current summary:
The human asks what the AI thinks of artificial intelligence. The AI thinks artificial intelligence is a \
force for good.

New lines of conversation:
Human: Why do you think artificial intelligence is a force for good?
AI: Because artificial intelligence will help humans reach their full potential.

New summary:
The human asks what the AI thinks of artificial intelligence. The AI thinks artificial intelligence is a \
force for good because it will help humans reach their full potential.
END OF EXAMPLE

Current summary:
{summary}

New lines of conversation:
{new_lines}

New summary:"""
"""LangChain's ConversationSummaryMemory."""


def as_messages(history: History, text: str) -> list[Message]:
    """A system message, then one message a turn and one a reply."""
    turns = [
        message
        for said, reply in history
        for message in (Message(role="user", text=said), Message(role="assistant", text=reply))
    ]
    return [
        Message(role="system", text="You are a helpful assistant."),
        *turns,
        Message(role="user", text=text),
    ]


def as_chain(history: History, text: str) -> list[Message]:
    """One user message that holds the whole transcript."""
    lines = "\n".join(f"Human: {said}\nAI: {reply}" for said, reply in history)
    return [Message(role="user", text=CHAIN.format(history=lines, input=text))]


def as_records(history: History, text: str) -> list[Message]:
    """The history as JSON in the system message."""
    records = [
        record
        for said, reply in history
        for record in ({"role": "user", "content": said}, {"role": "assistant", "content": reply})
    ]
    known = json.dumps(records, ensure_ascii=False)
    return [
        Message(role="system", text=f"The conversation so far: {known}"),
        Message(role="user", text=text),
    ]


def as_tagged(history: History, text: str) -> list[Message]:
    """The history as elements."""
    turns = "".join(f"<user>{said}</user>\n<assistant>{reply}</assistant>\n" for said, reply in history)
    return [Message(role="user", text=f"<history>\n{turns}</history>\nThe user says: {text}\n\nReply:")]


def as_memories(history: History, text: str) -> list[Message]:
    """Only what the user said, as a list of memories."""
    memories = "\n".join(f"- {said}" for said, _ in history)
    return [Message(role="system", text=f"Memories:\n{memories}"), Message(role="user", text=f" {text}\n")]


SHAPES: dict[str, Callable[[History, str], list[Message]]] = {
    "messages": as_messages,
    "chain": as_chain,
    "records": as_records,
    "tagged": as_tagged,
    "memories": as_memories,
}


def summary_request(summary: str, said: str, reply: str) -> list[Message]:
    """A request for a new summary after one turn."""
    lines = f"Human: {said}\nAI: {reply}"
    return [Message(role="user", text=SUMMARISE.format(summary=summary, new_lines=lines))]
