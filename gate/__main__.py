"""`python -m gate` is `memory-gate`."""

from gate.cli import main

main()
