"""Defects of real frameworks, as bots on those frameworks."""
