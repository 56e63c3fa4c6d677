"""The two bots of the story. They differ in one thing: where a conversation is kept between two turns.

``MEMORY=buffer`` keeps it in this process, ``MEMORY=redis`` in Redis. ``STYLE`` picks LangChain's older or
newer way to write either; left out, it is the story's: ``chain`` for buffer, ``runnable`` for redis.
"""

import asyncio
import os
import sys
import warnings
from collections import defaultdict
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool
from langchain_classic.chains import ConversationChain
from langchain_classic.memory import ConversationBufferMemory
from langchain_core.chat_history import BaseChatMessageHistory, InMemoryChatMessageHistory
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables.history import RunnableWithMessageHistory
from langchain_core.tracers.root_listeners import RootListenersTracer
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

# LangChain calls these classes deprecated. They are what this bot is about, so its log need not repeat it.
warnings.simplefilter("ignore", DeprecationWarning)

# What users say goes to the model and to the store, and nowhere else.
os.environ["LANGSMITH_TRACING_V2"] = "false"

# RunnableWithMessageHistory saves a turn from a listener, and a listener's error is only logged. Without
# this line a turn that could not be saved is answered all the same, and then forgotten.
RootListenersTracer.raise_error = True


def setting(name: str, *allowed: str, default: str = "") -> str:
    """Return an environment variable, or end the process with one line that says what is wrong with it."""
    value = os.environ.get(name) or default
    if not value:
        sys.exit(f"error: {name} is not set")
    if allowed and value not in allowed:
        sys.exit(f"error: {name} is {value!r}; it can be {' or '.join(allowed)}")
    return value


MEMORY = setting("MEMORY", "buffer", "redis", default="buffer")
STYLE = setting("STYLE", "chain", "runnable", default="runnable" if MEMORY == "redis" else "chain")
REDIS_URL = setting("REDIS_URL", default="redis://localhost:6379/0")
setting("OPENAI_API_KEY")  # ChatOpenAI reads it itself, and OPENAI_BASE_URL too

if MEMORY == "redis":  # imported here: the buffer bot starts sooner without, and the package warns on import
    import redis.asyncio
    from langchain_community.chat_message_histories import RedisChatMessageHistory

    store = redis.asyncio.from_url(REDIS_URL)

llm = ChatOpenAI(model=setting("MODEL", default="gpt-4o-mini"))
sessions: dict[str, Any] = {}  # all that MEMORY=buffer remembers, by session id; it ends with the process


def stored(session_id: str) -> BaseChatMessageHistory:
    """Return the messages of a session as Redis has them, whichever process put them there."""
    return RedisChatMessageHistory(session_id, url=REDIS_URL, key_prefix="memory:")


def chain(session_id: str) -> ConversationChain:
    """Return the session's chain, which sends its model one text with the whole transcript in it."""
    if MEMORY == "redis":
        return ConversationChain(llm=llm, memory=ConversationBufferMemory(chat_memory=stored(session_id)))
    if session_id not in sessions:
        sessions[session_id] = ConversationChain(llm=llm, memory=ConversationBufferMemory())
    return sessions[session_id]


def history(session_id: str) -> BaseChatMessageHistory:
    """Return the messages of a session, to be sent to the model one by one."""
    if MEMORY == "redis":
        return stored(session_id)
    return sessions.setdefault(session_id, InMemoryChatMessageHistory())


prompt = ChatPromptTemplate.from_messages(
    [("system", "You are a helpful assistant."), MessagesPlaceholder("history"), ("human", "{input}")]
)
runnable = RunnableWithMessageHistory(  # without the two keys, parallel turns would lose messages
    prompt | llm, history, input_messages_key="input", history_messages_key="history"
)


def reply(session_id: str, message: str) -> str:
    """Answer one turn; both sides of it are remembered once this returns."""
    if STYLE == "chain":
        return chain(session_id).predict(input=message)
    return runnable.invoke({"input": message}, {"configurable": {"session_id": session_id}}).text


class Turn(BaseModel):
    """What a user says in a session."""

    session_id: str
    message: str


app = FastAPI(title="article bot")
locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


@app.post("/chat")
async def chat(turn: Turn) -> dict[str, str]:
    """Answer a turn: those of one session one after another, those of different sessions in parallel."""
    async with locks[turn.session_id]:
        return {"reply": await run_in_threadpool(reply, turn.session_id, turn.message)}


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say ok only when the next turn could be remembered."""
    if MEMORY == "redis":
        try:
            async with asyncio.timeout(1):
                await store.ping()
        except (redis.RedisError, OSError) as error:  # a timeout is an OSError
            raise HTTPException(503, "the store does not answer") from error
    return {"status": "ok"}


if __name__ == "__main__":
    port = int(setting("PORT", default="8000"))
    # SIGKILL follows SIGTERM after ten seconds: turns under way get five to end, the others fail.
    uvicorn.run(app, host="0.0.0.0", port=port, timeout_graceful_shutdown=5)  # noqa: S104 - in a container
    os._exit(0)  # else a thread that still waits for the model would hold the process up
