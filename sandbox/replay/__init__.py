"""Recorded real answers, served again as they were: `python -m sandbox.replay --port P --folder F`."""
