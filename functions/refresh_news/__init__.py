"""Refreshes news every five minutes."""
