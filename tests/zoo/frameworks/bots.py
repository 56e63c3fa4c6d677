"""Bots whose memory is a framework's own, with a defect that was met in it, and their healthy twins.

Each differs from its twin by how the framework is used, in one place. Frameworks are imported when a bot is
made: each starts with no more than its own.
"""

import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from healthy import Bot


def model() -> Any:
    """The model at OPENAI_BASE_URL, as LangChain has it."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(model="any")


class RunnableWithoutKeys(Bot):
    """`RunnableWithMessageHistory` that is given a list of messages, and so has neither of its two keys.

    At the end of a turn it takes off its input as many messages as the history holds by then. Where a
    parallel turn of the session has ended meanwhile, the message of this turn goes with them.
    """

    def __init__(self) -> None:
        super().__init__()
        from langchain_core.tracers.root_listeners import RootListenersTracer

        # Else a turn that could not be saved is answered all the same.
        RootListenersTracer.raise_error = True
        self.runnable = self.built()

    def built(self) -> Any:
        """The runnable, with its history."""
        from langchain_core.runnables.history import RunnableWithMessageHistory

        return RunnableWithMessageHistory(model(), self.history)

    def history(self, session_id: str) -> Any:
        """Where the messages of a session are."""
        from langchain_community.chat_message_histories import RedisChatMessageHistory

        return RedisChatMessageHistory(session_id, url=os.environ["REDIS_URL"], key_prefix="memory:")

    def turn(self, session: str, message: str) -> str:
        return str(self.runnable.invoke(self.asked(message), {"configurable": {"session_id": session}}).text)

    def asked(self, message: str) -> Any:
        """What the runnable takes."""
        from langchain_core.messages import HumanMessage

        return [HumanMessage(message)]


class RunnableWithKeys(RunnableWithoutKeys):
    """The same with `input_messages_key` and `history_messages_key`: only the input is ever saved."""

    def built(self) -> Any:
        from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
        from langchain_core.runnables.history import RunnableWithMessageHistory

        prompt = ChatPromptTemplate.from_messages([MessagesPlaceholder("history"), ("human", "{input}")])
        return RunnableWithMessageHistory(
            prompt | model(), self.history, input_messages_key="input", history_messages_key="history"
        )

    def asked(self, message: str) -> Any:
        return {"input": message}


class SearchedHistory(RunnableWithKeys):
    """langchain-redis: messages are found by a search for their session id in a field of tags.

    Tags know no case, and a comma separates two of them.
    """

    def start(self) -> None:
        # The index is made with the first history; of two that are made at once, one fails.
        self.history("first")

    def history(self, session_id: str) -> Any:
        from langchain_redis import RedisChatMessageHistory
        from redis import Redis

        # It makes its index anew for each session, which fails with the newer protocol.
        client = Redis.from_url(os.environ["REDIS_URL"], protocol=2)
        return RedisChatMessageHistory(session_id, redis_client=client, key_prefix="memory:")


class SearchedHistoryByDigest(SearchedHistory):
    """The same with session ids of digits and small letters alone, which no two sessions share."""

    def history(self, session_id: str) -> Any:
        return super().history(hashlib.sha256(session_id.encode()).hexdigest())


class Graph(Bot):
    """An agent of LangChain on LangGraph's Redis saver.

    A turn goes on from the newest checkpoint of its thread that stood when it began. Of turns that run in
    parallel only the one that ends last is in the newest checkpoint.
    """

    def __init__(self) -> None:
        super().__init__()
        from langchain.agents import create_agent
        from langgraph.checkpoint.redis import RedisSaver

        self.saver = RedisSaver(os.environ["REDIS_URL"])
        self.saver.setup()
        self.agent = create_agent(model(), tools=[], checkpointer=self.saver)

    def turn(self, session: str, message: str) -> str:
        asked: Any = {"messages": [{"role": "user", "content": message}]}
        answered = self.agent.invoke(asked, {"configurable": {"thread_id": session}})
        return str(answered["messages"][-1].text)


class GraphInTurns(Graph):
    """The same, the turns of a thread one after another."""

    def __init__(self) -> None:
        super().__init__()
        self.locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def turn(self, session: str, message: str) -> str:
        with self.locks[session]:
            return super().turn(session, message)


BOTS: Mapping[str, type[Bot]] = {
    "runnable-without-keys": RunnableWithoutKeys,
    "runnable-with-keys": RunnableWithKeys,
    "langchain-redis": SearchedHistory,
    "langchain-redis-by-digest": SearchedHistoryByDigest,
    "langgraph": Graph,
    "langgraph-in-turns": GraphInTurns,
}
