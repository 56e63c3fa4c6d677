#!/usr/bin/env python3
"""The action's post stage: removes whatever the main stage could not, however that one ended."""

import sys

from memory_gate import sweep_after_action

if __name__ == "__main__":
    sys.exit(sweep_after_action())
