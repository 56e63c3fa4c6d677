"""The stand-in model: it answers from the content of a request alone."""
