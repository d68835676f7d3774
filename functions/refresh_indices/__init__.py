"""Keeps the indices: each completed day is added, once."""
