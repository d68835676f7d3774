"""Indices and backtests over HTTP."""
