"""The nouns: scenario, fact, transcript, guarantee, verdict. Standard library only."""
