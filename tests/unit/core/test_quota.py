"""How much a bot may put on record."""

from __future__ import annotations

from gate.core.quota import CHARACTERS, CHARACTERS_A_TURN, ENTRIES, ENTRIES_A_TURN, Quota


def test_what_does_not_fit_takes_nothing() -> None:
    quota = Quota(entries=2, characters=10)
    assert [quota.take(size) for size in (8, 3, 2, 0)] == [True, False, True, False]


def test_a_longer_run_has_more_of_it() -> None:
    quota = Quota.for_turns(3)
    assert not quota.take(CHARACTERS + 3 * CHARACTERS_A_TURN + 1)
    assert quota.take(CHARACTERS + 3 * CHARACTERS_A_TURN)
    taken = 1
    while quota.take(0):
        taken += 1
    assert taken == ENTRIES + 3 * ENTRIES_A_TURN
