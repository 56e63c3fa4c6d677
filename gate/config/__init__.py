"""Reads memory-gate.yml, the command line and the action's inputs into one frozen `Settings`."""

from __future__ import annotations

from gate.config.loading import load_settings
from gate.config.overrides import Overrides, RawOverride, overrides_from_action, overrides_from_options
from gate.config.settings import CONFIG_FILE, REPORT_DIRECTORY, Settings

__all__ = [
    "CONFIG_FILE",
    "REPORT_DIRECTORY",
    "Overrides",
    "RawOverride",
    "Settings",
    "load_settings",
    "overrides_from_action",
    "overrides_from_options",
]
