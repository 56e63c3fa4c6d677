"""Known texts are found anywhere, whole, and only the longest of nested ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gate.core.words import Occurrence
from gate.reference_model.known_texts import KnownTexts
from tests.unit.core.laws import law

words = st.sampled_from(["My", "order", "is", "4", "41", "Hello", "again", "Hi", "What", "now?", "Oslo."])
texts = st.lists(words, min_size=1, max_size=5).map(" ".join)


@law
@given(st.sets(texts, max_size=6), st.lists(texts | st.sampled_from(["\n", "AI:", '"', "x"]), max_size=8))
def test_the_result_equals_that_of_a_plain_search(known: set[str], pieces: list[str]) -> None:
    """Return every known text that does not cut a word, except those inside another."""
    prompt = "".join(pieces)

    def cuts_a_word(at: int) -> bool:
        return 0 < at < len(prompt) and prompt[at - 1].isalnum() and prompt[at].isalnum()

    everywhere = [
        Occurrence(value=text, start=start, end=start + len(text))
        for text in known
        for start in range(len(prompt))
        if prompt.startswith(text, start) and not cuts_a_word(start) and not cuts_a_word(start + len(text))
    ]
    outermost = [
        text
        for text in everywhere
        if not any(
            other.start <= text.start and text.end <= other.end and other != text for other in everywhere
        )
    ]
    assert KnownTexts(known).find(prompt) == sorted(outermost, key=lambda text: text.start)


@law
@given(st.sets(texts, min_size=1, max_size=6), st.data())
def test_a_text_alone_is_found_at_its_exact_place(known: set[str], data: st.DataObject) -> None:
    """Longer texts with the same beginning do not matter."""
    text = data.draw(st.sampled_from(sorted(known)))
    assert KnownTexts(known).find(text) == [Occurrence(value=text, start=0, end=len(text))]


def test_a_longer_text_with_the_same_beginning_does_not_reach_beyond_the_end() -> None:
    known = ["I live in Oslo now.", "I live in Oslo now. It is far."]
    for text in known:
        assert KnownTexts(known).find(text) == [Occurrence(value=text, start=0, end=len(text))]


def test_blanks_around_a_known_text_do_not_count() -> None:
    assert KnownTexts(["Hello there.\n"]).find("He said: Hello there.") == [
        Occurrence(value="Hello there.\n", start=9, end=21)
    ]


def test_nothing_is_found_where_nothing_is_known() -> None:
    assert KnownTexts([]).find("Hello") == []
    assert KnownTexts(["", " \n"]).find(" \n Hello") == []
