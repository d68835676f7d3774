"""Refreshes the fear and greed indices every hour."""
