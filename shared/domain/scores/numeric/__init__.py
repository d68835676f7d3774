"""Scores as arithmetic on arrays; only the refresher imports it."""
