"""`python -m memory_gate` is `memory-gate`."""

from memory_gate import main

main()
