"""Replies are kept to the end of a run, so all of them together are bounded."""

from __future__ import annotations

import pytest

from gate.core.allowance import Allowance
from gate.errors import TurnRefused
from gate.protocols.bounded import BoundedBot
from tests.event_loop import in_event_loop
from tests.unit.protocols.servers import replies, served


@in_event_loop
async def test_a_reply_beyond_what_is_kept_is_a_refused_turn() -> None:
    """Of whichever bot of the run; smaller ones are taken as long as they fit."""
    allowance = Allowance(entries=10, characters=1000)
    async with served(replies("x" * 600)) as (_, large), served(replies("y" * 400)) as (_, small):
        assert len(await BoundedBot(large, allowance).say("anna-1", "Hello")) == 600
        with pytest.raises(TurnRefused, match="too large to be kept"):
            await BoundedBot(large, allowance).say("ben-1", "Hello")
        assert len(await BoundedBot(small, allowance).say("anna-1", "Hello")) == 400
