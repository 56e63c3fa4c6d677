"""How much a bot may put on record."""

from __future__ import annotations

from gate.core.allowance import CHARACTERS, CHARACTERS_A_TURN, ENTRIES, ENTRIES_A_TURN, Allowance


def test_what_does_not_fit_takes_nothing() -> None:
    allowance = Allowance(entries=2, characters=10)
    assert [allowance.take(size) for size in (8, 3, 2, 0)] == [True, False, True, False]


def test_a_longer_run_has_more_of_it() -> None:
    allowance = Allowance.for_turns(3)
    assert not allowance.take(CHARACTERS + 3 * CHARACTERS_A_TURN + 1)
    assert allowance.take(CHARACTERS + 3 * CHARACTERS_A_TURN)
    taken = 1
    while allowance.take(0):
        taken += 1
    assert taken == ENTRIES + 3 * ENTRIES_A_TURN
