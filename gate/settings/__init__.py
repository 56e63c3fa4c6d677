"""memory-gate.yml, the command line and the action's inputs → one frozen `Settings`."""

from __future__ import annotations

from gate.settings.loading import load_settings
from gate.settings.overrides import Given, Overrides, overrides_from_action, overrides_from_options
from gate.settings.settings import CONFIG_FILE, REPORT_DIRECTORY, Settings

__all__ = [
    "CONFIG_FILE",
    "REPORT_DIRECTORY",
    "Given",
    "Overrides",
    "Settings",
    "load_settings",
    "overrides_from_action",
    "overrides_from_options",
]
