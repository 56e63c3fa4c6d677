"""All settings: the sections of memory-gate.yml, and the settings beside them."""

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
    """Return every setting, without those of nested sections.

    `store_image` names the option and the input of the store's image, which the default kind of store
    declares; with "" there are none.
    """
    sections: Mapping[str, type[Section]] = {**SECTIONS, "": Invocation}
    return tuple(
        setting for name, section in sections.items() for setting in settings_of(section, name, store_image)
    )
