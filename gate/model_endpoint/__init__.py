"""The OpenAI-compatible model endpoint that the gate offers to bots."""
