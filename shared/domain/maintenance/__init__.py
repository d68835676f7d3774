"""Partitions ahead of time, and the end of what is too old."""
