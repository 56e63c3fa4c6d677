"""One run, from checked settings to the report: set-up, recording, playing, judging, teardown."""
