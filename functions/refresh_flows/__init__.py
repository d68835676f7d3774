"""Looks for large transfers every five minutes."""
