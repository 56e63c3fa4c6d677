"""The OpenAI-compatible endpoint that the gate gives to bots, and the reader that answers in it."""
