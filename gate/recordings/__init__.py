"""Answers of a real model on disk, recorded once and replayed without it."""
