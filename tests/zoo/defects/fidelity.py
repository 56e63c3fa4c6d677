"""Values that come back as others."""

import unicodedata

from healthy import Bot
from memories import Message


class Mangles(Bot):
    """Stores something else than what was said."""

    def remember(self, key: str, messages: list[Message]) -> None:
        super().remember(key, [{**one, "content": self.mangled(one["content"])} for one in messages])

    def mangled(self, text: str) -> str:
        """What is stored in the place of `text`."""
        raise NotImplementedError


class ManglesLetters(Mangles):
    """Stores letters without what ASCII has no room for."""

    def mangled(self, text: str) -> str:
        return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


class ReadsAsLatin1(Mangles):
    """Takes the bytes of UTF-8 for Latin-1."""

    def mangled(self, text: str) -> str:
        return text.encode().decode("latin-1")


class JoinsLines(Mangles):
    """Stores a line break as nothing."""

    def mangled(self, text: str) -> str:
        return text.replace("\n", "")


DEFECTS = {"mangles-letters": ManglesLetters, "reads-as-latin-1": ReadsAsLatin1, "joins-lines": JoinsLines}
