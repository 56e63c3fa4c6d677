"""All settings: the sections of memory-gate.yml, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gate.config.bot import BotSection
from gate.config.declaration import Section, Setting, settings_of
from gate.config.invocation import Invocation
from gate.config.judge import JudgeSection
from gate.config.model import ModelSection
from gate.config.policy import PolicySection
from gate.config.run import RunSection
from gate.config.store import StoreSection

SECTIONS: Mapping[str, type[Section]] = {
    "bot": BotSection,
    "store": StoreSection,
    "model": ModelSection,
    "judge": JudgeSection,
    "run": RunSection,
    "gate": PolicySection,
}


@cache
def declared(store_image: str = "") -> tuple[Setting, ...]:
    """Return every setting, those of a section in a section left out.

    `store_image` names the option and the input of the store's image, as the usual kind of store declares
    it; without it there are none.
    """
    sections: Mapping[str, type[Section]] = {**SECTIONS, "": Invocation}
    return tuple(
        setting for name, section in sections.items() for setting in settings_of(section, name, store_image)
    )
