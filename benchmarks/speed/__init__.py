"""How much time the gate takes of its own, measured: `make bench` writes docs/benchmarks.md."""
