"""memory-gate: proves, before a deploy, that a chatbot still knows what its users told it."""

__version__ = "0.1.0"
