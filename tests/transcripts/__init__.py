"""Transcripts by hand and in memory. Tests and benchmarks build their events here, and nowhere else.

`events` makes single events. `runs`, `chats` and `samples` put whole runs together from them, and `playing`
plays a plan with a bot in memory. The `analyse` of a run gives the report of its transcript.
"""
