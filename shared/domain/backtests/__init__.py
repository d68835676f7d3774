"""Backtests that callers ask for: their documents, their limits, and how far they are."""
