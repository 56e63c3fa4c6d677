#!/usr/bin/env python3
"""The action's main stage."""

import sys

from memory_gate import run_action

if __name__ == "__main__":
    sys.exit(run_action())
