"""Why verdicts are what they are: one small class for each code of a reason."""
