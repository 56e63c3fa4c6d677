"""The nouns: scenario, conversation, transcript, guarantee, verdict. Standard library only."""
