"""memory-gate.yml, the command line and the action's inputs → one frozen `Settings`."""

from __future__ import annotations

from gate.settings.loading import REPORT_DIRECTORY, Settings, load_settings
from gate.settings.overrides import Given, Overrides, overrides_from_action, overrides_from_options
from gate.settings.schema import settings_schema

__all__ = [
    "REPORT_DIRECTORY",
    "Given",
    "Overrides",
    "Settings",
    "load_settings",
    "overrides_from_action",
    "overrides_from_options",
    "settings_schema",
]
