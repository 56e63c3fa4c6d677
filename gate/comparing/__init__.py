"""Comparing runs with each other: a baseline and a head, or several runs merged into one."""
