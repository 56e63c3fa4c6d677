"""The reference model: a perfect model that answers from the content of a request alone."""
