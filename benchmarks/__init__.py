"""Repeatable measurements, side by side with the yardstick: `python -m benchmarks`, or `nox -s bench`."""
